"""Computations as nodes of a run: what arrives is collected, what is made is written, cached, counted and refused."""

import datetime as dt
import itertools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.base import Computation
from components.catalog import catalog, component
from components.ports import ROW
from engine.errors import CanvasbackError
from engine.schemas.lineage import computed_from
from tests.components import tables
from tests.engine.running import Bench, Nodes, draw

KEYS = [key for key, kind in catalog().items() if issubclass(kind, Computation)]
ROWS = 90
SALES = {"time": "day", "target": "sold", "group": ["shop"], "season_length": 7, "horizon": 7}


def sold(days: int = 84, shops: tuple[str, ...] = ("north", "south")) -> pa.Table:
    """Daily sales of some shops, lively at weekends."""
    start = dt.date(2026, 1, 5)
    rows = [
        {"shop": shop, "day": start + dt.timedelta(days=i), "sold": 20.0 + 10 * place + i / 7 + (i % 7 > 4) * 9 + i % 3}
        for place, shop in enumerate(shops)
        for i in range(days)
    ]
    return pa.Table.from_pylist(rows)


def regular() -> pa.Table:
    """The example table of the contract suite, with a value for every day of every group."""
    table = tables.example(ROWS)
    days = [dt.datetime(2026, 1, 1) + dt.timedelta(days=i // 3) for i in range(ROWS)]
    table = table.set_column(table.column_names.index("when"), "when", pa.array(days, pa.timestamp("us")))
    full = {
        "other": [i * 13 % 20 for i in range(ROWS)],
        "text": [["red fox", "fox", "blue sea", "red"][i * 5 % 4] for i in range(ROWS)],
    }
    for name, values in full.items():
        table = table.set_column(table.column_names.index(name), name, pa.array(values, table[name].type))
    return table.drop_columns([ROW])


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.store("sales", sold())
    made.store("example", regular())
    made.store("hostile", tables.hostile(regular()).take(pa.array([*range(0, ROWS, 2), *range(ROWS - 1, 0, -2)])))
    return made


def over(table: str, key: str, params: Mapping[str, Any], **more: tuple[str, Mapping[str, Any]]) -> Any:
    nodes: Nodes = {"s": ("dataset", {"dataset": table}), "n": (key, params), **more}
    return draw(nodes, *(f"{a} -> {b}" for a, b in itertools.pairwise(nodes)))


@pytest.mark.parametrize("key", KEYS)
def test_what_is_written_is_what_was_told_whatever_the_names_the_threads_and_the_order_of_rows(
    key: str, bench: Bench
) -> None:
    params = dict(component(key).spec.example)
    drawn = over("example", key, params)
    ran, other = bench.run(drawn), bench.run(over("hostile", key, tables.rekeyed(params)), threads=1)
    known, result = bench.review(drawn).schemas["n"], ran.results["n"]
    assert set(known.outputs) == {port.name for port in component(key).spec.outputs} == set(result.outputs)
    for port, schema in known.outputs.items():
        made, renamed = (pq.read_table(one.execution.entry("n").path(port)) for one in (ran, other))
        assert list(ibis.Schema.from_pyarrow(made.schema).items()) == list(schema.items())
        assert made.num_rows == result.outputs[port]["rows"] > 0
        assert len(set(made[ROW].to_pylist())) == made.num_rows
        assert all(computed_from(known, port, [name]) for name in schema.names)
        assert values(made) == values(renamed)
    assert result.rows_in == ROWS
    assert not list(ran.folder("n").glob("*.raw.*"))
    assert set(bench.run(drawn).statuses().values()) == {"cached"}


def values(table: pa.Table) -> list[list[Any]]:
    """What is in the rows, without regard to their ids, their order, and what the columns are called."""
    return sorted((list(row.values()) for row in table.drop_columns([ROW]).to_pylist()), key=repr)


def test_a_forecast_flows_on_through_lazy_nodes_and_into_a_model(bench: Bench) -> None:
    drawn = over(
        "sales",
        "forecast_backtest",
        {**SALES, "methods": ["lag_regression"], "windows": 2},
        f=("filter_rows", {"condition": "coverage >= 0"}),
    )
    ran = bench.run(drawn)
    assert ran.results["f"].rows_out == ran.results["n"].rows_out == 2 * 2 * 7
    report = ran.results["n"].report
    assert report is not None
    assert report["rows"] == 2 * 7 * 2
    assert report["metrics"].keys() == {"mae", "rmse", "mase", "smape", "coverage", "earlier_coverage"}

    nodes: Nodes = {
        "s": ("dataset", {"dataset": "sales"}),
        "n": ("naive_seasonal", {**SALES, "horizon": 40}),
        "model": ("linear_regression", {"target": "forecast"}),
    }
    assert bench.run(draw(nodes, "s -> n -> model")).model()["metrics"]["r2"] == pytest.approx(1, abs=0.5)


def test_only_the_columns_that_count_are_collected(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    kind: Any = component("naive_seasonal")
    compute = kind.compute
    monkeypatch.setattr(
        kind, "compute", lambda self, *given: seen.append(given[0].column_names) or compute(self, *given)
    )
    bench.run(over("example", "naive_seasonal", dict(kind.spec.example)))
    assert seen == [["group", "when", "target_number"]]


def test_too_many_rows_are_refused_with_what_to_do(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(component("naive_seasonal"), "most_rows", 100)
    with pytest.raises(CanvasbackError, match="can take 100 rows, and more arrive") as caught:
        bench.run(over("sales", "naive_seasonal", SALES))
    assert caught.value.node_id == "n"
    assert "Group by" in caught.value.hint


def test_rows_that_take_too_much_memory_are_refused(bench: Bench) -> None:
    with pytest.raises(CanvasbackError, match="more memory than Seasonal naive may collect") as caught:
        bench.run(over("sales", "naive_seasonal", SALES), memory_mb=0)
    assert caught.value.code == "limit_reached"


def test_what_the_rows_do_not_allow_is_told_of_the_node_with_column_and_remedy(bench: Bench) -> None:
    table = sold()
    bench.store("twice", pa.concat_tables([table, table.slice(0, 1)]))
    with pytest.raises(CanvasbackError, match="several rows of 'north' at 2026-01-05 in column 'day'") as caught:
        bench.run(over("twice", "naive_seasonal", SALES))
    assert (caught.value.node_id, caught.value.code, caught.value.detail) == ("n", "unfit_data", {"column": "day"})
    assert "Group by" in caught.value.hint


def test_a_model_on_figures_that_were_computed_after_a_split_is_refused(bench: Bench) -> None:
    nodes: Nodes = {
        "s": ("dataset", {"dataset": "sales"}),
        "split": ("split_random", {}),
        "n": ("naive_seasonal", SALES),
        "model": ("linear_regression", {"target": "forecast"}),
    }
    codes = {problem.code for problem in bench.review(draw(nodes, "s -> split -> n -> model")).errors}
    assert codes == {"split_off_line"}


def test_an_endpoint_starts_after_a_computation(bench: Bench) -> None:
    nodes: Nodes = {
        "s": ("dataset", {"dataset": "example"}),
        "n": ("keywords", {"column": "text", "top": 1}),
        "e": ("encode_one_hot", {"columns": ["keywords"]}),
        "model": ("linear_regression", {"target": "target_number", "features": ["keywords", "other"]}),
    }
    ran = bench.run(draw(nodes, "s -> n -> e -> model"))
    slice_ = (ran.folder() / "model.json").read_text()
    assert re.search(r'"origin":\s*"n"', slice_)
