"""What an engine cannot do is said when a pipeline is checked for it, not when it runs."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from components import expressions
from components.base import Spec, Transform
from components.params import Params
from engine.backends.choose import check_backend
from engine.checks import Problem, review
from engine.checks.portable import component_problems
from engine.errors import InvalidSetting
from engine.graph import Node
from tests.engine.running import Bench, draw


class HomebodyParams(Params):
    """Nothing to set."""


class Homebody(Transform[HomebodyParams]):
    """A component that runs on DuckDB alone."""

    spec = Spec(key="homebody", title="Homebody", category="rows", about="Stays.", icon="home", backends=("duckdb",))


NODE = Node(id="stay", component="homebody")


def found(bench: Bench, backend: str, nodes: dict[str, Any], *edges: str) -> list[Problem]:
    return [p for p in review(draw(nodes, *edges), bench.schema, backend).problems if p.code == "not_on_backend"]


def test_a_component_that_an_engine_cannot_compute_is_told_with_a_way_out() -> None:
    (problem,) = component_problems(NODE, Homebody(HomebodyParams()), "spark")
    assert (problem.severity, problem.node) == ("error", "stay")
    assert "Spark" in problem.message
    assert "DuckDB" in problem.hint


def test_it_is_no_problem_where_it_can_be_computed() -> None:
    assert list(component_problems(NODE, Homebody(HomebodyParams()), "duckdb")) == []


def test_a_column_without_a_type_on_spark_is_named(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.store("trips", {"at": pa.array([dt.time(12, 30)], pa.time64("us")), "km": [1.0]})
    nodes: dict[str, Any] = {"trips": ("dataset", {"dataset": "trips"})}
    (problem,) = found(bench, "spark", nodes)
    assert problem.node == "trips"
    assert "'at'" in problem.message
    assert "km" not in problem.message
    assert found(bench, "duckdb", nodes) == []


def test_functions_are_read_from_an_expression() -> None:
    assert expressions.functions("round(LN(a), 2) + if(a > 1, 1, 0)") == {"round", "ln", "if"}


def test_every_function_runs_on_engines_that_there_are() -> None:
    for function in expressions.FUNCTIONS.values():
        for name in function.backends:
            check_backend(name)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="flink"):
        check_backend("flink")
