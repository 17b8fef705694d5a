"""What an export has to answer before it is handed out, and how its answers are compared with the model's own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.errors import ExportRefused, InvalidRecord
from engine.serve.evidence import EVIDENCE, HELD_OUT
from engine.serve.fields import Field
from engine.serve.scorer import Scored, Scorer

ROWS = 1_000
MOST_ALTERED = 100
TOLERANCE = 1e-6
"""What numbers may differ by, as for an endpoint; of numbers above 1, this part of them."""
UNSEEN = "Ω unseen in training"
"""A text that stands for every category the model has never met."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """What a model, or an export of it, says of some rows.

    Parameters
    ----------
    labels
        Predictions, one per row.
    numbers : ndarray of shape (n_rows, n_names), or None
        Probabilities, scores, or predicted numbers.
    names
        What each column of `numbers` is: a class, ``score``, or ``prediction``.
    """

    labels: Sequence[Any]
    numbers: Numbers | None
    names: tuple[str, ...]

    def rows(self, start: int, stop: int) -> "Answers":
        """Some of them."""
        return Answers(self.labels[start:stop], None if self.numbers is None else self.numbers[start:stop], self.names)


@dataclass(frozen=True)
class Proof:
    """What the comparison found.

    Parameters
    ----------
    rows
        Rows that the export has answered.
    max_difference
        Largest difference of a number: a probability, a score, or a prediction (relative where above 1).
    """

    rows: int
    max_difference: float

    def as_data(self) -> dict[str, Any]:
        """As a JSON document."""
        return {"rows": self.rows, "max_difference": self.max_difference}


@dataclass(frozen=True)
class Questions:
    """Rows with the endpoint's fields, and what the model says of them."""

    rows: pa.Table
    answers: Answers


def questions(scorer: Scorer, files: Mapping[str, Path]) -> Questions:
    """Up to 1,000 rows kept with a model, and some of them with a gap or an unseen text in one field.

    Raises
    ------
    ExportRefused
        When no rows were kept.
    """
    names = [field.name for field in scorer.fields]
    kept = [part for part in _kept(scorer, files, names) if part.num_rows]
    rows = pa.concat_tables(kept).slice(0, ROWS) if kept else scorer.golden().select(names)
    if not rows.num_rows:
        raise ExportRefused("The model has no stored rows to prove an export with.", hint="Train the model again.")
    told = answers_of(scorer, scorer.score(rows))
    altered = [(row, answered) for row in _altered(rows, scorer.fields) if (answered := _try(scorer, row)) is not None]
    for row, answered in altered:
        told = _joined(told, answered)
        rows = pa.concat_tables([rows, row])
    return Questions(rows.combine_chunks(), told)


def answers_of(scorer: Scorer, scored: Scored) -> Answers:
    """A scorer's answers."""
    if scored.probabilities is not None:
        return Answers(scored.labels, scored.probabilities, tuple(str(label) for label in scorer.model.classes))
    if scored.scores is not None:
        return Answers(scored.labels, np.array(scored.scores, dtype=np.float64).reshape(-1, 1), ("score",))
    if scorer.model.task == "regression":
        return Answers(scored.labels, np.array(scored.labels, dtype=np.float64).reshape(-1, 1), ("prediction",))
    return Answers(scored.labels, None, ())


def prove(asked: Answers, told: Answers, what: str, *, tolerance: float = TOLERANCE) -> Proof:
    """Compare an export's answers with the model's.

    Raises
    ------
    ExportRefused
        Saying how many rows differ, and the largest difference with its row and class.
    """
    if len(told.labels) != len(asked.labels):
        raise ExportRefused(
            f"{what} gave {len(told.labels)} answers for {len(asked.labels)} rows.", hint="Nothing was exported."
        )
    largest = _check_numbers(asked, told, what, tolerance)
    if asked.names != ("prediction",):
        _check_labels(asked.labels, told.labels, what)
    return Proof(len(asked.labels), largest)


def _check_numbers(asked: Answers, told: Answers, what: str, tolerance: float) -> float:
    if asked.numbers is None or not len(asked.labels):
        return 0.0
    if told.numbers is None or told.numbers.shape != asked.numbers.shape:
        raise ExportRefused(f"{what} has no number for each of {', '.join(asked.names)}.", hint="Nothing was exported.")
    differences = np.abs(asked.numbers - told.numbers) / np.maximum(1.0, np.abs(asked.numbers))
    differences = np.where(np.isfinite(differences), differences, np.inf)
    row, column = np.unravel_index(int(differences.argmax()), differences.shape)
    largest = float(differences[row, column])
    if not largest <= tolerance:
        wrong = int((differences > tolerance).any(axis=1).sum())
        raise ExportRefused(
            f"{what} would answer {wrong:,} of {len(differences):,} rows differently: the largest difference is "
            f"{largest:.3g}, in {asked.names[int(column)]!r} (row {int(row) + 1}: the model says "
            f"{asked.numbers[row, column]:.6g}, the export {told.numbers[row, column]:.6g}).",
            hint="Nothing was exported. Choose the bundle, which answers by the model's own code.",
            detail={"max_difference": largest, "rows": wrong, "in": asked.names[int(column)]},
        )
    return largest


def _check_labels(asked: Sequence[Any], told: Sequence[Any], what: str) -> None:
    wrong = [row for row, pair in enumerate(zip(asked, told, strict=True)) if pair[0] != pair[1]]
    if wrong:
        first = wrong[0]
        raise ExportRefused(
            f"{what} would answer {len(wrong):,} of {len(asked):,} rows differently; in row {first + 1} the model says "
            f"{asked[first]!r}, the export {told[first]!r}.",
            hint="Nothing was exported. Choose the bundle, which answers by the model's own code.",
            detail={"rows": len(wrong)},
        )


def _kept(scorer: Scorer, files: Mapping[str, Path], names: list[str]) -> Iterator[pa.Table]:
    """Held-out rows first, then some that the model has learned from."""
    if EVIDENCE not in files:
        return
    schema = pa.schema([(field.name, field.arrow) for field in scorer.fields])
    kept = pq.read_table(files[EVIDENCE], columns=[HELD_OUT, *names])
    for is_held_out in (True, False):
        rows = kept.filter(pc.equal(kept.column(HELD_OUT), is_held_out)).select(names).cast(schema)
        # A train row may lack what no row that was answered has lacked.
        for field in () if is_held_out else scorer.fields:
            rows = rows if field.nullable else rows.filter(rows.column(field.name).is_valid())
        yield rows


def _altered(rows: pa.Table, fields: Sequence[Field]) -> Iterator[pa.Table]:
    """Rows with a gap, and rows with a text that was never seen, in one field each."""
    for number, field in enumerate(fields[:MOST_ALTERED]):
        row = rows.slice(number % rows.num_rows, 1)
        values = [None] if field.nullable else []
        for value in [*values, UNSEEN] if field.family == "text" else values:
            yield row.set_column(number, field.name, pa.array([value], field.arrow))


def _try(scorer: Scorer, row: pa.Table) -> Answers | None:
    try:
        return answers_of(scorer, scorer.score(row))
    except InvalidRecord:
        return None


def _joined(first: Answers, second: Answers) -> Answers:
    numbers = first.numbers
    if numbers is not None and second.numbers is not None:
        numbers = np.vstack([numbers, second.numbers])
    return Answers([*first.labels, *second.labels], numbers, first.names)
