"""Models of models from answers that are there already: each member learns once more, from all rows.

scikit-learn's ensembles hold rows out of one matrix. Where the rows of each part were prepared for it alone, or a
search has asked about them before, the answers are known; then their rows are places among these answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from components.ensembles.candidate import numbers_at
from components.ensembles.standing_in import Member
from components.ensembles.trying import Part
from components.models.threads import few_threads


@dataclass(frozen=True)
class Whole:
    """All rows to learn from, and what a fit takes beside them."""

    matrix: Any
    target: Any
    beside: Mapping[str, Any] = field(default_factory=dict)

    def learned_by(self, member: Member) -> Any:
        """A member, fitted to them."""
        return member.fit(self.matrix, self.target, **self.beside)


@dataclass(frozen=True)
class HeldRows:
    """The rows that were held out, part after part.

    Parameters
    ----------
    truth : ndarray of shape (n_held,)
        Their answers.
    beside
        What a fit to them takes beside their answers.
    """

    truth: Any
    beside: Mapping[str, Any]

    @classmethod
    def of(cls, parts: Sequence[Part]) -> HeldRows:
        """Those of these parts."""
        import numpy as np

        counted = {name: [part.beside[name][part.held] for part in parts] for name in parts[0].beside}
        truth = np.concatenate([part.truth for part in parts])
        return cls(truth, {name: np.concatenate(values) for name, values in counted.items()})

    @property
    def places(self) -> Any:
        """What stands for the rows where a matrix is asked for."""
        import numpy as np

        return np.arange(len(self.truth))[:, None]


def said_of_held(member: Member, parts: Sequence[Part], method: str) -> Any:
    """What a member says of the rows of each part, having learned from the others.

    Parameters
    ----------
    method
        ``predict``, ``predict_proba`` or ``decision_function``.

    Returns
    -------
    ndarray of shape (n_held,) or (n_held, n_classes)
    """
    import numpy as np

    return np.concatenate([_said(member, part, method) for part in parts])


def _said(member: Member, part: Part, method: str) -> Any:
    scaled = nullcontext() if part.numbers is None else numbers_at(part.numbers)
    counted = {name: values[part.known] for name, values in part.beside.items()}
    with few_threads(part.matrix), scaled:
        learned = member.fit(part.matrix[part.known], part.target[part.known], **counted)
    return getattr(learned, method)(part.matrix[part.held])


def remembering(member: Member, whole: Whole, said: Any, method: str = "predict_proba") -> Any:
    """A scikit-learn estimator with the answers of a member to rows that it had not seen; rows come as their places.

    Fitted to all of them, it is the member that has learned from the whole.
    """
    classifier, regressor = _kinds()
    return (classifier if member.task == "classification" else regressor)(member, whole, said, method)


@cache
def _kinds() -> tuple[Any, Any]:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils.metaestimators import available_if

    def remembers_distances(self: Any) -> bool:
        return bool(self.method == "decision_function")

    class Remembering(BaseEstimator):  # type: ignore[misc]
        def __init__(self, member: Member, whole: Whole, said: Any, method: str) -> None:
            self.member, self.whole, self.said, self.method = member, whole, said, method

        def __sklearn_clone__(self) -> Any:
            return type(self)(self.member, self.whole, self.said, self.method)

        # scikit-learn looks for the name of the last parameter.
        def fit(self, rows: Any, target: Any, sample_weight: Any = None) -> Any:
            import numpy as np

            self.classes_ = np.unique(target)
            if len(rows) == len(self.said):
                with few_threads(self.whole.matrix):
                    self.learned_ = self.whole.learned_by(self.member)
            return self

        def predict(self, rows: Any) -> Any:
            said = self.said[rows[:, 0]]
            return said.argmax(axis=1) if said.ndim > 1 else said

    class Classifier(ClassifierMixin, Remembering):  # type: ignore[misc]
        def predict_proba(self, rows: Any) -> Any:
            return self.said[rows[:, 0]]

        @available_if(remembers_distances)  # type: ignore[untyped-decorator]
        def decision_function(self, rows: Any) -> Any:
            return self.said[rows[:, 0]]

    class Regressor(RegressorMixin, Remembering):  # type: ignore[misc]
        pass

    return Classifier, Regressor
