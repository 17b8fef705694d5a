"""The first stage of every drawing: the data, without what is of no use, and readable."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.drafting.known import Known
from engine.drafting.left_out import LeftOut
from engine.drafting.reading import Read
from engine.drafting.repairs import steps_of
from engine.drafting.sketch import Sketch

NAMED = 3
"""Columns that are named before the rest is counted."""
LEAST_COLUMNS, MOST_REPEATED = 5, 0.2
"""In a table of few columns rows are equal by chance; where many rows are, that is meant."""

_MENDS: Mapping[str, tuple[str, str]] = {
    "trim_text": ("Trim texts", "{} blanks around their values, or nothing but blanks."),
    "text_case": ("One way of writing", "{} the same values in capital and in small letters."),
    "parse_number": ("Read numbers", "{} numbers that are written with signs, units or grouped digits."),
    "cast": ("Texts to numbers", "{} numbers that are written as texts."),
    "parse_date": ("Read dates", "{} dates that are written as texts."),
}
"""The title of what mends a finding, and why it stands there."""


def begin(sketch: Sketch, known: Known, used: Iterable[Read], gone: Sequence[LeftOut], *, once: bool = False) -> str:
    """Draw the source, and what makes its columns fit to be used.

    Parameters
    ----------
    once
        Whether rows that repeat others are removed.

    Returns
    -------
    str
        The last node.
    """
    params: dict[str, Any] = {"dataset": known.dataset}
    params |= {"version": known.version} if known.version is not None else {}
    rows = known.profile.rows
    about = f"{rows:,} rows and {len(known.columns):,} columns, as they were imported."
    last = sketch.step("dataset", params, known.dataset[:80], about)
    if once and _has_repeated(known):
        why = f"{known.profile.duplicates:,} rows repeat another one, and would be in train and test at once."
        last = sketch.step("deduplicate", {"columns": "all"}, "Each row once", why, last)
    if gone:
        columns = [one.column for one in gone]
        last = sketch.step("drop_columns", {"columns": columns}, f"Leave out {counted(columns)}", _gone(gone), last)
    for key, step in steps_of([one.model_dump() for read in used for one in read.mends]):
        title, why = _MENDS[key]
        last = sketch.step(key, step, title, why.format(named(step["columns"], "holds", "hold")), last)
    return last


def _has_repeated(known: Known) -> bool:
    share = known.profile.duplicates / max(1, known.profile.rows)
    return 0 < share <= MOST_REPEATED and len(known.columns) >= LEAST_COLUMNS


def _gone(gone: Sequence[LeftOut]) -> str:
    first, more = f"{gone[0].column} {gone[0].why}", len(gone) - 1
    return f"{first}; {more} more {'is' if more == 1 else 'are'} told above." if more else f"{first}."


def counted(columns: Sequence[str]) -> str:
    """One column by its name, several by their number."""
    return columns[0][:60] if len(columns) == 1 else f"{len(columns)} columns"


def named(columns: Sequence[str], one: str, several: str) -> str:
    """The first columns with a verb: ``age has``, ``age, fare and 3 more have``."""
    more = len(columns) - NAMED
    listed = ", ".join(columns[:NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{listed} {one if len(columns) == 1 else several}"


def told(summary: str, gone: Sequence[LeftOut]) -> str:
    """The note above a drawing."""
    lines = [summary, "Everything here can be changed: select a node to see its settings, or draw others between."]
    if gone:
        lines.append("Left out: " + "; ".join(f"{one.column} {one.why}" for one in gone[:30]) + ".")
    if len(gone) > 30:
        lines.append(f"and {len(gone) - 30} more columns.")
    return "\n".join(lines)[:5_000]
