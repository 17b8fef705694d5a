"""The fitted estimator, so that it answers with the target's own values."""

from copy import copy
from typing import Any

import numpy as np

from components.ensembles.decided import threshold_of
from engine.serve.exports.proof import Answers
from engine.serve.modelfile import ModelFile


def labelled(estimator: Any, model: ModelFile) -> Any:
    """A classifier whose `predict` gives labels, not their positions.

    A vote with one voter: it takes the most likely class, as we do, and knows the classes by name.
    """
    estimator = in_library(estimator)
    if model.task != "classification":
        return estimator
    if threshold_of(estimator) is not None:
        return _decided(estimator, model)
    from sklearn.ensemble import VotingClassifier
    from sklearn.preprocessing import LabelEncoder
    from sklearn.utils import Bunch

    classes = np.array(model.classes)
    own: Any = getattr(estimator, "classes_", None)
    if _takes_names(estimator) and own is not None and np.array_equal(own, np.arange(len(classes))):
        named = copy(estimator)
        named.classes_ = classes
        return named
    vote = VotingClassifier([("model", estimator)], voting="soft")
    vote.le_ = LabelEncoder()
    vote.le_.classes_ = classes
    vote.classes_ = classes
    vote.estimators_ = [estimator]
    vote.named_estimators_ = Bunch(model=estimator)
    return vote


def in_library(estimator: Any) -> Any:
    """What answers as the estimator does, without a class of this product, where there is such a thing."""
    to_sklearn = getattr(estimator, "to_sklearn", None)
    return estimator if to_sklearn is None else to_sklearn() or estimator


def _decided(estimator: Any, model: ModelFile) -> Any:
    """The same threshold over a model that knows the classes by name."""
    from sklearn.model_selection import FixedThresholdClassifier

    inner = labelled(estimator.estimator_, model)
    made = FixedThresholdClassifier(
        inner,
        threshold=estimator.threshold,
        pos_label=model.classes[estimator.pos_label],
        response_method="predict_proba",
    )
    made.estimator_ = inner
    return made


def told(pipeline: Any, rows: Any, model: ModelFile) -> Answers:
    """What a pipeline answers."""
    if model.task == "classification":
        chances = np.asarray(pipeline.predict_proba(rows), dtype=np.float64)
        return Answers(pipeline.predict(rows).tolist(), chances, tuple(map(str, model.classes)))
    if model.task == "anomaly":
        scores = -np.asarray(pipeline.decision_function(rows), dtype=np.float64).reshape(-1, 1)
        return Answers([bool(score > 0) for score in scores.ravel()], scores, ("score",))
    found = np.asarray(pipeline.predict(rows))
    if model.task == "regression":
        return Answers(found.tolist(), found.astype(np.float64).reshape(-1, 1), ("prediction",))
    return Answers(found.tolist(), None, ())


def _takes_names(estimator: Any) -> bool:
    """Whether `predict` looks only at `classes_` for what to say: so do these families of scikit-learn."""
    own = type(estimator).__module__
    return own.startswith(("sklearn.linear_model._logistic", "sklearn.ensemble._hist", "sklearn.ensemble._forest"))
