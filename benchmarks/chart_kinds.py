"""One chart of each kind, over the customers of `benchmarks/data.py`; plain Python, because both sides read it."""

from collections.abc import Mapping
from typing import Any

CHARTS: Mapping[str, Mapping[str, Any]] = {
    "bar": {"kind": "bar", "x": "product", "y": "amount", "aggregate": "mean"},
    "bar of medians": {"kind": "bar", "x": "product", "y": "amount", "aggregate": "median"},
    "stacked bar": {"kind": "stacked_bar", "x": "product", "color": "channel"},
    "pie": {"kind": "pie", "x": "channel"},
    "pyramid": {"kind": "pyramid", "x": "age", "color": "churned"},
    "line": {"kind": "line", "x": "signup", "y": "amount", "aggregate": "mean", "every": "month"},
    "area": {"kind": "area", "x": "signup", "y": "amount", "aggregate": "sum", "color": "channel", "every": "month"},
    "scatter": {"kind": "scatter", "x": "age", "y": "balance"},
    "bubble": {"kind": "bubble", "x": "age", "y": "balance", "size": "visits", "color": "region"},
    "box": {"kind": "box", "x": "region", "y": "balance"},
    "violin": {"kind": "violin", "x": "channel", "y": "balance"},
    "histogram": {"kind": "histogram", "x": "balance"},
    "density": {"kind": "density", "x": "balance", "color": "channel"},
    "heat map": {"kind": "heatmap", "x": "region", "y": "product", "color": "amount", "aggregate": "mean"},
    "pivot table": {"kind": "pivot", "x": "region", "y": "channel", "color": "amount", "aggregate": "sum"},
    "correlation": {"kind": "correlation"},
    "map": {"kind": "map", "x": "score", "y": "age"},
}
