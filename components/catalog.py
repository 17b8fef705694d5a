"""Which components exist: found by walking this package, and by the entry points of others."""

import difflib
import gc
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

import components
from components.base import Component
from components.errors import UnknownComponent

ENTRY_POINTS = "canvasback.components"

AnyComponent = type[Component[Any]]


@cache
def catalog() -> Mapping[str, AnyComponent]:
    """Every component by key, sorted by category and title."""
    found = sorted(_discover(), key=lambda component: (component.spec.category, component.spec.title))
    gc.freeze()  # what is imported by now stays for good: the collector need not walk through it again and again
    return MappingProxyType({component.spec.key: component for component in found})


@cache
def _older_keys() -> Mapping[str, str]:
    return {old: key for key, component in catalog().items() for old in component.spec.replaces}


def component(key: str) -> AnyComponent:
    """The component with a key, or the one that replaces it.

    Raises
    ------
    UnknownComponent
        With the nearest keys as a hint.
    """
    known = catalog()
    found = known.get(_older_keys().get(key, key))
    if found is None:
        close = difflib.get_close_matches(key, known, n=3)
        hint = f"Did you mean {', '.join(close)}?" if close else "See `canvasback components` for what there is."
        raise UnknownComponent(f"There is no component {key!r}.", hint=hint)
    return found


def _discover() -> Iterator[AnyComponent]:
    for module in pkgutil.walk_packages(components.__path__, prefix="components."):
        yield from _in_module(importlib.import_module(module.name))
    for entry in entry_points(group=ENTRY_POINTS):
        yield from _in_module(entry.load())


def _in_module(module: Any) -> Iterator[AnyComponent]:
    for value in vars(module).values():
        is_own = isinstance(value, type) and value.__module__ == module.__name__
        if is_own and issubclass(value, Component) and "spec" in vars(value):
            yield value
