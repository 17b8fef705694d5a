"""The product's promise: an endpoint computes what the run computed, and asks for exactly what it needs."""

from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.ports import ROW, is_reserved
from components.sources.customers import customers
from engine.graph import Pipeline
from engine.serve.modelfile import MODEL, ModelFile, needed_columns
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from tests.engine.running import Bench, Ran, draw

MODEL_NODE = ("hist_gradient_boosting_classifier", {"target": "churn", "max_iter": 2, "max_leaf_nodes": 4})
REGIONS = {"region": ["north", "south", "east"], "wealth": [3.0, 1.5, None], "climate": ["cold", None, "mild"]}

STEPS: dict[str, Any] = {
    "charge": ("formula", {"name": "per_month", "expression": "total_charges / nullif(tenure_months, 0)"}),
    "flag": ("formula", {"name": "old", "expression": "age > 60 AND contract <> 'monthly'"}),
    "text": ("cast", {"columns": ["support_calls"], "to": "string"}),
    "named": ("rename_columns", {"mapping": {"age": 'years "old".x'}}),
    "fewer": ("drop_columns", {"columns": ["data_gb"]}),
    "mean": ("impute_mean", {}),
    "median": ("impute_median", {"columns": ["satisfaction"]}),
    "mode": ("impute_mode", {"columns": ["payment_method"]}),
    "scale": ("standardize", {}),
    "ordinal": ("encode_ordinal", {"columns": ["contract"]}),
    "one_hot": ("encode_one_hot", {"columns": ["region", "internet"]}),
    "some": ("filter_rows", {"condition": "satisfaction > 1"}),
    "whole": ("drop_missing", {"columns": ["payment_method"]}),
    "once": ("deduplicate", {"columns": ["signup_date"]}),
    "constant": ("constant_column", {"name": "year", "value": 2026}),
    "parts": ("date_parts", {"columns": ["signup_date"], "parts": ["month", "dayofweek", "epoch"]}),
    "length": ("text_length", {"columns": ["region", "payment_method"]}),
    "mapped": ("map_values", {"column": "region", "mapping": {"north": 1, "south": 2}, "default": 0, "to": "int64"}),
    "binned": ("bin_values", {"column": "monthly_charges", "edges": [30, 60.5], "name": "internet"}),
    "rounded": ("round_numbers", {"columns": ["monthly_charges", "total_charges"], "digits": -1}),
    "log": ("math", {"columns": ["total_charges", "data_gb"], "function": "log1p", "suffix": "_log"}),
    "filled": ("fill_constant", {"columns": ["satisfaction", "data_gb"], "value": 0}),
    "hashed": ("hash_column", {"columns": ["customer_id"]}),
    "sorted": ("sort_rows", {"by": ["age"], "descending": ["age"]}),
    "sample": ("sample_rows", {"fraction": 0.9}),
    "inside": ("remove_outliers", {"columns": ["total_charges", "age"]}),
}


def features(ran: Ran, rows: pa.Table) -> pa.Table:
    """What an endpoint's slice makes of raw rows."""
    folder = ran.folder()
    model = ModelFile.model_validate_json((folder / MODEL).read_text())
    connection = ibis.duckdb.connect()
    frozen = {
        name: connection.create_table(f"frozen_{i}", pq.read_table(folder / f"{name}.parquet"))
        for i, name in enumerate(name for step in model.slice.steps for name in step.lookups.values())
    }
    table = connection.create_table("raw", rows)
    made = model.slice.apply(table, frozen.__getitem__)
    return made.select(ROW, *(f.name for f in model.matrix.features)).order_by(ROW).to_pyarrow()


def raw(bench: Bench) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in bench.tables["d"]])


def same_features(bench: Bench, ran: Ran) -> None:
    seen = ran.table("model", "predictions")
    rows = raw(bench)
    rows = rows.filter(pc.is_in(rows.column(ROW), seen.column(ROW)))
    found = features(ran, rows)
    assert found.num_rows == seen.num_rows
    for name in found.column_names:
        assert found.column(name).combine_chunks().equals(seen.column(name).combine_chunks()), name


def by_brute_force(ran: Ran, bench: Bench) -> set[str]:
    """The columns whose loss changes a feature of some row."""
    rows = raw(bench)
    whole = features(ran, rows)
    return {
        name
        for i, name in enumerate(rows.column_names)
        if not is_reserved(name)
        and not features(ran, rows.set_column(i, name, pa.nulls(len(rows), rows.schema.field(name).type))).equals(whole)
    }


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    made = Bench(tmp_path_factory.mktemp("slices"))
    made.store("d", customers().slice(0, 300))
    made.store("regions", REGIONS)
    return made


def drawing(order: list[str], *, joined: bool) -> Pipeline:
    nodes: dict[str, Any] = {"s": ("dataset", {"dataset": "d"})} | {name: STEPS[name] for name in order}
    nodes |= {"split": ("split_random", {"test": 0.3}), "model": MODEL_NODE}
    wires = [" -> ".join(["s", *order, "split", "model"])]
    if joined:
        nodes |= {
            "regions": ("dataset", {"dataset": "regions"}),
            "rich": ("formula", {"name": "rich", "expression": "wealth > 2"}),
            "join": ("join", {"on": ["region"]}),
        }
        rest = [*order, "split", "model"]
        wires = ["s -> join.left", "regions -> rich -> join.right", " -> ".join(["join", *rest])]
    return draw(nodes, *wires)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(list(STEPS)), unique=True, max_size=7), st.booleans())
def test_an_endpoint_computes_the_features_of_the_run_to_the_last_bit(
    bench: Bench, order: list[str], joined: bool
) -> None:
    drawn = drawing(order, joined=joined)
    if bench.review(drawn).errors:
        return
    ran = bench.run(drawn)
    same_features(bench, ran)
    folder = ran.folder()
    check_parity(load_scorer({name: folder / name for name in ran.model()["files"]}))
    assert by_brute_force(ran, bench) <= set(ran.model()["inputs"])


def test_an_endpoint_asks_for_exactly_the_columns_that_matter(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "regions": ("dataset", {"dataset": "regions"}),
        "join": ("join", {"on": ["region"]}),
        "some": ("filter_rows", {"condition": "support_calls < 5"}),
        "ratio": ("formula", {"name": "a.b \"c\" 'é'", "expression": "monthly_charges / age"}),
        "named": ("rename_columns", {"mapping": {"tenure_months": "Tenure"}}),
        "unused": ("formula", {"name": "unused", "expression": "data_gb * 2"}),
        "model": (MODEL_NODE[0], {**MODEL_NODE[1], "features": ["a.b \"c\" 'é'", "Tenure", "wealth"]}),
    }
    drawn = draw(nodes, "s -> join.left", "regions -> join.right", "join -> some -> ratio -> named -> unused -> model")
    ran = bench.run(drawn)
    same_features(bench, ran)
    wanted = {"monthly_charges", "age", "tenure_months", "region"}
    assert set(ran.model()["inputs"]) == wanted == by_brute_force(ran, bench)


def test_a_join_from_which_nothing_is_used_needs_no_key(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "regions": ("dataset", {"dataset": "regions"}),
        "join": ("join", {"on": ["region"]}),
        "model": (MODEL_NODE[0], {**MODEL_NODE[1], "features": ["age"]}),
    }
    ran = bench.run(draw(nodes, "s -> join.left", "regions -> join.right", "join -> model"))
    assert list(ran.model()["inputs"]) == ["age"]


def test_a_column_that_is_replaced_before_it_is_used_is_not_asked_for(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "over": ("formula", {"name": "age", "expression": "monthly_charges + 1"}),
        "model": (MODEL_NODE[0], {**MODEL_NODE[1], "features": ["age"]}),
    }
    ran = bench.run(draw(nodes, "s -> over -> model"))
    assert list(ran.model()["inputs"]) == ["monthly_charges"]


def test_an_endpoint_starts_after_a_grouping(bench: Bench) -> None:
    by = {
        "by": ["signup_date"],
        "aggregations": [{"column": "age", "function": "sum"}, {"column": "churn", "function": "max"}],
    }
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "sums": ("group_by", by),
        "double": ("formula", {"name": "double", "expression": "sum_age * 2"}),
        "model": (MODEL_NODE[0], {**MODEL_NODE[1], "target": "max_churn"}),
    }
    ran = bench.run(draw(nodes, "s -> sums -> double -> model"))
    assert list(ran.model()["inputs"]) == ["sum_age"]
    folder = ran.folder()
    check_parity(load_scorer({name: folder / name for name in ran.model()["files"]}))


WINDOWS: dict[str, Any] = {"order_by": ["signup_date"], "group": ["region"]}
FUNCTIONS = [{"function": "rank"}, {"function": "share", "column": "monthly_charges"}]
NEW_ROWS: dict[str, Any] = {
    "lag_features": {"columns": ["churn", "age"], **WINDOWS},
    "rolling_features": {"columns": ["age"], "window": 3, **WINDOWS},
    "window": {"order_by": ["age"], "functions": FUNCTIONS},
    "fill_forward": {"columns": ["total_charges"], **WINDOWS},
    "union": {},
    "unpivot": {"columns": ["age", "tenure_months"]},
}


@pytest.mark.parametrize("key", NEW_ROWS)
def test_an_endpoint_starts_after_what_looks_at_several_rows(bench: Bench, key: str) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "few": ("filter_rows", {"condition": "age > 50"}),
        "new": (key, NEW_ROWS[key]),
        "ratio": ("formula", {"name": "ratio", "expression": "monthly_charges / data_gb"}),
        "fill": ("impute_mean", {}),
        "model": MODEL_NODE,
    }
    wires = ["s -> new.table", "new -> ratio -> fill -> model", "s -> few"]
    ran = bench.run(draw(nodes, *wires, *(["few -> new.table2"] if key == "union" else [])))
    ids = ran.table("new").column(ROW).to_pylist()
    assert len(set(ids)) == len(ids)
    folder = ran.folder()
    check_parity(load_scorer({name: folder / name for name in ran.model()["files"]}))


def test_a_table_to_look_up_in_is_frozen_with_the_model(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "regions": ("manual_table", {"rows": [{"region": r, "wealth": w} for r, w in (("north", 2), ("south", 3.5))]}),
        "look": ("lookup", {"on": ["region"]}),
        "model": (MODEL_NODE[0], {**MODEL_NODE[1], "features": ["age", "wealth"]}),
    }
    ran = bench.run(draw(nodes, "s -> look.table", "regions -> look.lookup", "look -> model"))
    same_features(bench, ran)
    assert set(ran.model()["inputs"]) == {"age", "region"} == by_brute_force(ran, bench)


def test_an_endpoint_starts_at_what_a_join_leaves_over(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "regions": ("dataset", {"dataset": "regions"}),
        "join": ("join", {"on": ["region"]}),
        "fill": ("impute_mean", {"columns": ["total_charges"]}),
        "model": MODEL_NODE,
    }
    ran = bench.run(draw(nodes, "regions -> join.left", "s -> join.right", "join.right_only -> fill -> model"))
    assert "total_charges" in ran.model()["inputs"]
    folder = ran.folder()
    check_parity(load_scorer({name: folder / name for name in ran.model()["files"]}))


def test_rows_taken_out_for_training_are_answered(bench: Bench) -> None:
    ran = bench.run(drawing(["some", "whole", "once"], joined=False))
    assert features(ran, raw(bench)).num_rows == 300 > ran.table("model", "predictions").num_rows


def test_columns_are_found_without_the_engine(bench: Bench) -> None:
    ran = bench.run(drawing(["charge", "mean"], joined=False))
    model = ModelFile.model_validate_json((ran.folder() / MODEL).read_text())
    assert needed_columns(model.slice, ["per_month"], {}) == ["tenure_months", "total_charges"]


def test_a_record_without_a_match_gets_its_answer_too(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "regions": ("dataset", {"dataset": "regions"}),
        "join": ("join", {"on": ["region"], "how": "inner"}),
        "model": MODEL_NODE,
    }
    ran = bench.run(draw(nodes, "s -> join.left", "regions -> join.right", "join -> model"))
    assert features(ran, raw(bench)).num_rows == 300
