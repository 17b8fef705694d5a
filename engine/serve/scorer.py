"""A model that answers: records in, the serving slice, the matrix, the estimator, answers out."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from components.base import Unsupervised
from components.ports import ROW
from engine.errors import CanvasbackError, InvalidRecord
from engine.schemas import PREDICTION
from engine.serve.modelfile import (
    GOLDEN,
    MODEL,
    ModelFile,
    load_estimator,
    load_transformers,
    model_kind,
    takes_missing,
)
from engine.serve.records import Field, Mistake, refusal, to_table
from engine.serve.stretches import RECORDS, Stretch, stretches
from engine.train.matrix import Matrix
from engine.train.training import answer
from engine.train.transforms import Fitted
from engine.train.unsupervised import asked

SCORE = "score"
"""What an endpoint calls how strange a row is."""
MOST_RECORDS = 1_000
MAX_SAID = 200
MEMORY_MB = 1_024


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


@dataclass(frozen=True)
class _Replay:
    """One stretch of the slice, ready to run.

    Parameters
    ----------
    schema
        What the query reads.
    query
        None where there is nothing to compute before the transformer.
    wanted
        Which columns of those that the transformer makes are needed.
    """

    schema: pa.Schema
    query: str | None
    transformer: Fitted | None
    wanted: frozenset[str]


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
        self._lock = threading.Lock()
        self._connection = _connect(lookups)
        self._transformers = transformers or {}
        self._replays = self._compile(lookups)

    def _compile(self, lookups: Mapping[str, pa.Table]) -> list[_Replay]:
        """The slice as queries with transformers between them; the row id keeps the order of the request."""
        schema = ibis.schema({ROW: "int64", **self.model.slice.columns})
        tables = {
            name: ibis.table(ibis.Schema.from_pyarrow(table.schema), name=f"lookup_{i}")
            for i, (name, table) in enumerate(lookups.items())
        }
        features = [feature.name for feature in self.model.matrix.features]
        found, _ = stretches(self.model.slice, schema, features, tables.__getitem__)
        return [
            _Replay(
                stretch.schema.to_pyarrow(),
                None if stretch.is_idle else _query(stretch, is_joined=bool(lookups)),
                self._transformers[stretch.step.node] if stretch.step else None,
                stretch.wanted,
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
            return self._score(rows)
        except (duckdb.Error, ValueError, CanvasbackError) as error:
            raise self._refusal(rows, error) from error

    @property
    def estimator(self) -> Any:
        """The fitted scikit-learn estimator."""
        return self._estimator

    def matrix(self, features: pa.Table) -> Matrix:
        """The features as the estimator takes them."""
        return self.model.matrix.fill(features, takes_missing=self._takes_missing)

    def _score(self, rows: pa.Table) -> Scored:
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
                self._score(rows.slice(good, middle - good))
                good = middle
            except (duckdb.Error, ValueError, CanvasbackError) as found:
                bad, error = middle, found
        said = (str(error).strip().splitlines() or [""])[0][:MAX_SAID]
        field = error.field if isinstance(error, CanvasbackError) else None
        return refusal([Mistake(good, field, f"cannot be answered: {said}")])

    def features(self, rows: pa.Table) -> pa.Table:
        """What arrives at the model for some rows: its features, one-hot columns packed."""
        made = rows.append_column(ROW, pa.array(np.arange(rows.num_rows, dtype=np.int64)))
        for replay in self._replays:
            made = made if replay.query is None else self._replayed(replay.query, _complete(made, replay.schema))
            if replay.transformer is not None:
                given = dict(zip(made.column_names, made.columns, strict=True))
                made = pa.table({**given, **replay.transformer.made(made, replay.wanted)})
        # A lookup that matches several rows answers with the first.
        _, first = np.unique(made.column(ROW).to_numpy(), return_index=True)
        return made if len(first) == made.num_rows else made.take(pa.array(first))

    def _replayed(self, query: str, table: pa.Table) -> pa.Table:
        with self._lock:
            self._connection.register(RECORDS, table)
            try:
                return self._connection.execute(query).to_arrow_table()
            finally:
                self._connection.unregister(RECORDS)

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
    scored = scorer.score(to_table(_records(payload), scorer.fields, most))
    return {"predictions": list(_answers(scored, scorer.model)), "model": name, "version": version}


def _records(payload: Any) -> Any:
    """What a request holds; a word that is not known is a misspelt one."""
    if not isinstance(payload, Mapping) or "records" not in payload:
        raise InvalidRecord("The request has no 'records'.", hint='Send {"records": [{…}]}.', field="records")
    more = next((key for key in payload if key != "records"), None)
    if more is not None:
        raise InvalidRecord(f"A request has 'records' and nothing else, not {more[:100]!r}.", field=more[:100])
    return payload["records"]


def _answers(scored: Scored, model: ModelFile) -> Any:
    for position, label in enumerate(scored.labels):
        told: dict[str, Any] = {"prediction": label}
        if scored.probabilities is not None:
            chances = scored.probabilities[position].tolist()
            told["probabilities"] = dict(zip(map(_key, model.classes), chances, strict=True))
        if scored.scores is not None:
            told[SCORE] = scored.scores[position]
        yield {**told, "id": uuid4().hex}


def _query(stretch: Stretch, *, is_joined: bool) -> str:
    # Of several matches in a lookup the first answers, so that which one is first must not be left to chance.
    order = [ROW, *stretch.names] if is_joined else [ROW]
    return str(ibis.to_sql(stretch.table.select(ROW, *stretch.names).order_by(order), dialect="duckdb"))


def _complete(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns that a query names; what is not needed is missing."""
    given = frozenset(rows.column_names)
    columns = [
        rows.column(field.name).cast(field.type) if field.name in given else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, names=schema.names)


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
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
