from pathlib import Path
from typing import Any

import ibis
import ibis.expr.schema as sch
import pyarrow.parquet as pq
import pytest

from components.base import Estimator, LearnedTransform, Split, Transform, Wrapper
from components.catalog import catalog, component
from components.sources.customers import customers
from engine.schemas import reads
from tests.components import tables
from tests.engine.running import Bench, draw

LAZY = [key for key, kind in catalog().items() if issubclass(kind, Transform | LearnedTransform | Split)]
MODELS = [key for key, kind in catalog().items() if issubclass(kind, Estimator) and not issubclass(kind, Wrapper)]
INPUT = ibis.table({"a": "int64", "b": "string", "k": "int64", "odd \"n.é'": "float64"}, name="input")
OTHER = ibis.table({"k": "int64", "z": "string"}, name="other")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def agree(bench: Bench, nodes: dict[str, Any], *wires: str) -> None:
    """What was known before the run is what every written table has."""
    drawn = draw(nodes, *wires)
    known = bench.review(drawn).schemas
    ran = bench.run(drawn)
    written = 0
    for planned in ran.plan.nodes:
        for path in ran.folder(planned.id).glob("*.parquet"):
            if path.stem in known[planned.id].outputs:
                made = sch.Schema.from_pyarrow(pq.read_schema(path))
                assert {n: str(t) for n, t in made.items()} == {
                    n: str(t.copy(nullable=True)) for n, t in known[planned.id].outputs[path.stem].items()
                }
                written += 1
    assert written


@pytest.mark.parametrize("key", LAZY)
def test_the_columns_known_before_a_run_are_those_it_makes(bench: Bench, key: str) -> None:
    kind = component(key)
    bench.store("d", tables.example().drop_columns(["__cb_row"]))
    nodes = {"s": ("dataset", {"dataset": "d"}), "n": (key, dict(kind.spec.example))}
    agree(bench, nodes, *(f"s -> n.{port.name}" for port in kind.spec.inputs))


@pytest.mark.parametrize("key", MODELS)
def test_the_columns_of_predictions_are_known_before_a_run(bench: Bench, key: str) -> None:
    bench.store("d", tables.example().drop_columns(["__cb_row"]))
    nodes: dict[str, Any] = {
        "s": ("dataset", {"dataset": "d"}),
        "fill": ("impute_mean", {"columns": ["number", "other"]}),
    }
    agree(bench, nodes | {"n": (key, dict(component(key).spec.example))}, "s -> fill -> n")


def test_sums_and_counts_are_whole_numbers(bench: Bench) -> None:
    bench.store("d", customers())
    functions = ("count", "count_distinct", "sum", "mean", "median", "std", "var", "min", "max", "first", "last")
    figures = [{"column": "age", "function": function} for function in functions]
    nodes = {"s": ("dataset", {"dataset": "d"}), "g": ("group_by", {"by": ["region"], "aggregations": figures})}
    agree(bench, nodes, "s -> g")


def bound(bench: Bench, node: str, nodes: dict[str, Any], *wires: str) -> list[str]:
    known = bench.review(draw(nodes, *wires)).schemas[node]
    assert known.component is not None
    return list(known.component.params.columns)


def test_what_learns_leaves_the_target_of_a_model_further_down_alone(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": ("sample_data", {"name": "customers"}),
        "mode": ("impute_mode", {"columns": "text"}),
        "encode": ("encode_one_hot", {"columns": "text"}),
        "drop": ("drop_columns", {"columns": ["customer_id"]}),
        "model": ("logistic_regression", {"target": "churn"}),
        "other": ("linear_regression", {"target": "age"}),
    }
    wires = ("s -> mode -> drop -> encode -> model", "drop -> other")
    assert "churn" not in bound(bench, "mode", nodes, *wires)
    assert "churn" not in bound(bench, "encode", nodes, *wires)
    assert "churn" in bound(bench, "encode", nodes, "s -> mode -> encode")


def test_a_target_is_left_alone_even_while_the_model_is_half_filled_in(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": ("sample_data", {"name": "customers"}),
        "mode": ("impute_mode", {"columns": "text"}),
        "model": ("logistic_regression", {"target": "churn", "C": "nonsense"}),
    }
    assert "churn" not in bound(bench, "mode", nodes, "s -> mode -> model")


def test_one_mistake_is_told_once(bench: Bench) -> None:
    nodes: dict[str, Any] = {
        "s": ("sample_data", {"name": "customers"}),
        "bad": ("drop_columns", {"columns": ["nonsense"]}),
        "after": "impute_mean",
        "model": ("logistic_regression", {"target": "churn"}),
    }
    assert [problem.node for problem in bench.review(draw(nodes, "s -> bad -> after -> model")).errors] == ["bad"]


# What a column is computed from


@pytest.mark.parametrize(
    ("table", "names", "expected"),
    [
        (INPUT.mutate(c=INPUT.a + 1), ["c"], {"a"}),
        (INPUT.mutate(a=INPUT.k), ["a"], {"k"}),
        (INPUT.rename({"x.y": "odd \"n.é'"}), ["x.y"], {"odd \"n.é'"}),
        (INPUT.filter(INPUT.a > 1), ["b"], {"a", "b"}),
        (INPUT.order_by("k").limit(3), ["b"], {"k", "b"}),
        (INPUT.distinct(), ["b"], set(INPUT.columns)),
        (INPUT.group_by("k").aggregate(n=INPUT.count()), ["n"], {"k"}),
        (INPUT.group_by("k").aggregate(m=INPUT.a.max(), n=INPUT.count()), ["m"], {"k", "a"}),
        (INPUT.mutate(r=ibis.row_number().over(group_by=INPUT.k, order_by=INPUT.a)), ["r"], {"k", "a"}),
        (INPUT.mutate(m=INPUT.a.max().over()), ["b"], {"b"}),
        (INPUT.union(INPUT), ["a"], {"a"}),
        (INPUT.left_join(OTHER, "k"), ["b"], {"b"}),
        (INPUT.left_join(OTHER, "k"), ["z"], {"k"}),
        (INPUT.inner_join(OTHER, "k"), ["b"], {"b", "k"}),
        (INPUT.filter(INPUT.k.isin(OTHER.k)), ["b"], {"b", "k"}),
        (INPUT.anti_join(OTHER, "k"), ["b"], {"b", "k"}),
        (INPUT.drop("b"), ["a"], {"a"}),
    ],
)
def test_a_column_reads_what_it_is_computed_from(table: Any, names: list[str], expected: set[str]) -> None:
    assert {name for place, name in reads(table, names) if place == "input"} == expected


def test_what_decides_about_rows_can_be_left_out() -> None:
    assert reads(INPUT.filter(INPUT.a > 1), ["b"], rows=False) == {("input", "b")}
