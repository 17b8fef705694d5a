"""What a run will do and take is told before it begins, and what nobody knows is called unknown."""

import math
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forecast import Forecast, estimate, forecast, source_rows
from engine.plan import Plan, PlannedNode
from storage.repositories.runs import PastCost
from tests.engine.running import Bench, draw

NODES = {
    "s": ("dataset", {"dataset": "d"}),
    "f": ("formula", {"name": "double", "expression": "x * 2"}),
    "split": ("split_random", {"seed": 1}),
    "fill": ("impute_mean", {}),
    "model": ("logistic_regression", {"target": "y"}),
}
DRAWN = draw({name: NODES[name] for name in ("s", "f", "split", "fill", "model")}, "s -> f -> split -> fill -> model")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    bench = Bench(tmp_path)
    bench.store("d", {"x": [float(i) for i in range(60)], "colour": ["red", "blue"] * 30, "y": ["no", "yes"] * 30})
    return bench.plan(DRAWN)


def past(plan: Plan, **seconds: float) -> list[PastCost]:
    return [_cost(plan.by_id[node].shape, node, plan, cost) for node, cost in seconds.items()]


def _cost(shape: str, node: str, plan: Plan, seconds: float) -> PastCost:
    return PastCost(shape, node, plan.by_id[node].component.spec.key, 60, seconds, 100 * seconds)


def kept(*nodes: str) -> Any:
    return lambda node: node.id in nodes


def told(found: Forecast) -> dict[str, str]:
    return {node.id: node.doing for node in found.nodes}


def nothing(_: PlannedNode) -> bool:
    return False


def test_a_first_run_has_unknown_costs(plan: Plan) -> None:
    found = forecast(plan, nothing, [], {"s": 60})
    assert (found.seconds, found.memory_mb) == (None, None)
    assert found.unknown == sum(node.doing == "computed" for node in found.nodes) > 0
    assert len(found.running) == len(plan.nodes)


def test_what_was_measured_is_expected_again(plan: Plan) -> None:
    found = forecast(plan, nothing, past(plan, model=4.0, fill=1.0), {"s": 60})
    assert (found.seconds, found.memory_mb) == (5.0, 400.0)
    assert {node.id: node.measured for node in found.nodes if node.measured} == {"model": 1, "fill": 1}


def test_a_node_with_other_params_is_expected_to_take_what_it_took_before(plan: Plan) -> None:
    other = [_cost("another shape", "model", plan, 7.0), _cost("yet another", "model", plan, 9.0)]
    found = {node.id: node for node in forecast(plan, nothing, other, {"s": 60}).nodes}
    assert (found["model"].seconds, found["model"].is_similar) == (8.0, True)
    both = {node.id: node for node in forecast(plan, nothing, [*other, *past(plan, model=4.0)], {"s": 60}).nodes}
    assert (both["model"].seconds, both["model"].measured, both["model"].is_similar) == (4.0, 1, False)


def test_unknown_steps_are_counted_beside_the_known_ones(plan: Plan) -> None:
    found = forecast(plan, nothing, past(plan, model=4.0), {"s": 60})
    unknown = {node.id for node in found.nodes if node.is_unknown}
    assert found.seconds == 4.0
    assert (found.unknown, "model" in unknown) == (len(unknown), False)


def test_a_fused_node_names_the_query_it_is_part_of_and_is_no_unknown(plan: Plan) -> None:
    fused = {node.id: node.stage for node in forecast(plan, nothing, [], {}).nodes if node.doing == "fused"}
    assert fused["f"] in plan.by_id
    assert all(node not in fused for node in ("s", "model"))


def test_when_everything_is_kept_nothing_is_computed_and_it_costs_nothing(plan: Plan) -> None:
    found = forecast(plan, kept(*plan.by_id), past(plan, model=4.0), {"s": 60})
    assert set(told(found).values()) == {"reused"}
    assert (found.seconds, found.memory_mb, found.unknown, found.running) == (0, None, 0, ())


def test_branches_beside_each_other_take_as_long_as_the_longest(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.store("d", {"x": [1.0, 2.0], "z": [3.0, 4.0]})
    nodes = {"s": NODES["s"], "f": NODES["f"], "a": "impute_mean", "b": "impute_mode"}
    plan = bench.plan(draw(nodes, "s -> f -> a", "f -> b"))
    assert forecast(plan, nothing, past(plan, s=1.0, a=4.0, b=2.0), {"s": 60}).seconds == 5.0


def test_changing_the_last_node_computes_it_alone(plan: Plan) -> None:
    before = kept(*(node.id for node in plan.nodes if node.id != "model"))
    doing = told(forecast(plan, before, [], {}))
    assert [node for node, what in doing.items() if what != "reused"] == ["model"]


def test_costs_grow_with_the_rows_of_the_stored_tables(plan: Plan) -> None:
    found = forecast(plan, nothing, past(plan, model=4.0), {"s": 120})
    assert (found.seconds, found.memory_mb) == (8.0, 800.0)


def test_memory_measured_on_few_rows_says_nothing_about_many(plan: Plan) -> None:
    found = forecast(plan, nothing, past(plan, model=4.0), {"s": 60_000})
    assert (found.seconds, found.memory_mb) == (4_000.0, None)


def test_source_rows_are_those_of_every_stored_table_before_a_node(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for name in ("d", "e"):
        bench.store(name, {"k": [1, 2], "v": [1.0, 2.0]})
    nodes = {
        "a": ("dataset", {"dataset": "d"}),
        "b": ("dataset", {"dataset": "e"}),
        "own": ("sample_data", {"name": "iris"}),
        "j": ("join", {"on": ["k"]}),
        "fill": "impute_mean",
        "alone": "impute_mean",
    }
    plan = bench.plan(draw(nodes, "a -> j.left", "b -> j.right", "j -> fill", "own -> alone"))
    rows = source_rows(plan, {"a": 10, "b": 5})
    assert rows == {"a": 10, "b": 5, "own": None, "j": 15, "fill": 15, "alone": None}


COSTS = st.floats(0.001, 1e5)
SIZES = st.integers(1, 10**9)


@given(costs=st.lists(COSTS, min_size=1, max_size=7), size=SIZES, rows=SIZES)
def test_one_size_speaks_for_others_in_proportion(costs: list[float], size: int, rows: int) -> None:
    expected = estimate([(size, cost) for cost in costs], rows)
    assert expected is not None
    assert math.isclose(expected, median(costs) * rows / size)


@given(measured=st.lists(st.tuples(SIZES, COSTS), min_size=1, max_size=7), rows=st.tuples(SIZES, SIZES))
def test_more_rows_never_cost_less_and_nothing_costs_less_than_nothing(
    measured: list[tuple[int, float]], rows: tuple[int, int]
) -> None:
    few, many = (estimate(measured, size) for size in sorted(rows))
    assert few is not None
    assert many is not None
    assert 0 < few <= many or math.isclose(few, many)


def test_two_sizes_tell_what_a_step_takes_before_its_first_row() -> None:
    assert estimate([(100, 2.0), (200, 3.0)], 1_000) == pytest.approx(11.0)
    assert estimate([(100, 1.0), (200, 10.0)], 80) == pytest.approx(2.4)
    assert estimate([(100, 5.0), (200, 3.0)], 10**6) == 4.0


@given(costs=st.lists(COSTS, min_size=1, max_size=7))
def test_without_row_counts_the_median_is_expected(costs: list[float]) -> None:
    assert estimate([(None, cost) for cost in costs], 100) == estimate([(100, cost) for cost in costs], None)
    assert estimate([(None, cost) for cost in costs], 100) == median(costs)


def test_nothing_measured_is_unknown() -> None:
    assert estimate([], 100) is None
