"""The whole: the preparation, then the estimator."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from engine.errors import ExportRefused
from engine.serve.exports.export import Source
from engine.serve.exports.plain.answers import labelled
from engine.serve.exports.plain.columns import Column, TooIntricate, side_by_side, thawed
from engine.serve.exports.plain.functions import converter
from engine.serve.exports.plain.steps import Kept, features

SAMPLE = 20
"""Rows that the frame of the pipeline is put together with; what was learned stays as it is."""


def plain_pipeline(source: Source) -> Pipeline:
    """A fitted scikit-learn pipeline from a frame of the endpoint's fields to the model's answers.

    Raises
    ------
    ExportRefused
        Naming the node that has no form in plain scikit-learn.
    """
    preparation = plain_preparation(source)
    model = labelled(source.scorer.estimator, source.model)
    return Pipeline([*preparation.steps, ("model", model)])


def plain_preparation(source: Source) -> Pipeline:
    """The same without the estimator.

    Raises
    ------
    ExportRefused
    """
    scorer = source.scorer
    columns = features(Kept(scorer.model, scorer.transformers, scorer.lookup))
    steps: list[tuple[str, Any]] = [("prepare", plain_table(columns))]
    if source.model.matrix.precision == "float32":
        steps.append(("precision", FunctionTransformer(np.asarray, kw_args={"dtype": "float32"})))
    preparation = Pipeline(steps)
    preparation.fit(frame(source).iloc[:SAMPLE])
    return Pipeline([(name, thawed(step)) for name, step in preparation.steps])


def plain_table(columns: Sequence[Column]) -> Any:
    """What makes the columns of the model's matrix of a frame with the fields of a request.

    Raises
    ------
    ExportRefused
        When there is nothing to make, or it has too many parts.
    """
    if not columns:
        raise ExportRefused("The model reads no field of a row.", hint="Export the bundle instead.")
    try:
        return side_by_side(columns, converter)
    except TooIntricate as error:
        raise ExportRefused(
            "The preparation of this model would have too many parts in plain scikit-learn.",
            hint="Export the bundle or the MLflow model instead: they hold any model.",
        ) from error


def frame(source: Source) -> pd.DataFrame:
    """The rows to prove with, as pandas has them."""
    rows: pd.DataFrame = source.questions.rows.to_pandas()
    return rows
