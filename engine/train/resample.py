"""Balance classes: train rows are added or taken out by their neighbours, all others are copied as they are."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.base import MOST_CLASSES, Resampler
from components.ports import ROLE, ROW
from engine.backends.backend import Backend
from engine.errors import LimitReached, UnfitForTraining
from engine.train.matrix import MatrixSpec, learn_spec
from engine.train.order import in_order
from engine.train.room import Room
from engine.train.target import Classes, learn_classes, plain


@dataclass(frozen=True)
class Balanced:
    """What became of some rows.

    Parameters
    ----------
    seen, rows
        How many came in and were written, whatever their role.
    """

    seen: int
    rows: int


@dataclass(frozen=True)
class _Change:
    """What a sampler did to train rows whose class is known, which come in the order of their ids.

    Parameters
    ----------
    kept : ndarray of shape (n_rows,), bool
    matrix : ndarray of shape (n_made, n_features)
        The features of rows that were made up.
    labels : ndarray of shape (n_made,)
        The positions of their classes.
    """

    kept: npt.NDArray[np.bool_]
    matrix: npt.NDArray[np.float64]
    labels: npt.NDArray[np.int64]


def resample(component: Resampler[Any], table: ir.Table, backend: Backend, path: Path, room: Room) -> Balanced:
    """Write a table in which the classes of train rows are balanced.

    Parameters
    ----------
    table
        Where it has no roles, every row is a train row.
    path
        What is written, in the order of the row ids: rows that were made up come first, because their ids are below 0.
    room
        What the matrix may take.

    Raises
    ------
    UnfitForTraining, LimitReached
    """
    target = component.params.answer
    rows = table.filter(table[ROLE] == "train") if ROLE in table.columns else table
    rows = rows.filter(rows[target].notnull())
    classes, counts = _count(rows, target, backend)
    _check_counts(component, classes, counts)
    spec = learn_spec(rows, list(component.params.features), backend)
    before, after = sum(counts.values()), sum(component.wanted(counts).values())
    memory_mb = spec.memory_mb(before + after)
    _check_room(component, spec, before, after, memory_mb, room)
    with room.take(memory_mb):
        matrix, labels = _load(component, rows, spec, before, backend)
        change = _changed(component, matrix, classes.encode(labels), counts)
        made = _made(component, table, change, classes, backend)
        return _write(component, table, change.kept, made, backend, path)


def _count(rows: ir.Table, target: str, backend: Backend) -> tuple[Classes, dict[int, int]]:
    """The classes, and how many rows each has by its position."""
    counted = rows.group_by(value=rows[target]).aggregate(rows=rows.count()).limit(MOST_CLASSES + 1)
    found = backend.collect(counted)
    if not found.num_rows:
        raise UnfitForTraining(
            f"There are no train rows whose {target!r} is known.",
            hint="Check the filters and the split before this node, or choose another target.",
            field="target",
        )
    classes = learn_classes(plain(found.column("value")), target)
    places = classes.encode(plain(found.column("value"))).tolist()
    counts = dict(zip(places, found.column("rows").to_pylist(), strict=True))
    return classes, {place: counts[place] for place in sorted(counts)}


def _check_counts(component: Resampler[Any], classes: Classes, counts: Mapping[int, int]) -> None:
    for place, least in component.needed(counts).items():
        if counts[place] < least:
            raise UnfitForTraining(
                f"Class {classes.labels[place]!r} has {_rows(counts[place])} to learn from, and {component.spec.title} "
                f"needs at least {least:,}.",
                hint="Choose fewer neighbours, add rows of this class, or use Oversample at random.",
                field="target",
            )
    if sum(counts.values()) < component.among():
        raise UnfitForTraining(
            f"There are {_rows(sum(counts.values()))} to learn from, and {component.spec.title} needs at least "
            f"{component.among():,}.",
            hint="Choose fewer neighbours, or use Oversample at random.",
            field="target",
        )


def _rows(count: int) -> str:
    return "1 train row" if count == 1 else f"{count:,} train rows"


def _check_room(
    component: Resampler[Any], spec: MatrixSpec, before: int, after: int, needed: float, room: Room
) -> None:
    if needed > room.memory_mb:
        raise LimitReached(
            f"{component.spec.title} would need {needed:,.0f} MB for {before:,} train rows of {spec.width:,} features "
            f"and the {after:,} that there are afterwards, but the run has room for {room.memory_mb:,.0f} MB.",
            hint="Sample rows first, choose fewer features, balance at random, or raise the memory limit by "
            f"{needed - room.memory_mb:,.0f} MB.",
            field="features",
        )


def _load(
    component: Resampler[Any], rows: ir.Table, spec: MatrixSpec, count: int, backend: Backend
) -> tuple[npt.NDArray[np.float64], pa.ChunkedArray]:
    """The matrix and the target's values, in the order in which `_write` meets the rows again."""
    names, target = [feature.name for feature in spec.features], component.params.answer

    def read(
        ordered: ir.Table, look: Callable[[pa.RecordBatch], None]
    ) -> tuple[npt.NDArray[np.float64], pa.ChunkedArray]:
        filling, labels = spec.filling(count), []
        for batch in backend.numbers(ordered, {}, spec.precision, keep=[ROW, target]):
            look(batch)
            filling.add(batch)
            labels.append(plain(batch.column(target)))
        filling.check(takes_missing=True)
        return filling.matrix(), pa.chunked_array(labels)

    matrix, labels = in_order(rows.select(ROW, target, *names), [target, *names], read)
    gaps = np.isnan(matrix).sum(axis=0).tolist()
    missing = {name: number for name, number in zip(names, gaps, strict=True) if number}
    if missing:
        listed = ", ".join(f"{name!r} ({number:,})" for name, number in list(missing.items())[:5])
        raise UnfitForTraining(
            f"{component.spec.title} finds no neighbours where values are missing; there are some in {listed}.",
            hint="Impute them first, leave these columns out of the features, or use Oversample at random.",
            field="features",
        )
    return matrix, labels


def _changed(
    component: Resampler[Any],
    matrix: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int64],
    counts: Mapping[int, int],
) -> _Change:
    sampler = component.sampler(counts)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            matrix_after, labels_after = sampler.fit_resample(matrix, labels)
    except (ValueError, RuntimeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise UnfitForTraining(
            f"{component.spec.title} cannot balance these rows: {reason}.",
            hint="Change its settings or its features, or use Oversample at random.",
        ) from error
    if component.adds == "nothing":
        kept = np.zeros(len(labels), bool)
        kept[sampler.sample_indices_] = True
        return _Change(kept, matrix[:0], labels[:0])
    return _Change(np.ones(len(labels), bool), matrix_after[len(labels) :], labels_after[len(labels) :])


def _made(
    component: Resampler[Any], table: ir.Table, change: _Change, classes: Classes, backend: Backend
) -> pa.Table | None:
    """The rows that were made up: features, target, role and an id; other columns are missing."""
    count = len(change.labels)
    if not count:
        return None
    lowest = min(0, backend.row(table.aggregate(lowest=table[ROW].min()))["lowest"])
    schema = _schema(component, table)
    known: dict[str, pa.Array] = {
        name: _as_values(change.matrix[:, place], schema.field(name).type)
        for place, name in enumerate(component.params.features)
    }
    labels = pa.array(classes.labels).cast(plain(pa.nulls(0, schema.field(component.params.answer).type)).type)
    known[component.params.answer] = labels.take(pa.array(change.labels))
    known[ROW] = pa.array(np.arange(lowest - count, lowest, dtype=np.int64))
    if ROLE in schema.names:
        known[ROLE] = pa.array(["train"] * count)
    columns = [known[f.name].cast(f.type) if f.name in known else pa.nulls(count, f.type) for f in schema]
    return pa.table(columns, schema=schema)


def _as_values(numbers: npt.NDArray[np.float64], dtype: pa.DataType) -> pa.Array:
    """Numbers as what a column holds."""
    if pa.types.is_boolean(dtype):
        return pa.array(numbers >= 0.5)
    whole = pa.types.is_integer(dtype)
    return pc.cast(pa.array(np.rint(numbers) if whole else numbers), dtype, safe=False)


def _schema(component: Resampler[Any], table: ir.Table) -> pa.Schema:
    """That of the output; where rows are made up, every column may have gaps."""
    schema = table.schema().to_pyarrow()
    return schema if component.adds == "nothing" else pa.schema([field.with_nullable(True) for field in schema])


def _write(
    component: Resampler[Any],
    table: ir.Table,
    kept: npt.NDArray[np.bool_],
    made: pa.Table | None,
    backend: Backend,
    path: Path,
) -> Balanced:
    """Copy the rows that stay, batch by batch, after those that were made up."""
    target, schema = component.params.answer, _schema(component, table)

    def write(ordered: ir.Table, look: Callable[[pa.RecordBatch], None]) -> Balanced:
        seen = decided = rows = 0
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            if made is not None:
                writer.write_table(made)
                rows += made.num_rows
            for batch in backend.batches(ordered):
                look(batch)
                stays = np.ones(batch.num_rows, bool)
                could_go = _is_counted(batch, target)
                stays[could_go] = kept[decided : decided + int(could_go.sum())]
                decided += int(could_go.sum())
                seen += batch.num_rows
                rows += int(stays.sum())
                if stays.any():
                    some = batch if stays.all() else batch.filter(pa.array(stays))
                    writer.write_batch(pa.RecordBatch.from_arrays(some.columns, schema=schema))
        return Balanced(seen, rows)

    return in_order(table, [target, *component.params.features], write)


def _is_counted(batch: pa.RecordBatch, target: str) -> npt.NDArray[np.bool_]:
    """The train rows whose class is known."""
    is_known = batch.column(target).is_valid()
    if ROLE in batch.schema.names:
        is_known = pc.and_(is_known, pc.fill_null(pc.equal(batch.column(ROLE), "train"), False))
    found: npt.NDArray[np.bool_] = is_known.to_numpy(zero_copy_only=False)
    return found
