"""What runs and nodes took is added up, kept by shape, and compared with runs that did the same."""

from typing import Any

from storage.database import Database
from storage.schema import Run
from storage.unit_of_work import UnitOfWork
from tests.storage.things import GRAPH, a_run


def _ran(uow: UnitOfWork, seconds: float, status: Any = "succeeded", **nodes: dict[str, Any]) -> Run:
    run = a_run(uow)
    for position, (node_id, fields) in enumerate(nodes.items()):
        known = {"component": "filter", "position": position, "status": "succeeded", **fields}
        uow.runs.record_node(run.id, node_id, **known)
    return uow.runs.finish(run.id, status, seconds=seconds)


def test_a_run_adds_up_what_its_nodes_took(database: Database) -> None:
    with database.write() as uow:
        a = {
            "cpu_seconds": 1.5,
            "memory_mb": 200.0,
            "bytes_read": 4_000_000_000,
            "bytes_written": 10,
            "bytes_spilled": 9,
        }
        b = {
            "cpu_seconds": 0.5,
            "memory_mb": 300.0,
            "bytes_read": 4_000_000_000,
            "bytes_written": 5,
            "bytes_spilled": 7,
        }
        key = _ran(uow, 2.0, a=a, b=b, fused={}).id
    with database.read() as uow:
        run = uow.runs.get(key)
    assert (run.cpu_seconds, run.memory_mb, run.computed, run.reused) == (2.0, 300.0, 3, 0)
    assert (run.bytes_read, run.bytes_written, run.bytes_spilled) == (8_000_000_000, 15, 9)


def test_what_was_reused_costs_its_run_nothing(database: Database) -> None:
    with database.write() as uow:
        old = {"cached": True, "cpu_seconds": 9.0, "memory_mb": 900.0, "bytes_written": 9}
        run = _ran(uow, 0.1, a=old, b={"cpu_seconds": 0.5, "memory_mb": 100.0, "bytes_written": 1})
        assert (run.cpu_seconds, run.memory_mb, run.bytes_written, run.computed, run.reused) == (0.5, 100.0, 1, 1, 1)


def test_a_run_that_failed_has_its_totals_too(database: Database) -> None:
    with database.write() as uow:
        run = _ran(uow, 1.0, "failed", a={"cpu_seconds": 0.5}, b={"status": "failed", "cpu_seconds": 0.25})
        assert (run.cpu_seconds, run.computed) == (0.75, 1)


def test_a_run_of_which_nothing_was_measured_has_no_totals(database: Database) -> None:
    with database.write() as uow:
        run = _ran(uow, 1.0, "cancelled")
        assert (run.cpu_seconds, run.memory_mb, run.bytes_read, run.computed, run.reused) == (None, None, None, 0, 0)


def test_past_costs_are_the_newest_of_each_shape(database: Database) -> None:
    with database.write() as uow:
        for seconds in range(1, 8):
            _ran(uow, 1.0, a={"shape": "one", "seconds": float(seconds), "source_rows": 100, "memory_mb": 50.0})
        _ran(uow, 1.0, a={"shape": "two", "seconds": 9.0})
        past = uow.runs.past_costs(["one", "two", "never"], most=3)
    assert sorted((it.shape, it.seconds) for it in past) == [("one", 5.0), ("one", 6.0), ("one", 7.0), ("two", 9.0)]
    assert {(it.source_rows, it.memory_mb) for it in past if it.shape == "one"} == {(100, 50.0)}


def test_past_costs_of_a_pipeline_are_those_of_its_nodes_with_any_params(database: Database) -> None:
    with database.write() as uow:
        run = _ran(uow, 1.0, a={"shape": "one", "seconds": 1.0}, b={"seconds": 2.0})
        _ran(uow, 1.0, a={"shape": "two", "seconds": 3.0}, b={"seconds": 4.0, "component": "other"})
        uow.runs.finish(a_run(uow, "other").id, "succeeded")
        past = uow.runs.past_costs_in(run.pipeline_id, most=1)
        assert sorted((it.node_id, it.component, it.seconds) for it in past) == [
            ("a", "filter", 3.0),
            ("b", "filter", 2.0),
            ("b", "other", 4.0),
        ]


def test_only_what_was_really_computed_counts_as_a_past_cost(database: Database) -> None:
    with database.write() as uow:
        _ran(uow, 1.0, a={"shape": "s", "seconds": 1.0, "cached": True})
        _ran(uow, 1.0, a={"shape": "s", "seconds": 1.0, "status": "failed"})
        _ran(uow, 1.0, a={"shape": "s"})
        assert uow.runs.past_costs(["s"]) == []
        _ran(uow, 1.0, a={"shape": "s", "seconds": 1.0})
        assert uow.runs.past_costs(["s"], backend="spark") == []
        assert uow.runs.past_costs([]) == []


def test_a_run_is_compared_with_the_last_one_and_the_fastest_that_did_as_much(database: Database) -> None:
    node, reused = {"cpu_seconds": 1.0}, {"cached": True}
    with database.write() as uow:
        fast, slow = _ran(uow, 2.0, a=node, b=node), _ran(uow, 5.0, a=node, b=node)
        again, failed = _ran(uow, 0.1, a=reused, b=reused), _ran(uow, 0.5, "failed", a=node)
        run = _ran(uow, 3.0, a=node, b=node)
        assert [uow.runs.before(it).id for it in (run, failed, again)] == [again.id, again.id, slow.id]
        assert [uow.runs.fastest(it).id for it in (run, fast)] == [fast.id, run.id]
        assert uow.runs.before(fast) is None


def test_runs_of_another_pipeline_or_up_to_another_node_are_not_alike(database: Database) -> None:
    with database.write() as uow:
        run = _ran(uow, 1.0)
        uow.runs.finish(a_run(uow, "other").id, "succeeded", seconds=1.0)
        partly = uow.runs.add(run.pipeline_version_id, plan={}, target="a")
        uow.runs.finish(partly.id, "succeeded", seconds=0.5)
        assert (uow.runs.before(partly), uow.runs.fastest(run)) == (None, None)


def test_a_run_keeps_its_backend_and_its_limits(database: Database) -> None:
    limits = {"memory_mb": 1000, "threads": 2}
    with database.write() as uow:
        version = uow.pipelines.version_of(uow.pipelines.add("churn", GRAPH).id, GRAPH, "cd" * 32)
        plain, other = (
            uow.runs.add(version.id, plan={}),
            uow.runs.add(version.id, plan={}, backend="spark", limits=limits),
        )
    with database.read() as uow:
        assert [(it.backend, it.limits) for it in map(uow.runs.get, (plain.id, other.id))] == [
            ("duckdb", None),
            ("spark", limits),
        ]
