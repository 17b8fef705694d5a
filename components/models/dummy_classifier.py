"""Classes without features: what a model must beat."""

from typing import Any, Literal

from components.base import MODEL_OUT, Estimator, Spec, WeighedParams
from components.models.arguments import ClassifierParams, arguments


class DummyClassifierParams(ClassifierParams, WeighedParams):
    strategy: Literal["prior", "most_frequent"] = "prior"
    """Which probabilities it gives: those of the train rows, or 1 for the most frequent class."""


class DummyClassifier(Estimator[DummyClassifierParams]):
    """Answers with the most frequent class, whatever the features.

    When: to see what a model must beat. Scikit-learn's strategies that draw answers are left out: an endpoint's answer
    must not depend on a row's place in a batch. Serving: scores each request.
    Source: `sklearn.dummy.DummyClassifier`.
    """

    spec = Spec(
        key="dummy_classifier",
        title="Most frequent class",
        category="models/classify",
        icon="horizontal_rule",
        about="Ignores the features: what a model must beat.",
        words=("baseline", "dummyclassifier", "majority", "constant", "zero rule"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"]},
    )
    task = "classification"
    takes_missing = True
    takes_sparse = True

    def build(self) -> Any:
        from sklearn import dummy

        return dummy.DummyClassifier(**arguments(self.params))
