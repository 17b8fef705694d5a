"""What nodes can be: for the palette, the command line and the docs."""

import inspect
from typing import Any

from components.base import Component, Estimator, Evaluation, LearnedTransform, Output, Source, Split
from components.base.canvas import CanvasOnly
from components.catalog import catalog, component
from engine.checks import MESSAGES

FAMILIES: tuple[tuple[type[Component[Any]], str], ...] = (
    (Source, "source"),
    (LearnedTransform, "learned_transform"),
    (Split, "split"),
    (Estimator, "estimator"),
    (Evaluation, "evaluation"),
    (Output, "output"),
    (CanvasOnly, "canvas"),
)

CATEGORIES = {
    "sources": "Data",
    "columns": "Columns",
    "rows": "Rows",
    "combine": "Combine",
    "prepare/impute": "Missing values",
    "prepare/encode": "Encode",
    "prepare/scale": "Scale",
    "split": "Split",
    "models/classify": "Classify",
    "models/regress": "Predict numbers",
    "evaluate": "Evaluate",
    "quality": "Quality",
    "outputs": "Outputs",
    "canvas": "Canvas",
}
"""Categories in the order of the palette; others follow by name."""


def list_components() -> list[dict[str, Any]]:
    """Every component: key, title, about, ports, params as JSON Schema."""
    return [describe_component(key) for key in catalog()]


def describe_component(key: str) -> dict[str, Any]:
    """One component.

    Raises
    ------
    UnknownComponent
    """
    found = component(key)
    spec = found.spec
    return {
        "key": spec.key,
        "title": spec.title,
        "about": spec.about,
        "help": inspect.getdoc(found) or spec.about,
        "icon": spec.icon,
        "category": spec.category,
        "family": next((name for family, name in FAMILIES if issubclass(found, family)), "transform"),
        "serving": spec.serving,
        "version": spec.version,
        "requires": [library.install for library in spec.requires],
        "inputs": [
            {"name": port.name, "kind": port.kind, "optional": port.optional, "many": port.many} for port in spec.inputs
        ],
        "outputs": [{"name": port.name, "kind": port.kind} for port in spec.outputs],
        "params": found.params_type().model_json_schema(),
        "example": dict(spec.example),
    }


def list_categories() -> list[dict[str, str]]:
    """Categories in the order of the palette."""
    used = {found.spec.category for found in catalog().values()}
    ordered = [key for key in CATEGORIES if key in used] + sorted(used - set(CATEGORIES))
    return [{"key": key, "title": CATEGORIES.get(key, key.split("/")[-1].capitalize())} for key in ordered]


def canvas_messages() -> dict[str, str]:
    """Why a wire is refused, by reason: the texts that `engine.checks.check_edge` raises."""
    return dict(MESSAGES)
