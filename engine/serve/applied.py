"""A model's answers for the rows of a table, batch by batch, by the code that answers requests."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.errors import DataError, InvalidRecord
from engine.schemas import PREDICTION, PROBABILITIES, PROBABILITY
from engine.serve.scorer import Scored, Scorer


def applied(
    scorer: Scorer, batches: Iterable[pa.RecordBatch], schema: pa.Schema, *, leaves_empty: bool
) -> Iterator[pa.RecordBatch]:
    """Each batch with what the model says of its rows.

    Parameters
    ----------
    schema
        That of the result: the table's columns, then the answers.
    leaves_empty
        What becomes of a row without a value that no train row lacked: no answer, or an error.

    Raises
    ------
    DataError
        Naming the column, or what the model cannot take.
    """
    lacking = next((field.name for field in scorer.fields if field.name not in schema.names), None)
    if lacking is not None:
        raise DataError(f"The table has no column {lacking!r}, which the model needs.", hint="Add or rename it before.")
    for batch in batches:
        rows = pa.Table.from_batches([batch]).select([field.name for field in scorer.fields])
        incomplete = _incomplete(scorer, rows)
        if incomplete is not None and not leaves_empty:
            raise DataError(
                f"Column {incomplete[0]!r} is missing in some rows, which it never was in the train rows.",
                hint="Fill it before, or let such rows have no prediction ('on_missing').",
                field="on_missing",
            )
        answered = np.ones(batch.num_rows, dtype=bool) if incomplete is None else ~incomplete[1]
        yield pa.RecordBatch.from_arrays(
            [*batch.columns, *_answers(scorer, rows.filter(pa.array(answered)), answered, schema)], schema=schema
        )


def _incomplete(scorer: Scorer, rows: pa.Table) -> tuple[str, npt.NDArray[np.bool_]] | None:
    """The first column that lacks a value it may not lack, and every row that lacks one."""
    gaps = {
        field.name: np.asarray(rows.column(field.name).is_null().to_numpy())
        for field in scorer.fields
        if not field.nullable and rows.column(field.name).null_count
    }
    return (next(iter(gaps)), np.logical_or.reduce(list(gaps.values()))) if gaps else None


def _answers(scorer: Scorer, rows: pa.Table, answered: npt.NDArray[np.bool_], schema: pa.Schema) -> list[pa.Array]:
    scored = _scored(scorer, rows)
    places = pa.array(np.cumsum(answered) - 1, mask=~answered)
    made: dict[str, Any] = {PREDICTION: pa.array(scored.labels, type=schema.field(PREDICTION).type)}
    if scored.probabilities is not None:
        width = len(scorer.model.classes)
        chances = scored.probabilities.reshape(-1, width)
        offsets = pa.array(np.arange(len(chances) + 1, dtype=np.int32) * width)
        place = {label: at for at, label in enumerate(scorer.model.classes)}
        said = np.fromiter((place[label] for label in scored.labels), np.int64, len(chances))
        made[PROBABILITY] = pa.array(chances[np.arange(len(chances)), said], pa.float64())
        made[PROBABILITIES] = pa.ListArray.from_arrays(offsets, pa.array(chances.ravel(), pa.float64()))
    return [pc.take(column, places).cast(schema.field(name).type) for name, column in made.items()]


def _scored(scorer: Scorer, rows: pa.Table) -> Scored:
    if not rows.num_rows:
        return Scored([], np.empty((0, len(scorer.model.classes))) if scorer.model.classes else None)
    try:
        return scorer.score(rows)
    except InvalidRecord as refused:
        said = refused.message.split(": ", 1)[-1]
        raise DataError(
            f"The model cannot answer for one of the rows: {said}",
            hint="Look at the values of that row, and prepare them like the rows that the model has learned from.",
        ) from refused
