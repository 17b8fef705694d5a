"""The families of models that are tried without being asked for, and what each is searched through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from components.base import Estimator, EstimatorParams, Task, WeighedParams
from components.ensembles.candidate import Candidate
from components.models.bounded import Bounded
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
from components.models.svc import SVC
from components.models.svr import SVR
from components.models.xgboost_classifier import XGBoostClassifier
from components.models.xgboost_regressor import XGBoostRegressor

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Family:
    """A kind of model.

    Parameters
    ----------
    scaled
        Whether it compares columns with each other, and needs them on one scale.
    first
        The settings of its first trial, where the usual ones cost more than a first look should.
    second
        Settings that are often good, tried before others are searched for: those for few rows first.
    space
        What is searched, where it is other than what the component says.
    work
        Setting → to what power of it the time of a fit grows.
    grows
        To what power of the rows it does.
    many_classes
        Whether a fit to many classes takes not much longer than one to a few.
    """

    kind: type[Estimator[Any]]
    scaled: bool = False
    first: Settings = field(default_factory=dict)
    second: tuple[Settings, ...] = ()
    space: Settings = field(default_factory=dict)
    work: Mapping[str, float] = field(default_factory=dict)
    grows: float = 1.0
    many_classes: bool = True

    @property
    def can_weigh(self) -> bool:
        """Whether its models can count some rows more than others."""
        return issubclass(self.kind.params_type(), WeighedParams)

    def learns_from(self, rows: int, classes: int) -> bool:
        """Whether a fit to so many rows and classes ends in a sensible time."""
        most = self.kind.most_rows if issubclass(self.kind, Bounded) else rows
        return rows <= most and (self.many_classes or classes <= MANY_CLASSES)


FEW_CLASSES = 4
"""Beyond, boosting comes last."""
MANY_CLASSES = 30
"""Beyond, what learns one model for each class takes too long."""

BOOSTED = {"learning_rate": ("log", 0.01, 0.3), "subsample": (0.5, 1.0), "colsample_bytree": (0.4, 1.0)}
LIGHT = {
    **BOOSTED,
    "n_estimators": ("log", 50, 1_500),
    "num_leaves": ("log", 4, 512),
    "min_child_samples": ("log", 2, 100),
    "reg_lambda": ("log", 1e-3, 10.0),
}
EXTREME = {
    **BOOSTED,
    "n_estimators": ("log", 50, 1_500),
    "max_depth": (2, 12),
    "min_child_weight": ("log", 1.0, 50.0),
    "reg_lambda": ("log", 1e-3, 10.0),
}
HISTOGRAM = {
    "learning_rate": ("log", 0.01, 0.3),
    "max_iter": ("log", 50, 1_000),
    "max_leaf_nodes": ("log", 4, 256),
    "min_samples_leaf": ("log", 2, 100),
    "l2_regularization": ("log", 1e-6, 10.0),
    "max_features": (0.3, 1.0),
}
FOREST = {
    "n_estimators": ("log", 100, 400),
    "min_samples_leaf": ("log", 1, 20),
    "max_features": (0.1, 1.0),
}
QUICK_FOREST = {"n_estimators": 100, "min_samples_leaf": 2}
QUICK_NETWORK = {"hidden_layer_sizes": (50,), "early_stopping": True}
SLOW_STEPS = {"learning_rate": 0.03, "subsample": 0.8, "colsample_bytree": 0.7}
LEAVES = {"n_estimators": 1.0, "num_leaves": 0.25}
DEPTH = {"n_estimators": 1.0, "max_depth": 1.0}
BINS = {"max_iter": 1.0, "max_leaf_nodes": 0.25}
TREES = {"n_estimators": 1.0}
BOOSTING = 0.7
"""Rows are put into bins once; from then on a tree costs less than its rows."""
DEEPER = 1.1
"""More rows make deeper trees, too."""
SMALL_LIGHT = {**SLOW_STEPS, "n_estimators": 200, "num_leaves": 8}
LARGE_LIGHT = {
    "learning_rate": 0.1,
    "n_estimators": 200,
    "num_leaves": 512,
    "min_child_samples": 5,
    "colsample_bytree": 0.8,
}
SMALL_EXTREME = {**SLOW_STEPS, "n_estimators": 200, "max_depth": 3}
LARGE_EXTREME = {"learning_rate": 0.1, "n_estimators": 300, "max_depth": 12, "colsample_bytree": 0.8}
LARGE_HISTOGRAM = {"learning_rate": 0.1, "max_iter": 250, "max_leaf_nodes": 200, "min_samples_leaf": 5}
SLOW_HISTOGRAM = {"learning_rate": 0.05, "max_iter": 150, "max_leaf_nodes": 10, "max_features": 0.5}
KERNEL = {"C": ("log", 0.1, 1_000.0), "gamma": ("log", 1e-4, 1.0)}

LIGHT_GBM: dict[str, Any] = {
    "second": (SMALL_LIGHT, LARGE_LIGHT),
    "space": LIGHT,
    "work": LEAVES,
    "grows": BOOSTING,
}
HIST: dict[str, Any] = {
    "second": (SLOW_HISTOGRAM, LARGE_HISTOGRAM),
    "space": HISTOGRAM,
    "work": BINS,
    "grows": BOOSTING,
}
XGB: dict[str, Any] = {
    "first": {"learning_rate": 0.1},
    "second": (SMALL_EXTREME, LARGE_EXTREME),
    "space": EXTREME,
    "work": DEPTH,
    "grows": BOOSTING,
}
FORESTS: dict[str, Any] = {"first": QUICK_FOREST, "space": FOREST, "work": TREES, "grows": DEEPER}

FAMILIES: Mapping[Task, tuple[Family, ...]] = {
    "classification": (
        Family(LogisticRegression, scaled=True, space={"C": ("log", 1e-4, 1e3)}),
        Family(GaussianNB),
        Family(DecisionTreeClassifier, first={"max_depth": 6}),
        Family(LightGBMClassifier, **LIGHT_GBM, many_classes=False),
        Family(HistGradientBoostingClassifier, **HIST, many_classes=False),
        Family(XGBoostClassifier, **XGB, many_classes=False),
        Family(RandomForestClassifier, **FORESTS),
        Family(ExtraTreesClassifier, **FORESTS),
        Family(KNeighborsClassifier, scaled=True),
        Family(SVC, scaled=True, first={"cv": 3}, second=({"C": 10.0},), space=KERNEL, many_classes=False),
        Family(MLPClassifier, scaled=True, first=QUICK_NETWORK),
    ),
    "regression": (
        Family(Ridge, scaled=True),
        Family(ElasticNet, scaled=True, first={"alpha": 0.01}),
        Family(DecisionTreeRegressor, first={"max_depth": 6}),
        Family(LightGBMRegressor, **LIGHT_GBM),
        Family(HistGradientBoostingRegressor, **HIST),
        Family(XGBoostRegressor, **XGB),
        Family(RandomForestRegressor, **FORESTS),
        Family(ExtraTreesRegressor, **FORESTS),
        Family(KNeighborsRegressor, scaled=True),
        Family(SVR, scaled=True, first={"C": 10.0}, second=({"C": 100.0},), space=KERNEL),
        Family(MLPRegressor, scaled=True, first=QUICK_NETWORK),
    ),
}  # fmt: skip
"""The quickest first."""


def candidates(task: Task, params: WeighedParams, seed: int, rows: int = 0, classes: int = 0) -> list[Candidate]:
    """A first candidate of each family whose library is installed, and which can learn from so many rows.

    Where rows count differently, only those that can count them so. The quickest come first.
    """
    able = [
        family
        for family in FAMILIES[task]
        if family.learns_from(rows, classes) and (params.sample_weight is None or family.can_weigh)
    ]
    if classes > FEW_CLASSES:
        able.sort(key=lambda family: family.grows < 1)  # boosting grows as many trees for each class
    return [
        Candidate(family, _member(family, params, seed), family.first)
        for family in able
        if all(library.is_there for library in family.kind.spec.requires)
    ]


def _member(family: Family, params: EstimatorParams, seed: int) -> Estimator[Any]:
    fields = family.kind.params_type().model_fields
    given = {"target": params.target, "features": params.features, **({"seed": seed} if "seed" in fields else {})}
    return family.kind(family.kind.params_type().model_validate(given))
