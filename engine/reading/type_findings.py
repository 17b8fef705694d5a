"""What is told of a column whose values leave room for doubt."""

from collections.abc import Callable, Sequence
from typing import Any

from engine.findings import Finding
from engine.reading.read_as import ColumnType, ReadAs

Examples = tuple[str, ...]
Say = Callable[[Examples], Finding]
"""A finding, once some of the values are known."""
WORDS: dict[ColumnType, str] = {
    "int64": "numbers",
    "float64": "numbers",
    "boolean": "true or false",
    "date": "dates",
    "timestamp": "dates",
    "string": "text",
}


def ambiguity(name: str, chosen: str, fitting: Sequence[str], *, certain: bool) -> list[Finding]:
    if certain or not ({"%d", "%m"} <= {fmt[:2] for fmt in fitting}):
        return []
    order, other = ("day first", "month first") if chosen.startswith("%d") else ("month first", "day first")
    instead = next(fmt for fmt in fitting if fmt[:2] != chosen[:2])
    return [
        Finding(
            code="ambiguous_dates",
            severity="warning",
            column=name,
            message=f"{name}: every date fits both day first and month first; they were read {order} ({chosen}).",
            fix=f"Read them {other} ({instead}) if that is meant.",
            detail={
                "read_as": chosen,
                "or": instead,
                "choices": [choice(f"Read {other}", day_first=not chosen.startswith("%d"))],
            },
        )
    ]


def choice(label: str, **override: Any) -> dict[str, Any]:
    """Another way to read the file, which one click takes."""
    return {"label": label, "override": override}


def format_unused(name: str, wanted: str, misfits: int, chosen: str) -> Finding:
    return Finding(
        code="date_format_unused",
        severity="warning",
        column=name,
        message=f"{name}: {misfits:,} dates do not fit {wanted}, so they were read as {chosen}.",
        fix="Set a date format for this column alone, or make it text.",
        detail={"wanted": wanted, "read_as": chosen, "count": misfits},
    )


def other_numbers(name: str, example: str, *, may_group: bool) -> Finding:
    """Numbers with commas, which may group digits or begin the decimals."""
    choices = [choice("Commas group digits", thousands=",")] if may_group else []
    return Finding(
        code="number_format",
        severity="warning",
        column=name,
        message=f"{name}: the values look like numbers with commas ({example}), so it stays text.",
        fix="Say what the commas mean: the decimal sign, or groups of digits.",
        detail={"example": example, "choices": [*choices, choice("Comma is the decimal sign", decimal=",")]},
    )


def points_may_group(name: str, example: str) -> Finding:
    return Finding(
        code="ambiguous_numbers",
        severity="warning",
        column=name,
        message=f"{name}: the points may group digits; {example} was read as a decimal number.",
        fix="Set the decimal sign to the comma if they do.",
        detail={"example": example, "choices": [choice("Points group digits", decimal=",")]},
    )


def written_otherwise(name: str, kind: ColumnType, misfits: int, component: str, params: dict[str, Any]) -> Finding:
    """Numbers or dates, some of which are written in another way: a node reads them all."""
    what = WORDS[kind]
    return Finding(
        code="numbers_as_text" if what == "numbers" else "values_as_text",
        severity="warning",
        column=name,
        message=f"{name}: {misfits:,} {'value is' if misfits == 1 else 'values are'} written in another way than the "
        f"other {what}, so it stays text.",
        fix=f"After the import, a click draws “{_TITLES[component]}”, which reads both ways.",
        detail={"misfits": misfits, "component": component, "params": {"columns": [name], **params}},
    )


_TITLES = {"parse_number": "Parse number", "parse_date": "Parse date"}


def not_all(name: str, kind: ColumnType, misfits: int, blank: int, fitting: int, examples: Examples = ()) -> Finding:
    what = WORDS[kind]
    which = " (blank)" if blank == misfits else f" ({blank:,} of them blank)" if blank else ""
    return Finding(
        code="numbers_as_text" if what == "numbers" else "values_as_text",
        severity="warning",
        column=name,
        message=f"{name}: {_counted(misfits, kind)}{which}{_shown(examples, misfits - blank)} in a column of {what}, "
        "so it stays text.",
        fix=f"Read it as {what}, and the rest becomes missing; or take out what does not belong there.",
        detail={
            "misfits": misfits,
            "blank": blank,
            "fitting": fitting,
            "examples": list(examples),
            "choices": [_as_type(name, kind)],
            "component": "cast",
            "params": _cast(name, kind),
        },
    )


def changes_late(name: str, kind: ColumnType, misfits: int, fitting: int, examples: Examples = ()) -> Finding:
    what = WORDS[kind]
    later = "1 later value is none" if misfits == 1 else f"{misfits:,} later values are none"
    return Finding(
        code="type_changes",
        severity="warning",
        column=name,
        message=f"{name} begins with {what}, but {later}{_shown(examples, misfits)}, so it stays text.",
        fix=f"Look at the values; read it as {what} if the others may become missing.",
        detail={
            "misfits": misfits,
            "fitting": fitting,
            "examples": list(examples),
            "choices": [_as_type(name, kind)],
            "component": "cast",
            "params": _cast(name, kind),
        },
    )


def words_missing(name: str, count: int, read_as: ReadAs) -> Finding:
    return Finding(
        code="null_words",
        severity="info",
        column=name,
        message=f"{name}: {count:,} words such as {', '.join(read_as.null_values[:2])} were read as missing values.",
        fix="Where such a word is a value, take it out of “Words for missing”, among how the file is read.",
        detail={"count": count},
    )


def made_missing(name: str, kind: ColumnType, count: int, examples: Examples = ()) -> Finding:
    return Finding(
        code="misfits_made_missing",
        severity="warning",
        column=name,
        message=f"{name}: {_counted(count, kind)}{_shown(examples, count)} and became missing, because the column "
        f"is read as {WORDS[kind]}.",
        fix="Leave the type open to keep them as text.",
        detail={"count": count, "examples": list(examples)},
    )


def _counted(count: int, kind: ColumnType) -> str:
    """How many values are not of a type.

    >>> _counted(1, "float64"), _counted(2_000, "date")
    ('1 value is no number', '2,000 values are no dates')
    """
    if kind == "boolean":
        return f"{count:,} {'value is' if count == 1 else 'values are'} neither true nor false"
    noun = WORDS[kind]
    return f"1 value is no {noun.removesuffix('s')}" if count == 1 else f"{count:,} values are no {noun}"


def _shown(examples: Examples, count: int) -> str:
    such = "such as " if count > len(examples) else ""
    return f" ({such}{' and '.join(map(repr, examples))})" if examples else ""


def _as_type(name: str, kind: ColumnType) -> dict[str, Any]:
    return choice(f"Read as {WORDS[kind]}", types={name: kind})


def _cast(name: str, kind: ColumnType) -> dict[str, object]:
    return {"columns": [name], "to": kind}
