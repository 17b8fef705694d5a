"""What our side draws, as documents."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from engine.graph import Pipeline

NINE_COLUMNS = ("age", "amount", "duration", "balance", "rate", "visits", "region", "product", "channel")
EXAMPLES = Path(__file__).parents[1] / "examples"

PREPARE: dict[str, Any] = {
    "customers": {"component": "dataset", "params": {"dataset": "customers"}},
    "frequent": {"component": "filter_rows", "params": {"condition": "visits > 1"}},
    "derive": {"component": "formula", "params": {"name": "ratio", "expression": "amount / duration"}},
    "drop": {"component": "drop_columns", "params": {"columns": ["customer_id", "signup"]}},
    "fill": {"component": "impute_mean", "params": {"columns": "numeric"}},
    "fill_texts": {"component": "impute_mode", "params": {"columns": "text"}},
    "scale": {"component": "standardize", "params": {"columns": "numeric"}},
    "encode": {"component": "encode_one_hot", "params": {"columns": "text"}},
}

LEARN: dict[str, Any] = {
    "split": {"component": "split_random", "params": {"test": 0.2, "stratify": "churned", "seed": 7}},
    "model": {"component": "hist_gradient_boosting_classifier", "params": {"target": "churned"}},
    "evaluate": {"component": "evaluate"},
}


def drawing(name: str) -> Pipeline:
    """One of the pipelines by its name."""
    return {"prepare": prepare, "plain": plain, "whole": whole_run, "heavy": heavy, "flights": flights}[name]()


def prepare() -> Pipeline:
    """Filter, derive, impute, scale, one-hot: 65 columns of a matrix."""
    return _chain("prepare", PREPARE)


def plain() -> Pipeline:
    """Impute, scale, one-hot alone: 64 columns."""
    return _chain("plain", {name: node for name, node in PREPARE.items() if name not in ("frequent", "derive")})


def whole_run(bins: int = 10) -> Pipeline:
    """The preparation, a split, gradient boosting and its evaluation.

    Parameters
    ----------
    bins
        A setting of the last node, to change it.
    """
    evaluate = {"component": "evaluate", "params": {"bins": bins}}
    return _chain("whole run", {**PREPARE, **LEARN, "evaluate": evaluate})


def served(learning_rate: float) -> Pipeline:
    """Nine columns, imputed, scaled, one-hot, and gradient boosting: what is put under load."""
    nodes = {
        "customers": PREPARE["customers"],
        "columns": {"component": "select_columns", "params": {"columns": [*NINE_COLUMNS, "churned"]}},
        **{name: PREPARE[name] for name in ("fill", "fill_texts", "scale", "encode")},
        "split": LEARN["split"],
        "model": {
            "component": "hist_gradient_boosting_classifier",
            "params": {"target": "churned", "learning_rate": learning_rate},
        },
    }
    return _chain("served", nodes)


def auto_ml(task: str, metric: str, seconds: float) -> Pipeline:
    """Encoded texts and AutoML; a column says which rows are held out."""
    nodes = {
        "rows": {"component": "dataset", "params": {"dataset": "rows"}},
        "split": {"component": "split_column_value", "params": {"column": "part", "test_values": ["test"]}},
        "drop": {"component": "drop_columns", "params": {"columns": ["part"]}},
        "encode": {"component": "encode_one_hot", "params": {"columns": {"select": "text"}}},
        "model": {
            "component": "auto_ml",
            "params": {"target": "y", "task": task, "metric": metric, "budget_seconds": seconds},
        },
    }
    return _chain("automl", nodes)


def table() -> Pipeline:
    """Ten nodes over sales and stores; the mean over a window is a grouping joined back."""
    nodes = {
        "sales": {"component": "dataset", "params": {"dataset": "sales"}},
        "sold": {"component": "filter_rows", "params": {"condition": "units > 1"}},
        "priced": {"component": "formula", "params": {"name": "revenue", "expression": "units * price"}},
        "stores": {"component": "dataset", "params": {"dataset": "stores"}},
        "open": {"component": "filter_rows", "params": {"condition": "open"}},
        "joined": {"component": "join", "params": {"on": ["store"], "how": "inner"}},
        "usual": {"component": "group_by", "params": {"by": ["store"], "aggregations": [_mean("revenue", "usual")]}},
        "windowed": {"component": "join", "params": {"on": ["store"], "how": "inner"}},
        "above": {"component": "filter_rows", "params": {"condition": "revenue > usual"}},
        "grouped": {"component": "group_by", "params": {"by": ["country", "product"], "aggregations": _figures()}},
    }
    edges = ["sales -> sold", "sold -> priced", "priced -> joined.left", "stores -> open", "open -> joined.right"]
    edges += ["joined -> usual", "joined -> windowed.left", "usual -> windowed.right"]
    edges += ["windowed -> above", "above -> grouped"]
    return Pipeline.from_document({"name": "table", "nodes": nodes, "edges": edges})


def heavy() -> Pipeline:
    """What needs much memory at once: duplicates ranked over wide windows, a median, large groups, a large join."""
    nodes = {
        "customers": {"component": "dataset", "params": {"dataset": "customers"}},
        "distinct": {"component": "deduplicate", "params": {"columns": ["customer_id", "region", "product"]}},
        "fill": {"component": "impute_median", "params": {"columns": "numeric"}},
        "groups": {
            "component": "group_by",
            "params": {"by": ["customer_id"], "aggregations": [_mean("balance", "usual_balance")]},
        },
        "joined": {"component": "join", "params": {"on": ["customer_id"], "how": "inner"}},
        "split": {"component": "split_random", "params": {"test": 0.2, "stratify": "region", "seed": 7}},
        "summary": {"component": "group_by", "params": {"by": ["region", "product"], "aggregations": [{}]}},
    }
    edges = ["customers -> distinct", "distinct -> fill", "fill -> groups", "fill -> joined.left"]
    edges += ["groups -> joined.right", "joined -> split", "split -> summary"]
    return Pipeline.from_document({"name": "heavy", "nodes": nodes, "edges": edges})


def flights() -> Pipeline:
    """The late flights of the examples."""
    return Pipeline.from_yaml((EXAMPLES / "nycflights_late.yaml").read_text(encoding="utf-8"))


def chain(length: int, word: str) -> Pipeline:
    """As many nodes in a line, of the kinds that people draw most.

    Parameters
    ----------
    word
        Begins the names of nodes and columns, so that another chain has other ones.
    """
    kinds = [
        {"component": "formula", "params": {"name": "{word}_{i}", "expression": "amount * {i} + duration"}},
        {"component": "filter_rows", "params": {"condition": "amount > -{i}"}},
        {"component": "impute_mean", "params": {"columns": "numeric"}},
        {"component": "drop_columns", "params": {"columns": ["{word}_{before}"]}},
        {"component": "standardize", "params": {"columns": ["score"]}},
    ]
    nodes: dict[str, Any] = {"customers": PREPARE["customers"]}
    for i in range(length - 1):
        nodes[f"{word}_{i}"] = _numbered(kinds[i % len(kinds)], i, word)
    return _chain(f"{word} {length}", nodes)


def _numbered(value: Any, i: int, word: str) -> Any:
    if isinstance(value, dict):
        return {key: _numbered(item, i, word) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbered(item, i, word) for item in value]
    return value.replace("{i}", str(i)).replace("{before}", str(i - 3)).replace("{word}", word)


def _chain(name: str, nodes: dict[str, Any]) -> Pipeline:
    edges = [f"{a} -> {b}" for a, b in pairwise(nodes)]
    return Pipeline.from_document({"name": name, "nodes": nodes, "edges": edges})


def _mean(column: str, name: str) -> dict[str, str]:
    return {"column": column, "function": "mean", "name": name}


def _figures() -> list[dict[str, str]]:
    total = {"column": "revenue", "function": "sum", "name": "revenue"}
    return [total, {"function": "count", "name": "sales"}, _mean("discount", "discount")]
