"""Runs are found by metrics, settings, tags and notes, by the database itself."""

from typing import Any

import pytest

from storage.database import Database
from storage.repositories.run_index import Condition, Order, RunSearch, Test, Value, What
from tests.storage.things import GRAPH, a_run

RUNS: tuple[tuple[Any, ...], ...] = (
    # roc_auc, rmse, C, kind, tags, note
    (0.80, None, 1.0, "forest", ["base"], "the first one"),
    (0.90, 3.0, 0.1, "boosting", ["best", "base"], ""),
    (0.85, 2.0, 10.0, "boosting", [], "Seed 7, 100 % of rows"),
    (None, 1.0, None, None, [], ""),
)

CONDITIONS: tuple[tuple[What, str, Test, Value, list[int]], ...] = (
    ("metric", "roc_auc", ">", 0.8, [1, 2]),
    ("metric", "roc_auc", "<=", 0.85, [0, 2]),
    ("metric", "broken", "!=", 0.0, []),
    ("param", "model.C", "<", 5.0, [0, 1]),
    ("param", "model", "=", "boosting", [1, 2]),
    ("param", "model", "~", "FOR", [0]),
    ("param", "model.fit_intercept", "=", "yes", [0, 1, 2]),
    ("tag", "tag", "=", "base", [0, 1]),
    ("tag", "tag", "!=", "base", [2, 3]),
    ("tag", "tag", "~", "es", [1]),
    ("field", "pipeline", "=", "prices", [3]),
    ("field", "seconds", ">=", 9.0, [0, 1]),
    ("field", "note", "~", "seed", [2]),
    ("field", "note", "~", "100 %", [2]),
    ("field", "status", "=", "failed", []),
)
ORDERS: tuple[tuple[Order, list[int]], ...] = (
    (Order("metric", "roc_auc", descending=True), [1, 2, 0, 3]),
    (Order("metric", "rmse", descending=False, lowest=True), [3, 2, 1, 0]),
    (Order("param", "model.C", descending=False), [1, 0, 2, 3]),
    (Order("param", "model", descending=True), [0, 2, 1, 3]),
    (Order("field", "pipeline", descending=True), [3, 2, 1, 0]),
)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.write() as uow:
        uow.pipelines.version_of(uow.pipelines.add("churn", GRAPH).id, {**GRAPH, "edges": ["a -> b"]}, "ef" * 32)
        for place, (area, error, strength, kind, tags, note) in enumerate(RUNS):
            run = a_run(uow, "churn" if place < 3 else "prices")
            run.seconds = 10.0 - place
            metrics = {"roc_auc": area, "rmse": error, "broken": float("nan")}
            uow.run_index.keep_metrics(run.id, "model", {"roc_auc": 0.1})
            uow.run_index.keep_metrics(run.id, "model", metrics)
            if strength:
                uow.run_index.keep_params(run.id, {"model.C": strength, "model": kind, "model.fit_intercept": True})
            uow.run_index.annotate(run.id, note=note, tags=tags)
    return database


def found(database: Database, *conditions: Condition, words: str = "", order: Order | None = None) -> list[int]:
    """Which of the runs, by their places above."""
    search = RunSearch(conditions, words, order or Order("field", "seconds"))
    with database.read() as uow:
        page = uow.run_index.page(search)
        assert uow.run_index.count(search) == len(page)
        return [round(10 - (entry.seconds or 0)) for entry in page]


def test_every_kind_of_condition(filled: Database) -> None:
    told = {asked[:4]: found(filled, Condition(*asked[:4])) for asked in CONDITIONS}
    assert told == {asked[:4]: asked[4] for asked in CONDITIONS}


def test_conditions_hold_together_and_words_are_looked_for_everywhere(filled: Database) -> None:
    both = Condition("metric", "roc_auc", ">", 0.8), Condition("param", "model.C", ">", 1.0)
    assert found(filled, *both) == [2]
    assert found(filled, words="best") == [1]
    assert found(filled, words="first") == [0]
    assert found(filled, words="PRICES") == [3]
    assert found(filled, words="100%") == [], "a percent sign is no wild card"


def test_what_has_no_such_value_comes_last(filled: Database) -> None:
    assert [found(filled, order=order) for order, _ in ORDERS] == [expected for _, expected in ORDERS]


def test_of_several_models_in_a_run_the_better_one_counts(filled: Database) -> None:
    with filled.write() as uow:
        first = uow.run_index.page(RunSearch(order=Order("field", "seconds")))[0]
        uow.run_index.keep_metrics(first.id, "other", {"roc_auc": 0.95, "rmse": 9.0})
    assert found(filled, order=Order("metric", "roc_auc"))[0] == 0
    assert found(filled, order=Order("metric", "rmse", descending=False, lowest=True))[-1] == 0


def test_what_belongs_to_a_run_goes_with_it(filled: Database) -> None:
    with filled.write() as uow:
        (best,) = uow.run_index.page(RunSearch((Condition("tag", "tag", "=", "best"),)))
        run = uow.runs.get(best.id)
        run.status = "succeeded"
        uow.runs.delete(best.id)
    with filled.read() as uow:
        values = uow.run_index.values([best.id])
        assert not values.metrics
        assert not values.params
        assert not values.tags
        assert list(uow.run_index.tags()) == ["base"]
        assert list(uow.run_index.metric_names()) == ["rmse", "roc_auc"]
