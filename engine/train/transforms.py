"""Scikit-learn transformers: fitted on the train rows, applied batch by batch, by the same function when serving."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from components.base import LearnedFromRows, Learner, MatrixTransform, State
from components.ports import ROLE, ROW
from engine.backends.backend import BATCH_ROWS, Backend
from engine.errors import LimitReached, UnfitForTraining
from engine.train.matrix import Feature, Matrix, MatrixSpec, learn_spec
from engine.train.order import in_order
from engine.train.room import Room
from engine.train.target import learn_classes, plain
from engine.train.warned import first_line, hearing

CELLS, LEAST_ROWS = 4_000_000, 512
"""Most numbers that are made at a time, and fewest rows."""
CELL_BYTES = 8
UNSOUND = "their columns do not vary, or their numbers are too large or too small"

Rows: TypeAlias = pa.Table | pa.RecordBatch


@dataclass(frozen=True)
class Fitted:
    """A transformer that has learned.

    Parameters
    ----------
    spec
        The matrix that it takes; without features where it takes texts.
    warnings
        What it said while it learned.
    """

    component: MatrixTransform[Any]
    transformer: Any
    spec: MatrixSpec
    warnings: tuple[str, ...] = ()

    @cached_property
    def sources(self) -> Mapping[str, Sequence[str]]:
        """The columns that it makes, and what each is computed from."""
        return self.component.sources()

    def made(self, rows: Rows, wanted: Collection[str] | None = None) -> dict[str, pa.Array]:
        """The columns that it makes of some rows.

        Parameters
        ----------
        wanted
            Those that matter, which are all by default. What only the others are computed from is not looked at.

        Raises
        ------
        UnfitForTraining
            For values that it cannot take.
        """
        names = [name for name in self.sources if wanted is None or name in wanted]
        try:
            found = self._from_texts(rows) if self.component.takes == "texts" else self._from_matrix(rows, names)
        except ValueError as error:
            raise UnfitForTraining(
                f"{self.component.spec.title} cannot compute these rows: {first_line(error)}.",
                hint="Look for values that are very unlike those of the train rows.",
            ) from error
        width = found.shape[1]
        places = {name: place for place, name in enumerate(self.sources)}
        return {
            name: self._column(found[:, places[name]] if places[name] < width else np.zeros(rows.num_rows))
            for name in names
        }

    def report(self) -> dict[str, Any]:
        """What was learned, as JSON."""
        columns = self.component.report(self.transformer, self.spec.column_names())
        return {"columns": columns, "warnings": list(self.warnings)}

    def _from_texts(self, rows: Rows) -> npt.NDArray[Any]:
        if not rows.num_rows:
            return np.empty((0, 0))
        found = self.component.apply(self.transformer, _texts(rows.column(self.component.reads()[0])))
        return np.asarray(found.toarray() if hasattr(found, "toarray") else found)

    def _from_matrix(self, rows: Rows, names: Sequence[str]) -> npt.NDArray[Any]:
        needed = {source for name in names for source in self.sources[name]}
        columns = {f.name: rows.column(f.name) if f.name in needed else _idle(f, len(rows)) for f in self.spec.features}
        matrix = self.spec.model_copy(update={"is_sparse": False}).fill(pa.table(columns))
        _check_values(self.component, matrix, self.spec)
        return in_blocks(lambda block: self.component.apply(self.transformer, block), matrix, self.component.block_rows)

    def _column(self, values: npt.NDArray[Any]) -> pa.Array:
        """Made values; what is no finite number is missing."""
        is_known = np.isfinite(values)
        kind = self.component.made_type.to_pyarrow()
        whole = np.where(is_known, values, 0) if pa.types.is_integer(kind) else values
        return pa.array(whole.astype(kind.to_pandas_dtype()), kind, mask=None if is_known.all() else ~is_known)


def in_blocks(
    apply: Callable[[npt.NDArray[Any]], Any], matrix: npt.NDArray[Any], block_rows: int
) -> npt.NDArray[np.float64]:
    """What is made of a matrix, so many rows at a time and always as many.

    A row's result must not depend on the rows beside it, to the last bit: products of matrices are summed in another
    order when there are other numbers of rows, and some transformers treat one row alone in another way. The last
    block is filled up with ones, which no transformer minds.
    """
    parts = []
    for start in range(0, len(matrix), block_rows):
        block = matrix[start : start + block_rows]
        count = len(block)
        if count < block_rows:
            block = np.vstack([block, np.ones((block_rows - count, matrix.shape[1]), matrix.dtype)])
        parts.append(np.asarray(apply(block), dtype=np.float64)[:count])
    return np.concatenate(parts) if parts else np.empty((0, 0))


def learn(
    component: MatrixTransform[Any],
    table: ir.Table,
    backend: Backend,
    room: Room,
    categories: Mapping[str, tuple[str, ...]] | None = None,
) -> Fitted:
    """Fit a transformer on the train rows, or on all where rows have no roles.

    Parameters
    ----------
    categories
        Those of packed one-hot columns, where an encoder on the way learned them.

    Raises
    ------
    UnfitForTraining, LimitReached, ComponentError
    """
    rows = train_rows(table, component.target)
    count = backend.rows(rows)
    _check_count(component, count)
    if component.takes == "texts":
        return _learn_texts(component, rows, backend)
    spec = learn_spec(rows, component.reads(), backend, categories, component.precision)
    spec = spec.sparse_where_it_pays() if component.takes_sparse else spec
    needed = _check_room(component, count, spec.row_bytes, room)
    with room.take(needed):
        matrix, target = _load(component, rows, spec, count, backend)
        _check_values(component, matrix, spec, is_learning=True)
        return _learned(component, spec, matrix, target)


def learn_rows(component: LearnedFromRows[Any, Any], rows: ir.Table, backend: Backend, room: Room) -> State:
    """The state of what must look at the train rows themselves.

    Raises
    ------
    UnfitForTraining, LimitReached, ComponentError
    """
    asked = component.asked(rows)
    count = backend.rows(asked)
    _check_count(component, count)
    with room.take(_check_room(component, count, len(asked.columns) * CELL_BYTES, room)):
        state: State = _watched(component, lambda: component.learn_rows(backend.collect(asked)))[0]
        return state


def write_made(fitted: Fitted, table: ir.Table, backend: Backend, path: Path) -> int:
    """Write a table with the columns that a transformer makes of it, batch by batch in the order of the rows.

    Returns
    -------
    int
        Rows written.
    """
    schema = fitted.component.outline(table.schema())["table"].schema.to_pyarrow()
    most = min(BATCH_ROWS, max(LEAST_ROWS, CELLS // max(len(schema), fitted.spec.width)))
    count = 0
    with (
        threadpool_limits(1),  # blocks are so small that threads would wait for each other
        pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer,
    ):
        for batch in backend.batches(table, most):
            made = fitted.made(batch)
            columns = [made[name] if name in made else batch.column(name) for name in schema.names]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
            count += batch.num_rows
    return count


def train_rows(table: ir.Table, target: str | None = None) -> ir.Table:
    """The rows to learn from: train rows where there are roles, and where there is a target, those that have it."""
    rows = table.filter(table[ROLE] == "train") if ROLE in table.columns else table
    return rows if target is None else rows.filter(rows[target].notnull())


# --- learning -------------------------------------------------------------------------------------------------


def _load(
    component: MatrixTransform[Any], rows: ir.Table, spec: MatrixSpec, count: int, backend: Backend
) -> tuple[Matrix, npt.NDArray[np.int64] | None]:
    """The matrix and the positions of the target's classes, in one pass so that they cannot come apart."""
    target = [component.target] if component.target else []
    features = [feature.name for feature in spec.features]
    categories = {f.name: f.categories for f in spec.features if f.kind == "one_hot"}

    def read(ordered: ir.Table, look: Callable[[pa.RecordBatch], None]) -> tuple[Matrix, list[pa.Array]]:
        filling, labels = spec.filling(count), []
        for batch in backend.numbers(ordered, categories, spec.precision, keep=[ROW, *target]):
            look(batch)
            filling.add(batch)
            labels += [plain(batch.column(name)) for name in target]
        filling.check(takes_missing=True)
        return filling.matrix(), labels

    matrix, labels = in_order(rows.select(ROW, *target, *features), [*target, *features], read)
    if component.target is None:
        return matrix, None
    column = pa.chunked_array(labels)
    return matrix, learn_classes(column, component.target).encode(column)


def _learn_texts(component: MatrixTransform[Any], rows: ir.Table, backend: Backend) -> Fitted:
    """From texts as they come: they are never in memory at once."""
    (name,) = component.reads()

    def read(ordered: ir.Table, look: Callable[[pa.RecordBatch], None]) -> Fitted:
        def texts() -> Iterator[str]:
            for batch in backend.batches(ordered):
                look(batch)
                yield from _texts(batch.column(name))

        return _learned(component, MatrixSpec(features=()), texts(), None)

    return in_order(rows.select(ROW, name), [name], read)


def _learned(component: MatrixTransform[Any], spec: MatrixSpec, given: Any, target: Any) -> Fitted:
    transformer, warned = _watched(component, lambda: component.fit(given, target))
    return Fitted(component, transformer, spec, warned)


def _watched(component: Learner[Any], learn: Callable[[], Any]) -> tuple[Any, tuple[str, ...]]:
    """What was learned, and what scikit-learn warned of."""
    with hearing() as warned:
        try:
            learned = learn()
        except ValueError as error:
            reason = UNSOUND if re.search(r"\bnans?\b", str(error), re.IGNORECASE) else first_line(error)
            raise UnfitForTraining(
                f"{component.spec.title} cannot learn with these settings from these rows: {reason}.",
                hint="Change its settings, its columns or its rows.",
            ) from error
    return learned, tuple(warned)


def _texts(column: pa.Array | pa.ChunkedArray) -> list[str]:
    """Texts; a missing one is empty."""
    found: list[str] = pc.fill_null(column, "").to_pylist()
    return found


def _idle(feature: Feature, rows: int) -> pa.Array:
    """A column that does not matter, with values that every transformer takes."""
    return pa.nulls(rows, pa.int32()) if feature.kind == "one_hot" else pa.array(np.ones(rows))


# --- what cannot be learned from ------------------------------------------------------------------------------


def _check_count(component: MatrixTransform[Any] | LearnedFromRows[Any, Any], count: int) -> None:
    if not count:
        raise UnfitForTraining(
            f"{component.spec.title} has no train rows to learn from.",
            hint="Check the filters and the split before it.",
        )
    least = component.least_rows if isinstance(component, MatrixTransform) else 1
    if count < least:
        raise UnfitForTraining(
            f"{component.spec.title} learns from at least {least} rows, but there is only {count}.",
            hint="Check the filters and the split before it.",
        )
    if count > component.most_rows:
        raise UnfitForTraining(
            f"{component.spec.title} learns from at most {component.most_rows:,} rows, but there are {count:,}.",
            hint=f"Choose {component.instead}, or sample rows first.",
        )


def _check_room(
    component: MatrixTransform[Any] | LearnedFromRows[Any, Any], rows: int, row_bytes: int, room: Room
) -> float:
    """How many megabytes learning takes; refused where there are not as many."""
    needed = rows * row_bytes * component.room / 1e6
    if needed > room.memory_mb:
        raise LimitReached(
            f"{component.spec.title} would need about {needed:,.0f} MB to learn from {rows:,} rows, but the run has "
            f"room for {room.memory_mb:,.0f} MB.",
            hint=f"Sample rows ({rows * room.memory_mb / needed:,.0f} would fit), choose fewer columns, or raise the "
            f"memory limit by {needed - room.memory_mb:,.0f} MB.",
            field="columns",
        )
    return needed


def _check_values(
    component: MatrixTransform[Any], matrix: Matrix, spec: MatrixSpec, *, is_learning: bool = False
) -> None:
    """Refuse values that a transformer cannot take, naming their columns."""
    if not isinstance(matrix, np.ndarray):
        _check_dense(component, matrix.tocsc(), spec)
        return
    is_missing = np.isnan(matrix)
    if not component.takes_missing:
        _refuse(component, "missing", is_missing, spec, "Impute them before, or leave these columns out.")
    elif is_learning and not component.takes_empty and len(matrix):
        nothing = [feature.name for feature, place in spec.slices() if is_missing[:, place].all()]
        if nothing:
            raise UnfitForTraining(
                f"{component.spec.title} has nothing to learn from: column {nothing[0]!r} has no value at all.",
                hint="Leave this column out, or drop it before.",
                field=nothing[0],
            )
    refused = component.unfit(matrix)
    if refused is not None:
        kind, where, remedy = refused
        _refuse(component, kind, where, spec, remedy)


def _check_dense(component: MatrixTransform[Any], columns: Any, spec: MatrixSpec) -> None:
    """The same for a sparse matrix, whose numbers are in few columns."""
    for feature, place in spec.slices():
        if feature.kind != "one_hot":
            one = spec.model_copy(update={"features": (feature,), "is_sparse": False})
            _check_values(component, columns[:, place].toarray(), one, is_learning=True)


def _refuse(
    component: MatrixTransform[Any], kind: str, where: npt.NDArray[np.bool_], spec: MatrixSpec, remedy: str
) -> None:
    if not where.any():
        return
    counts = {feature.name: int(where[:, place].sum()) for feature, place in spec.slices()}
    found = {name: count for name, count in counts.items() if count}
    listed = ", ".join(f"{name!r} ({count:,})" for name, count in list(found.items())[:5])
    raise UnfitForTraining(
        f"{component.spec.title} cannot take {kind} values; there are some in {listed}.",
        hint=remedy,
        field=next(iter(found)),
    )
