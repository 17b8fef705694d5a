"""A pipeline's file as plain data: YAML without its surprises, and where each part of it is written."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from engine.errors import InvalidPipeline

MAX_TEXT = 2_000_000
MAX_DEPTH = 60

_TAG = "tag:yaml.org,2002:"
_BOOLEAN = re.compile(r"^(true|True|TRUE|false|False|FALSE)$")
_OWN = (_TAG + "bool", _TAG + "timestamp")


class _Yaml(yaml.CSafeLoader):
    """Safe YAML in which only true and false are booleans, and a date is a text: a join's param ``on`` stays a name."""


_Yaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag not in _OWN]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml.add_implicit_resolver(_TAG + "bool", _BOOLEAN, list("tTfF"))


def _refuse(loader: _Yaml, node: yaml.Node) -> NoReturn:
    kind = node.tag.removeprefix(_TAG)
    raise yaml.constructor.ConstructorError(None, None, f"a value of the kind {kind} is not read", node.start_mark)


def _finite(loader: _Yaml, node: yaml.ScalarNode) -> float:
    number = float(loader.construct_yaml_float(node))
    if not math.isfinite(number):
        raise yaml.constructor.ConstructorError(None, None, "a number must be finite", node.start_mark)
    return number


_Yaml.add_constructor(_TAG + "float", _finite)
for _kind in ("timestamp", "binary", "set", "omap", "pairs"):
    _Yaml.add_constructor(_TAG + _kind, _refuse)


@dataclass(frozen=True)
class Place:
    """Where something is written; lines and columns are counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Written:
    """A text that was read.

    Parameters
    ----------
    data
        What it says: mappings, lists, texts, numbers, true, false and null.
    """

    data: Any
    _root: yaml.Node | None = field(default=None, repr=False)

    def place(self, *path: str | int) -> Place:
        """Where a part begins, such as ``"nodes", "fill", "params"``; of what is not there, where it would belong."""
        mark, node = getattr(self._root, "start_mark", None), self._root
        for step in path:
            found = _part(node, step)
            if found is None:
                break
            mark, node = found
        return _place(mark)


def read_yaml(text: str) -> Written:
    """Read a YAML text (or JSON, which is YAML).

    Raises
    ------
    InvalidPipeline
        With ``line`` and ``column`` in its detail.
    """
    if len(text) > MAX_TEXT:
        raise InvalidPipeline(f"The pipeline file has over {MAX_TEXT:,} characters.")
    try:
        found = _json(text)
        if found is not None:
            return found
        _check_events(text)
        return _composed(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:  # an integer of 5,000 digits is a ValueError
        raise _not_yaml(error, text.count("\n")) from error


def _json(text: str) -> Written | None:
    """JSON by its own rules, because for YAML 1.1 ``1e-7`` is a text; None for what is YAML."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        data = json.loads(text, parse_constant=_none, object_pairs_hook=_once)
        _check_depth(data)
    except (ValueError, RecursionError):
        return None  # what is wrong with it is told with its place, as YAML
    return Written(data)


def _check_depth(data: Any) -> None:
    todo = [(data, 1)]
    while todo:
        item, depth = todo.pop()
        if depth > MAX_DEPTH:
            raise ValueError("too deep")
        inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        todo.extend((one, depth + 1) for one in inner)


def _none(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def _composed(text: str) -> Written:
    loader = _Yaml(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return Written(None)
        _check_names(root)
        return Written(loader.construct_document(root), root)
    finally:
        loader.dispose()


def _check_events(text: str) -> None:
    """Before anything is built of it: a text with aliases or without end in its depth is not read further."""
    depth = 0
    for event in yaml.parse(text, Loader=_Yaml):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _invalid("The pipeline file uses YAML anchors, which are not read.", event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _invalid(f"The pipeline file is nested more than {MAX_DEPTH} levels deep.", event.start_mark)


def _check_names(root: yaml.Node) -> None:
    """YAML lets the last of two equal names win: a node would be lost in silence."""
    for path, mapping in _mappings(root):
        where = ".".join(path) or "The pipeline"
        seen: set[str] = set()
        for name, _ in mapping.value:
            if not isinstance(name, yaml.ScalarNode) or name.tag not in (_TAG + "str", _TAG + "merge"):
                said = f" {name.value[:80]}" if isinstance(name, yaml.ScalarNode) else ""
                raise _invalid(f"{where}: the name{said} is no text.", name.start_mark, "Write it in quotes.")
            if name.value in seen:
                hint = "Give one of them another name, or take one away."
                raise _invalid(f"{where}: {name.value[:80]!r} is there twice.", name.start_mark, hint)
            seen.add(name.value)


def _mappings(root: yaml.Node) -> Iterator[tuple[tuple[str, ...], yaml.MappingNode]]:
    """Every mapping in the order of the text, with the names that lead to it."""
    todo: list[tuple[tuple[str, ...], yaml.Node]] = [((), root)]
    while todo:
        path, node = todo.pop()
        if isinstance(node, yaml.MappingNode):
            yield path, node
            todo.extend(((*path, str(name.value)[:80]), value) for name, value in reversed(node.value))
        elif isinstance(node, yaml.SequenceNode):
            todo.extend((path, item) for item in reversed(node.value))


def _part(node: yaml.Node | None, step: str | int) -> tuple[Any, yaml.Node] | None:
    """Where a part of a collection is written, and the part itself."""
    if isinstance(node, yaml.MappingNode):
        return next(((name.start_mark, value) for name, value in node.value if name.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark, node.value[step]
    return None


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark is not None else Place(1, 1)


def _invalid(message: str, mark: Any, hint: str = "") -> InvalidPipeline:
    place = _place(mark)
    return InvalidPipeline(message, hint=hint, detail={"line": place.line, "column": place.column})


def _not_yaml(error: Exception, last: int) -> InvalidPipeline:
    mark = getattr(error, "problem_mark", None)
    why = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "")[:200]
    place = _place(mark)
    line = min(place.line, last + 1)  # the end of a text counts as a line of its own
    where = f" in line {line}" if mark is not None else ""
    return InvalidPipeline(
        f"This is not YAML{where}{f': {why}' if why else ''}.",
        hint="See examples/ for the format.",
        detail={"line": line, "column": place.column},
    )
