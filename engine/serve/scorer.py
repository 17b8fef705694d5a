"""A model that answers: records in, the serving slice, the matrix, the estimator, answers out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from components.base import Unsupervised
from components.ports import ROW
from engine.errors import CanvasbackError, InvalidRecord
from engine.schemas import PREDICTION
from engine.serve.fields import Field
from engine.serve.modelfile import (
    GOLDEN,
    MODEL,
    ModelFile,
    load_estimator,
    load_transformers,
    model_kind,
    takes_missing,
)
from engine.serve.prepared import Prepared
from engine.serve.records import Mistake, refusal, to_table
from engine.serve.stretches import stretches
from engine.train.matrix import Matrix
from engine.train.training import answer
from engine.train.transforms import Fitted
from engine.train.unsupervised import asked
from storage.ids import new_ids

SCORE = "score"
"""What an endpoint calls how strange a row is."""
MOST_RECORDS = 1_000
MAX_SAID = 200
MEMORY_MB = 1_024
MOST_COMPARED = 200
"""Up to so many values in a list, comparing a thousand records with each of them is quicker than a join."""


@dataclass(frozen=True)
class Scored:
    """What the model says of some rows.

    Parameters
    ----------
    labels : predictions, in the target's own values
    probabilities : ndarray of shape (n_rows, n_classes), or None
    scores : for anomalies, how strange each row is
    """

    labels: list[Any]
    probabilities: "np.ndarray[Any, np.dtype[np.float64]] | None"
    scores: list[float] | None = None

    def part(self, start: int, count: int) -> "Scored":
        """What it says of some of the rows, one after the other."""
        if start == 0 and count == len(self.labels):
            return self
        some = slice(start, start + count)
        chances = None if self.probabilities is None else self.probabilities[some]
        return Scored(self.labels[some], chances, None if self.scores is None else self.scores[some])


class Scorer:
    """One model version, loaded once.

    Parameters
    ----------
    lookups
        The tables frozen with the model.
    transformers
        Node → the fitted transformer frozen with the model.
    """

    def __init__(
        self,
        model: ModelFile,
        estimator: Any,
        lookups: Mapping[str, pa.Table],
        transformers: Mapping[str, Fitted] | None = None,
    ) -> None:
        self.model = model
        self.fields = tuple(Field(name, model.slice.columns[name], null) for name, null in model.inputs.items())
        self._estimator = estimator
        self._kind = model_kind(model.component)
        self._takes_missing = takes_missing(model)
        self._connection = _connect(lookups)
        self._lookups = lookups
        self._transformers = transformers or {}
        self._replays = self._compile(lookups)
        _lock(self._connection, is_compared=all(replay.longest_list <= MOST_COMPARED for replay in self._replays))

    def _compile(self, lookups: Mapping[str, pa.Table]) -> list[Prepared]:
        """The slice as queries with transformers between them; the row id tells the order of the request."""
        schema = ibis.schema({ROW: "int64", **self.model.slice.columns})
        tables = {
            name: ibis.table(ibis.Schema.from_pyarrow(table.schema), name=f"lookup_{i}")
            for i, (name, table) in enumerate(lookups.items())
        }
        features = [feature.name for feature in self.model.matrix.features]
        found, _ = stretches(self.model.slice, schema, features, tables.__getitem__)
        return [
            Prepared(
                stretch,
                self._transformers[stretch.step.node] if stretch.step else None,
                self._connection,
                is_joined=bool(lookups),
            )
            for stretch in found
        ]

    def score(self, rows: pa.Table) -> Scored:
        """Answer for rows that hold the endpoint's fields.

        Every row gets exactly one answer, in order.

        Raises
        ------
        InvalidRecord
            Naming the first row that the pipeline or the model cannot take.
        """
        try:
            return self.attempt(rows)
        except (duckdb.Error, ValueError, CanvasbackError) as error:
            raise self._refusal(rows, error) from error

    @property
    def estimator(self) -> Any:
        """The fitted scikit-learn estimator."""
        return self._estimator

    @property
    def transformers(self) -> Mapping[str, Fitted]:
        """The fitted scikit-learn transformers, by node."""
        return self._transformers

    def lookup(self, name: str) -> ir.Table:
        """The shape of a table that was frozen with the model."""
        return ibis.table(ibis.Schema.from_pyarrow(self._lookups[name].schema), name=name)

    def matrix(self, features: pa.Table) -> Matrix:
        """The features as the estimator takes them."""
        return self.model.matrix.fill(features, takes_missing=self._takes_missing)

    def attempt(self, rows: pa.Table) -> Scored:
        """The same, where it does not matter which row is to blame; raises whatever comes."""
        matrix = self.matrix(self.features(rows))
        if issubclass(self._kind, Unsupervised):
            return self._told(asked(self._kind, self._estimator, matrix))
        found, probabilities = answer(self._estimator, matrix, is_classification=self.model.task == "classification")
        if not np.isfinite(found if probabilities is None else probabilities).all():
            raise ValueError("the model's answer is no finite number")
        if probabilities is None:
            return Scored([float(value) for value in found], None)
        return Scored([self.model.classes[int(position)] for position in found], probabilities)

    def _told(self, answers: Mapping[str, Any]) -> Scored:
        """The answers of a model without a target, under the names that an endpoint gives them."""
        assert issubclass(self._kind, Unsupervised)  # noqa: S101  the caller has looked
        named = {name: answers[column] for name, column in self._kind.answers.items()}
        scores = named.get(SCORE)
        if scores is not None and not np.isfinite(scores).all():
            raise ValueError("the model's answer is no finite number")
        return Scored(named[PREDICTION].tolist(), None, None if scores is None else scores.tolist())

    def _refusal(self, rows: pa.Table, error: Exception) -> InvalidRecord:
        """Find the row that is to blame, by halving."""
        good, bad = 0, rows.num_rows
        while bad - good > 1:
            middle = (good + bad) // 2
            try:
                self.attempt(rows.slice(good, middle - good))
                good = middle
            except (duckdb.Error, ValueError, CanvasbackError) as found:
                bad, error = middle, found
        said = (str(error).strip().splitlines() or [""])[0][:MAX_SAID]
        field = error.field if isinstance(error, CanvasbackError) else None
        return refusal([Mistake(good, field, f"cannot be answered: {said}")])

    def features(self, rows: pa.Table) -> pa.Table:
        """What arrives at the model for some rows: its features, one-hot columns packed."""
        numbers = np.arange(rows.num_rows, dtype=np.int64)
        made = rows.append_column(ROW, pa.array(numbers))
        for replay in self._replays:
            made = replay.run(made)
        found = made.column(ROW).to_numpy()
        if np.array_equal(found, numbers):
            return made
        # A lookup that matches several rows answers with the first.
        return made.take(pa.array(np.unique(found, return_index=True)[1]))

    def golden(self) -> pa.Table:
        """Set by `load_scorer`: stored rows with the run's own answers."""
        return self._golden

    _golden: pa.Table = pa.table({})


def load_scorer(files: Mapping[str, Path]) -> Scorer:
    """Load a model from its (already verified) files.

    Raises
    ------
    ServingError
    """
    model = ModelFile.model_validate_json(files[MODEL].read_text())
    lookups = {
        name: pq.read_table(files[f"{name}.parquet"]) for step in model.slice.steps for name in step.lookups.values()
    }
    transformers = load_transformers(files, model.slice)
    scorer = Scorer(model, load_estimator(files, model), lookups, transformers)
    scorer._golden = pq.read_table(files[GOLDEN])
    return scorer


def respond(scorer: Scorer, payload: Any, name: str, version: int, most: int = MOST_RECORDS) -> dict[str, Any]:
    """The answer to one request: the very code that the API, the parity gate and `predict` run.

    Raises
    ------
    InvalidRecord
    """
    scored = scorer.score(to_table(records_of(payload), scorer.fields, most))
    ids = new_ids(len(scored.labels))
    return {"predictions": answers(scored, scorer.model, ids), "model": name, "version": version}


def records_of(payload: Any) -> Any:
    """What a request holds; a word that is not known is a misspelt one.

    Raises
    ------
    InvalidRecord
    """
    if not isinstance(payload, Mapping) or "records" not in payload:
        raise InvalidRecord("The request has no 'records'.", hint='Send {"records": [{…}]}.', field="records")
    more = next((key for key in payload if key != "records"), None)
    if more is not None:
        raise InvalidRecord(f"A request has 'records' and nothing else, not {more[:100]!r}.", field=more[:100])
    return payload["records"]


def answers(scored: Scored, model: ModelFile, ids: Sequence[str]) -> list[dict[str, Any]]:
    """One answer per row, as it is sent."""
    return list(_answers(scored, model, ids))


def _answers(scored: Scored, model: ModelFile, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    names = [_key(label) for label in model.classes]
    chances = None if scored.probabilities is None else scored.probabilities.tolist()
    for position, label in enumerate(scored.labels):
        told: dict[str, Any] = {"prediction": label}
        if chances is not None:
            told["probabilities"] = dict(zip(names, chances[position], strict=True))
        if scored.scores is not None:
            told[SCORE] = scored.scores[position]
        told["id"] = ids[position]
        yield told


def _key(label: Any) -> str:
    return label if isinstance(label, str) else json.dumps(label)


def _connect(lookups: Mapping[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": f"{MEMORY_MB}MB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        },
    )
    for i, table in enumerate(lookups.values()):
        connection.register("frozen", table)
        connection.execute(f"CREATE TABLE lookup_{i} AS SELECT * FROM frozen")  # noqa: S608  a number of ours
        connection.unregister("frozen")
    return connection


def _lock(connection: duckdb.DuckDBPyConnection, *, is_compared: bool) -> None:
    """Let nothing be reached and nothing be set any more.

    Parameters
    ----------
    is_compared
        Whether values are compared with each of the values of a list, instead of joined with them: for a few rows,
        to set up a join takes longer than all the rest.
    """
    if is_compared:
        connection.execute("SET disabled_optimizers = 'in_clause'")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
