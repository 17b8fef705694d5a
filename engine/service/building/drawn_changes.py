"""What became of a drawing, in words: for the canvas, for lists, for the command line."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from components.catalog import component
from components.errors import UnknownComponent
from engine.graph import Node, NodeChange, ParamChange, Parameter, Pipeline, PipelineDiff, diff, spec_ports
from engine.service.amounts import count
from engine.service.views import View

MOST_LETTERS = 60
NOTHING = "the same drawing"
LOOKS = {"title": "renamed", "id": "another name in files", "place": "moved"}


class ParamChangeView(View):
    """A param with another value, and both values in words."""

    name: str
    label: str
    before: Any = None
    after: Any = None
    before_words: str
    after_words: str
    matters: bool = True

    @property
    def words(self) -> str:
        """The change in one line."""
        return f"{self.label}: {self.before_words} → {self.after_words}"


class NodeChangeView(View):
    """What became of one node.

    Parameters
    ----------
    before_node
        Its id before, where that was another one.
    words
        Everything that changed, one line each, what matters first.
    """

    node: str
    before_node: str | None = None
    title: str
    component: str
    state: Literal["added", "removed", "changed", "moved"]
    params: list[ParamChangeView] = Field(default_factory=list)
    words: list[str] = Field(default_factory=list)


class WireChangeView(View):
    """A wire that came or went; a removed one goes by the ids that its nodes have now."""

    state: Literal["added", "removed"]
    source: str
    source_port: str
    target: str
    target_port: str
    words: str


class DrawnDiffView(View):
    """Two drawings side by side.

    Parameters
    ----------
    matters
        Whether a run may come to something else.
    in_words
        The difference in one line.
    """

    before: str
    after: str
    matters: bool
    in_words: str
    nodes: list[NodeChangeView] = Field(default_factory=list)
    wires: list[WireChangeView] = Field(default_factory=list)
    params: list[ParamChangeView] = Field(default_factory=list)
    others: list[str] = Field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """Everything as a text, one change a line."""
        told = [*(f"Parameter {it.words}" for it in self.params), *self.others]
        for node in self.nodes:
            what = {"added": "added", "removed": "removed"}.get(node.state)
            told += [f"{node.title}: {what}"] if what else [f"{node.title}: {line}" for line in node.words]
        return [*told, *(f"Wire {wire.state}: {wire.words}" for wire in self.wires)]


def describe_diff(before: Pipeline, after: Pipeline, names: tuple[str, str]) -> DrawnDiffView:
    """Compare two drawings that go by these names."""
    found = diff(before, after)
    moved = [after.by_id[key] for key in _reordered(found) if key not in found.by_id]
    told = [*found.nodes, *(NodeChange(node, node) for node in moved)]
    nodes = sorted((_node(it, found) for it in told), key=_rank)
    return DrawnDiffView(
        before=names[0],
        after=names[1],
        matters=found.matters,
        in_words=change_words(found),
        nodes=nodes,
        wires=list(_wires(found, before, after)),
        params=[_param(it, {}) for it in found.params],
        others=[f"The pipeline's {name.replace('_', ' ')} changed" for name in found.fields],
    )


def change_words(found: PipelineDiff) -> str:
    """How much changed, in a few words.

    >>> change_words(PipelineDiff())
    'the same drawing'
    """
    told = [it for it in found.nodes if not it.node.is_only_drawn]
    come, gone = (sum(it.state == state for it in told) for state in ("added", "removed"))
    params = sum(p.matters for it in told for p in it.params) + sum(it.matters for it in found.params)
    changed = {it.node.id for it in told if it.state == "changed"} | set(_reordered(found))
    inputs = {it.node.id for it in found.nodes if it.state in ("added", "removed")}
    wires = sum(it.target not in inputs for it in found.inputs)
    parts = [f"+{count(come, 'node')}"] if come else []
    parts += [f"−{count(gone, 'node')}"] if gone else []
    # Where params are all that changed, their number says enough; else every node counts that the drawing marks.
    parts += [count(len(changed), "node") + " changed"] if any(it.others for it in told) else []
    parts += [count(params, "param")] if params else []
    parts += [count(wires, "input")] if wires else []
    parts += [name.replace("_", " ") for name in found.fields]
    return ", ".join(parts) or ("only looks" if not found.is_empty else NOTHING)


def value_words(value: Any) -> str:
    """A param's value for people.

    >>> value_words(True), value_words(["a", "b"]), value_words({"select": "text", "except": ["id"]}), value_words(None)
    ('yes', 'a, b', 'all text but id', 'none')
    """
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, BaseModel):
        return value_words(_document(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return _short(str(value))
    if isinstance(value, dict) and set(value) <= {"select", "except"} and "select" in value:
        but = f" but {', '.join(map(str, value.get('except') or ()))}" if value.get("except") else ""
        chosen = value["select"]
        return _short(f"{'all columns' if chosen == 'all' else f'all {chosen}'}{but}")
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return _short(", ".join(map(str, value)))
    if isinstance(value, dict) and all(isinstance(item, str | int | float | bool) for item in value.values()):
        return _short(", ".join(f"{key}: {item}" for key, item in value.items()))
    return _short(json.dumps(value, ensure_ascii=False, default=str))


def _document(value: BaseModel) -> Any:
    return value.as_document() if isinstance(value, Parameter) else value.model_dump(mode="json", exclude_defaults=True)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_LETTERS else f"{line[: MOST_LETTERS - 1]}…"


def _reordered(found: PipelineDiff) -> list[str]:
    return list(dict.fromkeys(it.target for it in found.inputs if it.is_reordered))


def _rank(view: NodeChangeView) -> tuple[int, str]:
    return ("added", "removed", "changed", "moved").index(view.state), view.title


def _node(change: NodeChange, found: PipelineDiff) -> NodeChangeView:
    node, was = change.node, change.before
    labels = _labels(node)
    params = [_param(it, labels) for it in change.params]
    is_reordered = node.id in _reordered(found)
    words = [_other(name, change) for name in change.others]
    words += [it.words for it in params if it.matters]
    words += ["its inputs come in another order"] if is_reordered else []
    words += [f"{it.label}: {it.after_words}, written down" for it in params if not it.matters]
    words += [_look(name, change) for name in change.looks]
    return NodeChangeView(
        node=node.id,
        before_node=was.id if was is not None and was.id != node.id else None,
        title=node.label,
        component=node.component,
        state="changed" if is_reordered and change.state == "moved" else change.state,
        params=params,
        words=words,
    )


def _param(change: ParamChange, labels: Mapping[str, str]) -> ParamChangeView:
    before, after = (value_words(value) for value in (change.before, change.after))
    if isinstance(change.before, list) and isinstance(change.after, list) and len(before) + len(after) >= MOST_LETTERS:
        before, after = _apart(change.before, change.after)
    usual = [" (the default)" if not written else "" for written in change.written]
    known = [
        value is not None or written
        for value, written in zip((change.before, change.after), change.written, strict=True)
    ]
    return ParamChangeView(
        name=change.name,
        label=labels.get(change.name, change.name.replace("_", " ")),
        before=change.before,
        after=change.after,
        before_words=f"{before}{usual[0]}" if known[0] else "not set",
        after_words=f"{after}{usual[1]}" if known[1] else "not set",
        matters=change.matters,
    )


def _apart(before: Sequence[Any], after: Sequence[Any]) -> tuple[str, str]:
    """Of two long lists, what only one of them has."""
    gone = [item for item in before if item not in after]
    come = [item for item in after if item not in before]
    if not (gone or come):
        return f"{len(before)} in one order", "in another"
    told = [
        f"{len(all_)}, with {value_words(own)}" if own else str(len(all_))
        for all_, own in ((before, gone), (after, come))
    ]
    return told[0], told[1]


def _labels(node: Node) -> Mapping[str, str]:
    """What the form calls the params."""
    try:
        fields = component(node.component).params_type().model_fields
    except UnknownComponent:
        return {}
    return {name: one.title for name, one in fields.items() if one.title}


def _other(name: str, change: NodeChange) -> str:
    was, now = change.before, change.after
    if was is None or now is None:
        return name
    if name == "component":
        return f"{_kind(was)} → {_kind(now)}"
    return f"{name.replace('_', ' ')}: {value_words(getattr(was, name))} → {value_words(getattr(now, name))}"


def _kind(node: Node) -> str:
    return node.model_copy(update={"title": None}).label


def _look(name: str, change: NodeChange) -> str:
    was, now = change.before, change.after
    if was is None or now is None or name == "place":
        return LOOKS[name]
    names = (was.label, now.label) if name == "title" else (was.id, now.id)
    return f"{LOOKS[name]}: {_short(names[0])} → {_short(names[1])}"


def _wires(found: PipelineDiff, before: Pipeline, after: Pipeline) -> Iterator[WireChangeView]:
    nodes = {**{found.renamed.get(key, key): node for key, node in before.by_id.items()}, **after.by_id}
    for change in found.inputs:
        into = _end(nodes, change.target, change.port, "inputs")
        for source, port in dict.fromkeys([*change.before, *change.after]):
            is_old, is_new = (source, port) in change.before, (source, port) in change.after
            if is_old != is_new:
                yield WireChangeView(
                    state="added" if is_new else "removed",
                    source=source,
                    source_port=port,
                    target=change.target,
                    target_port=change.port,
                    words=f"{_end(nodes, source, port, 'outputs')} to {into}",
                )


def _end(nodes: Mapping[str, Node], node_id: str, port: str, side: str) -> str:
    node = nodes.get(node_id)
    if node is None:
        return node_id
    return f"{node.label} ({port})" if len(spec_ports(node.component, side)) > 1 else node.label
