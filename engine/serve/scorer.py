"""A model that answers: records in, the serving slice in DuckDB, the matrix, the estimator, answers out."""

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

from components.base import Estimator
from components.catalog import component
from components.ports import ROW
from engine.errors import CanvasbackError, InvalidRecord
from engine.serve.modelfile import GOLDEN, MODEL, ModelFile, load_estimator
from engine.serve.records import Field, Mistake, refusal, to_table
from engine.train.matrix import Matrix
from engine.train.training import answer

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
    """

    labels: list[Any]
    probabilities: "np.ndarray[Any, np.dtype[np.float64]] | None"


class Scorer:
    """One model version, loaded once.

    Parameters
    ----------
    lookups
        The tables frozen with the model.
    """

    def __init__(self, model: ModelFile, estimator: Any, lookups: Mapping[str, pa.Table]) -> None:
        self.model = model
        self.fields = tuple(Field(name, model.slice.columns[name], null) for name, null in model.inputs.items())
        self._estimator = estimator
        self._takes_missing = _takes_missing(model.component)
        self._schema = model.slice.origin_schema().to_pyarrow()
        self._lock = threading.Lock()
        self._connection = _connect(lookups)
        self._query = self._compile(lookups)

    def _compile(self, lookups: Mapping[str, pa.Table]) -> str:
        """The slice as one query; the row id keeps the order of the request."""
        schema = {ROW: "int64", **self.model.slice.columns}
        tables = {
            name: ibis.table(ibis.Schema.from_pyarrow(table.schema), name=f"lookup_{i}")
            for i, (name, table) in enumerate(lookups.items())
        }
        made = self.model.slice.apply(ibis.table(schema, name="records"), tables.__getitem__)
        features = [feature.name for feature in self.model.matrix.features]
        # Of several matches in a lookup the first answers, so that which one is first must not be left to chance.
        order = [ROW, *features] if lookups else [ROW]
        return str(ibis.to_sql(made.select(ROW, *features).order_by(order), dialect="duckdb"))

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
        found, probabilities = answer(self._estimator, matrix, is_classification=self.model.task == "classification")
        if not np.isfinite(found if probabilities is None else probabilities).all():
            raise ValueError("the model's answer is no finite number")
        if probabilities is None:
            return Scored([float(value) for value in found], None)
        return Scored([self.model.classes[int(position)] for position in found], probabilities)

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
        columns: list[pa.Array] = [pa.array(np.arange(rows.num_rows, dtype=np.int64))]
        for field in self._schema:
            given = rows.column(field.name) if field.name in rows.column_names else None
            columns.append(pa.nulls(rows.num_rows, field.type) if given is None else given.cast(field.type))
        table = pa.table(columns, names=[ROW, *self._schema.names])
        with self._lock:
            self._connection.register("records", table)
            try:
                made = self._connection.execute(self._query).to_arrow_table()
            finally:
                self._connection.unregister("records")
        # A lookup that matches several rows answers with the first.
        _, first = np.unique(made.column(ROW).to_numpy(), return_index=True)
        return made if len(first) == made.num_rows else made.take(pa.array(first))

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
    scorer = Scorer(model, load_estimator(files, model.component), lookups)
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
        yield {**told, "id": uuid4().hex}


def _takes_missing(key: str) -> bool:
    kind = component(key)
    return issubclass(kind, Estimator) and kind.takes_missing


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
