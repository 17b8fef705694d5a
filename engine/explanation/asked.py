"""A model and rows to ask it about, as components that explain take it."""

from typing import Any, cast

import numpy as np
import pyarrow as pa

from components.base import Asked, Task
from components.ports import ROLE, ROW
from engine.errors import DataError
from engine.evaluation.evidence import Evidence
from engine.explanation.outputs import as_numbers
from engine.serve.evidence import TRUTH
from engine.serve.scorer import Scorer
from engine.train.target import plain

Array = np.ndarray[Any, Any]


def asked(scorer: Scorer, rows: pa.Table, truth: Array, test_rows: int) -> Asked:
    """A model, and rows that it is asked about.

    Parameters
    ----------
    rows
        Their ids and the model's fields.
    truth
        What is true of them.
    test_rows
        How many there are, of which these are some.
    """
    model, names = scorer.model, [field.name for field in scorer.fields]
    given = rows.select(names)
    arrived = scorer.features(given)

    def ask(rows: pa.Table) -> tuple[Any, Any | None]:
        scored = scorer.score(rows)
        if scored.probabilities is None:
            return as_numbers(scored)[:, 0], None
        return np.array(scored.labels, dtype=object), scored.probabilities

    return Asked(
        task=cast("Task", model.task),
        rows=given,
        truth=truth if model.classes else truth.astype(float),
        ask=ask,
        estimator=scorer.estimator,
        matrix=scorer.matrix(arrived),
        features=tuple((feature.name, place) for feature, place in model.matrix.slices()),
        arrived=arrived,
        ids=rows.column(ROW).to_numpy(),
        test_rows=test_rows,
        classes=tuple(model.classes),
        positive=model.positive,
    )


def asked_of(scorer: Scorer, evidence: Evidence, most: int) -> Asked:
    """A model, and some of the test rows that are kept with it (of a model without a target, some rows).

    They are always the same ones.

    Raises
    ------
    DataError
        When none is kept.
    """
    model = scorer.model
    if not model.target:
        rows = _some(evidence.held_out(), most)
        return asked(scorer, rows, np.zeros(rows.num_rows), rows.num_rows)
    held_out = evidence.held_out()
    tested = held_out.filter(pa.array(held_out.column(ROLE).to_numpy(zero_copy_only=False) == "test"))
    truth = np.array(plain(tested.column(TRUTH)).to_pylist(), dtype=object)
    there = np.isin(truth, np.array(model.classes, dtype=object)) if model.classes else truth != None  # noqa: E711
    places = np.flatnonzero(there)
    if not len(places):
        raise DataError("No test rows were kept with this model.", hint="Give its split a test share; train it again.")
    chosen = places[spread(len(places), most)]
    return asked(scorer, tested.take(pa.array(chosen)).combine_chunks(), truth[chosen], len(places))


def spread(rows: int, most: int) -> Array:
    """Places of at most so many rows, always the same and from everywhere among them."""
    return np.unique(np.linspace(0, rows - 1, min(most, rows)).astype(int)) if rows else np.array([], dtype=int)


def _some(rows: pa.Table, most: int) -> pa.Table:
    if not rows.num_rows:
        raise DataError("No rows were kept with this model.", hint="Train it again.")
    return rows.take(pa.array(spread(rows.num_rows, most))).combine_chunks()
