"""A model's answers as the numbers that are explained: chances of classes, a prediction, how strange a row is."""

from typing import Any

import numpy as np
import pyarrow as pa

from engine.errors import DataError
from engine.serve.modelfile import ModelFile
from engine.serve.scorer import Scored, Scorer

Array = np.ndarray[Any, Any]

UNITS = {"classification": "probability", "regression": "prediction", "anomaly": "score"}


def check_explainable(model: ModelFile) -> None:
    """Refuse a model whose answers are no amounts.

    Raises
    ------
    DataError
        Saying what can be looked at instead.
    """
    if model.task not in UNITS:
        raise DataError(
            "A model that numbers groups gives no amount that columns could have a share in.",
            hint="Look at the profile of the groups under Results: it shows in which columns they differ.",
        )


def unit(model: ModelFile) -> str:
    """What the numbers are: ``probability``, ``prediction`` or ``score``."""
    return UNITS[model.task]


def labels(model: ModelFile) -> tuple[Any, ...]:
    """What each number is of: the classes; None where there is one number only."""
    return tuple(model.classes) if model.task == "classification" else (None,)


def usual(model: ModelFile) -> int:
    """Which of the numbers is told unless another is asked for: the positive class's of two, else the first."""
    if model.task != "classification":
        return 0
    if model.positive in model.classes:
        return model.classes.index(model.positive)
    return len(model.classes) - 1 if len(model.classes) == 2 else 0


def place_of(model: ModelFile, label: Any) -> int:
    """Which of the numbers a class's is, also where it is written as a text; the usual one for None.

    Raises
    ------
    DataError
        When there is no such class.
    """
    if label is None:
        return usual(model)
    known = [str(each) for each in model.classes]
    if str(label) not in known:
        raise DataError(
            f"The model knows no class {label!r}.",
            hint=f"Its classes are {', '.join(known[:10])}." if known else "It predicts a number.",
            field="class",
        )
    return known.index(str(label))


def as_numbers(scored: Scored) -> Array:
    """Answers as numbers, of shape (n_rows, n_outputs)."""
    if scored.probabilities is not None:
        return scored.probabilities
    told = scored.labels if scored.scores is None else scored.scores
    return np.array(told, dtype=float)[:, None]


def numbers(scorer: Scorer, rows: pa.Table) -> Array:
    """What a model says of rows, as numbers of shape (n_rows, n_outputs)."""
    return as_numbers(scorer.score(rows))
