"""A search inside a cross-validation is made anew for each part: no score sees a choice that its rows had a say in."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from components.ports import ROLE, ROW
from engine.serve.modelfile import ModelFile
from tests.engine.running import Bench, draw

ROWS, FOLDS, SETTINGS = 90, 3, 30
MODEL = ("decision_tree_classifier", {"target": "y", "features": "all"})
SPACE = {"max_depth": "1 to 8", "min_samples_leaf": "1 to 20", "max_features": "0.2 to 1.0"}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Columns that say nothing of the answer: what looks better than chance has seen what it was tested on."""
    random = np.random.default_rng(11)
    bench = Bench(tmp_path)
    columns = {f"x{i}": random.normal(size=ROWS) for i in range(6)}
    bench.store("d", {**columns, "y": random.permutation(["yes", "no"] * (ROWS // 2))})
    return bench


def nested(split: dict[str, Any]) -> Any:
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "split": ("cross_validation", {"folds": FOLDS, **split}),
        "model": MODEL,
        "best": ("tune", {"budget": SETTINGS, "folds": 3, "space": SPACE, "gives_up": False}),
    }
    return draw(nodes, "s -> split -> model", "model.model -> best.model")


@pytest.mark.slow
def test_the_search_is_repeated_inside_each_outer_fold(bench: Bench) -> None:
    ran = bench.run(nested({}))
    outer = ran.model("best")
    assert outer["rows"]["folds"] == FOLDS
    inner = outer["search"]["trials"][outer["search"]["best"]]["score"]
    assert outer["metrics"]["roc_auc"] < inner  # the winner of many looks better than it is
    areas = []
    for fold in range(1, FOLDS + 1):
        alone = bench.run(nested({"fold": fold}))
        assert alone.statuses()["best"] == "cached"  # the very search that the nested run has made
        model = ModelFile.model_validate_json((alone.folder("best") / "model.json").read_text())
        search = model.search
        assert search is not None
        assert len(search.trials) == SETTINGS
        assert {trial.rows for trial in search.trials} == {alone.model("best")["rows"]["train"]}
        table = alone.table("best", "predictions").sort_by(ROW).to_pandas()
        rows = bench.run(draw(_rows(fold), "s -> split")).table("split").to_pandas()
        train, test = rows[rows[ROLE] == "train"], table[table[ROLE] == "test"]
        assert search.best is not None
        own = DecisionTreeClassifier(**{"random_state": 0, **search.trials[search.best].params})
        names = [name for name in rows.columns if name.startswith("x")]
        said = own.fit(train[names], train["y"]).predict_proba(test[names])[:, 1]
        areas.append(roc_auc_score(test["y"] == "yes", said))
    assert outer["metrics"]["roc_auc"] == pytest.approx(np.mean(areas), abs=1e-9)


def _rows(fold: int) -> dict[str, Any]:
    return {"s": ("dataset", {"dataset": "d"}), "split": ("cross_validation", {"folds": FOLDS, "fold": fold})}


@pytest.mark.slow
def test_what_an_outer_fold_chooses_does_not_depend_on_the_answers_that_it_tests(bench: Bench) -> None:
    from pyarrow import parquet

    before = bench.run(nested({"fold": 2})).model("best")["search"]
    roles = bench.run(draw(_rows(2), "s -> split")).table("split").sort_by(ROW)
    table = parquet.read_table(bench.tables["d"][0]).drop_columns([ROW])
    is_test = np.array(roles[ROLE].to_pylist()) == "test"
    answers = np.array(table["y"].to_pylist())
    flipped = np.where(is_test, np.where(answers == "yes", "no", "yes"), answers)
    bench.store("d", table.drop_columns(["y"]).append_column("y", [flipped.tolist()]))
    after = bench.run(nested({"fold": 2})).model("best")["search"]
    assert [trial["params"] for trial in after["trials"]] == [trial["params"] for trial in before["trials"]]
    assert [trial["score"] for trial in after["trials"]] == [trial["score"] for trial in before["trials"]]
    assert after["best"] == before["best"]


@pytest.mark.slow
def test_automl_is_repeated_inside_each_outer_fold(bench: Bench) -> None:
    auto = ("auto_ml", {"target": "y", "features": "all", "budget_seconds": None, "budget_trials": 14})
    nodes = {"s": ("dataset", {"dataset": "d"}), "split": ("cross_validation", {"folds": FOLDS}), "model": auto}
    facts = bench.run(draw(nodes, "s -> split -> model")).model()
    assert facts["rows"]["folds"] == FOLDS
    assert abs(facts["metrics"]["roc_auc"] - 0.5) < 0.2
    assert max(trial["score"] or 0 for trial in facts["search"]["trials"]) > facts["metrics"]["roc_auc"]
