"""From a run: reports on models without a target speak of the columns people know, and intervals stay with numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.errors import DataError
from engine.evaluation.conformal import intervals_from, kept_intervals
from engine.evaluation.evidence import Evidence, read_evidence
from engine.evaluation.predictions import as_answers
from tests.engine.running import Bench, Ran, draw


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    rng = np.random.default_rng(6)
    is_old = np.arange(900) % 3 == 0
    age = np.where(is_old, rng.normal(70, 3, 900), rng.normal(30, 3, 900))
    plan = np.where(is_old, "basic", rng.choice(["basic", "plus"], 900))
    charges = 20 + age + rng.normal(0, 5, 900)
    bench = Bench(tmp_path_factory.mktemp("views"))
    bench.store("people", pa.table({"age": age, "plan": plan, "charges": charges, "late": charges > 75}))
    nodes: dict[str, Any] = {
        "people": ("dataset", {"dataset": "people"}),
        "scale": ("standardize", {"columns": ["age"]}),
        "groups": ("k_means", {"features": ["age"], "n_clusters": 2}),
        "told": "evaluate",
        "numbers": ("linear_regression", {"target": "charges", "features": ["age"]}),
        "judged": "evaluate",
        "classes": ("logistic_regression", {"target": "late", "features": ["age"]}),
    }
    return bench.run(
        draw(
            nodes,
            "people -> scale",
            *(f"scale -> {model}" for model in ("groups", "numbers", "classes")),
            *("groups.model -> told.model", "numbers.model -> judged.model"),
        )
    )


def kept(ran: Ran, node: str, folder: Path) -> Evidence:
    files = {name: ran.folder(node) / name for name in ran.model(node)["files"]}
    return read_evidence(files, DuckDBBackend(Limits(memory_mb=200, threads=1), list(files.values()), folder))


def test_clusters_are_told_in_the_columns_people_know_although_the_model_saw_scaled_ones(ran: Ran) -> None:
    report = ran.results["told"].report
    assert report is not None
    young, old = report["profiles"]
    assert "age (median 30" in young
    assert "very high age (median 70" in old
    assert "always late true (100.0 %, of all rows" in old
    assert report["intervals"]["of"]["silhouette"][0] > 0.5


def test_prediction_intervals_are_in_the_report_and_can_be_made_again_from_the_rows(ran: Ran, tmp_path: Path) -> None:
    report = ran.results["judged"].report
    assert report is not None
    assert report["baseline"]["r2"] == pytest.approx(0, abs=0.1)
    told = kept_intervals(report)
    again = intervals_from(kept(ran, "numbers", tmp_path))
    assert told is not None
    for level in (0.8, 0.9, 0.95):
        assert told.around([50.0, 90.0], level)[0] == pytest.approx(again.around([50.0, 90.0], level)[0])
    low, high = again.around([50.0], 0.9)
    assert (high - low) / 2 == pytest.approx([1.645 * 5], rel=0.25)
    assert kept_intervals({}) is None
    with pytest.raises(DataError, match="are for numbers"):
        intervals_from(kept(ran, "classes", tmp_path))


def test_the_baseline_knows_every_class_however_rare() -> None:
    known = as_answers(pa.chunked_array([["common", None, "common"]]), "classification", ("common", "rare"))
    assert known is not None
    assert known.tolist() == ["common", "common", "rare"]
    assert as_answers(pa.chunked_array([[None]], pa.float64()), "regression", ()) is None
