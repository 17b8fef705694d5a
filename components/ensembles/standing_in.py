"""A component in the place of a scikit-learn estimator, so that it learns as it does by itself.

A component does more than the estimator it builds: it balances classes by weights of rows, and refuses rows that it
cannot learn from. scikit-learn's ensembles clone and fit what they are given, so they are given these while they learn;
what they keep afterwards is what the components learned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

from components.base import Spec, Task
from components.models.threads import few_threads


class Member(Protocol):
    """What an ensemble is made of: a component, or one with its own preparation."""

    task: Task

    @property
    def spec(self) -> Spec: ...

    def build(self) -> Any: ...

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any: ...


def standing_in(member: Member) -> Any:
    """An unfitted scikit-learn estimator that learns as a component does."""
    classifier, regressor = _kinds()
    return (classifier if member.task == "classification" else regressor)(member)


def learned_by(fitted: Any) -> Any:
    """What the component learned, instead of what stood in for it."""
    return getattr(fitted, "learned_", fitted)


def named(members: Sequence[Member], made: Callable[[Member], Any]) -> list[tuple[str, Any]]:
    """What is made of each member, under names that differ."""
    counted: Counter[str] = Counter()
    pairs = []
    for member in members:
        counted[member.spec.key] += 1
        again = f"_{counted[member.spec.key]}" if counted[member.spec.key] > 1 else ""
        pairs.append((f"{member.spec.key}_model{again}", made(member)))  # an ensemble has settings of its own
    return pairs


def as_learned(fitted: Any, members: Sequence[Member]) -> Any:
    """An ensemble that was fitted with stand-ins, holding what the members learned."""
    fitted.estimators = named(members, lambda member: member.build())
    fitted.estimators_ = [learned_by(each) for each in fitted.estimators_]
    fitted.named_estimators_.update({name: learned_by(each) for name, each in fitted.named_estimators_.items()})
    return fitted


@cache
def _kinds() -> tuple[Any, Any]:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils.metaestimators import available_if

    def knows_distances(self: Any) -> bool:
        return hasattr(self.member.build(), "decision_function")

    class StandIn(BaseEstimator):  # type: ignore[misc]
        def __init__(self, member: Member) -> None:
            self.member = member

        # scikit-learn looks for the name of this parameter.
        def fit(self, matrix: Any, target: Any, sample_weight: Any = None) -> Any:
            beside = {} if sample_weight is None else {"sample_weight": sample_weight}
            with few_threads(matrix):
                self.learned_ = self.member.fit(matrix, target, **beside)
            return self

        def predict(self, matrix: Any) -> Any:
            return self.learned_.predict(matrix)

    class Classifier(ClassifierMixin, StandIn):  # type: ignore[misc]
        def fit(self, matrix: Any, target: Any, sample_weight: Any = None) -> Any:
            super().fit(matrix, target, sample_weight)
            self.classes_ = self.learned_.classes_
            return self

        def predict_proba(self, matrix: Any) -> Any:
            return self.learned_.predict_proba(matrix)

        @available_if(knows_distances)  # type: ignore[untyped-decorator]
        def decision_function(self, matrix: Any) -> Any:
            return self.learned_.decision_function(matrix)

    class Regressor(RegressorMixin, StandIn):  # type: ignore[misc]
        pass

    return Classifier, Regressor
