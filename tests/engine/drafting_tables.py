"""Tables of every kind, drawn by a seed: what a first drawing must cope with."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from components.ports import ROW

Random = np.random.Generator
NAMES = (
    *("age", "a b", "it's", 'say "x"', "größe", "价格", "x.y", "select", "a;b", "UPPER", "n-1", "%", "très long nom"),
    *("order_date", "created at", "customer_id", "amount", "cluster", "Anomaly", "age_missing", "when_month", "when"),
)
WORDS = ("the parcel is late", "my card was charged twice", "I cannot sign in today", "the screen stays black now")

COLUMNS: Mapping[str, Callable[[Random, int], Any]] = {
    "numbers": lambda random, rows: random.normal(10, 3, rows),
    "amounts": lambda random, rows: random.lognormal(3, 1.2, rows).round(2),
    "whole": lambda random, rows: random.integers(0, 5, rows),
    "large": lambda random, rows: random.integers(-(10**12), 10**12, rows),
    "flags": lambda random, rows: random.random(rows) < 0.4,
    "few": lambda random, rows: random.choice(["red", "green", "blue"], rows),
    "several": lambda random, rows: [f"kind {i}" for i in random.integers(0, 30, rows)],
    "many": lambda random, rows: [f"town {i}" for i in random.integers(0, max(2, rows // 4), rows)],
    "ids": lambda random, rows: [f"id-{i:06d}" for i in random.permutation(rows)],
    "running": lambda random, rows: np.arange(rows) + 100,
    "prose": lambda random, rows: [". ".join(random.choice(WORDS, 2)) + f" {i % 97}" for i in range(rows)],
    "mails": lambda random, rows: [f"person{i % 80}@example.com" for i in range(rows)],
    "days": lambda random, rows: np.datetime64("2023-01-01") + random.integers(0, 700, rows),
    "moments": lambda random, rows: np.datetime64("2024-01-01T00:00:00") + random.integers(0, 10**7, rows),
    "numbers as text": lambda random, rows: [f"{value:.1f}" for value in random.normal(50, 9, rows)],
    "dates as text": lambda random, rows: [f"{13 + i % 15}.{1 + i % 12:02d}.2025" for i in range(rows)],
    "money": lambda random, rows: [f"$ {value:.2f}" for value in random.uniform(5, 90, rows)],
    "messy": lambda random, rows: random.choice(["Graz", "graz", " Linz", ""], rows),
    "gone": lambda random, rows: pa.nulls(rows, pa.float64()),
    "gone texts": lambda random, rows: pa.nulls(rows, pa.string()),
    "same": lambda random, rows: ["one"] * rows,
    "lists": lambda random, rows: [[1, 2]] * rows,
    "clock": lambda random, rows: pa.array(random.integers(0, 86_399, rows), pa.int32()).cast(pa.time32("s")),
}


def any_table(seed: int, columns: int, rows: int) -> pa.Table:
    """A table of so many columns, some with gaps; names in every script."""
    random = np.random.default_rng(seed)
    names = [*random.permutation(NAMES)[:columns], *(f"column {i}" for i in range(max(0, columns - len(NAMES))))]
    kinds = random.choice([*COLUMNS], columns)
    made = {str(name): _with_gaps(random, COLUMNS[kind](random, rows)) for name, kind in zip(names, kinds, strict=True)}
    return pa.table({**made, ROW: np.arange(rows)})


def _with_gaps(random: Random, values: Any) -> pa.Array:
    array = values if isinstance(values, pa.Array) else pa.array(values)
    share = random.choice([0.0, 0.0, 0.05, 0.4, 0.95])
    if not share:
        return array
    return array.filter(pa.array(np.ones(len(array), bool))).take(
        pa.array(np.arange(len(array)), mask=random.random(len(array)) < share)
    )
