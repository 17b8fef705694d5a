"""Spark through Ibis: the same tables and results, on a session of our own or on a cluster."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from engine.backends.backend import BATCH_ROWS, Backend, Limits
from engine.backends.spark_cluster import SparkCluster
from engine.backends.spark_session import open_session, require_pyspark, unreachable
from engine.cache import private_name
from engine.errors import CanvasbackError, DataError, LimitReached, RunError, UnfitForTraining

NO_GLOB = {"__globPaths__": "false"}
"""A path is a name, whatever signs are in it."""


class SparkBackend(Backend):
    """Reads Parquet, writes Parquet, by way of Spark.

    Parameters
    ----------
    workspace
        The cache's folder; with a remote Spark, a disk that Spark sees under the same path.
    remote
        Address of a Spark Connect server; None runs Spark on this machine.
    options
        Further options of Spark, for a session of our own.
    trains_here
        Whether the workers of a session of our own may train models. They share the run's memory, so that they hold
        no more than one matrix would, and XGBoost has them listen on every interface of the machine.
    """

    name = "spark"

    def __init__(
        self,
        limits: Limits,
        workspace: Path,
        remote: str | None = None,
        options: Mapping[str, str] | None = None,
        *,
        trains_here: bool = False,
    ) -> None:
        require_pyspark()
        from engine.backends.spark_sql import SparkSQL

        self._limits = limits
        self._remote = remote
        self._scratch = workspace / private_name(".spill-")
        self._scratch.mkdir(parents=True)
        self._open = ExitStack()
        self._open.callback(shutil.rmtree, self._scratch, ignore_errors=True)
        try:
            with self.plain_errors():
                opened = open_session(remote, limits, self._scratch, options or {})
                self._session = self._open.enter_context(opened)
                self._connection = SparkSQL().connect(self._session)
                if remote or trains_here:
                    self.cluster = SparkCluster(self._session, self._frame, connect=remote is not None)
        except BaseException:
            self._open.close()
            raise

    def read(self, paths: Sequence[Path]) -> ir.Table:
        """Parquet files as one lazy table."""
        name = f"t_{uuid4().hex}"
        frame = self._session.read.options(**NO_GLOB).parquet(*(_address(path) for path in paths))
        frame.createOrReplaceTempView(name)
        return self._connection.table(name)

    def register(self, table: pa.Table) -> ir.Table:
        """Rows in memory as a table."""
        path = self._scratch / f"{uuid4().hex}.parquet"
        pq.write_table(table, path)
        return self.read([path])

    def write(self, table: ir.Table, path: Path) -> int:
        """Run a query into one Parquet file.

        Returns
        -------
        int
            Rows written.
        """
        schema = table.schema().to_pyarrow()
        with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
            for batch in self.batches(table):
                writer.write_batch(batch)
        return int(pq.read_metadata(path).num_rows)

    def batches(self, table: ir.Table, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """The result of a query, so many rows at a time; never all of it in the memory of Spark's driver."""
        parts = self._scratch / uuid4().hex
        try:
            self._frame(table).write.parquet(_address(parts))
            yield from _regrouped(_read(parts, table.schema()), rows)
        finally:
            shutil.rmtree(parts, ignore_errors=True)

    def collect(self, table: ir.Table) -> pa.Table:
        """The whole result of a query, for results that are known to be small."""
        return _typed(self._frame(table).toArrow(), table.schema())

    def around(self, table: ir.Table, query: Callable[[str], str]) -> pa.Table:
        """The small result of a query written in SQL, given the SQL of a table."""
        return self._session.sql(query(self._connection.compile(table))).toArrow()

    def rows(self, table: ir.Table) -> int:
        """How many rows a query gives."""
        return int(self._frame(table).count())

    def close(self) -> None:
        """Give everything back."""
        self._open.close()

    @contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Say in plain words what Spark says in its own.

        Raises
        ------
        LimitReached, DataError, RunError
        """
        from ibis.common.exceptions import OperationNotDefinedError, UnsupportedOperationError
        from py4j.protocol import Py4JError  # type: ignore[import-untyped]
        from pyspark.errors import PySparkException

        try:
            yield
        except PySparkException as error:
            raise self._plain(error.getCondition() or "", str(error)) from error
        except (Py4JError, ConnectionError) as error:
            raise self._plain("", str(error)) from error
        except (OperationNotDefinedError, UnsupportedOperationError) as error:
            raise RunError(f"Spark cannot do this step: {error}", hint="Run this pipeline on DuckDB.") from error

    def _plain(self, condition: str, told: str) -> CanvasbackError:
        reason = _reason(told)
        if any(
            sign in told for sign in ("UNAVAILABLE", "DEADLINE_EXCEEDED", "number of retries", "Answer from Java side")
        ):
            return unreachable(self._remote or "this machine", "it stopped answering")
        if any(sign in told for sign in ("OutOfMemoryError", "maxResultSize", "Java heap space")):
            return LimitReached(
                f"This step needs more than the {self._limits.memory_mb:,} MB of memory that Spark may use.",
                hint="Take fewer rows or columns, or raise the memory limit.",
                detail={"reason": reason},
            )
        if "PythonException" in told:
            return UnfitForTraining(
                f"Spark's workers could not train the model: {_python_error(told)}.",
                hint="Change the model's settings, its features or its rows; workers need the Python and libraries of "
                "this installation.",
            )
        if condition.startswith(VALUES):
            return DataError(
                f"A value cannot be computed: {reason}", hint="Filter such rows, or convert the column first."
            )
        if "FileNotFoundException" in told or condition.startswith(FILES):
            return RunError(
                f"A file could not be read or written: {reason}",
                hint="Run it again; a Spark elsewhere must see the home under the same path.",
            )
        return RunError(f"Spark refused this step: {reason}", hint="The log of this home has the details.")

    def _frame(self, table: ir.Table) -> Any:
        return self._session.sql(self._connection.compile(table))


VALUES = ("CAST_", "ARITHMETIC_OVERFLOW", "DIVIDE_BY_ZERO", "NUMERIC_", "INVALID_ARRAY_INDEX", "DATETIME_", "INVALID_")
FILES = ("PATH_NOT_FOUND", "FAILED_READ_FILE", "TASK_WRITE_FAILED", "CANNOT_READ_FILE")


def _address(path: Path) -> str:
    return f"file://{path.resolve()}"


def _read(parts: Path, schema: sch.Schema) -> Iterator[pa.RecordBatch]:
    """Spark numbers its files in the order of the result."""
    for part in sorted(parts.glob("part-*.parquet")):
        with pq.ParquetFile(part) as file:
            for batch in file.iter_batches(BATCH_ROWS):
                yield from _typed(pa.Table.from_batches([batch]), schema).to_batches()


def _regrouped(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """The same rows, so many at a time: what is computed from a batch must not depend on Spark's own portions."""
    kept: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        kept.append(batch)
        count += batch.num_rows
        while count >= rows:
            table = pa.Table.from_batches(kept).combine_chunks()
            yield from table.slice(0, rows).to_batches()
            count -= rows
            kept = table.slice(rows).to_batches()
    if count:
        yield from pa.Table.from_batches(kept).combine_chunks().to_batches()


def _typed(table: pa.Table, schema: sch.Schema) -> pa.Table:
    wanted = schema.to_pyarrow()
    return pa.Table.from_arrays(
        [column.cast(field.type, safe=False) for column, field in zip(table.columns, wanted, strict=True)],
        schema=pa.schema([field.with_nullable(True) for field in wanted]),
    )


def _python_error(told: str) -> str:
    """What Python code on a worker raised, without its traceback."""
    raised = re.findall(r"^(?:[\w.]+\.)?\w*(?:Error|Exception): (.+)$", told, re.MULTILINE)
    return raised[-1].rsplit(": ", 1)[-1].rstrip(".")[:300] if raised else _reason(told)


def _reason(told: str) -> str:
    """The first sentence, without Spark's code and advice for programmers."""
    line = (told.strip().splitlines() or ["it gave no reason"])[0]
    sentence = line.split("] ", 1)[-1].split(". ", 1)[0]
    with suppress(ValueError):
        sentence = sentence[: sentence.index(" SQLSTATE")]
    return sentence[:300]
