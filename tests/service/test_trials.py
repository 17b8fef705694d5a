"""A node that is drawn is shown on sample rows, without a run."""

import time
from typing import Any

import ibis.expr.schema as sch
import numpy as np
import pyarrow as pa
import pytest

from components.base import LearnedTransform, MatrixTransform, Split, Transform
from components.catalog import catalog
from components.ports import ROW
from engine.execute.sample_run import computed
from engine.execute.trial import _database
from engine.graph import Pipeline
from engine.schemas import bind
from engine.service.building.trials import PAGE_ROWS, TrialView, show_example, try_out
from engine.workspace import Workspace
from tests.engine.running import draw
from tests.homes import Published, churn_pipeline

LAZY = sorted(key for key, kind in catalog().items() if issubclass(kind, Transform | LearnedTransform | Split))


@pytest.fixture
def place(filled_home: Published) -> Workspace:
    return filled_home.workspace


def after_customers(component: str, **params: Any) -> Pipeline:
    return draw({"s": ("dataset", {"dataset": "customers"}), "n": (component, params)}, "s -> n")


def tried(place: Workspace, pipeline: Pipeline, node: str = "n") -> TrialView:
    found = try_out(place, pipeline, node)
    assert found is not None
    return found


def test_an_expression_is_shown_beside_the_columns_it_reads(place: Workspace) -> None:
    shown = tried(place, after_customers("formula", name="a_year", expression="monthly_charges * 12"))
    told = shown.expressions["expression"]
    assert told.columns == ["monthly_charges", "result"]
    first = [float(cell or "nan") for cell in told.rows[0]]
    assert first[1] == pytest.approx(12 * first[0])
    assert shown.of == "data"
    assert shown.after is not None
    assert shown.after.changed == ["a_year"]


def test_a_filter_says_how_many_rows_stay_and_for_each_whether(place: Workspace) -> None:
    shown = tried(place, after_customers("filter_rows", condition="tenure_months > 24"))
    assert shown.counts is not None
    assert shown.counts[0] > shown.counts[1] > 0
    assert shown.after is not None
    assert len(shown.after.rows) == min(PAGE_ROWS, shown.counts[1])
    assert {row[-1] for row in shown.expressions["condition"].rows} <= {"true", "false", None}


def test_what_is_learned_is_learned_from_the_sample_after_what_comes_before(place: Workspace) -> None:
    shown = tried(place, churn_pipeline(), "encode")
    assert shown.after is not None
    assert shown.after.changed
    assert shown.note is None
    assert [note for note in shown.notes if note.startswith("Learned from the ") and note.endswith(" train rows.")]


def test_a_model_and_a_mistake_before_say_why_there_is_nothing_to_see(place: Workspace) -> None:
    model = tried(place, churn_pipeline(), "model")
    assert (model.after, model.before is None) == (None, False)
    assert model.notes == ["A preview trains no models. It runs when you press Run."]
    nodes = {
        "s": ("dataset", {"dataset": "customers"}),
        "w": ("drop_columns", {"columns": ["nothing"]}),
        "n": "impute_mean",
    }
    shown = tried(place, draw(nodes, "s -> w -> n"))
    assert (shown.of, shown.note) == ("example", None)


def test_a_value_that_would_stop_the_run_is_said(place: Workspace) -> None:
    shown = tried(place, after_customers("cast", columns=["region"], to="float64", on_error="fail"))
    assert shown.after is None
    assert "region" in (shown.note or "")


def test_a_split_shows_the_role_of_each_row(place: Workspace) -> None:
    after = tried(place, after_customers("split_random", test=0.3)).after
    assert after is not None
    assert after.changed == ["role"]
    assert {row[0] for row in after.rows} <= {"train", "test"}


def test_a_node_that_is_gone_has_nothing_to_show(place: Workspace) -> None:
    assert try_out(place, after_customers("impute_mean"), "gone") is None


def test_a_trial_is_quick_and_an_equal_one_costs_nothing(place: Workspace) -> None:
    drawn = churn_pipeline()
    tried(place, drawn, "encode")
    started = time.process_time()
    for _ in range(5):
        tried(place, drawn, "encode")
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("key", LAZY[::8])  # the docs show them all
def test_a_component_that_needs_no_run_has_an_example_to_show(key: str) -> None:
    shown = show_example(key)
    assert shown is not None
    assert shown.of == "example"
    assert shown.after is not None
    assert shown.after.columns


QUICK = sorted(key for key, kind in catalog().items() if issubclass(kind, MatrixTransform) and kind.is_quick)


def test_principal_components_are_shown_on_the_sample_and_what_comes_after_them(place: Workspace) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "customers"}),
        "fill": ("impute_mean", {}),
        "pca": ("pca", {"columns": ["tenure_months", "monthly_charges"], "n_components": 2}),
        "scale": ("standardize", {"columns": ["pca_1"]}),
    }
    pipeline = draw(nodes, "s -> fill -> pca -> scale")
    shown, after = tried(place, pipeline, "pca"), tried(place, pipeline, "scale")
    assert shown.after is not None
    assert {"pca_1", "pca_2"} <= set(shown.after.changed)
    assert shown.counts is not None
    assert shown.counts[0] == shown.counts[1] == shown.after.total
    assert any(note.startswith("Learned from the ") for note in shown.notes)
    assert after.after is not None
    assert after.after.changed == ["pca_1"]


@pytest.mark.parametrize("key", QUICK)
def test_what_may_be_shown_learns_from_ten_thousand_rows_in_a_moment(key: str) -> None:
    rng = np.random.default_rng(0)
    rows: dict[str, Any] = {f"c{i}": rng.normal(size=10_000) for i in range(40)}
    rows |= {"y": np.where(rows["c0"] > 0, "yes", "no"), ROW: np.arange(10_000)}
    table = pa.table(rows)
    kind = catalog()[key]
    asked = {"columns": [f"c{i}" for i in range(40)]} | ({"target": "y"} if key == "lda_projection" else {})
    made = bind(
        kind(kind.params_type().model_validate(asked)), {"table": sch.Schema.from_pyarrow(table.schema)}, frozenset()
    )
    with _database() as backend:
        computed(made, table.slice(0, 500), backend)  # what is imported at first use is no matter
        started = time.process_time()
        assert len(computed(made, table, backend)) == 10_000
        assert time.process_time() - started < 2
