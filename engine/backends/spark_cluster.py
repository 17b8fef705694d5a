"""Spark's workers, as those who train a model."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import ibis.expr.types as ir

from engine.backends.cluster import Cluster

MANY = 1_000_000
"""So many rows that every worker gets some."""


class SparkCluster(Cluster):
    """What runs at the same time on a Spark session.

    Parameters
    ----------
    frame
        Makes a DataFrame of a query.
    """

    def __init__(self, session: Any, frame: Callable[[ir.Table], Any], *, connect: bool) -> None:
        super().__init__(connect=connect)
        self._session = session
        self._frame = frame

    def workers(self) -> int:
        """As many as Spark has work for at once."""
        parts = self._session.range(MANY).selectExpr("spark_partition_id()")
        return int(parts.distinct().count())

    def do(self, tasks: Sequence[Callable[[], Any]]) -> list[Any]:
        """One task of Spark for each, through joblib."""
        from joblib import Parallel, delayed, parallel_config  # type: ignore[import-untyped]
        from joblibspark import register_spark  # type: ignore[import-untyped]

        register_spark()
        with warnings.catch_warnings(), parallel_config(backend="spark", n_jobs=min(self.workers(), len(tasks))):
            warnings.filterwarnings("ignore", message="Spark .*stage-level scheduling")
            return list(Parallel(batch_size=1)(delayed(task)() for task in tasks))

    @contextmanager
    def spread(self, table: ir.Table, order: Sequence[str], parts: int) -> Iterator[Any]:
        """On the disks of the workers, always cut and ordered in the same way: sums depend on that."""
        from pyspark import StorageLevel

        frame = self._frame(table).repartition(parts, order[0]).sortWithinPartitions(*order)
        frame = frame.persist(StorageLevel.DISK_ONLY)
        try:
            yield frame
        finally:
            frame.unpersist()
