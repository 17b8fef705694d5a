"""What a window of an endpoint's log costs to watch: ``python -m benchmarks.drift``, processor seconds by part.

A million logged rows of twenty fields (14 numbers and moments, 6 categories, one of them an identifier), beside ten
thousand rows that a model learned from.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.monitor.domain import SAMPLE_ROWS, tell_apart
from engine.monitor.drift import drift_of
from engine.monitor.fields import watched
from engine.monitor.observed import observe
from engine.monitor.reference import MOST_ROWS, references

ROWS, FILES, ID = 1_000_000, 10, "id"
LIMITS = Limits(1_024, 2)

T = TypeVar("T")


def rows_of(rows: int, seed: int, moved: float = 1.0) -> pa.Table:
    """Rows of twenty fields and an id; the first field can be moved."""
    random = np.random.default_rng(seed)
    columns: dict[str, Any] = {}
    for nth in range(8):
        values = random.lognormal(3, 1, rows) * (moved if nth == 0 else 1)
        columns[f"amount_{nth}"] = pa.array(values, mask=random.random(rows) < 0.05 * (nth % 2))
    for nth in range(3):
        columns[f"calls_{nth}"] = random.poisson(2 + nth, rows)
    columns["age"] = random.integers(18, 90, rows)
    for nth in range(2):
        seconds = random.integers(0, 9_000_000, rows) * np.timedelta64(1, "s")
        columns[f"when_{nth}"] = np.datetime64("2026-01-01", "us") + seconds
    columns["is_new"] = random.random(rows) < 0.3
    for nth, many in enumerate((4, 12, 50, 300)):
        names = np.array([f"kind {number}" for number in range(many)])
        columns[f"kind_{nth}"] = pa.array(names[random.integers(0, many, rows)], mask=random.random(rows) < 0.01)
    columns["code"] = [f"X{number:07d}" for number in random.integers(0, 9_999_999, rows)]
    columns[ID] = [f"{number:024x}" for number in random.integers(0, 2**62, rows)]
    return pa.table(columns)


def timed(told: dict[str, float], part: str, work: Callable[[], T]) -> T:
    """Do something, and note its processor seconds."""
    began = time.process_time()
    found = work()
    told[part] = time.process_time() - began
    return found


def main(rows: int = ROWS) -> None:
    """Print what each part takes, and what was found."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{nth}.parquet" for nth in range(FILES)]
        for nth, path in enumerate(paths):
            pq.write_table(rows_of(rows // FILES, nth, moved=1.5), path, compression="zstd")
        told: dict[str, float] = {}
        with closing(DuckDBBackend(LIMITS, paths, Path(folder))) as backend:
            now, then = backend.read_by_name(paths), backend.register(rows_of(MOST_ROWS, 99))
            fields = watched(dict(then.schema().items()), [ID])
            known = timed(told, "reference", lambda: references(then, fields, backend))
            seen = timed(told, "window", lambda: observe(now, known, backend))
            drift = timed(told, "tests", lambda: drift_of(known, *seen))
            sides = then.limit(SAMPLE_ROWS), now.order_by(now[ID].hash()).limit(SAMPLE_ROWS)
            domain = timed(told, "classifier", lambda: tell_apart(sides, fields, backend))
    print(", ".join(f"{part} {seconds:.2f} s" for part, seconds in told.items()), f"= {sum(told.values()):.2f} s")
    print({field.column: field.psi for field in drift.fields}, domain and (domain.auc, domain.low, domain.fields[:3]))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
