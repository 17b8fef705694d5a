"""Rows beside the answers of a model, batch by batch: what a dataset becomes that an endpoint has answered."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from engine.errors import InvalidRecord
from engine.schemas import PREDICTION
from engine.serve.parity import GOLDEN_PREFIX
from engine.serve.records import MAX_ERRORS, Mistake, refusal
from engine.serve.scorer import SCORE, Scored, Scorer
from engine.serve.typed_rows import check_columns, to_fields
from storage.ids import new_id

ROWS_AT_ONCE = 10_000
MOST_CLASSES = 30
"""With more of them, only the probability of the predicted one is told."""
MOST_REFUSED = 1_000
"""Rows that the pipeline or the model cannot take, before it is given up: each is found by asking many times."""
ID, VERSION, REASON = "prediction_id", "model_version", "not_answered"


class AnsweredRows:
    """Adds the answers of a model to rows that come in batches.

    Parameters
    ----------
    given
        The columns of the rows; names that an answer would have too are kept, and the answer's end in ``_2``.
    model
        The model version in words.
    strict
        Whether a record that cannot be answered ends it; else it is kept without an answer, and with the reason.

    Raises
    ------
    DataError
        When the rows lack a field.
    """

    def __init__(self, scorer: Scorer, given: pa.Schema, model: str, *, strict: bool) -> None:
        check_columns(given.names, scorer.fields, strict=strict)
        self._scorer = scorer
        self._model = model
        self._strict = strict
        self._given = given
        self._refused = 0
        self._answers = _answer_fields(scorer, is_lenient=not strict)
        names = _free_names([field.name for field in self._answers], given.names)
        self.schema = pa.schema(
            [*given, *(field.with_name(name) for field, name in zip(self._answers, names, strict=True))]
        )
        self.rows = 0
        self.unanswered = 0

    def batches(self, rows: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same rows in the same order, each with its answer.

        Raises
        ------
        InvalidRecord
            Naming the first records that cannot be answered, where one is strict.
        """
        for batch in rows:
            for start in range(0, batch.num_rows, ROWS_AT_ONCE):
                yield self._answered(batch.slice(start, ROWS_AT_ONCE))

    def _answered(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        fields, mistakes = to_fields(batch, self._scorer.fields, self.rows, strict=self._strict)
        reasons = self._noted(mistakes)
        good = np.array([number for number in range(batch.num_rows) if number not in reasons], dtype=np.int64)
        answers = self._asked(fields if not reasons else fields.take(pa.array(good)), good, reasons)
        answers[ID] = pa.array([None if number in reasons else new_id() for number in range(batch.num_rows)])
        answers[VERSION] = pa.array([self._model] * batch.num_rows)
        answers[REASON] = pa.array([reasons.get(number) for number in range(batch.num_rows)], pa.string())
        self.rows += batch.num_rows
        self.unanswered += len(reasons)
        told = [answers[field.name].cast(field.type) for field in self._answers]
        return pa.RecordBatch.from_arrays([*batch.columns, *told], schema=self.schema)

    def _noted(self, mistakes: Sequence[Mistake]) -> dict[int, str]:
        """Place in the batch → why it is not answered; raised where one is strict."""
        if mistakes and self._strict:
            raise _told(sorted(mistakes, key=lambda it: it.record or 0))
        reasons: dict[int, str] = {}
        for mistake in mistakes:
            place = (mistake.record or 0) - self.rows
            words = f"{mistake.field}: {mistake.message}" if mistake.field else mistake.message
            reasons[place] = f"{reasons[place]}; {words}" if place in reasons else words
        return reasons

    def _asked(
        self, fields: pa.Table, places: "np.ndarray[tuple[int], np.dtype[np.int64]]", reasons: dict[int, str]
    ) -> dict[str, pa.Array]:
        """The answers for some rows, put to their places in the batch; refused ones are noted."""
        total = len(places) + len(reasons)
        where = np.full(total, -1, dtype=np.int64)
        found: list[dict[str, pa.Array]] = []
        answered = start = 0
        while start < fields.num_rows:
            scored, count, refused = self._scored(fields.slice(start), self.rows, places[start:])
            where[places[start : start + count]] = np.arange(answered, answered + count)
            found.append(self._columns(scored))
            answered, start = answered + count, start + count
            if refused is not None:
                reasons[int(places[start])] = refused
                start += 1
        index = pa.array(where, mask=where < 0)
        found = found or [self._columns(Scored([], None, None))]
        names = [field.name for field in self._answers if field.name not in (ID, VERSION, REASON)]
        return {
            name: pa.chunked_array([one[name] for one in found], self._type(name)).take(index).combine_chunks()
            for name in names
        }

    def _scored(
        self, fields: pa.Table, first: int, places: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    ) -> tuple[Scored, int, str | None]:
        """Answers up to the first row that is refused: how many, and why that row is."""
        try:
            return self._scorer.score(fields), fields.num_rows, None
        except InvalidRecord as error:
            mistake = error.detail["errors"][0]
            bad = int(mistake["record"])
            record = Mistake(first + int(places[bad]), mistake["field"], mistake["message"])
            self._refused += 1
            if self._strict or self._refused > MOST_REFUSED:
                raise _told([record], given_up=not self._strict) from error
            scored = self._scorer.score(fields.slice(0, bad)) if bad else Scored([], None, None)
            return scored, bad, f"{record.field}: {record.message}" if record.field else record.message

    def _columns(self, scored: Scored) -> dict[str, pa.Array]:
        columns = {PREDICTION: pa.array(scored.labels, self._type(PREDICTION))}
        classes = self._scorer.model.classes
        rows = len(scored.labels)
        if classes and self._scorer.model.task == "classification":
            chances = np.empty((0, len(classes))) if scored.probabilities is None else scored.probabilities
            if len(classes) > MOST_CLASSES:
                columns["probability"] = pa.array(chances.max(axis=1) if rows else [], pa.float64())
            else:
                named = zip(_of_classes(self._scorer), chances.T, strict=True)
                columns |= {name: pa.array(column, pa.float64()) for name, column in named}
        if self._scorer.model.task == "anomaly":
            columns[SCORE] = pa.array(scored.scores or [], pa.float64())
        return columns

    def _type(self, name: str) -> pa.DataType:
        return next(field.type for field in self._answers if field.name == name)


def _answer_fields(scorer: Scorer, *, is_lenient: bool) -> list[pa.Field]:
    """The columns of an answer: those that this model gives."""
    model = scorer.model
    kind = scorer.golden().schema.field(GOLDEN_PREFIX + PREDICTION).type
    fields = [pa.field(PREDICTION, kind.value_type if pa.types.is_dictionary(kind) else kind)]
    if model.task == "classification":
        names = ["probability"] if len(model.classes) > MOST_CLASSES else _of_classes(scorer)
        fields += [pa.field(name, pa.float64()) for name in names]
    if model.task == "anomaly":
        fields.append(pa.field(SCORE, pa.float64()))
    fields += [pa.field(ID, pa.string()), pa.field(VERSION, pa.string())]
    return [*fields, *([pa.field(REASON, pa.string())] if is_lenient else [])]


def _of_classes(scorer: Scorer) -> list[str]:
    return _free_names([f"probability_{label}" for label in scorer.model.classes], [])


def _free_names(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """The names, or with a number behind them where another column is called so; SQL does not tell A from a."""
    known = {name.casefold() for name in taken}
    found = []
    for name in names:
        free, number = name, 1
        while free.casefold() in known:
            number += 1
            free = f"{name}_{number}"
        known.add(free.casefold())
        found.append(free)
    return found


def _told(mistakes: Sequence[Mistake], *, given_up: bool = False) -> InvalidRecord:
    error = refusal(mistakes[:MAX_ERRORS])
    if given_up:
        return InvalidRecord(
            f"More than {MOST_REFUSED:,} records cannot be answered by the model. {error.message}",
            hint="Nothing was kept. Repair the rows in a pipeline first.", field=error.field, detail=error.detail,
        )  # fmt: skip
    return InvalidRecord(
        error.message,
        hint="Nothing was kept. Correct the rows, or let those that cannot be answered be kept without an answer "
        "(lenient). Records are counted from 0.",
        field=error.field,
        detail=error.detail,
    )
