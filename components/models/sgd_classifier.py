"""A linear model for classes, learned row by row."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from components.base import MODEL_OUT, Estimator, Spec, WeighedParams
from components.models.arguments import Advanced, BalancedParams, Seed, arguments
from components.params import only_if


class SGDClassifierParams(BalancedParams, WeighedParams):
    loss: Literal["log_loss", "modified_huber"] = "log_loss"
    """What to minimise: log_loss makes it a logistic regression, modified_huber minds wrong labels less."""
    alpha: Annotated[float, Field(gt=0)] = 1e-4
    """Strength of the penalty."""
    max_iter: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    """The most times that all rows are seen."""
    penalty: Literal["l2", "l1", "elasticnet"] | None = "l2"
    """How coefficients are kept small; l1 and elasticnet set some to zero."""
    l1_ratio: Annotated[float, Field(ge=0, le=1), Advanced, only_if(penalty="elasticnet")] = 0.15
    """Share of the L1 penalty, with the penalty elasticnet."""
    learning_rate: Annotated[Literal["optimal", "constant", "invscaling", "adaptive"], Advanced] = "optimal"
    """How steps shrink."""
    eta0: Annotated[float, Field(gt=0), Advanced, only_if(learning_rate=("constant", "invscaling", "adaptive"))] = 0.01
    """How large the first steps are, unless the learning rate is optimal."""
    power_t: Annotated[float, Field(ge=0), Advanced, only_if(learning_rate="invscaling")] = 0.5
    """How fast they shrink, with the learning rate invscaling."""
    early_stopping: Annotated[bool, Advanced] = False
    """Whether to stop when a part of the train rows that is set aside no longer gains."""
    validation_fraction: Annotated[float, Field(gt=0, lt=1), Advanced, only_if(early_stopping=True)] = 0.1
    """The share of train rows set aside for early stopping."""
    n_iter_no_change: Annotated[int, Field(ge=1), Advanced] = 5
    """How many times without a gain end the training."""
    tol: Annotated[Annotated[float, Field(ge=0)] | None, Advanced] = 1e-3
    """The least gain that counts; empty to go on to the end."""
    average: Annotated[bool, Advanced] = False
    """Whether the coefficients of all steps are averaged."""
    shuffle: Annotated[bool, Advanced] = True
    """Whether rows are seen in another order each time."""
    fit_intercept: Annotated[bool, Advanced] = True
    """Whether to learn a constant term."""
    seed: Seed = 0
    """Another seed sees rows in another order."""


class SGDClassifier(Estimator[SGDClassifierParams]):
    """A linear boundary that takes a small step after each row.

    When: a great many rows or columns; scale numbers first. Of scikit-learn's losses it offers the two that give
    probabilities, so the default is log_loss instead of hinge. Serving: scores each request.
    Source: Bottou, *Large-Scale Machine Learning with Stochastic Gradient Descent* (2010); Zadrozny & Elkan,
    *Transforming Classifier Scores into Accurate Multiclass Probability Estimates* (2002), for modified_huber;
    `sklearn.linear_model.SGDClassifier`.
    """

    spec = Spec(
        key="sgd_classifier",
        title="Stochastic gradient descent",
        category="models/classify",
        icon="downhill_skiing",
        about="A linear model that learns row by row; for very large tables.",
        words=("sgd", "online learning", "linear model", "big data"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"]},
    )
    task = "classification"
    takes_sparse = True
    search_space: ClassVar[Mapping[str, Any]] = {
        "alpha": ("log", 1e-7, 1e-1),
        "loss": ("log_loss", "modified_huber"),
        "penalty": ("l2", "l1", "elasticnet"),
    }

    def build(self) -> Any:
        from sklearn import linear_model

        return linear_model.SGDClassifier(**arguments(self.params))
