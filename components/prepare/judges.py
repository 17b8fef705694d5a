"""Models that selectors ask which columns matter."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.prepare.chosen import Evidence, SelectionParams
from components.prepare.fitted import Advanced, Seed

Judge = Literal["linear", "random_forest", "extra_trees"]


class JudgedParams(SelectionParams):
    model: Judge = "linear"
    """What is asked which columns matter: a linear model (logistic or ridge regression) on standardized columns, or
    trees."""
    n_estimators: Annotated[int, Field(ge=1, le=2_000), Advanced] = 100
    """How many trees."""
    max_depth: Annotated[int | None, Field(ge=1), Advanced] = None
    """How deep trees may be; empty for no limit."""
    alpha: Annotated[float, Field(gt=0), Advanced] = 1.0
    """Strength of the penalty of the linear model."""
    seed: Seed = 0
    """Makes trees repeatable."""


def judge(params: JudgedParams, evidence: Evidence) -> Any:
    """An unfitted model that tells how much each column matters."""
    from sklearn import ensemble, linear_model

    is_class = evidence.task == "classification"
    if params.model == "linear":
        if is_class:
            return linear_model.LogisticRegression(C=1 / params.alpha, max_iter=1_000)
        return linear_model.Ridge(alpha=params.alpha)
    trees = {"n_estimators": params.n_estimators, "max_depth": params.max_depth, "random_state": params.seed}
    if params.model == "random_forest":
        return ensemble.RandomForestClassifier(**trees) if is_class else ensemble.RandomForestRegressor(**trees)
    return ensemble.ExtraTreesClassifier(**trees) if is_class else ensemble.ExtraTreesRegressor(**trees)


def seen_by(params: JudgedParams, evidence: Evidence) -> Any:
    """The matrix as that model takes it."""
    return evidence.standardized() if params.model == "linear" else evidence.matrix


def how_many(asked: int | None, columns: int) -> int:
    """How many columns to keep: half of them, where it is not said."""
    return max(1, min(columns, columns // 2 if asked is None else asked))
