"""What a run was set to: pipeline parameters and the params of its models, each under one name."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.base import Model
from components.catalog import component
from components.errors import ComponentError
from engine.errors import CanvasbackError
from engine.graph import Node, Pipeline, defaults_of

LONGEST = 200
"""Letters of a value; a longer text is no setting that one filters by."""


def settings_of(pipeline: Pipeline, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What runs of a pipeline may be told apart by.

    Returns
    -------
    dict
        Pipeline parameters by their names; of each model node its component as ``node`` and its params as
        ``node.param``, those that nobody set among them. Lists are left out: they are columns, not settings.
    """
    found = dict(pipeline.values(asked))
    for node in pipeline.filled_in(asked).nodes:
        if _is_model(node):
            found[node.id] = node.component
            found |= {
                f"{node.id}.{name}": value for name, value in scalars({**defaults_of(node.component), **node.params})
            }
    return dict(scalars(found))


def _is_model(node: Node) -> bool:
    if node.disabled:
        return False
    try:
        return issubclass(component(node.component), Model)
    except (ComponentError, CanvasbackError):
        return False


def scalars(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Those that are one value: no list, no empty or very long text."""
    for name, value in values.items():
        if isinstance(value, bool | int | float) or (isinstance(value, str) and 0 < len(value) <= LONGEST):
            yield name, value
