"""What stands on the canvas and nowhere else."""

from typing import Annotated, Literal

from pydantic import Field

from components.base.component import Component, P
from components.params import Widget

Color = Literal["yellow", "orange", "pink", "green", "blue", "grey"]
WIDEST = 6_000
Width = Annotated[int, Widget(unit="pixels", advanced=True), Field(ge=120, le=WIDEST)]
Height = Annotated[int, Widget(unit="pixels", advanced=True), Field(ge=60, le=WIDEST)]


class CanvasOnly(Component[P]):
    """Something to read beside the nodes: it has no ports, is in no plan, and never runs.

    Its family says how the canvas draws it: as a ``note``, or as a ``frame`` behind the nodes.
    """

    family = "canvas"
    is_lazy = False
