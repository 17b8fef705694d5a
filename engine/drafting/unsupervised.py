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


def learned_from(uses: Uses) -> dict[str, Any]:
    """The features of a model: everything but what is kept to be read."""
    return {"features": {"select": "all", "except": list(uses.kept)}} if uses.kept else {}


def free_names(sketch: Sketch, known: Known, names: Sequence[str], last: str) -> str:
    """Rename columns that are called like those which the model adds."""
    taken = {column: f"{column}_before" for column in known.columns if column.lower() in names}
    taken = {old: new for old, new in taken.items() if known.makes_new(new)}
    if not taken:
        return last
    why = "The model adds a column of this name."
    return sketch.step("rename_columns", {"mapping": taken}, "Make room for the answer", why, last)
