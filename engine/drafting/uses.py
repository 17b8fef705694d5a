"""What becomes of the columns that a model learns from: one rule for each kind of column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.drafting.known import Known
from engine.drafting.left_out import Asked, LeftOut, left_out
from engine.drafting.reading import Read

Use = Literal["number", "flag", "category", "many", "words", "date"]
"""``category``: few values, a column each; ``many``: one number for each value; ``words``: the words of sentences."""

FEW_CATEGORIES = 50
MOST_TEXTS = 3
"""Columns of sentences that are taken apart: each becomes a hundred columns."""

RULES: tuple[tuple[Use, Callable[[Read], bool]], ...] = (
    ("date", lambda one: one.kind == "datetime"),
    ("flag", lambda one: one.kind == "boolean"),
    ("number", lambda one: one.kind == "numeric"),
    ("category", lambda one: one.column.distinct <= FEW_CATEGORIES and not (one.is_prose and one.column.distinct > 20)),
    ("words", lambda one: one.is_prose),
    ("many", lambda one: True),
)
"""The first rule that fits decides."""


@dataclass(frozen=True)
class Uses:
    """The columns by what becomes of them, and those that are left out."""

    by_use: Mapping[Use, tuple[Read, ...]]
    left_out: tuple[LeftOut, ...] = ()
    kept: tuple[str, ...] = field(default=())
    """Columns that stay in the table, and are no features."""

    def of(self, *uses: Use) -> tuple[Read, ...]:
        """The columns of some uses, in the order of the table's uses."""
        return tuple(one for use in uses for one in self.by_use.get(use, ()))

    def names(self, *uses: Use) -> list[str]:
        """Their names."""
        return [one.name for one in self.of(*uses)]

    @property
    def used(self) -> tuple[Read, ...]:
        """Every column that is learned from."""
        return tuple(one for some in self.by_use.values() for one in some)


def uses_of(
    known: Known,
    *,
    target: str = "",
    skip: Sequence[str] = (),
    keep: Callable[[Read], bool] = lambda one: False,
    only: Sequence[Use] = ("number", "flag", "category", "many", "words", "date"),
    no_use: str = "",
) -> Uses:
    """Decide what becomes of each column.

    Parameters
    ----------
    skip
        Columns that have a task of their own, such as to tell train from test rows.
    keep
        Which of the columns that would be left out stay in the table, to be read by people.
    only, no_use
        The uses that the model has, and why a column with another one is left out.
    """
    asked = Asked(known.profile.rows, target, known.tells(target) if target else None)
    found: dict[Use, list[Read]] = {}
    gone, kept = [], []
    for one in known.columns.values():
        if one.name in (target, *skip):
            continue
        reason = left_out(one, asked)
        use = use_of(one)
        if reason is None and use not in only:
            reason = LeftOut(one.name, no_use)
        if reason is None:
            found.setdefault(use, []).append(one)
        elif keep(one):
            kept.append(one.name)
        else:
            gone.append(reason)
    gone += _beyond(found)
    return Uses({use: tuple(some) for use, some in found.items()}, tuple(gone), tuple(kept))


def use_of(one: Read) -> Use:
    """What becomes of a column that is learned from."""
    return next(use for use, fits in RULES if fits(one))


def _beyond(found: dict[Use, list[Read]]) -> list[LeftOut]:
    """Only the longest texts are taken apart into words."""
    texts = sorted(found.get("words", ()), key=lambda one: -(one.column.mean_length or 0))
    if len(texts) <= MOST_TEXTS:
        return []
    found["words"] = texts[:MOST_TEXTS]
    return [LeftOut(one.name, f"is not among the {MOST_TEXTS} longest texts") for one in texts[MOST_TEXTS:]]
