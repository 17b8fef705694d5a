"""What a drawing is made of: nodes and the wires between them."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from components.base import CanvasOnly, Component
from components.catalog import component
from components.errors import UnknownComponent
from components.ports import Port

NodeId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
PortName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Node(BaseModel):
    """One component on the canvas, with its params as drawn (selectors and ``${…}`` unresolved).

    Parameters
    ----------
    disabled
        Switched off: bypassed where something can pass, else left out with what needs it (`engine.graph.in_effect`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: NodeId
    component: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    params: dict[str, Any] = Field(default_factory=dict)
    title: Annotated[str, Field(max_length=200)] | None = None
    disabled: StrictBool = False

    @property
    def label(self) -> str:
        """What a person calls this node."""
        try:
            return self.title or component(self.component).spec.title
        except UnknownComponent:
            return self.id

    @property
    def is_only_drawn(self) -> bool:
        """Whether it stands on the canvas and never runs."""
        try:
            return issubclass(component(self.component), CanvasOnly)
        except UnknownComponent:
            return False


class Edge(BaseModel):
    """A wire from an output port to an input port."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: NodeId
    source_port: PortName
    target: NodeId
    target_port: PortName


def spec_ports(key: str, side: str) -> tuple[Port, ...]:
    """The ports of a component; none for an unknown one."""
    try:
        spec = component(key).spec
    except UnknownComponent:
        return ()
    return spec.inputs if side == "inputs" else spec.outputs


def component_of(node: Node) -> type[Component[Any]]:
    """The component a node is made of.

    Raises
    ------
    UnknownComponent
    """
    return component(node.component)


def first_port(key: str, side: str) -> str:
    """The name of a component's first input or output."""
    ports = spec_ports(key, side)
    return ports[0].name if ports else "table"


def rows_port(node: Node) -> str | None:
    """The input through which a node's rows come: its first table input."""
    return next((port.name for port in spec_ports(node.component, "inputs") if port.kind == "table"), None)


def makes_new_rows(node: Node, port: str) -> bool:
    """Whether rows begin here: at a boundary, or at what a join leaves over."""
    try:
        spec = component(node.component).spec
    except UnknownComponent:
        return False
    return spec.serving == "boundary" or (spec.serving == "lookup" and port != spec.outputs[0].name)
