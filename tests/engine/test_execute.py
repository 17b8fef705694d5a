import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.ports import ROLE, ROW
from components.sources.customers import customers
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.checks import apply_fix
from engine.errors import CanvasbackError, DataError, UnfitForTraining
from engine.events import Event, NodeResult
from engine.execute import Execution
from engine.graph import Pipeline
from tests.engine.running import Bench, draw

CUSTOMERS = ("sample_data", {"name": "customers"})
TEXTS = ["region", "contract", "payment_method", "internet"]
CHURN: dict[str, Any] = {
    "s": CUSTOMERS,
    "some": ("filter_rows", {"condition": "age < 85"}),
    "split": ("split_random", {"stratify": "churn", "seed": 3}),
    "fill": ("impute_mean", {"columns": "numeric"}),
    "scale": ("standardize", {"columns": "numeric"}),
    "encode": ("encode_one_hot", {"columns": TEXTS}),
    "model": ("logistic_regression", {"target": "churn", "max_iter": 1000}),
    "ev": "evaluate",
}
DRAWN = draw(CHURN, "s -> some -> split -> fill -> scale -> encode -> model -> ev.model")

LINE = "split -> fill -> scale -> encode -> model -> ev.model"
KEPT = draw(CHURN | {"some": ("deduplicate", {"columns": ["customer_id"]})}, f"s -> some -> {LINE}")
"""Removing duplicates costs more than reading them back, so the result is kept for the model's several readings."""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def failure(bench: Bench, pipeline: Pipeline) -> CanvasbackError:
    with pytest.raises(CanvasbackError) as caught:
        bench.run(pipeline)
    return caught.value


# The same numbers as scikit-learn


def test_a_run_equals_the_plain_scikit_learn_script_on_the_same_split(bench: Bench) -> None:
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    ran = bench.run(DRAWN)
    roles = ran.table("split").column(ROLE).to_numpy(zero_copy_only=False)
    frame = customers().to_pandas().query("age < 85").reset_index(drop=True)
    numbers = [c for c in frame.columns if frame[c].dtype.kind in "if"]
    frame[TEXTS] = frame[TEXTS].astype(object).where(frame[TEXTS].notna(), np.nan)
    script = make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            (
                OneHotEncoder(categories=[sorted(frame[t].dropna().unique()) for t in TEXTS], handle_unknown="ignore"),
                TEXTS,
            ),
            ("passthrough", ["paperless_billing"]),
        ),
        LogisticRegression(max_iter=1000),
    )
    train, test = frame[roles == "train"], frame[roles == "test"]
    script.fit(train, train["churn"])
    chances = script.predict_proba(test)
    metrics = ran.model()["metrics"]
    assert metrics["roc_auc"] == pytest.approx(roc_auc_score(test["churn"] == "yes", chances[:, 1]), abs=1e-3)
    assert metrics["log_loss"] == pytest.approx(log_loss(test["churn"], chances), abs=1e-3)
    assert metrics["accuracy"] == pytest.approx(accuracy_score(test["churn"], script.predict(test)), abs=0.003)
    assert metrics["roc_auc"] > 0.78
    assert ran.model()["rows"]["test"] == len(test)


def test_the_report_of_an_evaluation_has_the_models_metrics(bench: Bench) -> None:
    ran = bench.run(DRAWN)
    report = ran.results["ev"].report
    assert report is not None
    assert report["metrics"] == pytest.approx(ran.model()["metrics"], rel=1e-12)


def test_predictions_of_a_part_can_be_evaluated(bench: Bench) -> None:
    nodes = CHURN | {"young": ("filter_rows", {"condition": "age < 30"})}
    drawn = draw(
        nodes,
        "s -> some -> split -> fill -> encode -> model",
        "model.predictions -> young -> ev.predictions",
        "fill -> scale",
    )
    ran = bench.run(drawn)
    report = ran.results["ev"].report
    assert report is not None
    assert 0 < report["rows"] < ran.model()["rows"]["test"]


# Cache


def test_a_second_run_runs_nothing(bench: Bench) -> None:
    first, second = bench.run(DRAWN), bench.run(DRAWN)
    assert set(first.statuses().values()) == {"done"}
    assert set(second.statuses().values()) == {"cached"}
    assert second.model() == first.model()
    assert second.results["ev"].report == first.results["ev"].report


def test_changing_the_last_node_runs_only_that(bench: Bench) -> None:
    bench.run(DRAWN)
    ran = bench.run(DRAWN.with_params("ev", bins=4))
    assert [node for node, status in ran.statuses().items() if status == "done"] == ["ev"]


def test_a_result_that_was_only_previewed_is_written_when_it_is_asked_for(bench: Bench) -> None:
    bench.run(DRAWN)
    ran = bench.run(DRAWN, "fill")
    assert [node for node, status in ran.statuses().items() if status == "done"] == ["fill"]
    assert ran.table("fill").num_rows == ran.results["fill"].rows_out


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["flip", "truncate", "remove"])
def test_a_damaged_result_is_computed_again(bench: Bench, damage: str) -> None:
    before = bench.run(KEPT)
    path = before.execution.entry("some").path("table")
    whole = path.read_bytes()
    if damage == "remove":
        shutil.rmtree(path.parent)
    else:
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
        path.write_bytes(flipped if damage == "flip" else whole[:-9])
    after = bench.run(KEPT.with_params("model", C=0.5))
    assert [node for node, status in after.statuses().items() if status == "done"] == ["some", "model", "ev"]
    assert after.table("some").equals(pq.read_table(pa.BufferReader(whole)).sort_by(ROW))


def vanishing(bench: Bench, gone: str, when: str, state: str = "running") -> Mapping[str, NodeResult]:
    """A run during which a kept result is deleted, as soon as a node begins; whoever is told of a model reads it."""
    plan, cache = bench.plan(KEPT), bench.cache()

    def delete(event: Event) -> None:
        if (event.node.node_id, event.node.status) == (when, state):
            shutil.rmtree(cache.root / plan.by_id[gone].fingerprint)
        if event.node.model is not None:
            (cache.root / event.node.fingerprint / "model.json").read_text()

    backend = DuckDBBackend(Limits(500, 2), [], cache.root)
    try:
        return Execution(plan, backend, cache, lambda table: [], delete, 1_000).run()
    finally:
        backend.close()


def test_a_result_that_vanishes_before_it_is_read_is_computed_again(bench: Bench) -> None:
    model = vanishing(bench, "some", "split")["model"].model
    assert model is not None
    assert model["metrics"] == bench.run(KEPT).model()["metrics"]


def test_a_result_that_vanishes_while_it_is_read_is_told_and_the_next_run_succeeds(bench: Bench) -> None:
    with pytest.raises(CanvasbackError) as caught:
        vanishing(bench, "some", "model")
    assert (caught.value.node_id, caught.value.code) == ("model", "run_error")
    assert "again" in caught.value.hint
    assert bench.run(KEPT).model()["metrics"]


def test_a_model_that_vanishes_before_it_is_registered_is_told_and_the_next_run_makes_it_again(bench: Bench) -> None:
    with pytest.raises(CanvasbackError) as caught:
        vanishing(bench, "model", "model", "done")
    assert (caught.value.node_id, caught.value.code) == ("model", "run_error")
    assert "again" in caught.value.hint
    assert bench.run(KEPT).statuses()["model"] == "done"


def test_a_kept_model_that_vanishes_before_it_is_registered_is_computed_anew(bench: Bench) -> None:
    bench.run(KEPT)
    assert vanishing(bench, "model", "model", "cached")["model"].status == "done"


def test_a_run_leaves_no_private_folders(bench: Bench) -> None:
    bench.run(DRAWN)
    assert not [path for path in (bench.root / "cache").iterdir() if path.name.startswith(".")]


@pytest.mark.slow
def test_two_runs_of_one_plan_at_once_share_the_cache(bench: Bench) -> None:
    found: list[Any] = []

    def run() -> None:
        found.append(bench.run(DRAWN).model()["metrics"])

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1]
    assert set(bench.run(DRAWN).statuses().values()) == {"cached"}


# Failures


def test_a_failure_names_its_node_and_keeps_what_was_done_before(bench: Bench) -> None:
    broken = DRAWN.with_params("model", positive="maybe")
    error = failure(bench, broken)
    assert (error.node_id, error.field) == ("model", "positive")
    ran = bench.run(DRAWN)
    assert ran.statuses() == dict.fromkeys(["s", "some", "split", "fill", "scale", "encode"], "cached") | {
        "model": "done",
        "ev": "done",
    }


def test_what_scikit_learn_refuses_is_told_at_the_model(bench: Bench) -> None:
    error = failure(bench, DRAWN.with_params("model", l1_ratio=0.5))
    assert (error.node_id, error.code) == ("model", "unfit_for_training")
    assert "elasticnet" in error.message


def test_what_a_node_demands_of_its_rows_is_counted(bench: Bench) -> None:
    bench.store("d", {"x": ["1", "two", "", None]})
    drawn = draw(
        {"s": ("dataset", {"dataset": "d"}), "c": ("cast", {"columns": ["x"], "to": "int64", "on_error": "fail"})},
        "s -> c",
    )
    error = failure(bench, drawn)
    assert isinstance(error, DataError)
    told = "Values in column 'x' cannot be converted to whole numbers (1 row, such as 'two')."
    assert (error.node_id, error.message) == ("c", told)
    bench.store("d", {"x": ["1", "2", "", None]})
    assert bench.run(drawn).table("c").column("x").to_pylist() == [1, 2, None, None]


def test_what_a_node_demands_of_its_second_table_is_counted_too(bench: Bench) -> None:
    prices = [{"region": "north", "price": 1}, {"region": "north", "price": 2}, {"region": "south", "price": 3}]
    nodes = {"s": CUSTOMERS, "p": ("manual_table", {"rows": prices}), "look": ("lookup", {"on": ["region"]})}
    error = failure(bench, draw(nodes, "s -> look.table", "p -> look.lookup"))
    assert isinstance(error, DataError)
    assert error.node_id == "look"
    assert "several rows with one 'region' (1 row)" in error.message


def test_the_first_rows_of_an_order_are_those_however_the_table_travels(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": CUSTOMERS,
        "sort": ("sort_rows", {"by": ["monthly_charges"], "descending": ["monthly_charges"]}),
        "more": ("formula", {"name": "double", "expression": "monthly_charges * 2"}),
        "top": ("limit_rows", {"rows": 5}),
        "sums": ("group_by", {"by": ["region"]}),
    }
    ran = bench.run(draw(nodes, "s -> sort -> more -> top", "sort -> sums"))
    dearest = customers().to_pandas().nlargest(5, "monthly_charges", keep="first")
    assert ran.table("top").column(ROW).to_pylist() == sorted(dearest.index)


def test_a_sum_that_no_whole_number_can_hold_is_told(bench: Bench) -> None:
    bench.store("d", {"k": ["a", "a"], "x": [2**62, 2**62]})
    params = {"by": ["k"], "aggregations": [{"column": "x", "function": "sum"}]}
    error = failure(bench, draw({"s": ("dataset", {"dataset": "d"}), "g": ("group_by", params)}, "s -> g"))
    assert (error.node_id, error.code) == ("g", "data_error")
    assert error.message == f"{2**63} in column 'sum_x' is too large for a whole number."


def test_too_little_memory_for_the_matrix_is_told_before_it_is_taken(bench: Bench) -> None:
    with pytest.raises(CanvasbackError, match="matrix") as caught:
        bench.run(DRAWN, memory_mb=0)
    assert caught.value.code == "limit_reached"


# Tables of every shape


def test_every_output_of_a_node_can_be_read(bench: Bench) -> None:
    nodes = {
        "s": CUSTOMERS,
        "some": ("filter_rows", {"condition": "satisfaction > 3"}),
        "calls": ("group_by", {"by": ["region"], "aggregations": [{"column": "support_calls", "function": "sum"}]}),
        "rich": ("filter_rows", {"condition": "region = 'north'"}),
        "both": ("join", {"on": ["region"]}),
        "a": "impute_mode",
        "b": "impute_mode",
    }
    drawn = draw(
        nodes, "s -> some", "some.rest -> both.left", "s -> calls -> rich -> both.right", "both.left_only -> a"
    )
    ran = bench.run(
        draw(nodes, "s -> b", *[f"{e.source}.{e.source_port} -> {e.target}.{e.target_port}" for e in drawn.edges])
    )
    rest = ran.table("some", "rest")
    assert rest.num_rows + ran.table("some").num_rows == 2_000
    assert None in rest.column("satisfaction").to_pylist()
    assert ran.table("both").num_rows == rest.num_rows
    assert set(ran.table("a").column("region").to_pylist()) == {"south", "east", "west"}
    assert str(ran.table("calls").schema.field("sum_support_calls").type) == "int64"


def test_an_empty_table_goes_through_the_whole_chain_up_to_the_model(bench: Bench) -> None:
    drawn = DRAWN.with_params("some", condition="age > 1000")
    ran = bench.run(drawn, "encode")
    assert {node: ran.results[node].rows_out for node in ("some", "split", "encode")} == {
        "some": 0,
        "split": 0,
        "encode": 0,
    }
    failed = failure(bench, drawn)
    assert failed.message == "There are no train rows."
    assert failed.hint.startswith("“Filter rows” lets none of its 2,000 rows through. ")


def test_one_row_is_enough_for_everything_but_a_model(bench: Bench) -> None:
    bench.store("d", customers().slice(0, 1))
    drawn = draw(
        CHURN | {"s": ("dataset", {"dataset": "d"})},
        "s -> some -> split -> fill -> scale -> encode -> model",
        "encode -> ev.predictions",
    )
    assert bench.run(drawn, "encode").table("encode").num_rows == 1
    assert isinstance(failure(bench, DRAWN.model_copy(update={"nodes": drawn.nodes})), UnfitForTraining)


def test_a_table_of_several_files_is_one_table(bench: Bench) -> None:
    bench.store("d", customers(), parts=3)
    ran = bench.run(
        draw(
            CHURN | {"s": ("dataset", {"dataset": "d"})},
            "s -> some",
            "s -> split",
            "s -> fill -> scale -> encode -> model -> ev.model",
        ),
        "some",
    )
    assert ran.results["s"].rows_out == 2_000


def test_rows_in_and_out_are_counted_for_every_node(bench: Bench) -> None:
    results = bench.run(DRAWN).results
    kept = results["some"].rows_out
    assert kept is not None
    assert results["some"].rows_in == 2_000
    assert all(
        (results[node].rows_in, results[node].rows_out) == (kept, kept) for node in ("split", "fill", "scale", "encode")
    )
    assert results["model"].rows_in == kept
    assert results["model"].rows_out == results["model"].model["rows"]["test"]  # type: ignore[index]


def test_rows_of_fused_filters_are_counted_too_and_known_in_the_next_run(bench: Bench) -> None:
    nodes = CHURN | {
        "old": ("filter_rows", {"condition": "age > 40"}),
        "all": ("drop_missing", {"columns": ["region"]}),
    }
    drawn = draw(nodes, f"s -> some -> old -> all -> {LINE}")
    first, second = bench.run(drawn).results, bench.run(drawn).results
    frame = customers().to_pandas()
    counts = [(frame.age < 85), (frame.age < 85) & (frame.age > 40)]
    expected = [int(kept.sum()) for kept in [*counts, counts[1] & frame.region.notna()]]
    assert [first[node].rows_out for node in ("some", "old", "all")] == expected
    assert [second[node].rows_out for node in ("some", "old", "all")] == expected


def test_what_a_run_cost_is_told_for_the_nodes_that_ended_a_query(bench: Bench) -> None:
    results = bench.run(DRAWN).results
    model = results["model"]
    assert model.seconds is not None
    assert model.seconds > 0
    assert model.cpu_seconds is not None
    assert model.started is not None
    assert model.memory_mb is not None
    assert model.bytes_written is not None
    assert model.bytes_spilled == 0
    assert (results["encode"].stage, results["ev"].stage) == ("model", None)


def test_branches_that_do_not_wait_for_each_other_go_on_when_one_fails(bench: Bench) -> None:
    nodes = CHURN | {"bad": ("logistic_regression", {"target": "churn", "positive": "maybe"}), "later": "evaluate"}
    drawn = draw(nodes, f"s -> some -> {LINE}", "encode -> bad -> later.model")
    events: list[Event] = []
    plan, cache = bench.plan(drawn), bench.cache()
    backend = DuckDBBackend(Limits(500, 2), [], cache.root)
    try:
        execution = Execution(plan, backend, cache, lambda table: [], events.append, 1_000)
        with pytest.raises(CanvasbackError) as caught:
            execution.run()
    finally:
        backend.close()
    assert caught.value.node_id == "bad"
    statuses = {node: result.status for node, result in execution.results.items()}
    assert (statuses["bad"], statuses["later"], statuses["model"], statuses["ev"]) == (
        "failed",
        "skipped",
        "done",
        "done",
    )


def test_a_mistake_in_the_rows_is_told_at_the_fused_node_that_computes_it(bench: Bench) -> None:
    bench.store("d", {"x": [2**62, 2**62], "y": [1, 1]})
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "fine": ("formula", {"name": "a", "expression": "x + 1"}),
        "bad": ("formula", {"name": "b", "expression": "x * x"}),
        "later": ("formula", {"name": "c", "expression": "y + 1"}),
    }
    assert failure(bench, draw(nodes, "s -> fine -> bad -> later")).node_id == "bad"


# Determinism


@pytest.mark.slow
def test_one_and_two_threads_give_the_same_to_the_last_bit(tmp_path: Path) -> None:
    def run(name: str, threads: int) -> tuple[Any, ...]:
        (tmp_path / name).mkdir()
        bench = Bench(tmp_path / name)
        table = pa.concat_tables([customers()] * 12)
        bench.store("d", table, parts=4)
        drawn = draw(
            CHURN | {"s": ("dataset", {"dataset": "d"}), "model": ("logistic_regression", {"target": "churn"})},
            "s -> some -> split -> fill -> scale -> encode -> model -> ev.model",
        )
        ran = bench.run(drawn, threads=threads)
        prints = [node.fingerprint for node in ran.plan.nodes]
        return prints, ran.model(), ran.results["ev"].report, ran.table("model", "predictions")

    once, twice = run("one", 1), run("two", 2)
    assert once[:3] == twice[:3]
    assert once[3].equals(twice[3])


def test_the_fix_for_text_columns_makes_a_pipeline_that_runs(bench: Bench) -> None:
    drawn = draw(
        {"s": CUSTOMERS, "model": ("hist_gradient_boosting_classifier", {"target": "churn", "max_iter": 5})},
        "s -> model",
    )
    fix = next(p.fix for p in bench.review(drawn).problems if p.code == "text_not_used")
    assert fix is not None
    assert "region" in bench.run(apply_fix(drawn, fix)).model()["inputs"]
