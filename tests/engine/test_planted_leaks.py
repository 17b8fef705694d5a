"""Nothing that learns knows a row that is tested: whatever stands in such rows, the same is learned, to the last bit.

A leak is planted for every component of the catalogue that looks at rows before it treats them: in the rows that are
tested, every value, category and answer is another one. Were any of it learned, the model would have other bytes.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from components.base import LearnedTransform, Learner, MatrixTransform, Unsupervised
from components.catalog import catalog
from components.ports import ROLE, ROW
from tests.components import tables
from tests.engine.running import Bench, Ran, draw

ROWS = 240
HOLD_OUT = ("split_random", {"test": 0.3, "seed": 1})
FOLDS = {"folds": 3, "seed": 2}
IN_TURNS, SECOND = ("cross_validation", FOLDS), ("cross_validation", {**FOLDS, "fold": 2})
SAMPLE = {"impute_mean", "encode_target", "select_k_best", "pca", "smote", "k_means"}
"""One of each family; the others are swept in `make test-all`."""


COUNTS_QUESTIONS = {"local_outlier_factor"}
"""Its search tree counts, beside what it has learned, how often it was asked: its numbers are compared, not these."""


def learners() -> list[Any]:
    there = [(key, kind) for key, kind in sorted(catalog().items()) if issubclass(kind, Learner)]
    keys = [key for key, kind in there if all(library.is_there for library in kind.spec.requires)]
    return [pytest.param(key, marks=[] if key in SAMPLE else [pytest.mark.slow]) for key in keys]


def rows() -> pa.Table:
    return tables.example(ROWS).drop_columns([ROW])


def planted(table: pa.Table, hidden: np.ndarray[Any, Any]) -> pa.Table:
    """The same table with everything else in hidden rows; what was missing stays so."""
    other = {
        "number": pc.add(pc.multiply(table["number"], 50.0), 700.0),
        "other": pc.add(table["other"], 1_000),
        "text": pc.if_else(pc.is_valid(table["text"]), "only in tested rows", None),
        "flag": pc.invert(table["flag"]),
        "when": pc.add(table["when"], pa.scalar(86_400_000_000 * 999, pa.duration("us"))),
        "group": pc.if_else(pc.is_valid(table["group"]), "z", None),
        "target_class": pc.if_else(pc.equal(table["target_class"], "yes"), "no", "yes"),
        "target_number": pc.add(pc.multiply(table["target_number"], 9.0), 5.0),
    }
    assert set(other) == set(table.column_names)
    mask = pa.array(hidden)
    return pa.table({name: pc.if_else(mask, other[name], table[name]) for name in table.column_names})


def drawing(key: str, split: Any) -> Any:
    """The component with its example, drawn before the split where it can stand there, and a model behind it."""
    kind: Any = catalog()[key]
    nodes: dict[str, Any] = {"s": ("dataset", {"dataset": "d"})}
    if not getattr(kind, "takes_missing", True):
        nodes["whole"] = ("drop_missing", {"columns": "all"})
    if issubclass(kind, Unsupervised):  # it is a model itself
        nodes |= {"split": split, "model": (key, dict(kind.spec.example))}
    else:
        model = {"target": "target_class", "features": "all", "max_iter": 10}
        nodes |= {"step": (key, dict(kind.spec.example)), "split": split}
        nodes["model"] = ("hist_gradient_boosting_classifier", model)
    return draw(nodes, "->".join(nodes))


def learned(ran: Ran) -> dict[str, Any]:
    """All that could remember a row: the state, the fitted transformer, the train rows as they leave, the model."""
    kind = type(ran.plan.by_id["model"].component)
    found: dict[str, Any] = {"model": (ran.folder() / kind.file).read_bytes()}
    if kind.spec.key in COUNTS_QUESTIONS:
        with zipfile.ZipFile(ran.folder() / kind.file) as file:
            found["model"] = {name: file.read(name) for name in file.namelist() if name.endswith(".npy")}
    if "step" not in ran.plan.by_id:
        return found
    step = ran.plan.by_id["step"].component
    if isinstance(step, LearnedTransform):
        found["state"] = ran.execution.state("step")
    if isinstance(step, MatrixTransform):
        found["transformer"] = (ran.folder("step") / "transformer.skops").read_bytes()
    left = ran.table("step")
    found["rows"] = left.filter(pc.equal(left[ROLE], "train"))
    return found


def held_out(bench: Bench, split: Any) -> np.ndarray[Any, Any]:
    nodes = {"s": ("dataset", {"dataset": "d"}), "split": split}
    roles = bench.run(draw(nodes, "s -> split")).table("split")
    return np.array(roles.column(ROLE).to_pylist()) == "test"


@pytest.mark.parametrize("key", learners())
def test_what_is_learned_is_the_same_whatever_stands_in_the_rows_that_are_tested(tmp_path: Path, key: str) -> None:
    bench = Bench(tmp_path)
    bench.store("d", rows())
    hidden = held_out(bench, HOLD_OUT)
    assert 40 < hidden.sum() < 100
    before = learned(bench.run(drawing(key, HOLD_OUT)))
    bench.store("d", planted(rows(), hidden))
    after = learned(bench.run(drawing(key, HOLD_OUT)))
    for name, found in before.items():
        assert after[name] == found, f"{key}: {name} knows rows that are tested"


@pytest.mark.parametrize("key", learners())
def test_a_fold_learns_the_same_whatever_stands_in_the_rows_that_it_tests(tmp_path: Path, key: str) -> None:
    bench = Bench(tmp_path)
    bench.store("d", rows())
    hidden = held_out(bench, SECOND)
    if not issubclass(catalog()[key], Unsupervised):  # these are not scored against answers, fold by fold
        bench.run(drawing(key, IN_TURNS))
    alone = bench.run(drawing(key, SECOND))
    if not issubclass(catalog()[key], Unsupervised):
        assert alone.statuses()["model"] == "cached", "a fold of the cross-validation is this very pipeline"
    bench.store("d", planted(rows(), hidden))
    after = learned(bench.run(drawing(key, SECOND)))
    for name, found in learned(alone).items():
        assert after[name] == found, f"{key}: {name} knows rows that are tested"


@pytest.mark.slow
def test_a_leak_that_is_drawn_on_purpose_is_seen_by_this_test(tmp_path: Path) -> None:
    """The test can fail: in rows that are learned from, the same planting changes what every family learned."""
    for key in ("impute_mean", "encode_target", "pca", "smote"):
        bench = Bench(tmp_path)
        bench.store("d", rows())
        hidden = held_out(bench, HOLD_OUT)
        before = learned(bench.run(drawing(key, HOLD_OUT)))
        bench.store("d", planted(rows(), ~hidden))
        after = learned(bench.run(drawing(key, HOLD_OUT)))
        assert all(after[name] != found for name, found in before.items()), key
