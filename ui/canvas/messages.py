"""What the browser says: edits of the graph and intents. All of it is untrusted, so all of it has bounds."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

MAX_NODES = 2_000
MAX_EDGES = 10_000
MAX_TEXT = 20_000  # characters of one string
MAX_PASTED = 2_000_000  # characters of a pasted text, as many as a pipeline's file may have
MAX_BYTES = 8_000_000  # of one message
MAX_DEPTH = 24  # of nested lists and objects, graph and params together
MAX_ROWS = 1_000  # of a preview
MAX_WRITTEN = 2_000_000  # characters of a pipeline that is written, not drawn
MAX_NUMBER = 2**53  # beyond it, JavaScript's integers are not exact

NodeId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
ParamName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
PortName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Column = Annotated[str, Field(min_length=1, max_length=500)]
Serial = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
Pixels = Annotated[float, Field(ge=-1e7, le=1e7, allow_inf_nan=False)]
Params = Annotated[dict[Name, JsonValue], Field(max_length=200)]


class Refused(ValueError):
    """A message from the browser that is not what the browser sends."""


class Message(BaseModel):
    """A value from the browser: frozen, strict, and with nothing in it that is not asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class GraphNode(Message):
    """A node as it was drawn; its params are checked by its component, not here."""

    id: NodeId
    component: NodeId
    title: Annotated[str, Field(max_length=200)] | None = None
    params: Params = {}
    position: tuple[Pixels, Pixels]
    disabled: bool = False


class GraphEdge(Message):
    """A wire from an output port to an input port."""

    source: NodeId
    source_port: PortName
    target: NodeId
    target_port: PortName


class GraphParameter(Message):
    """A parameter of the pipeline; whether its default fits its type is checked where pipelines are read."""

    type: Annotated[str, Field(max_length=20)]
    default: JsonValue = None
    about: Annotated[str, Field(max_length=500)] = ""
    min: float | int | None = None
    max: float | int | None = None
    choices: Annotated[tuple[str | float | int, ...], Field(max_length=200)] = ()


class Graph(Message):
    """The newest whole snapshot of the drawing; without `params` the parameters stay as they are."""

    nodes: Annotated[tuple[GraphNode, ...], Field(max_length=MAX_NODES)]
    edges: Annotated[tuple[GraphEdge, ...], Field(max_length=MAX_EDGES)]
    params: Annotated[dict[ParamName, GraphParameter], Field(max_length=200)] | None = None


class Edit(Message):
    """A snapshot to be stored, if `base` is still the revision of the draft.

    `cid` is the browser tab, `seq` counts its edits, `attempt` how often this one was sent.
    """

    doc: Name
    cid: Name
    seq: Serial
    base: Annotated[int, Field(ge=-1, le=MAX_NUMBER)]
    graph: Graph
    attempt: Serial = Field(default=0, alias="try")


class Who(Message):
    """A person at a browser: there are no accounts, so the name is what they say it is."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    name: Annotated[str, Field(max_length=40)] = ""


class Intent(Message):
    """Something the person wants done, once; it is said when what they have drawn is stored.

    `knows` is the digest of the catalogue that the browser has: it need not be sent again. `who` is who sits there.
    """

    doc: Name
    cid: Name
    seq: Serial
    knows: Annotated[str, Field(max_length=200)] | None = None
    who: Who | None = None


class Here(Intent):
    """Somebody is here, under this name; nothing is wished for."""

    type: Literal["here"]


class CatchUp(Intent):
    """Somebody else has drawn: send the newest drawing."""

    type: Literal["catch_up"]


class Plan(Intent):
    """Say what a run would do, without running."""

    type: Literal["plan"]
    to: NodeId | None
    params: Params = {}


class Select(Intent):
    """One node is looked at, or none."""

    type: Literal["select"]
    node: NodeId | None


class Open(Intent):
    """A node was double-clicked."""

    type: Literal["open"]
    node: NodeId


class Run(Intent):
    """Run everything, or up to one node; `params` are values of parameters that are not the defaults."""

    type: Literal["run"]
    to: NodeId | None
    params: Params = {}


class Cancel(Intent):
    """Stop the run."""

    type: Literal["cancel"]


class Fix(Intent):
    """Apply the fix that a problem offers."""

    type: Literal["fix"]
    problem: Name
    fix: Name


class FixAll(Intent):
    """Apply every fix that loses nothing."""

    type: Literal["fix_all"]


class Rename(Intent):
    """What would change if a column of an output had another name?"""

    type: Literal["rename"]
    node: NodeId
    port: Name
    column: Column
    to: Column


class Retype(Intent):
    """What would change if it had another type?"""

    type: Literal["retype"]
    node: NodeId
    port: Name
    column: Column
    to: Name


class Later(Intent):
    """What after a node still calls a column as it was called with these params of the node?"""

    type: Literal["later"]
    node: NodeId
    params: Params


class Save(Intent):
    """Save the draft as a version."""

    type: Literal["save"]


class Begin(Intent):
    """Let it be drawn, or take a template: the canvas is empty."""

    type: Literal["begin"]
    of: Literal["data", "templates"]


class Paste(Intent):
    """A text from the clipboard is to be read as a part of a pipeline."""

    type: Literal["paste"]
    text: Annotated[str, Field(max_length=MAX_PASTED)]


class Look(Message):
    """What the person looks at: nothing is changed by it, so it may be asked again and again.

    `seq` rises with every new question, `attempt` with every time the same one is asked before it was answered.
    """

    doc: Name
    cid: Name
    seq: Serial
    node: NodeId | None = None
    port: Name | None = None
    rows: Annotated[int, Field(ge=1, le=MAX_ROWS)] = 50
    overlay: Literal["fitted", "serving"] | None = None
    model: NodeId | None = None
    attempt: Serial = Field(default=0, alias="try")


AnyIntent = (
    Select | Open | Run | Plan | Cancel | Fix | FixAll | Rename | Retype | Later | Save | Begin | Paste | Here | CatchUp
)
_INTENT: TypeAdapter[AnyIntent] = TypeAdapter(Annotated[AnyIntent, Field(discriminator="type")])


class Asked(Message):
    """The text view is open: it asks for the text of what is drawn, or what is to be said of its own.

    `serial` counts the questions, `attempt` how often this one was sent.
    """

    doc: Name
    serial: Serial
    text: Annotated[str, Field(max_length=MAX_WRITTEN)] | None = None
    attempt: Serial = Field(default=0, alias="try")


def read_asked(value: object) -> Asked:
    """Check what the text view asks.

    Raises
    ------
    Refused
        When it is too long, or not a question.
    """
    try:
        return Asked.model_validate(value)
    except ValidationError as error:
        raise Refused(_first_mistake(error)) from error


def check_graph(value: object) -> None:
    """Whether the canvas could send this drawing back; one that it could not would never be saved.

    Raises
    ------
    Refused
    """
    text = _bounded_json(value)
    try:
        Graph.model_validate_json(text)
    except ValidationError as error:
        raise Refused(_first_mistake(error)) from error


def read_edit(value: object) -> Edit:
    """Check an edit from the browser.

    Raises
    ------
    Refused
        When it is too big, too deep, or not an edit.
    """
    text = _bounded_json(value)
    try:
        return Edit.model_validate_json(text)
    except ValidationError as error:
        raise Refused(_first_mistake(error)) from error


def read_intent(value: object) -> Intent:
    """Check an intent from the browser.

    Raises
    ------
    Refused
        When it is too big, too deep, or not an intent.
    """
    is_paste = isinstance(value, dict) and value.get("type") == "paste"
    text = _bounded_json(value, longest=MAX_PASTED if is_paste else MAX_TEXT)
    try:
        return _INTENT.validate_json(text)
    except ValidationError as error:
        raise Refused(_first_mistake(error)) from error


def read_look(value: object) -> Look:
    """Check what the browser looks at.

    Raises
    ------
    Refused
        When it is too big, too deep, or no such question.
    """
    text = _bounded_json(value)
    try:
        return Look.model_validate_json(text)
    except ValidationError as error:
        raise Refused(_first_mistake(error)) from error


def read_graph(value: object) -> Graph:
    """Check a graph that comes from somewhere else, before it is handed to the browser.

    Raises
    ------
    Refused
        When the browser could not send it back.
    """
    text = _bounded_json(value)
    try:
        return Graph.model_validate_json(text)
    except ValidationError as error:
        raise Refused(_first_mistake(error)) from error


def _bounded_json(value: object, longest: int = MAX_TEXT) -> str:
    _check_shape(value, longest)
    return _json(value)


def _json(value: object) -> str:
    try:
        text = json.dumps(value, allow_nan=False)
    except RecursionError as error:
        raise Refused("The message is nested too deeply.") from error
    except (TypeError, ValueError) as error:
        raise Refused("The message is not JSON.") from error
    if len(text) > MAX_BYTES:
        raise Refused("The message is too big.")
    return text


def _check_shape(value: Any, longest: int) -> None:
    """Without recursion, so that a deep message cannot exhaust the stack."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH + 1):
        level = _parts(level, longest)
        if not level:
            return
    raise Refused("The message is nested too deeply.")


def _parts(level: list[Any], longest: int) -> list[Any]:
    """What lists and objects are made of, one level below; an object's names are texts, too."""
    parts: list[Any] = []
    for item in level:
        if isinstance(item, str) and len(item) > longest:
            raise Refused(f"A text in the message has more than {longest:,} characters.")
        if isinstance(item, dict):
            parts += item
            parts += item.values()
        elif isinstance(item, list | tuple):
            parts += item
    return parts


def _first_mistake(error: ValidationError) -> str:
    """Where and what, never the value itself: it may hold data."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}"
