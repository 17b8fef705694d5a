"""Reading the parts of a pipeline's document; what does not fit is refused with its place."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from engine.errors import InvalidPipeline
from engine.graph.node import Edge, Node, first_port

FORMAT = 1
MAX_NODES = 2_000
MAX_EDGES = 10_000

_PARTS = {"format", "name", "params", "nodes", "edges", "layout"}
_NAME = r"[a-z][a-z0-9_]{0,63}"
_EDGE = re.compile(rf"\s*(?P<source>{_NAME})(\.(?P<out>{_NAME}))?\s*->\s*(?P<target>{_NAME})(\.(?P<in>{_NAME}))?\s*")


def check_document(document: Any) -> None:
    """What must hold before its parts are read one by one.

    Raises
    ------
    InvalidPipeline
    """
    if not isinstance(document, dict) or "nodes" not in document:
        raise InvalidPipeline("This is no pipeline: it has no nodes.", hint="See examples/ for the format.")
    found = document.get("format", FORMAT)
    if found != FORMAT:
        raise InvalidPipeline(
            f"This pipeline has format {str(found)[:80]}; this version reads format {FORMAT}.",
            hint=_other_format(found),
            detail=at("format"),
        )
    unknown = sorted(set(document) - _PARTS, key=str)
    if unknown:
        raise InvalidPipeline(f"A pipeline has no part called {str(unknown[0])[:80]!r}.", detail=at(unknown[0]))
    _check_sizes(document)


def read_nodes(document: Mapping[str, Any]) -> tuple[Node, ...]:
    """The nodes of a document.

    Raises
    ------
    InvalidPipeline
    """
    return tuple(_read_node(node_id, body) for node_id, body in _mapping(document["nodes"], "nodes").items())


def read_edges(document: Mapping[str, Any], nodes: tuple[Node, ...]) -> tuple[Edge, ...]:
    """The wires of a document; ports left out are the component's first ones.

    Raises
    ------
    InvalidPipeline
    """
    keys = {node.id: node.component for node in nodes}
    texts = document.get("edges") or []
    if not isinstance(texts, list):
        raise InvalidPipeline("This is no pipeline: edges must be a list.", detail=at("edges"))
    return tuple(_read_edge(place, text, keys) for place, text in enumerate(texts))


def at(*path: Any) -> dict[str, Any]:
    """Which part of the document an error is about."""
    return {"at": [part if isinstance(part, int) else str(part)[:200] for part in path]}


def _other_format(found: Any) -> str:
    if isinstance(found, int) and found > FORMAT:
        return "A newer Canvasback wrote it: update this one."
    return "Export it again with the version that wrote it."


def _check_sizes(document: Mapping[str, Any]) -> None:
    """In words, before thousands of nodes are read one by one."""
    for part, most in (("nodes", MAX_NODES), ("edges", MAX_EDGES)):
        found = document.get(part)
        if isinstance(found, dict | list) and len(found) > most:
            raise InvalidPipeline(
                f"This pipeline has {len(found):,} {part}; {most:,} are the most.",
                hint="Split it into several pipelines.",
                detail=at(part),
            )


def _mapping(value: Any, *path: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        what = ".".join(str(part)[:80] for part in path)
        raise InvalidPipeline(f"This is no pipeline: {what} must be a mapping.", detail=at(*path))
    return value


def _read_node(node_id: Any, body: Any) -> Node:
    body = _mapping(body, "nodes", node_id)
    if "id" in body:
        hint = "The name before the colon is its id."
        raise InvalidPipeline(f"Node {node_id!r} has an id of its own.", hint=hint, detail=at("nodes", node_id, "id"))
    try:
        return Node.model_validate({"id": node_id, **body})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InvalidPipeline(
            f"Node {str(node_id)[:80]!r}: {field}: {first['msg']}.",
            hint="A node has an id of lower-case letters, digits and underscores, a component, "
            "params, and disabled (true or false).",
            detail=at("nodes", node_id, *first["loc"]),
        ) from error


def _read_edge(place: int, text: Any, keys: Mapping[str, str]) -> Edge:
    match = _EDGE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidPipeline(
            f"{str(text)[:80]!r} is no edge.",
            hint="Write 'node -> node' or 'node.port -> node.port'.",
            detail=at("edges", place),
        )
    source, target = match["source"], match["target"]
    for end in (source, target):
        if end not in keys:
            raise InvalidPipeline(
                f"The edge {text.strip()[:160]!r} names {end!r}, which is no node.", detail=at("edges", place)
            )
    return Edge(
        source=source,
        source_port=match["out"] or first_port(keys[source], "outputs"),
        target=target,
        target_port=match["in"] or first_port(keys[target], "inputs"),
    )
