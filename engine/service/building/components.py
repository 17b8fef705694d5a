"""What nodes can be: for the palette, the command line and the docs."""

import inspect
from typing import Any

from components.catalog import catalog, component, left_out, package_of
from components.expressions import FUNCTIONS
from engine.checks import MESSAGES
from engine.graph import passes

CATEGORIES = {
    "sources": "Data",
    "columns": "Columns",
    "rows": "Rows",
    "combine": "Combine",
    "prepare/impute": "Missing values",
    "prepare/encode": "Encode",
    "prepare/scale": "Scale",
    "prepare/features": "Make features",
    "prepare/balance": "Balance classes",
    "split": "Split",
    "models/classify": "Classify",
    "models/regress": "Predict numbers",
    "models/cluster": "Group rows",
    "models/anomaly": "Find outliers",
    "forecast": "Forecast",
    "recommend": "Recommend",
    "text": "Text",
    "models/combine": "Combine and tune models",
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
        "words": list(spec.words),
        "help": inspect.getdoc(found) or spec.about,
        "icon": spec.icon,
        "category": spec.category,
        "family": found.family,
        "serving": spec.serving,
        "version": spec.version,
        "package": package_of(spec.key),
        "requires": [library.install for library in spec.requires],
        "inputs": [
            {"name": port.name, "kind": port.kind, "optional": port.optional, "many": port.many} for port in spec.inputs
        ],
        "outputs": [{"name": port.name, "kind": port.kind} for port in spec.outputs],
        "passes": bool(passes(found)),
        "params": found.params_type().model_json_schema(),
        "example": dict(spec.example),
    }


def list_left_out() -> list[dict[str, str]]:
    """What other packages bring that could not be taken: package, key, reason."""
    return [{"package": one.package, "key": one.key, "reason": one.reason} for one in left_out()]


def list_categories() -> list[dict[str, str]]:
    """Categories in the order of the palette."""
    used = {found.spec.category for found in catalog().values()}
    ordered = [key for key in CATEGORIES if key in used] + sorted(used - set(CATEGORIES))
    return [{"key": key, "title": CATEGORIES.get(key, key.split("/")[-1].capitalize())} for key in ordered]


def list_functions() -> list[dict[str, str]]:
    """The functions that expressions may call: name, signature, about."""
    return [{"name": one.name, "signature": one.signature, "about": one.about} for one in FUNCTIONS.values()]


def canvas_messages() -> dict[str, str]:
    """Why a wire is refused, by reason: the texts that `engine.checks.check_edge` raises."""
    return dict(MESSAGES)
