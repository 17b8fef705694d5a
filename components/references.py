"""Where params speak of columns, as their JSON Schema says, so that they can follow a column that is renamed.

Params speak of the columns of an input by their type (`Columns`, `ColumnPick`), in an expression, and by the keys of a
mapping that are columns. What a component calls the columns it makes is marked by `NewColumn`.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from components import expressions
from components.errors import RefusedExpression
from components.params import Params

Told = Callable[[str, str], str]
"""What a column is called from now on, given the input port (empty for the first one) and its name until now."""

Schema = Mapping[str, Any]
Path = tuple[str | int, ...]
"""Where in the params: ``("aggregations", 0, "name")``."""

EXCEPTIONS = ("except", "exceptions", "names")


def renamed(kind: type[Params], params: Mapping[str, Any], told: Told) -> dict[str, Any]:
    """Params as drawn, speaking of columns by other names; what cannot be read stays as it is."""
    return _Retelling(kind, told).params(params)


def replacing(kind: type[Params], params: Mapping[str, Any], told: Told) -> dict[str, Any]:
    """The same, and the columns that the component makes in the place of one that has another name now."""
    followed = renamed(kind, params, told)
    for path in names_made(kind, params):
        name = at(params, path)
        if isinstance(name, str) and not _is_of_columns(kind, path) and told("", name) != name:
            followed = put(followed, path, told("", name))
    return followed


def mentioned(kind: type[Params], params: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Every column that the params speak of: the field, the input port (empty for the first one) and the name."""
    found: dict[tuple[str, str, str], None] = {}
    for field in params:

        def note(port: str, name: str, field: str = field) -> str:
            found[field, port, name] = None
            return name

        _Retelling(kind, note).params({field: params[field]})
    return list(found)


def names_made(kind: type[Params], params: Mapping[str, Any]) -> Iterator[Path]:
    """Where the params say, or may say, what a column is called that the component makes."""
    schema = _schema(kind)
    yield from _names_in(schema, params, schema, ())


def mappings(kind: type[Params]) -> Iterator[str]:
    """The fields that give columns other names: from the name in the input to the one in the output."""
    schema = _schema(kind)
    for field, inner in schema.get("properties", {}).items():
        found = _followed(inner, schema)
        values = found.get("additionalProperties")
        if found.get("x-keys") == "columns" and isinstance(values, Mapping) and "x-makes" in _followed(values, schema):
            yield field


def put(params: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The params with another value at one place."""
    return _put(params, path, value)  # type: ignore[no-any-return]  # a mapping with a value put into it


def _put(inside: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        items = list(inside)
        items[step] = _put(items[step], tuple(rest), value)
        return items
    return {**(inside or {}), step: _put((inside or {}).get(step), tuple(rest), value)}


def at(inside: Any, path: Path) -> Any:
    """What stands at one place of the params; None where nothing does."""
    for step in path:
        inside = inside[step] if isinstance(step, int) else (inside or {}).get(step)
    return inside


def _is_of_columns(kind: type[Params], path: Path) -> bool:
    """Whether a name is what a mapping of columns says: it takes no column's place."""
    return path[0] in list(mappings(kind))


class _Retelling:
    """Walks params and their schema side by side."""

    def __init__(self, kind: type[Params], told: Told) -> None:
        self.root = _schema(kind)
        self.told = told

    def params(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return self._object(params, self.root)

    def _value(self, value: Any, schema: Schema) -> Any:
        schema = _followed(schema, self.root)
        port = schema.get("x-input", "")
        if schema.get("x-keys") == "columns":
            return self._keys(value, port)
        match schema.get("x-widget"):
            case "columns":
                return self._columns(value, port)
            case "column":
                return self._names(value, port)
            case "expression":
                return self._expression(value)
        options = schema.get("anyOf") or schema.get("oneOf")
        if options:
            option = next((one for one in options if _fits(value, _followed(one, self.root))), None)
            return value if option is None else self._value(value, option)
        if isinstance(value, Mapping):
            return self._object(value, schema)
        if isinstance(value, list | tuple) and isinstance(schema.get("items"), Mapping):
            return type(value)(self._value(item, schema["items"]) for item in value)
        return value

    def _object(self, value: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        rest = others if isinstance(others, Mapping) else {}
        return {name: self._value(inner, known.get(name, rest)) for name, inner in value.items()}

    def _columns(self, value: Any, port: str) -> Any:
        if not isinstance(value, Mapping):
            return value if isinstance(value, str) else self._names(value, port)
        return {part: self._names(inner, port) if part in EXCEPTIONS else inner for part, inner in value.items()}

    def _names(self, value: Any, port: str) -> Any:
        if isinstance(value, str):
            return self.told(port, value)
        if isinstance(value, list | tuple):
            return type(value)(self.told(port, name) if isinstance(name, str) else name for name in value)
        return value

    def _keys(self, value: Any, port: str) -> Any:
        if not isinstance(value, Mapping):
            return value
        found = {self.told(port, name) if isinstance(name, str) else name: inner for name, inner in value.items()}
        return found if len(found) == len(value) else value

    def _expression(self, text: Any) -> Any:
        if not isinstance(text, str):
            return text
        try:
            names = {name: self.told("", name) for name in sorted(expressions.columns(text))}
        except RefusedExpression:
            return text
        changed = {old: new for old, new in names.items() if old != new}
        return expressions.rename(text, changed) if changed else text


def _names_in(schema: Schema, value: Any, root: Schema, path: Path) -> Iterator[Path]:
    schema = _followed(schema, root)
    options = schema.get("anyOf") or schema.get("oneOf")
    if "x-makes" in schema or any("x-makes" in _followed(one, root) for one in options or ()):
        yield path
    elif options:
        option = next((one for one in options if _fits(value, _followed(one, root))), None)
        if option is not None:
            yield from _names_in(option, value, root, path)
    elif isinstance(value, Mapping):
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        for name in dict.fromkeys((*known, *value)):
            inner = known.get(name, others if isinstance(others, Mapping) else {})
            yield from _names_in(inner, value.get(name), root, (*path, name))
    elif isinstance(value, list | tuple) and isinstance(schema.get("items"), Mapping):
        for place, item in enumerate(value):
            yield from _names_in(schema["items"], item, root, (*path, place))


@cache
def _schema(kind: type[Params]) -> Schema:
    return kind.model_json_schema()


def _followed(schema: Schema, root: Schema) -> Schema:
    """The schema that a reference stands for, with what is said beside the reference."""
    while "$ref" in schema or len(schema.get("allOf", ())) == 1:
        rest = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
        target = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema["allOf"][0]
        schema = {**target, **rest}
    return schema


def _fits(value: Any, schema: Schema) -> bool:
    """Whether a value is of the kind that one option of a union describes."""
    kind = schema.get("type")
    if schema.get("x-widget") == "columns":
        return isinstance(value, str | list | tuple | Mapping)
    if isinstance(value, Mapping):
        known = schema.get("properties", {})
        tags = {name: one["const"] for name, one in known.items() if "const" in one}
        return kind == "object" and all(value.get(name) == tag for name, tag in tags.items())
    if isinstance(value, list | tuple):
        return kind == "array"
    return kind == "string" if isinstance(value, str) else value is None and kind == "null"
