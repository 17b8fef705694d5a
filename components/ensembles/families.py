"""The families of models that are tried without being asked for, and what each needs before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.base import Estimator, EstimatorParams, Spec, Task
from components.ensembles.spaces import with_settings
from components.models.decision_tree_classifier import DecisionTreeClassifier
from components.models.decision_tree_regressor import DecisionTreeRegressor
from components.models.elastic_net import ElasticNet
from components.models.extra_trees_classifier import ExtraTreesClassifier
from components.models.extra_trees_regressor import ExtraTreesRegressor
from components.models.gaussian_nb import GaussianNB
from components.models.hist_gradient_boosting_classifier import HistGradientBoostingClassifier
from components.models.hist_gradient_boosting_regressor import HistGradientBoostingRegressor
from components.models.k_neighbors_classifier import KNeighborsClassifier
from components.models.k_neighbors_regressor import KNeighborsRegressor
from components.models.lightgbm_classifier import LightGBMClassifier
from components.models.lightgbm_regressor import LightGBMRegressor
from components.models.logistic_regression import LogisticRegression
from components.models.mlp_classifier import MLPClassifier
from components.models.mlp_regressor import MLPRegressor
from components.models.random_forest_classifier import RandomForestClassifier
from components.models.random_forest_regressor import RandomForestRegressor
from components.models.ridge import Ridge
from components.models.xgboost_classifier import XGBoostClassifier
from components.models.xgboost_regressor import XGBoostRegressor


@dataclass(frozen=True)
class Family:
    """A kind of model.

    Parameters
    ----------
    scaled
        Whether it compares columns with each other, and needs them on one scale.
    first
        The settings of its first trial, where the usual ones cost more than a first look should.
    """

    kind: type[Estimator[Any]]
    scaled: bool = False
    first: Mapping[str, Any] | None = None


QUICK_FOREST = {"n_estimators": 50, "min_samples_leaf": 2}
QUICK_NETWORK = {"hidden_layer_sizes": (50,), "early_stopping": True}

FAMILIES: Mapping[Task, tuple[Family, ...]] = {
    "classification": (
        Family(LogisticRegression, scaled=True),
        Family(GaussianNB),
        Family(DecisionTreeClassifier, first={"max_depth": 6}),
        Family(LightGBMClassifier),
        Family(HistGradientBoostingClassifier),
        Family(XGBoostClassifier, first={"learning_rate": 0.1}),
        Family(RandomForestClassifier, first=QUICK_FOREST),
        Family(ExtraTreesClassifier, first=QUICK_FOREST),
        Family(KNeighborsClassifier, scaled=True),
        Family(MLPClassifier, scaled=True, first=QUICK_NETWORK),
    ),
    "regression": (
        Family(Ridge, scaled=True),
        Family(ElasticNet, scaled=True, first={"alpha": 0.01}),
        Family(DecisionTreeRegressor, first={"max_depth": 6}),
        Family(LightGBMRegressor),
        Family(HistGradientBoostingRegressor),
        Family(XGBoostRegressor, first={"learning_rate": 0.1}),
        Family(RandomForestRegressor, first=QUICK_FOREST),
        Family(ExtraTreesRegressor, first=QUICK_FOREST),
        Family(KNeighborsRegressor, scaled=True),
        Family(MLPRegressor, scaled=True, first=QUICK_NETWORK),
    ),
}
"""The quickest first."""


class Candidate:
    """A model of a family with some settings, and the preparation it needs: missing numbers filled, numbers scaled."""

    def __init__(self, family: Family, member: Estimator[Any], settings: Mapping[str, Any]) -> None:
        self.family = family
        self.settings = dict(settings)
        self.task = member.task
        self._member = with_settings(member, settings)

    @property
    def spec(self) -> Spec:
        """That of the model."""
        return self._member.spec

    def with_settings(self, settings: Mapping[str, Any]) -> "Candidate":
        """Another one of the family."""
        return Candidate(self.family, self._member, {**self.settings, **settings})

    def build(self) -> Any:
        """An unfitted scikit-learn pipeline."""
        return _pipeline([*self._preparation(), ("model", self._member.build())])

    def fit(self, matrix: Any, target: Any) -> Any:
        """A fitted scikit-learn pipeline."""
        steps = self._preparation()
        for _, step in steps:
            matrix = step.fit_transform(matrix)
        return _pipeline([*steps, ("model", self._member.fit(matrix, target))])

    def _preparation(self) -> list[tuple[str, Any]]:
        from sklearn.impute import SimpleImputer
        from sklearn.preprocessing import StandardScaler

        imputes = not self._member.takes_missing
        filled = [("impute", SimpleImputer(strategy="median", keep_empty_features=True))] if imputes else []
        return [*filled, *([("scale", StandardScaler())] if self.family.scaled else [])]


def _pipeline(steps: list[tuple[str, Any]]) -> Any:
    from sklearn.pipeline import Pipeline

    return Pipeline(steps) if len(steps) > 1 else steps[0][1]


def candidates(task: Task, params: EstimatorParams, seed: int) -> list[Candidate]:
    """A first candidate of each family whose library is installed, the quickest first."""
    found = []
    for family in FAMILIES[task]:
        if all(library.is_there for library in family.kind.spec.requires):
            fields = family.kind.params_type().model_fields
            given = {
                "target": params.target,
                "features": params.features,
                **({"seed": seed} if "seed" in fields else {}),
            }
            member = family.kind(family.kind.params_type().model_validate(given))
            found.append(Candidate(family, member, family.first or {}))
    return found
