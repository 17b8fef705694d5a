"""What is alike where nothing is predicted."""

from collections.abc import Sequence
from typing import Any

from engine.drafting.known import Known
from engine.drafting.left_out import is_identifier
from engine.drafting.reading import Read
from engine.drafting.sketch import Sketch
from engine.drafting.uses import Uses
from engine.errors import UnfitForTraining


def names_a_row(one: Read) -> bool:
    """Whether a column is kept for people to find a row by."""
    return is_identifier(one) and not one.column.personal


def needs_columns(known: Known, uses: Uses, what: str) -> None:
    """Refuse a table without columns of use.

    Raises
    ------
    UnfitForTraining
    """
    if uses.used and known.profile.rows:
        return
    reasons = "; ".join(f"{one.column} {one.why}" for one in uses.left_out[:3])
    raise UnfitForTraining(
        f"There is no column to {what}{': ' + reasons if reasons else ''}.", hint="Bring a table with more columns."
    )


def learned_from(kept: Sequence[str]) -> dict[str, Any]:
    """The features of a model: everything but what is kept to be read."""
    return {"features": {"select": "all", "except": list(kept)}} if kept else {}


def make_room(sketch: Sketch, known: Known, uses: Uses, names: Sequence[str], last: str) -> tuple[str, list[str]]:
    """Rename columns that are called like those which the model adds.

    Returns
    -------
    str
        The last node.
    list of str
        The columns that are kept, as they are called now.
    """
    there = [*(one.name for one in uses.used), *uses.kept]
    taken = {column: _free(known, column) for column in there if column.lower() in names}
    if taken:
        why = "The model adds a column of this name."
        last = sketch.step("rename_columns", {"mapping": taken}, "Make room for the answer", why, last)
    return last, [taken.get(name, name) for name in uses.kept]


def _free(known: Known, column: str) -> str:
    names = (f"{column}_{number}" for number in range(2, len(known.columns) + 3))
    return next(name for name in names if known.makes_new(name))
