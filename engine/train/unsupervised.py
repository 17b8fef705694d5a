"""Learn what rows are like, without a target; say of every row what an endpoint would say of it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from components.base import Unsupervised
from components.evaluate.groups import group_scores
from components.ports import ROLE, ROW
from engine.backends.backend import Backend
from engine.errors import LimitReached, UnfitForTraining
from engine.train.groups import read_groups
from engine.train.matrix import Matrix, MatrixSpec, check_size, learn_spec
from engine.train.order import in_order
from engine.train.room import Room
from engine.train.target import RowCounts, check_roles
from engine.train.training import ANSWER_ROWS, Trained, fitted

TABLE = "table.parquet"


def learn(
    component: Unsupervised[Any],
    table: ir.Table,
    backend: Backend,
    folder: Path,
    room: Room,
    categories: Mapping[str, tuple[str, ...]] | None = None,
) -> Trained:
    """Learn from `train` rows where rows have roles, else from all; write the table with the answers for every row.

    Parameters
    ----------
    folder
        Where the table is written.
    room
        What the matrix, and what is computed from pairs of rows, may take.
    categories
        Those of packed one-hot columns, where an encoder on the way learned them.

    Raises
    ------
    UnfitForTraining, LimitReached
    """
    counts = _count_rows(table, backend)
    _check_rows(component, counts)
    trained = _fit(component, table, counts, backend, room, categories or {})
    _write(component, trained, table, backend, folder / TABLE)
    trained.seen = counts.rows
    trained.rows = {"train": counts.train, "test": counts.test} if ROLE in table.columns else {"rows": counts.rows}
    trained.metrics = group_scores(read_groups(type(component), backend.read([folder / TABLE]), trained.spec, backend))
    return trained


def asked(kind: type[Unsupervised[Any]], learned: Any, matrix: Matrix) -> dict[str, npt.NDArray[Any]]:
    """What a model without a target says; the one place that asks it, for the run and for serving alike.

    Returns
    -------
    dict
        For each column that it adds, an ndarray of shape (n_rows,).
    """
    if matrix.shape[0] == 0:
        return {name: np.empty(0, dtype=dtype.to_numpy()) for name, dtype in kind.adds.items()}
    starts = range(0, matrix.shape[0], ANSWER_ROWS)
    parts = [kind.answer(learned, matrix[start : start + ANSWER_ROWS]) for start in starts]
    return {name: np.concatenate([part[name] for part in parts]) for name in kind.adds}


def _count_rows(table: ir.Table, backend: Backend) -> RowCounts:
    if ROLE not in table.columns:
        rows = backend.rows(table)
        return RowCounts(rows, without_role=0, train_rows=rows, train=rows, test=0)
    role = table[ROLE]
    train = (role == "train").sum()
    counted = table.aggregate(
        rows=table.count(),
        without_role=role.isnull().sum(),
        train_rows=train,
        train=train,
        test=(role == "test").sum(),
    )
    return RowCounts(**{name: int(count or 0) for name, count in backend.row(counted).items()})


def _check_rows(component: Unsupervised[Any], counts: RowCounts) -> None:
    check_roles(counts)
    if not counts.train:
        which = "train rows" if counts.rows else "rows"
        raise UnfitForTraining(f"There are no {which} to learn from.", hint="Check the filters before the model.")
    component.check_rows(counts.train)


def _fit(
    component: Unsupervised[Any],
    table: ir.Table,
    counts: RowCounts,
    backend: Backend,
    room: Room,
    categories: Mapping[str, tuple[str, ...]],
) -> Trained:
    rows = table.filter(table[ROLE] == "train") if ROLE in table.columns else table
    spec = learn_spec(rows, list(component.params.features), backend, categories, component.precision)
    check_size(counts.train, spec, room.memory_mb)
    pairs_mb = component.pair_bytes * counts.train**2 / 1e6
    _check_pairs(component, counts.train, pairs_mb, room.memory_mb - spec.memory_mb(counts.train))
    with room.take(spec.memory_mb(counts.train) + pairs_mb):
        matrix = _load(component, rows, spec, counts.train, backend)
        learned, warned = fitted(lambda: component.fit(matrix))
    return Trained(
        learned, spec, None, None, component.takes_missing, warnings=warned, files=(TABLE,), judged_on=TABLE,
        answers=component.answers,
    )  # fmt: skip


def _check_pairs(component: Unsupervised[Any], rows: int, needed_mb: float, free_mb: float) -> None:
    if needed_mb <= free_mb:
        return
    fit = int((max(free_mb, 0.0) * 1e6 / component.pair_bytes) ** 0.5)
    raise LimitReached(
        f"{component.spec.title} compares each of {rows:,} rows with every other one, which takes {needed_mb:,.0f} MB, "
        f"but the run has room for {max(free_mb, 0.0):,.0f} MB.",
        hint=f"Sample rows ({fit:,} would fit), choose {component.instead}, or raise the memory limit.",
    )


def _load(
    component: Unsupervised[Any], rows: ir.Table, spec: MatrixSpec, count: int, backend: Backend
) -> npt.NDArray[Any]:
    """The matrix, filled as it will be for every row that is asked about: a learned row must be known again."""
    features = [feature.name for feature in spec.features]

    def read(ordered: ir.Table, look: Callable[[pa.RecordBatch], None]) -> npt.NDArray[Any]:
        filling = spec.filling(count)
        for batch in backend.batches(ordered):
            look(batch)
            filling.add(batch)
        filling.check(takes_missing=component.takes_missing)
        matrix: npt.NDArray[Any] = filling.matrix()
        return matrix

    return in_order(rows.select(ROW, *features), features, read)


def _write(component: Unsupervised[Any], trained: Trained, table: ir.Table, backend: Backend, path: Path) -> None:
    """Write every row, as it came in, with the answers."""
    added = [pa.field(name, dtype.to_pyarrow()) for name, dtype in component.adds.items()]
    schema = pa.schema([*table.schema().to_pyarrow(), *added])

    def write(ordered: ir.Table, look: Callable[[pa.RecordBatch], None]) -> None:
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for batch in backend.batches(ordered):
                look(batch)
                matrix = trained.spec.fill(batch, takes_missing=trained.takes_missing)
                answers = asked(type(component), trained.estimator, matrix)
                columns = [*batch.columns, *(pa.array(answers[field.name], field.type) for field in added)]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))

    in_order(table, [feature.name for feature in trained.spec.features], write)
