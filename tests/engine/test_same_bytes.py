"""The same run twice, each in a place of its own with nothing kept, writes the same bytes of every file of a model."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from components.base import Estimator, MatrixTransform, Resampler, Unsupervised, Wrapper
from components.catalog import catalog
from components.ports import ROW
from tests.components import tables
from tests.engine.running import Bench, Ran, draw
from tests.engine.test_every_model import TABLE, settings

BY_THE_CLOCK = {"auto_ml"}
"""How far they get depends on the machine; what they found is a model that can be made again."""
SAMPLE = {"logistic_regression", "random_forest_classifier", "hist_gradient_boosting_classifier", "lightgbm_classifier"}
SOURCE = {"d": ("dataset", {"dataset": "d"})}


def of_family(*families: type) -> list[str]:
    return sorted(key for key, kind in catalog().items() if issubclass(kind, families) and _is_there(kind))


def _is_there(kind: Any) -> bool:
    return all(library.is_there for library in kind.spec.requires)


def estimators() -> list[str]:
    kinds = (key for key in of_family(Estimator) if not issubclass(catalog()[key], Wrapper))
    return [key for key in kinds if key not in BY_THE_CLOCK and catalog()[key].spec.category.startswith("models/")]


def swept(keys: list[str], sample: set[str]) -> list[Any]:
    return [pytest.param(key, marks=[] if key in sample else [pytest.mark.slow]) for key in keys]


def of_model(key: str) -> tuple[dict[str, Any], list[str]]:
    kind: Any = catalog()[key]
    target = "class" if kind.task == "classification" else "number"
    nodes = {
        **SOURCE,
        "drop": ("drop_columns", {"columns": ["number" if target == "class" else "class"]}),
        "split": ("split_random", {"test": 0.3, "validation": 0.1}),
        "hot": ("encode_one_hot", {"columns": ["colour"]}),
        "scale": ("scale_min_max", {"columns": ["size"]}),
        "it": (key, settings(kind, target)),
    }
    return nodes, ["d -> drop -> split -> hot -> scale -> it"]


def of_wrapper(key: str) -> tuple[dict[str, Any], list[str]]:
    nodes, wires = of_model("random_forest_classifier")
    given = {name: value for name, value in catalog()[key].spec.example.items() if name not in ("target", "features")}
    nodes["other"], nodes["whole"] = nodes["it"], (key, given)
    nodes["it"] = ("gaussian_nb", {"target": "class", "features": "all"})
    wires = [*wires, "scale -> other", "it.model -> whole.model"]
    return nodes, [*wires, *(["other.model -> whole.model"] if key in ("voting", "stacking") else [])]


def of_step(key: str) -> tuple[dict[str, Any], list[str]]:
    """A learned step with its example, before a model of what it leaves."""
    nodes = {
        **SOURCE,
        "whole": ("drop_missing", {"columns": "all"}),
        "split": ("split_random", {"test": 0.3}),
        "step": (key, dict(catalog()[key].spec.example)),
        "it": ("hist_gradient_boosting_classifier", {"target": "target_class", "features": "all", "max_iter": 5}),
    }
    return nodes, ["d -> whole -> split -> step -> it"]


def of_groups(key: str) -> tuple[dict[str, Any], list[str]]:
    return {**SOURCE, "it": (key, {**catalog()[key].spec.example, "features": ["size", "share"]})}, ["d -> it"]


def run(at: Path, table: Any, nodes: dict[str, Any], wires: list[str], threads: int) -> Ran:
    at.mkdir()
    bench = Bench(at)
    bench.store("d", table)
    return bench.run(draw(nodes, *wires), threads=threads)


def check(at: Path, table: Any, nodes: dict[str, Any], wires: list[str], node: str = "it") -> None:
    """One thread and several: neither the order of sums nor the clock may be in a file."""
    once, again = (run(at / name, table, nodes, wires, threads) for name, threads in (("one", 2), ("other", 1)))
    names = [*once.model(node)["files"], *(path.name for path in once.folder(node).glob("*predictions.parquet"))]
    assert names
    assert {name: _digest(once.folder(node) / name) for name in names} == {
        name: _digest(again.folder(node) / name) for name in names
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("key", swept(estimators(), SAMPLE))
def test_every_model_has_the_same_bytes_twice(tmp_path: Path, key: str) -> None:
    check(tmp_path, TABLE, *of_model(key))


@pytest.mark.parametrize("key", swept(of_family(Wrapper), {"tune"}))
def test_every_model_made_of_models_has_the_same_bytes_twice(tmp_path: Path, key: str) -> None:
    two = ["high" if name == "high" else "low" for name in TABLE["class"].to_pylist()]
    table = TABLE.set_column(TABLE.column_names.index("class"), "class", [two])
    check(tmp_path, table, *of_wrapper(key), node="whole")


@pytest.mark.parametrize("key", swept(of_family(Unsupervised), {"isolation_forest"}))
def test_every_model_without_a_target_has_the_same_bytes_twice(tmp_path: Path, key: str) -> None:
    check(tmp_path, TABLE, *of_groups(key))


@pytest.mark.parametrize("key", swept(of_family(MatrixTransform, Resampler), {"pca"}))
def test_every_model_behind_a_step_with_a_matrix_has_the_same_bytes_twice(tmp_path: Path, key: str) -> None:
    check(tmp_path, tables.example().drop_columns([ROW]), *of_step(key))
