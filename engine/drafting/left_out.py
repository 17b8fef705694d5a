"""Which columns a model does without, and why: the first rule that has something to say decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.drafting.reading import Read

TELLS_ALL = 0.99
"""A column that alone tells so much of the target is more likely its answer than its cause."""
MOST_MISSING = 0.9
ALMOST_ALL = 0.5
"""A text with more different values than this share of the rows names them."""


@dataclass(frozen=True)
class LeftOut:
    """A column that is not learned from, and the reason in words that follow its name."""

    column: str
    why: str


@dataclass(frozen=True)
class Asked:
    """What the rules may know beside the column."""

    rows: int
    target: str = ""
    tells: Mapping[str, float] | None = None


Rule = Callable[[Read, Asked], str | None]


def left_out(one: Read, asked: Asked) -> LeftOut | None:
    """Why a column is left out; None for one that is used."""
    found = next((why for rule in RULES if (why := rule(one, asked))), None)
    return LeftOut(one.name, found) if found else None


def _empty(one: Read, asked: Asked) -> str | None:
    return "has no values" if one.column.semantic == "empty" else None


def _constant(one: Read, asked: Asked) -> str | None:
    return "always holds the same value" if one.column.semantic == "constant" else None


def _missing(one: Read, asked: Asked) -> str | None:
    return f"is missing in {one.missing_share:.0%} of the rows" if one.missing_share > MOST_MISSING else None


def _nested(one: Read, asked: Asked) -> str | None:
    return "holds lists, records or times of day, which no model takes" if one.kind == "other" else None


def _personal(one: Read, asked: Asked) -> str | None:
    return f"seems to hold personal data ({one.column.personal})" if one.column.personal else None


def _leak(one: Read, asked: Asked) -> str | None:
    tells_all = (asked.tells or {}).get(one.name, 0.0) >= TELLS_ALL
    return f"alone tells {asked.target}: it may hold the answer, or be written down after it" if tells_all else None


def _unread_dates(one: Read, asked: Asked) -> str | None:
    return "holds dates of which nobody can say whether day or month comes first" if one.unread else None


def _link(one: Read, asked: Asked) -> str | None:
    return {"uuid": "holds ids", "url": "holds links"}.get(one.column.meaning or "")


def _identifier(one: Read, asked: Asked) -> str | None:
    return "has another value in every row" if is_identifier(one) else None


def _almost(one: Read, asked: Asked) -> str | None:
    is_name = one.kind == "text" and not one.is_prose and one.column.distinct > ALMOST_ALL * one.column.filled
    return "has another value in almost every row" if is_name and one.column.distinct > 20 else None


RULES: tuple[Rule, ...] = (
    *(_empty, _constant, _missing, _nested, _personal, _leak, _unread_dates, _link, _identifier, _almost),
)


def is_identifier(one: Read) -> bool:
    """Whether values name rows: all different, and neither sentences, dates nor numbers with fractions."""
    column = one.column
    if column.semantic != "identifier" or one.is_prose or one.kind == "datetime":
        return False
    return not (
        column.kind == "text" and one.kind == "numeric" and any("." in str(v) for v in (column.min, column.max))
    )
