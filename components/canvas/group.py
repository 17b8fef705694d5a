"""A titled frame on the canvas."""

from typing import Annotated

from pydantic import Field

from components.base import Spec
from components.base.canvas import CanvasOnly, Color, Height, Width
from components.params import Params, Widget

MOST_MEMBERS = 2_000
NodeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class GroupParams(Params):
    title: Annotated[str, Field(max_length=110)] = ""
    """What the nodes in it do together."""
    color: Color = "blue"
    """The frame and its ground."""
    width: Width = 560
    """How wide it is drawn; or drag its edge on the canvas."""
    height: Height = 320
    """How tall it is drawn; or drag its edge on the canvas."""
    collapsed: Annotated[bool, Widget("hidden")] = False
    """Drawn as one card that stands for what is in it."""
    members: Annotated[tuple[NodeName, ...], Widget("hidden"), Field(max_length=MOST_MEMBERS)] = ()
    """What is in it while it is collapsed: then no place on the canvas says it."""

    def words(self) -> str:
        return self.title


class Group(CanvasOnly[GroupParams]):
    """Draws a titled frame behind the nodes that belong together; they move with it. It never runs, and no result
    depends on it.

    Added while nodes are selected, it is drawn around them. A node belongs to it when its middle lies inside; nothing
    is wired to it. Collapsed, it is one card with the wires that cross its border; what is in it stays as it is, and
    runs as before.

    When: a pipeline has stages that a reader should see at a glance. Serving: not part of an endpoint. Source: the
    frames of drawing programs.
    """

    family = "frame"
    spec = Spec(
        key="group",
        title="Group",
        category="canvas",
        icon="select_all",
        about="Draws a titled frame behind nodes that belong together.",
        words=("frame", "box", "section", "collapse", "container", "subprocess", "metanode"),
        inputs=(),
        outputs=(),
        serving="training_only",
        example={"title": "Cleaning", "color": "green"},
    )
