"""What the engine asks of a database engine. Everything that is computed over tables goes through here."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from components.portable.frequencies import Measure, Ranking, ranked, scalars
from components.prepare.packed import FIELD
from engine.backends import rankings
from engine.backends.cluster import Cluster

BATCH_ROWS = 65_536
K = TypeVar("K", bound=Hashable)
Precision = Literal["float32", "float64"]


@dataclass(frozen=True)
class Limits:
    """What a run may use.

    Parameters
    ----------
    memory_mb
        The database engine's share; it spills to disk beyond this.
    threads
        None for all cores.
    temp_mb
        Most that may be spilled; None for what the disk holds.
    """

    memory_mb: int = 4_096
    threads: int | None = None
    temp_mb: int | None = None


class Backend(ABC):
    """Reads Parquet, writes Parquet, and can do nothing else. Several threads may ask at once."""

    name: str
    cluster: Cluster | None = None
    """Workers of its own that can train a model, where it has some."""

    @abstractmethod
    def read(self, paths: Sequence[Path]) -> ir.Table:
        """Parquet files as one lazy table."""

    @abstractmethod
    def register(self, table: pa.Table) -> ir.Table:
        """Rows in memory as a table."""

    @abstractmethod
    def write(self, table: ir.Table, path: Path) -> int:
        """Run a query into a Parquet file.

        Returns
        -------
        int
            Rows written.
        """

    @abstractmethod
    def batches(self, table: ir.Table, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """The result of a query, a batch at a time, in the order of the rows where the query keeps it."""

    @abstractmethod
    def close(self) -> None:
        """Give everything back."""

    @abstractmethod
    def plain_errors(self) -> AbstractContextManager[None]:
        """Say in plain words what the database engine says in its own.

        Raises
        ------
        LimitReached, DataError, RunError
        """

    @abstractmethod
    def around(self, table: ir.Table, query: Callable[[str], str]) -> pa.Table:
        """The small result of a query written in SQL, given the SQL of a table."""

    def collect(self, table: ir.Table) -> pa.Table:
        """The whole result of a query, for results that are known to be small."""
        return pa.Table.from_batches(self.batches(table), schema=table.schema().to_pyarrow())

    def row(self, table: ir.Table) -> dict[str, Any]:
        """The result of an aggregation: one row, as Python values."""
        found: dict[str, Any] = self.collect(table).to_pylist()[0]
        return found

    def rows(self, table: ir.Table) -> int:
        """How many rows a query gives."""
        return int(self.row(table.aggregate(rows=table.count()))["rows"])

    def numbers(
        self, table: ir.Table, categories: Mapping[str, Sequence[str]], precision: Precision, keep: Sequence[str]
    ) -> Iterator[pa.RecordBatch]:
        """Rows as a model's matrix takes them.

        Parameters
        ----------
        categories
            For each packed one-hot column, what its codes stand for.
        keep
            Columns that stay as they are; every other one becomes a float.

        Returns
        -------
        iterator of RecordBatch
            A packed column is an int32 position among its categories, null for none of them.
        """
        kind = pa.float32() if precision == "float32" else pa.float64()
        for batch in self.batches(table):
            yield pa.RecordBatch.from_arrays(
                [
                    batch.column(name)
                    if name in keep
                    else codes(batch.column(name), categories[name])
                    if name in categories
                    else pc.cast(batch.column(name), kind, safe=False)
                    for name in table.columns
                ],
                names=list(table.columns),
            )

    def measured(self, table: ir.Table, measures: Mapping[K, Measure]) -> dict[K, Any]:
        """What is measured over the rows of a table: in one aggregation, and one more for what is ranked."""
        named = {name: f"m{i}" for i, name in enumerate(scalars(measures))}
        plain = [scalar.name(named[name]) for name, scalar in scalars(measures).items()]
        values = self.row(table.aggregate(plain)) if plain else {}
        return {name: values[place] for name, place in named.items()} | self.ranked(table, ranked(measures))

    def ranked(self, table: ir.Table, asked: Mapping[K, Ranking]) -> dict[K, list[Any]]:
        """What each ranking of the table's columns finds: one query for all that have the same order."""
        found: dict[K, list[Any]] = {}
        for order in {ranking.order: None for ranking in asked.values()}:
            some = {name: ranking for name, ranking in asked.items() if ranking.order == order}
            ranks = list(some.values())
            result = self.around(rankings.columns(table, ranks), partial(rankings.query, ranks, order))
            found |= zip(some, rankings.values(result, ranks), strict=True)
        return found

    def spilled_bytes(self) -> int:
        """What lies on disk now because memory was short."""
        return 0


def codes(values: pa.Array | pa.ChunkedArray, categories: Sequence[str]) -> pa.Array | pa.ChunkedArray:
    """The positions of a packed column's categories, int32; null for none of them."""
    chosen = pc.struct_field(values, [FIELD])
    return pc.index_in(chosen, pa.array(categories, pa.string()).cast(chosen.type), skip_nulls=True)
