"""What a change of the drawing will change, listed before it is made."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from engine.graph import Node, Pipeline
from engine.refactor.follow import Followed

Kind = Literal["insert", "param", "derived", "look"]

LONG = 200
"""Letters of a value that are shown."""


@dataclass(frozen=True)
class Change:
    """One line of the list.

    Parameters
    ----------
    kind
        ``insert``: the node is new. ``param``: a value of the field becomes another. ``derived``: a column that the
        node makes will be called otherwise. ``look``: nothing can be promised, the note says why.
    label
        What a person calls the node.
    """

    kind: Kind
    node: str
    label: str
    field: str | None = None
    before: str = ""
    after: str = ""
    note: str = ""


@dataclass(frozen=True)
class Proposal:
    """A drawing that may take the place of another, and how it differs."""

    title: str
    pipeline: Pipeline
    changes: tuple[Change, ...]

    @property
    def uses(self) -> int:
        """How many places follow."""
        return sum(change.kind == "param" for change in self.changes)

    def as_data(self) -> dict[str, Any]:
        """As a JSON document, without the drawing."""
        return {"title": self.title, "uses": self.uses, "changes": [asdict(change) for change in self.changes]}


def proposed(title: str, before: Pipeline, followed: Followed, more: tuple[Change, ...] = ()) -> Proposal:
    """The proposal to take a drawing in which everything has followed, in the order in which rows flow."""
    after = followed.pipeline
    order = {node_id: place for place, node_id in enumerate(after.order())}
    found = [*_differences(before, after), *_derived(followed), *more, *_to_look_at(followed)]
    return Proposal(title, after, tuple(sorted(found, key=lambda it: (it.kind == "look", order.get(it.node, 0)))))


def _differences(before: Pipeline, after: Pipeline) -> Iterator[Change]:
    for node in after.nodes:
        was = before.by_id.get(node.id)
        if was is None:
            yield Change("insert", node.id, node.label, note=_said(node.params))
            continue
        for field in dict.fromkeys((*was.params, *node.params)):
            for old, new in _leaves(was.params.get(field), node.params.get(field)):
                yield Change("param", node.id, node.label, field, old, new)


def _derived(followed: Followed) -> Iterator[Change]:
    for node_id, names in followed.derived.items():
        node = followed.pipeline.by_id.get(node_id)
        for old, new in names.items() if node else ():
            yield Change("derived", node_id, _label(node, node_id), before=old, after=new)


def _to_look_at(followed: Followed) -> Iterator[Change]:
    for node_id, said in followed.unsure.items():
        node = followed.pipeline.by_id.get(node_id)
        for field, text in said:
            yield Change("look", node_id, _label(node, node_id), field, note=text)


def _label(node: Node | None, node_id: str) -> str:
    return node.label if node else node_id


def _leaves(before: Any, after: Any) -> Iterator[tuple[str, str]]:
    """The smallest parts in which two values differ."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping) and len(before) == len(after):
        for (old, inner), (new, other) in zip(before.items(), after.items(), strict=True):
            if old != new:
                yield str(old), str(new)
            yield from _leaves(inner, other)
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple) and len(before) == len(after):
        for inner, other in zip(before, after, strict=True):
            yield from _leaves(inner, other)
    else:
        yield _said(before), _said(after)


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        text = ", ".join(f"{key}: {_said(inner)}" for key, inner in value.items())
    elif isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        text = ", ".join(value)
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONG else text[: LONG - 1] + "…"
