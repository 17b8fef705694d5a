"""A cross-validation tests every row by a model, and by learned steps, that had not seen it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import components.catalog
from components.base import LearnedTransform, Spec, State
from components.catalog import catalog, component
from components.params import Params
from components.portable import draws
from components.ports import ROLE, ROW
from components.split.cross_validation import CrossValidation
from engine.errors import UnfitForTraining
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from tests.components import tables
from tests.engine.running import Bench, Ran, draw

COUNT, FOLDS = 240, 3
PAIRS = 40
MODEL: dict[str, Any] = {"target": "churn", "features": ["x", "z"]}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    random = np.random.default_rng(0)
    x, z = random.normal(size=(2, COUNT)).round(2)
    score = x - z / 2 + random.normal(scale=0.5, size=COUNT)
    found = Bench(tmp_path)
    found.store(
        "d",
        {
            "x": pa.array([None if i % 9 == 0 else value for i, value in enumerate(x)], pa.float64()),
            "z": z * 100,
            "churn": np.where(score > 0.3, "yes", "no"),
            "rare": ["c" if i < 2 else "ab"[i % 2] for i in range(COUNT)],
            "customer": [None if i % 20 == 0 else f"c{i % 30}" for i in range(COUNT)],
            "year": [2000 + i // 12 for i in range(COUNT)],
            "amount": score,
        },
    )
    return found


def drawn(split: Mapping[str, Any], **more: Any) -> Any:
    return {
        "s": ("dataset", {"dataset": "d"}),
        "fill": ("impute_mean", {"columns": ["x"]}),
        "scale": ("standardize", {"columns": ["x", "z"]}),
        "split": ("cross_validation", {"folds": FOLDS, **split}),
        "model": ("logistic_regression", MODEL),
        **more,
    }


def parts(bench: Bench, split: Mapping[str, Any]) -> list[list[str]]:
    """The role of each row in each fold."""
    found = []
    for fold in range(1, FOLDS + 1):
        nodes = {
            "s": ("dataset", {"dataset": "d"}),
            "split": ("cross_validation", {"folds": FOLDS, "fold": fold, **split}),
        }
        found.append(bench.run(draw(nodes, "s -> split")).table("split").column(ROLE).to_pylist())
    return found


def run(bench: Bench, split: Mapping[str, Any] | None = None, *wires: str, **more: Any) -> Ran:
    return bench.run(draw(drawn(split or {}, **more), "s -> fill -> scale -> split -> model", *wires))


# Parts


@pytest.mark.parametrize("split", [{}, {"stratify": "rare"}, {"stratify": "churn", "seed": 3}, {"group": "customer"}])
def test_every_row_is_tested_once_whatever_the_kind(bench: Bench, split: dict[str, Any]) -> None:
    roles = np.array(parts(bench, split))
    assert ((roles == "test").sum(axis=0) == 1).all()
    assert set(roles.ravel()) == {"train", "test"}
    assert all(COUNT / FOLDS / 2 < size < COUNT / FOLDS * 1.5 for size in (roles == "test").sum(axis=1))
    place = (roles == "test").argmax(axis=0)
    if "stratify" in split:
        column = np.array(stored(bench, split["stratify"]))
        for label in set(column):
            sizes = np.bincount(place[column == label], minlength=FOLDS)
            assert sizes.max() - sizes.min() <= 1
    if "group" in split:
        column = stored(bench, "customer")
        where = {(name, part) for name, part in zip(column, place, strict=True) if name is not None}
        assert len(where) == len({name for name, _ in where}) > FOLDS


def stored(bench: Bench, column: str) -> list[Any]:
    return [value for path in bench.tables["d"] for value in pq.read_table(path).column(column).to_pylist()]


def test_by_time_each_part_is_tested_by_what_was_before_it(bench: Bench) -> None:
    years = np.array(stored(bench, "year"))
    roles = np.array(parts(bench, {"time": "year"}))
    for role in roles:
        train, test, later = (years[role == name] for name in ("train", "test", "validation"))
        assert train.max() < test.min()
        assert not len(later) or test.max() < later.min()
        assert len(test) == COUNT // (FOLDS + 1)
    assert ((roles == "test").sum(axis=0) <= 1).all()


def test_a_part_is_drawn_by_the_row_alone(bench: Bench) -> None:
    table = tables.lazy(tables.example())
    params: Any = CrossValidation.params_type().model_validate({"folds": 3, "fold": 2})
    roles = CrossValidation(params).roles(table)
    digests = draws.digest(table[ROW], "0:").to_pyarrow().to_pylist()
    wanted = ["test" if 1 / 3 <= int(digest[:13], 16) / 16**13 < 2 / 3 else "train" for digest in digests]
    assert roles.to_pyarrow().to_pylist() == wanted


@pytest.mark.parametrize(
    ("given", "told"),
    [({"stratify": "a", "time": "b"}, "choose one"), ({"folds": 3, "fold": 4}, "no fold 4"), ({"folds": 1}, "2")],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        CrossValidation.params_type().model_validate(given)


# What is trained and tested


@pytest.mark.slow
def test_scores_and_answers_are_those_of_pipelines_fitted_on_the_other_parts(bench: Bench) -> None:
    ran = run(bench, {"stratify": "churn"})
    roles = np.array(parts(bench, {"stratify": "churn"}))
    x = np.array([np.nan if value is None else value for value in stored(bench, "x")])
    features, churn = np.column_stack([x, stored(bench, "z")]), np.array(stored(bench, "churn"))
    made = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(random_state=0))
    chances, areas = np.zeros(COUNT), []
    for role in roles:
        train, test = role == "train", role == "test"
        chances[test] = made.fit(features[train], churn[train]).predict_proba(features[test])[:, 1]
        areas.append(roc_auc_score(churn[test] == "yes", chances[test]))
    found = ran.table("model", "predictions")
    assert found.column(ROW).to_pylist() == list(range(COUNT))
    assert set(found.column(ROLE).to_pylist()) == {"test"}
    said = np.array(found.column("__cb_probabilities").to_pylist())[:, 1]
    assert np.allclose(said, chances, atol=1e-6)
    facts = ran.model()
    assert facts["metrics"]["roc_auc"] == pytest.approx(np.mean(areas), abs=1e-6)
    assert facts["spread"]["roc_auc"] == pytest.approx(np.std(areas), abs=1e-6)
    assert facts["rows"] == {"train": COUNT, "test": COUNT, "unseen_labels": 0, "folds": FOLDS}
    assert {row["column"] for row in facts["importance"]} == {"x", "z"}
    scorer = load_scorer({name: ran.folder() / name for name in facts["files"]})
    assert check_parity(scorer).rows == COUNT
    whole = made.fit(features, churn)
    kept = scorer.score(pa.table({"x": [0.5, None], "z": [10.0, -20.0]}))
    assert kept.probabilities is not None
    assert np.allclose(kept.probabilities, whole.predict_proba([[0.5, 10.0], [np.nan, -20.0]]), atol=1e-6)


@pytest.mark.slow
def test_nobody_sees_the_folds_and_what_they_computed_is_kept(bench: Bench) -> None:
    more = {
        "both": ("voting", {}),
        "tree": ("decision_tree_classifier", {**MODEL, "max_depth": 2}),
        "report": ("evaluate", {}),
    }
    wires = (
        "split -> tree",
        "tree.model -> both.model",
        "model.model -> both.model",
        "both.predictions -> report.predictions",
    )
    ran = run(bench, {}, *wires, **more)
    ids = {"s", "fill", "scale", "split", "model", *more}
    assert set(ran.results) == {event.node.node_id for event in ran.events} == ids
    assert {result.status for result in ran.results.values()} == {"done"}
    assert ran.model("both")["rows"]["folds"] == FOLDS
    report = ran.results["report"].report
    assert report is not None
    assert report["rows"] == COUNT
    assert report["metrics"]["accuracy"] == pytest.approx(ran.model("both")["metrics"]["accuracy"], abs=0.02)
    assert check_parity(load_scorer({n: ran.folder("both") / n for n in ran.model("both")["files"]})).rows == COUNT
    kept = len(list(bench.cache().root.iterdir()))
    assert set(run(bench, {}, *wires, **more).statuses().values()) == {"cached"}
    other = {**more, "ridge": ("ridge", {"target": "amount", "features": ["x", "z"]})}
    run(bench, {}, *wires, "split -> ridge", **other)
    assert len(list(bench.cache().root.iterdir())) == kept + FOLDS + 1  # its fits, behind what was there


def test_by_time_the_first_rows_have_no_answer_and_the_kept_model_knows_all(bench: Bench) -> None:
    ran = run(bench, {"time": "year"})
    found = ran.table("model", "predictions")
    assert found.num_rows == COUNT * FOLDS // (FOLDS + 1)
    assert min(found.column("year").to_pylist()) == 2000 + COUNT // (FOLDS + 1) // 12
    assert ran.model()["rows"]["train"] == COUNT


def test_a_regression_is_tested_in_turn(bench: Bench) -> None:
    ran = run(bench, {"group": "customer"}, model=("ridge", {"target": "amount", "features": ["x", "z"]}))
    facts = ran.model()
    assert facts["metrics"]["r2"] > facts["baseline"]["r2"] + 0.5
    assert facts["spread"]["r2"] > 0
    assert check_parity(load_scorer({name: ran.folder() / name for name in facts["files"]})).rows == COUNT


def test_a_class_that_a_fold_cannot_learn_is_named(bench: Bench) -> None:
    rare = ["single" if i == 7 else "ab"[i % 2] for i in range(COUNT)]
    bench.store("d", {"x": np.arange(COUNT) % 7 * 1.0, "z": np.arange(COUNT) % 5 * 1.0, "rare": rare})
    with pytest.raises(UnfitForTraining, match="class 'single' of 'rare' is so rare"):
        run(bench, {}, model=("logistic_regression", {**MODEL, "target": "rare"}))


# Leaks


class RememberParams(Params):
    pass


class RememberState(State):
    means: dict[str, float | None]


class Remember(LearnedTransform[RememberParams, RememberState]):
    """Learns the mean answer of each pair of rows: what must not come from rows that are tested."""

    spec = Spec(key="remember", title="Remember", category="prepare", icon="x", about="Leaks.")

    def measures(self, table: ir.Table) -> dict[str, Any]:
        return {str(pair): table["answer"].mean(where=table["pair"] == pair) for pair in range(PAIRS)}

    def learn(self, values: Mapping[str, Any]) -> RememberState:
        return RememberState(means=dict(values))

    def unfitted(self) -> RememberState:
        return RememberState(means={"0": 0.0})

    def transform(self, table: ir.Table, state: RememberState) -> ir.Table:
        known = [(table["pair"] == int(pair), mean) for pair, mean in state.means.items() if mean is not None]
        return table.mutate(remembered=ibis.cases(*known, else_=0.0).cast("float64"))

    def to_sklearn(self, state: RememberState) -> Any:
        raise NotImplementedError


def test_a_step_that_remembers_answers_does_not_move_the_score(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs share nothing but what is remembered; a step fitted on all rows would tell half of every answer."""
    monkeypatch.setattr(components.catalog, "catalog", lambda: {**catalog(), "remember": Remember})
    assert component("remember") is Remember
    answer = np.random.default_rng(5).normal(size=2 * PAIRS)
    bench.store("d", {"answer": answer, "pair": np.arange(2 * PAIRS) % PAIRS})
    model = {"target": "answer", "features": ["remembered"]}
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "leak": ("remember", {}),
        "split": ("cross_validation", {"folds": FOLDS}),
        "model": ("ridge", model),
    }
    ran = bench.run(draw(nodes, "s -> leak -> split -> model"))
    assert ran.plan.placement.moved == {"split": "leak"}
    assert ran.model()["metrics"]["r2"] < 0.1
    everything = [np.mean(answer[[pair, pair + PAIRS]]) for pair in range(PAIRS)] * 2
    assert np.corrcoef(everything, answer)[0, 1] > 0.6
