"""The small table that every component's `spec.example` fits: in its help, in the docs, and in the contract tests."""

import datetime as dt
from typing import Any

import pyarrow as pa

from components.ports import ROW

ROWS = 60

SCHEMA = pa.schema(
    {
        "number": pa.float64(),
        "other": pa.int64(),
        "text": pa.string(),
        "flag": pa.bool_(),
        "when": pa.timestamp("us"),
        "group": pa.string(),
        "target_class": pa.string(),
        "target_number": pa.float64(),
        ROW: pa.int64(),
    }
)


def example(rows: int = ROWS) -> pa.Table:
    """Rows with gaps, in which the class and the number can be told from the features."""
    start = dt.datetime(2026, 1, 31, 12, 30)
    columns: dict[str, list[Any]] = {
        "number": [None if i % 7 == 3 else (i * 37 % 50) / 4 - 3 for i in range(rows)],
        "other": [None if i % 11 == 5 else i * 13 % 20 for i in range(rows)],
        "text": [None if i % 9 == 4 else ("red", "green", "blue", "Ünïcode 🎨")[i * 5 % 4] for i in range(rows)],
        "flag": [None if i % 13 == 6 else i % 3 == 0 for i in range(rows)],
        "when": [None if i % 17 == 8 else start + dt.timedelta(hours=31 * i) for i in range(rows)],
        "group": [("a", "b", "c")[i * 7 % 3] for i in range(rows)],
        "target_class": ["yes" if i * 13 % 20 > 11 else "no" for i in range(rows)],
        "target_number": [i * 13 % 20 * 2.5 + i % 3 for i in range(rows)],
        ROW: [i * 10 for i in range(rows)],
    }
    return pa.table(columns, schema=SCHEMA)
