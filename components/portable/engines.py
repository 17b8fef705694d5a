"""Which engines there are, and what they cannot read."""

from collections.abc import Callable, Mapping

import ibis.expr.datatypes as dt

BACKENDS = ("duckdb", "spark")
"""The engines that a component or function runs on, unless it says otherwise."""

NAMES: Mapping[str, str] = {"duckdb": "DuckDB", "spark": "Spark"}

NANOSECONDS = 9
"""Digits of a second."""

UNREADABLE: Mapping[str, Callable[[dt.DataType], bool]] = {
    "duckdb": lambda dtype: False,
    "spark": lambda dtype: (
        dtype.is_time()
        or dtype.is_interval()
        or dtype.is_uuid()
        or dtype.is_json()
        or (dtype.is_timestamp() and dtype.scale == NANOSECONDS)
    ),
}
"""Columns of stored tables that an engine has no type for."""
