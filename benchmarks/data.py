"""The tables of the benchmarks: drawn by seed, a million rows at a time; the first million is that of every table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

SEED = 20261121
CHUNK_ROWS = 1_000_000
ROW_GROUP_ROWS = 122_880  # lets DuckDB and Polars read with all cores, on either side
STORES, DAYS = 500, 365

CATEGORIES = {"region": 12, "product": 25, "channel": 6, "segment": 14}
NUMBERS = ("age", "amount", "duration", "balance", "rate", "visits", "score")
"""With the derived ratio and the categories: 7 + 1 + 57 = 65 columns of a matrix."""

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Data:
    """Where the generated files are.

    Parameters
    ----------
    folder
        Files that are there are used again.
    """

    folder: Path

    def customers(self, rows: int, suffix: str = "parquet") -> Path:
        """The 14 columns: an id, a date, 7 numbers and 4 categories with missing values, and whether they churned."""
        return self._file(f"customers-{rows}.{suffix}", lambda: _chunks(rows, _customers))

    def sales(self, rows: int) -> Path:
        """The fact table of the table pipeline."""
        return self._file(f"sales-{rows}.parquet", lambda: _chunks(rows, _sales))

    def stores(self) -> Path:
        """The dimension table of the table pipeline."""
        return self._file("stores.parquet", lambda: iter([_stores()]))

    def _file(self, name: str, tables: Callable[[], Iterator[pa.Table]]) -> Path:
        path = self.folder / name
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(f".{name}")
            _write(unfinished, path.suffix, tables())
            unfinished.rename(path)
        return path


def _chunks(rows: int, make: Callable[[np.random.Generator, int, int], pa.Table]) -> Iterator[pa.Table]:
    for start in range(0, rows, CHUNK_ROWS):
        drawn = make(np.random.default_rng([SEED, start]), start, CHUNK_ROWS if rows > CHUNK_ROWS else rows)
        yield drawn.slice(0, rows - start)


def _customers(random: np.random.Generator, start: int, rows: int) -> pa.Table:
    amount = random.gamma(2.0, 60.0, rows)
    numbers = {
        "age": random.integers(18, 90, rows).astype(float),
        "amount": amount,
        "duration": random.integers(1, 72, rows).astype(float),
        "balance": random.normal(1500, 900, rows) + amount * 3,
        "rate": random.beta(2, 5, rows),
        "visits": random.poisson(6, rows).astype(float),
        "score": random.normal(0, 1, rows),
    }
    codes = {name: _skewed(random, count, rows) for name, count in CATEGORIES.items()}
    columns = {
        "customer_id": pa.array(np.arange(start, start + rows)),
        "signup": pa.array(random.integers(0, 2_000, rows).astype("int32") + 18_000, pa.int32()).cast(pa.date32()),
        **{name: _some_missing(random, values.round(3), 0.04) for name, values in numbers.items()},
        **{name: _texts(random, name, chosen) for name, chosen in codes.items()},
        "churned": pa.array(_chance(numbers, codes) > random.random(rows)),
    }
    return pa.table(columns)


def _chance(numbers: dict[str, Numbers], codes: dict[str, Codes]) -> Numbers:
    """The probability of leaving: a signal that trees can find and noise that they cannot."""
    pull = -numbers["duration"] / 24 + (numbers["rate"] > 0.4) + (numbers["score"] ** 2) / 3 - numbers["visits"] / 12
    pull = pull + np.sin(codes["region"]) + (codes["product"] % 3 == 0) + 0.5 * (codes["channel"] == 1)
    chance: Numbers = 1 / (1 + np.exp(-pull))
    return chance


def _sales(random: np.random.Generator, start: int, rows: int) -> pa.Table:
    return pa.table(
        {
            "sale": pa.array(np.arange(start, start + rows)),
            "store": pa.array(random.integers(0, STORES, rows)),
            "day": pa.array(random.integers(0, DAYS, rows)),
            "product": _texts(random, "product", _skewed(random, 40, rows), missing=0.0),
            "units": pa.array(random.integers(1, 12, rows)),
            "price": pa.array(random.gamma(3.0, 8.0, rows).round(2)),
            "discount": _some_missing(random, random.beta(1, 9, rows).round(3), 0.3),
        }
    )


def _stores() -> pa.Table:
    random = np.random.default_rng([SEED, 1])
    return pa.table(
        {
            "store": pa.array(np.arange(STORES)),
            "country": pa.array([f"country {i}" for i in random.integers(0, 12, STORES)]),
            "size": pa.array(random.integers(50, 2_000, STORES)),
            "open": pa.array(random.random(STORES) < 0.95),
        }
    )


def _skewed(random: np.random.Generator, count: int, rows: int) -> Codes:
    shares = 1 / np.arange(2, count + 2)
    chosen: Codes = random.choice(count, rows, p=shares / shares.sum())
    return chosen


def _some_missing(random: np.random.Generator, values: Numbers, share: float) -> pa.Array:
    return pa.array(values, mask=random.random(len(values)) < share)


def _texts(random: np.random.Generator, name: str, codes: Codes, missing: float = 0.02) -> pa.Array:
    words = pa.array([f"{name} {i}" for i in range(int(codes.max()) + 1)])
    return words.take(pa.array(codes.astype("int32"), mask=random.random(len(codes)) < missing))


def _write(path: Path, suffix: str, tables: Iterator[pa.Table]) -> None:
    first = next(tables)
    if suffix == ".csv":
        with pacsv.CSVWriter(path, first.schema) as csv:
            for table in chain([first], tables):
                csv.write_table(table)
        return
    with pq.ParquetWriter(path, first.schema) as parquet:
        for table in chain([first], tables):
            parquet.write_table(table, row_group_size=ROW_GROUP_ROWS)
