"""Models whose fields are explained by the text under each, as the form and the docs show it.

Pydantic can read these texts itself, but does so when a class is made, by looking for its source: 4 ms for each of two
hundred components, in every process. Here a module is parsed once, when a schema with explanations is asked for.
"""

import ast
import inspect
import itertools
import sys
from collections.abc import Iterator, Mapping
from functools import cache

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

Texts = Mapping[str, Mapping[str, str]]
"""The text under each field, by the qualified name of its class."""


class Described(BaseModel):
    """A frozen value; unknown names are refused. The docstring under each field is its help."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        defer_build=True,  # pydantic makes a validator when the first value comes
        field_title_generator=lambda name, _: name.replace("_", " ").capitalize(),
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        told = field_texts(cls)
        for name, field in handler.resolve_ref_schema(schema).get("properties", {}).items():
            if name in told:
                field.setdefault("description", told[name])
        return schema


@cache
def field_texts(kind: type) -> Mapping[str, str]:
    """The text under each field of a class, its own before those of its ancestors."""
    found: dict[str, str] = {}
    for ancestor in reversed(kind.__mro__):
        if issubclass(ancestor, Described) and ancestor is not Described:
            found |= _texts(ancestor.__module__).get(ancestor.__qualname__, {})
    return found


@cache
def _texts(module: str) -> Texts:
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (KeyError, OSError, TypeError):  # typed in, or shipped without its source
        return {}
    return {name: dict(_fields(body)) for name, body in _classes(tree)}


def _classes(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, list[ast.stmt]]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield inside + node.name, node.body
            yield from _classes(node, f"{inside}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield from _classes(node, f"{inside}{node.name}.<locals>.")


def _fields(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for statement, after in itertools.pairwise(body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            match after:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    yield statement.target.id, inspect.cleandoc(text)
