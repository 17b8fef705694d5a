"""A note on the canvas."""

from typing import Annotated

from pydantic import Field

from components.base import Spec
from components.base.canvas import CanvasOnly, Color, Height, Width
from components.params import Params, Widget

SHOWN = 110


class NoteParams(Params):
    text: Annotated[str, Widget("paragraph"), Field(max_length=5_000)] = ""
    """What there is to say, as plain text."""
    color: Color = "yellow"
    """The paper."""
    width: Width = 220
    """How wide it is drawn; or drag its edge on the canvas."""
    height: Height = 120
    """How tall it is drawn; longer text scrolls."""

    def words(self) -> str:
        text = " ".join(self.text.split())
        return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


class Note(CanvasOnly[NoteParams]):
    """Says something to whoever reads the drawing. It never runs, and no result depends on it.

    When: a step needs a reason, or a colleague a hint. Serving: not part of an endpoint. Source: a piece of paper.
    """

    family = "note"
    spec = Spec(
        key="note",
        title="Note",
        category="canvas",
        icon="sticky_note_2",
        about="Says something to whoever reads the drawing.",
        words=("comment", "annotation", "text", "sticky note", "documentation"),
        inputs=(),
        outputs=(),
        serving="training_only",
        example={"text": "Prices are net until 2024."},
    )
