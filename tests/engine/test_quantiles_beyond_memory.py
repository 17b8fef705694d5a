"""Quantiles of more rows than fit into memory are the same as those of fewer."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.portable.frequencies import most_frequent
from components.portable.numbers import measurable
from engine.backends import quantiles
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend

ROWS = 40_000
SHARES = [0.0, 0.013, 0.25, 0.5, 0.9, 1.0]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    random = np.random.default_rng(3)
    holes = random.random(ROWS) < 0.2
    table = pa.table(
        {
            "amount": pa.array(random.lognormal(3, 2, ROWS), mask=holes),
            "visits": pa.array(random.integers(-5, 9, ROWS)),
            "price": pa.array(random.integers(0, 999, ROWS)).cast(pa.decimal128(21, 2)),
            "nothing": pa.nulls(ROWS, pa.float64()),
            "town": pa.array(random.choice(["Oslo", "Rome", "Bern"], ROWS)),
        }
    )
    path = tmp_path_factory.mktemp("quantiles") / "table.parquet"
    pq.write_table(table, path)
    return path


def measured(file: Path, folder: Path, share: float) -> dict[str, Any]:
    """A median, several at once, a difference of two, an empty one, and what is no quantile."""
    backend = DuckDBBackend(Limits(200), [file], folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.backends.duckdb.QUANTILES", share)
        table = backend.read([file])
        amount = measurable(table.amount)
        found = backend.measured(
            table,
            {
                "median": amount.quantile(0.5),
                "several": amount.quantile(SHARES),
                "spread": table.visits.quantile(0.75) - table.visits.quantile(0.25),
                "price": table.price.cast("float64").median(),
                "empty": table.nothing.quantile(0.5),
                "rows": table.count(),
                "mean": amount.mean(),
                "town": most_frequent(table.town, 1),
            },
        )
    backend.close()
    return found


def test_they_are_the_same(file: Path, tmp_path: Path) -> None:
    by_sorting, in_memory = measured(file, tmp_path, 0.0), measured(file, tmp_path, 1.0)
    assert by_sorting.pop("mean") == pytest.approx(in_memory.pop("mean"))  # summed by several threads
    assert by_sorting == in_memory


def test_they_are_numpys(file: Path, tmp_path: Path) -> None:
    amounts = pq.read_table(file)["amount"].drop_null().to_numpy()
    assert measured(file, tmp_path, 0.0)["several"] == pytest.approx(np.quantile(amounts, SHARES), rel=1e-12)


def test_no_value_is_held_in_memory(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    run = DuckDBBackend._run
    monkeypatch.setattr(DuckDBBackend, "_run", lambda self, sql: asked.append(str(sql)) or run(self, sql))
    measured(file, tmp_path, 0.0)
    assert not [sql for sql in asked if "QUANTILE" in sql.upper() or "PERCENTILE" in sql.upper()]
    assert sum("ORDER BY v" in sql for sql in asked) == len({"amount", "visits", "price", "nothing"})


def test_only_columns_of_numbers_are_counted() -> None:
    import ibis

    table = ibis.table({"a": "float64", "when": "timestamp", "b": "int64"}, name="t")
    asked = [table.a.quantile(0.5), table.a.quantile(0.9), table.when.quantile(0.5), table.b.median(), table.count()]
    assert [column.get_name() for column in quantiles.columns(asked)] == ["a", "b"]
