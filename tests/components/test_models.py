"""Models are scikit-learn's: they learn the same, take the same settings, and are saved with nothing else."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.sparse import csr_matrix
from sklearn import (
    calibration,
    discriminant_analysis,
    dummy,
    ensemble,
    kernel_ridge,
    linear_model,
    naive_bayes,
    neighbors,
    neural_network,
    svm,
    tree,
)
from sklearn.utils.class_weight import compute_sample_weight

from components.base import Estimator, EstimatorParams, WeighedParams
from components.catalog import catalog
from components.errors import UnfitData
from components.models.bounded import Bounded
from components.models.weighted import Weighted

KINDS: dict[str, Any] = {
    key: kind
    for key, kind in catalog().items()
    if issubclass(kind, Estimator)
    and not kind.spec.requires
    and kind.spec.category.startswith(("models/classify", "models/regress"))
}
MODELS = list(KINDS)


def calibrated(estimator: Any, cv: int = 5) -> Any:
    return calibration.CalibratedClassifierCV(estimator, cv=cv, ensemble=False)


SMALL = {"hidden_layer_sizes": (6, 4), "max_iter": 15}
CASES: list[tuple[str, dict[str, Any], Callable[[], Any]]] = [
    ("decision_tree_classifier", {}, lambda: tree.DecisionTreeClassifier(random_state=0)),
    (
        "decision_tree_classifier",
        {"max_depth": 4, "criterion": "entropy", "splitter": "random", "class_weight": "balanced", "seed": 3},
        lambda: tree.DecisionTreeClassifier(
            max_depth=4, criterion="entropy", splitter="random", class_weight="balanced", random_state=3
        ),
    ),
    (
        "decision_tree_regressor",
        {"min_samples_leaf": 5},
        lambda: tree.DecisionTreeRegressor(min_samples_leaf=5, random_state=0),
    ),
    (
        "decision_tree_regressor",
        {"criterion": "poisson", "ccp_alpha": 0.01, "max_features": 0.6},
        lambda: tree.DecisionTreeRegressor(criterion="poisson", ccp_alpha=0.01, max_features=0.6, random_state=0),
    ),
    (
        "random_forest_classifier",
        {"n_estimators": 4, "class_weight": "balanced_subsample", "max_samples": 0.5},
        lambda: ensemble.RandomForestClassifier(4, class_weight="balanced_subsample", max_samples=0.5, random_state=0),
    ),
    ("random_forest_regressor", {"n_estimators": 4}, lambda: ensemble.RandomForestRegressor(4, random_state=0)),
    (
        "random_forest_regressor",
        {"n_estimators": 3, "criterion": "absolute_error", "max_features": "log2"},
        lambda: ensemble.RandomForestRegressor(3, criterion="absolute_error", max_features="log2", random_state=0),
    ),
    ("extra_trees_classifier", {"n_estimators": 4}, lambda: ensemble.ExtraTreesClassifier(4, random_state=0)),
    (
        "extra_trees_regressor",
        {"n_estimators": 4, "bootstrap": True, "seed": 1},
        lambda: ensemble.ExtraTreesRegressor(4, bootstrap=True, random_state=1),
    ),
    (
        "gradient_boosting_classifier",
        {"n_estimators": 4, "class_weight": "balanced", "subsample": 0.7},
        lambda: ensemble.GradientBoostingClassifier(n_estimators=4, subsample=0.7, random_state=0),
    ),
    (
        "gradient_boosting_regressor",
        {"n_estimators": 4, "loss": "huber", "alpha": 0.8, "n_iter_no_change": 2},
        lambda: ensemble.GradientBoostingRegressor(
            n_estimators=4, loss="huber", alpha=0.8, n_iter_no_change=2, random_state=0
        ),
    ),
    (
        "ada_boost_classifier",
        {"n_estimators": 5, "learning_rate": 0.5, "class_weight": "balanced"},
        lambda: ensemble.AdaBoostClassifier(n_estimators=5, learning_rate=0.5, random_state=0),
    ),
    (
        "ada_boost_regressor",
        {"n_estimators": 5, "loss": "square"},
        lambda: ensemble.AdaBoostRegressor(n_estimators=5, loss="square", random_state=0),
    ),
    ("k_neighbors_classifier", {}, neighbors.KNeighborsClassifier),
    (
        "k_neighbors_classifier",
        {"n_neighbors": 3, "metric": "chebyshev", "weights": "distance"},
        lambda: neighbors.KNeighborsClassifier(3, metric="chebyshev", weights="distance"),
    ),
    (
        "k_neighbors_classifier",
        {"metric": "manhattan", "algorithm": "ball_tree"},
        lambda: neighbors.KNeighborsClassifier(metric="manhattan", algorithm="ball_tree"),
    ),
    ("k_neighbors_classifier", {"p": 3.0}, lambda: neighbors.KNeighborsClassifier(p=3.0)),
    ("k_neighbors_regressor", {"p": 3.0}, lambda: neighbors.KNeighborsRegressor(p=3.0)),
    ("k_neighbors_regressor", {"p": 1.0}, lambda: neighbors.KNeighborsRegressor(p=1.0)),
    (
        "k_neighbors_regressor",
        {"algorithm": "ball_tree", "weights": "distance"},
        lambda: neighbors.KNeighborsRegressor(algorithm="ball_tree", weights="distance"),
    ),
    ("k_neighbors_regressor", {"metric": "chebyshev"}, lambda: neighbors.KNeighborsRegressor(metric="chebyshev")),
    ("svc", {}, lambda: calibrated(svm.SVC())),
    (
        "svc",
        {"C": 3.0, "kernel": "poly", "degree": 2, "class_weight": "balanced", "cv": 3},
        lambda: calibrated(svm.SVC(C=3.0, kernel="poly", degree=2), 3),
    ),
    ("svr", {"C": 2.0, "epsilon": 0.3, "gamma": 0.5}, lambda: svm.SVR(C=2.0, epsilon=0.3, gamma=0.5)),
    ("linear_svc", {}, lambda: calibrated(svm.LinearSVC(random_state=0))),
    (
        "linear_svc",
        {"penalty": "l1", "C": 0.5, "class_weight": "balanced"},
        lambda: calibrated(svm.LinearSVC(penalty="l1", C=0.5, random_state=0)),
    ),
    ("gaussian_nb", {"var_smoothing": 1e-3}, lambda: naive_bayes.GaussianNB(var_smoothing=1e-3)),
    ("gaussian_nb", {"class_weight": "balanced"}, naive_bayes.GaussianNB),
    ("multinomial_nb", {"alpha": 0.1}, lambda: naive_bayes.MultinomialNB(alpha=0.1)),
    (
        "mlp_classifier",
        {**SMALL, "class_weight": "balanced", "activation": "tanh"},
        lambda: neural_network.MLPClassifier((6, 4), max_iter=15, activation="tanh", random_state=0),
    ),
    (
        "mlp_classifier",
        {**SMALL, "solver": "sgd", "early_stopping": True},
        lambda: neural_network.MLPClassifier((6, 4), max_iter=15, solver="sgd", early_stopping=True, random_state=0),
    ),
    (
        "mlp_regressor",
        {**SMALL, "solver": "lbfgs"},
        lambda: neural_network.MLPRegressor(hidden_layer_sizes=(6, 4), max_iter=15, solver="lbfgs", random_state=0),
    ),
    (
        "mlp_regressor",
        {**SMALL, "solver": "sgd", "learning_rate": "adaptive"},
        lambda: neural_network.MLPRegressor(
            hidden_layer_sizes=(6, 4), max_iter=15, solver="sgd", learning_rate="adaptive", random_state=0
        ),
    ),
    (
        "mlp_regressor",
        {**SMALL, "seed": 2},
        lambda: neural_network.MLPRegressor(hidden_layer_sizes=(6, 4), max_iter=15, random_state=2),
    ),
    ("lda_classifier", {}, discriminant_analysis.LinearDiscriminantAnalysis),
    (
        "lda_classifier",
        {"solver": "lsqr", "shrinkage": "auto"},
        lambda: discriminant_analysis.LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
    ),
    (
        "lda_classifier",
        {"solver": "eigen", "shrinkage": 0.2},
        lambda: discriminant_analysis.LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.2),
    ),
    ("sgd_classifier", {}, lambda: linear_model.SGDClassifier(loss="log_loss", random_state=0)),
    (
        "sgd_classifier",
        {"loss": "modified_huber", "penalty": "elasticnet", "average": True, "class_weight": "balanced", "seed": 5},
        lambda: linear_model.SGDClassifier(
            loss="modified_huber", penalty="elasticnet", average=True, class_weight="balanced", random_state=5
        ),
    ),
    ("dummy_classifier", {}, dummy.DummyClassifier),
    ("dummy_classifier", {"strategy": "most_frequent"}, lambda: dummy.DummyClassifier(strategy="most_frequent")),
    ("ridge", {"alpha": 3.0}, lambda: linear_model.Ridge(3.0)),
    ("ridge", {"solver": "sag", "seed": 1}, lambda: linear_model.Ridge(solver="sag", random_state=1)),
    ("ridge", {"positive": True}, lambda: linear_model.Ridge(positive=True)),
    ("lasso", {"alpha": 0.1}, lambda: linear_model.Lasso(0.1)),
    (
        "lasso",
        {"alpha": 0.1, "selection": "random"},
        lambda: linear_model.Lasso(0.1, selection="random", random_state=0),
    ),
    ("elastic_net", {"alpha": 0.1, "l1_ratio": 0.7}, lambda: linear_model.ElasticNet(0.1, l1_ratio=0.7)),
    ("bayesian_ridge", {"lambda_1": 1e-3}, lambda: linear_model.BayesianRidge(lambda_1=1e-3)),
    ("huber", {"epsilon": 1.2}, lambda: linear_model.HuberRegressor(epsilon=1.2)),
    ("poisson_regressor", {"alpha": 0.1}, lambda: linear_model.PoissonRegressor(alpha=0.1)),
    (
        "poisson_regressor",
        {"solver": "newton-cholesky"},
        lambda: linear_model.PoissonRegressor(solver="newton-cholesky"),
    ),
    (
        "quantile_regressor",
        {"quantile": 0.9, "alpha": 0.01},
        lambda: linear_model.QuantileRegressor(quantile=0.9, alpha=0.01),
    ),
    ("kernel_ridge", {"kernel": "rbf", "gamma": 0.3}, lambda: kernel_ridge.KernelRidge(kernel="rbf", gamma=0.3)),
    ("kernel_ridge", {}, kernel_ridge.KernelRidge),
    ("dummy_regressor", {}, dummy.DummyRegressor),
    (
        "dummy_regressor",
        {"strategy": "quantile", "quantile": 0.3},
        lambda: dummy.DummyRegressor(strategy="quantile", quantile=0.3),
    ),
    (
        "dummy_regressor",
        {"strategy": "constant", "constant": 7.5},
        lambda: dummy.DummyRegressor(strategy="constant", constant=7.5),
    ),
]
SETTLED = {key: [given for name, given, _ in CASES if name == key] or [{**KINDS[key].spec.example}] for key in MODELS}
"""Settings of each model that together show what it is saved with."""

each_case = pytest.mark.parametrize(
    ("key", "given", "theirs"), CASES, ids=[f"{key}-{i}" for i, (key, _, _) in enumerate(CASES)]
)
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def model(key: str, **given: Any) -> Any:
    kind = KINDS[key]
    return kind(kind.params_type().model_validate({"target": kind.spec.example["target"], **given}))


def small(key: str) -> Any:
    """A model that is quickly trained."""
    return model(key, **SETTLED[key][0])


def rows(key: str, count: int = 120, seed: int = 0) -> tuple[Any, Any]:
    """Features as the engine fills them for a model, and targets: three classes, or numbers above zero."""
    kind = KINDS[key]
    random = np.random.default_rng(seed)
    features = random.normal(size=(count, 3)).astype(kind.precision)
    score = features @ [1.0, -2.0, 0.3] + random.normal(size=count) / 3
    features = features if kind.takes_negative else abs(features)
    return features, np.digitize(score, [0.0, 2.0]) if kind.task == "classification" else np.exp(score / 2)


def said(estimator: Any, features: Any) -> bytes:
    """Every answer, and every probability, to the last bit."""
    return b"".join(
        np.asarray(getattr(estimator, ask)(features)).tobytes()
        for ask in ("predict", "predict_proba")
        if hasattr(estimator, ask)
    )


# The same model


@each_case
def test_it_learns_and_answers_as_scikit_learn_used_directly(
    key: str, given: dict[str, Any], theirs: Callable[[], Any]
) -> None:
    features, target = rows(key)
    ours = model(key, **given).fit(features, target)
    expected, takes_classes = theirs(), "class_weight" in theirs().get_params()
    weights: dict[str, Any] = {}
    if given.get("class_weight") and not takes_classes:
        weights = {"sample_weight": compute_sample_weight("balanced", target)}
    expected.fit(features, target, **weights)
    unseen, _ = rows(key, seed=1)
    assert said(ours, unseen) == said(expected, unseen)
    if KINDS[key].task == "classification":
        assert np.allclose(ours.predict_proba(unseen).sum(axis=1), 1)


def test_balanced_discriminants_take_classes_as_equally_likely() -> None:
    features, target = rows("lda_classifier")
    ours = model("lda_classifier", class_weight="balanced").fit(features, target)
    theirs = discriminant_analysis.LinearDiscriminantAnalysis(priors=[1 / 3] * 3).fit(features, target)
    assert said(ours, features) == said(theirs, features)


@each_case
def test_a_saved_model_says_the_same_and_the_same_seed_does_too(
    key: str, given: dict[str, Any], theirs: Callable[[], Any], tmp_path: Path
) -> None:
    features, target = rows(key)
    first, second = (model(key, **given).fit(features, target) for _ in range(2))
    kind = KINDS[key]
    kind.save(first, tmp_path / kind.file)
    unseen, _ = rows(key, seed=1)
    assert said(first, unseen) == said(second, unseen) == said(kind.load(tmp_path / kind.file), unseen)


@pytest.mark.parametrize("key", MODELS)
def test_a_model_trusts_only_what_one_of_its_settings_needs(key: str) -> None:
    import skops.io

    features, target = rows(key)
    needed = set()
    for given in SETTLED[key]:
        needed |= set(skops.io.get_untrusted_types(data=skops.io.dumps(model(key, **given).fit(features, target))))
    assert needed == set(KINDS[key].trusted_types)


@pytest.mark.parametrize("key", [key for key in MODELS if "seed" in KINDS[key].params_type().model_fields])
def test_a_seed_reaches_the_estimator(key: str) -> None:
    assert settings(model(key, seed=11).build())["random_state"] == 11


# The same settings

ANY = (True, False, None, -1, 0, 1e-9, 0.3, 1, 1.0, 2, 7, 1e6, (7,), (7, 3))
WITH: dict[str, dict[str, Any]] = {
    "max_samples": {"bootstrap": True},
    "shrinkage": {"solver": "lsqr"},
    "constant": {"strategy": "constant"},
    "quantile": {"strategy": "quantile", "loss": "quantile"},
    "quantile=quantile": {"quantile": 0.5},
    "constant=constant": {"constant": 1.0},
    "solver=lbfgs": {"positive": True},
    "loss=hinge": {"dual": True},
}
"""What else must be set for a param, or for a value of it, to be taken."""

OURS = {*WeighedParams.model_fields, "seed"}
NOWHERE = {
    "n_jobs": "how many processors is the run's affair",
    "verbose": "nobody reads it",
    "warm_start": "every model is fitted once",
    "copy_X": "the matrix is shared",
    "random_state": "it is the seed; or nothing is drawn for what we ask: svc, dummy_classifier",
    "precompute": "changes only how fast it is",
    "cache_size": "changes only how fast it is",
    "oob_score": "scores are those of the test rows",
    "scoring": "the loss decides",
    "compute_score": "for a curve that nobody draws",
    "store_covariance": "for reading that nobody does",
    "n_components": "it is for transforming: lda_projection",
    "monotonic_cst": "a list in the order of matrix columns",
    "interaction_cst": "a list in the order of matrix columns",
    "categorical_features": "a list in the order of matrix columns",
    "priors": "a list in the order of classes",
    "class_prior": "a list in the order of classes",
    "init": "an estimator",
    "estimator": "an estimator",
    "covariance_estimator": "an estimator",
    "metric_params": "a mapping for metrics that are not offered",
    "kernel_params": "a mapping for kernels that are not offered",
    "solver_options": "a mapping for the solver",
    "probability": "deprecated; probabilities are calibrated",
    "decision_function_shape": "the answers are those of the probabilities",
    "break_ties": "the answers are those of the probabilities",
    "multi_class": "crammer_singer is slow and seldom better",
    "method": "other calibrations are a node: calibrate",
    "ensemble": "one model of all rows instead of one for each part",
}
ONLY_HERE = {
    "hist_gradient_boosting_classifier": {"loss": "there is only one"},
    "gradient_boosting_classifier": {"criterion": "deprecated"},
    "gradient_boosting_regressor": {"criterion": "deprecated"},
    "sgd_classifier": {"epsilon": "for losses without probabilities"},
    "dummy_classifier": {"constant": "a class by its position"},
    "logistic_regression": {
        "penalty": "deprecated: l1_ratio says it",
        "dual": "only for one solver",
        "intercept_scaling": "only for one solver",
    },
}


def settings(estimator: Any) -> dict[str, Any]:
    """The settings of an estimator and, before them, of the one that it wraps."""
    return {name: value for each in (*wrapped(estimator), estimator) for name, value in each.get_params(False).items()}


def wrapped(estimator: Any) -> list[Any]:
    inner = estimator.get_params(deep=False).get("estimator")
    return [] if inner is None else [inner]


def own(key: str) -> set[str]:
    """The params of a model that are its estimator's."""
    kind = KINDS[key]
    added = {"positive"} if kind.task == "classification" else set()
    return set(kind.params_type().model_fields) - OURS - added


@pytest.mark.parametrize("key", MODELS)
def test_a_setting_of_scikit_learn_is_offered_or_left_out_for_a_reason(key: str) -> None:
    left_out = set(settings(model(key).build())) - own(key)
    assert left_out - set(NOWHERE) - set(ONLY_HERE.get(key, {})) == set()


@pytest.mark.parametrize("key", MODELS)
def test_whatever_a_param_may_be_reaches_the_estimator_which_takes_it(key: str) -> None:
    weighs_rows = issubclass(KINDS[key], Weighted) or key == "lda_classifier"
    for name in own(key) - ({"class_weight"} if weighs_rows else set()):
        found = 0
        for params in accepted(key, name):
            estimator = KINDS[key](params).build()
            assert settings(estimator)[name] == getattr(params, name), name
            for each in (*wrapped(estimator), estimator):
                each._validate_params()
            found += 1
        assert found > 1, name


def accepted(key: str, name: str) -> Iterator[EstimatorParams]:
    """Params of a model with every value tried for one of them that it takes."""
    kind = KINDS[key].params_type()
    target = KINDS[key].spec.example["target"]
    for value in {repr(value): value for value in (*literals(kind.model_fields[name].annotation), *ANY)}.values():
        others = WITH.get(f"{name}={value}", {}) or WITH.get(name, {})
        known = {other: setting for other, setting in others.items() if other in kind.model_fields and other != name}
        for added in ({}, known):
            try:
                yield kind.model_validate({"target": target, **added, name: value})
                break
            except ValidationError:
                continue


def literals(annotation: Any) -> Iterator[Any]:
    """The words that a param may be."""
    for part in get_args(annotation):
        if getattr(annotation, "__origin__", None) is Literal:
            yield part
        else:
            yield from literals(part)


@pytest.mark.parametrize(
    ("key", "given", "message"),
    [
        ("random_forest_classifier", {"max_samples": 0.5, "bootstrap": False}, "only where 'bootstrap' is"),
        ("linear_svc", {"penalty": "l1", "loss": "hinge"}, "needs the loss 'squared_hinge'"),
        ("linear_svc", {"penalty": "l1", "dual": True}, "cannot be solved with 'dual'"),
        ("linear_svc", {"loss": "hinge", "dual": False}, "only be solved with 'dual'"),
        ("lda_classifier", {"shrinkage": 0.1}, "needs the solver 'lsqr' or 'eigen'"),
        ("ridge", {"positive": True, "solver": "sag"}, "needs the solver 'auto' or 'lbfgs'"),
        ("ridge", {"solver": "lbfgs"}, "only for 'positive'"),
        ("dummy_regressor", {"strategy": "constant"}, "'constant' is set exactly when"),
        ("dummy_regressor", {"quantile": 0.5}, "'quantile' is set exactly when"),
        ("mlp_classifier", {"hidden_layer_sizes": []}, "at least 1 item"),
        ("sgd_classifier", {"loss": "hinge"}, "'log_loss' or 'modified_huber'"),
        ("dummy_classifier", {"strategy": "stratified"}, "'prior' or 'most_frequent'"),
    ],
)
def test_settings_that_do_not_go_together_are_told_in_the_form(key: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        model(key, **given)


# What it says of itself is true


@pytest.mark.parametrize("key", [key for key in MODELS if KINDS[key].takes_sparse])
def test_a_model_that_takes_a_sparse_matrix_learns_from_it_and_answers_either(key: str) -> None:
    features, target = rows(key)
    features[::3, 0] = 0
    for given in SETTLED[key]:
        fitted = model(key, **given).fit(csr_matrix(features), target)
        ask = "predict_proba" if hasattr(fitted, "predict_proba") else "predict"
        dense, sparse = (getattr(fitted, ask)(some) for some in (features, csr_matrix(features)))
        assert np.allclose(dense, sparse)
        assert np.isfinite(dense).all()


@pytest.mark.parametrize("key", [key for key in MODELS if KINDS[key].precision == "float32"])
def test_a_model_of_float32_learns_the_same_from_float64(key: str) -> None:
    features, target = rows(key)
    narrow, wide = (small(key).fit(some, target) for some in (features, features.astype(np.float64)))
    assert said(narrow, features) == said(wide, features)


@pytest.mark.parametrize("key", [key for key in MODELS if "criterion" in KINDS[key].params_type().model_fields])
def test_a_tree_takes_missing_values_with_every_criterion(key: str) -> None:
    features, target = rows(key, count=60)
    features[::5, 0] = np.nan
    for criterion in literals(KINDS[key].params_type().model_fields["criterion"].annotation):
        few = {"n_estimators": 3} if "forest" in key or "extra" in key else {}
        fitted = model(key, criterion=criterion, **few).fit(features, target)
        assert np.isfinite(fitted.predict(features)).all()


# What cannot be learned is refused before it is begun


class Begun(Exception):
    pass


@pytest.mark.parametrize("key", [key for key in MODELS if issubclass(KINDS[key], Bounded)])
def test_a_model_that_would_not_finish_says_so_and_names_another(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = KINDS[key]

    def begin(self: Any) -> None:
        raise Begun

    monkeypatch.setattr(kind, "build", begin)
    target = np.arange(kind.most_rows + 1) % 2
    features = np.broadcast_to(0.5, (len(target), 2))
    with pytest.raises(UnfitData, match=f"at most {kind.most_rows:,} rows, but there are {len(target):,}") as caught:
        model(key).fit(features, target)
    assert caught.value.hint == f"Choose {kind.instead}, or sample rows first."
    with pytest.raises(Begun):
        model(key).fit(features[1:], target[1:])


@pytest.mark.parametrize(
    ("key", "features", "target", "message"),
    [
        ("gaussian_nb", np.full((20, 2), 3.0), np.arange(20) % 2, "do not vary"),
        ("lda_classifier", np.full((20, 2), 3.0), np.arange(20) % 2, "do not vary"),
        ("bayesian_ridge", np.arange(40.0).reshape(20, 2) * 1e200, np.arange(20), "too large"),
        ("linear_svc", np.arange(40.0).reshape(20, 2) * 1e200, np.arange(20) % 2, "too large"),
        ("quantile_regressor", np.arange(40.0).reshape(20, 2) * 1e200, np.arange(20), "too large"),
        ("svc", np.arange(40.0).reshape(20, 2), np.arange(20) > 16, "5 train rows of each class; .* has 3"),
        ("linear_svc", np.arange(40.0).reshape(20, 2), np.arange(20) > 16, "5 train rows of each class; .* has 3"),
        ("k_neighbors_regressor", np.arange(6.0).reshape(3, 2), np.arange(3), "5 neighbours .* only 3 train rows"),
        ("poisson_regressor", np.arange(6.0).reshape(3, 2), np.arange(3) - 1, "'target_number' is negative in 1"),
        ("poisson_regressor", np.arange(6.0).reshape(3, 2), np.zeros(3), "'target_number' is 0 in every"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_a_model_cannot_learn_from_is_told_in_plain_words(
    key: str, features: Any, target: Any, message: str
) -> None:
    with pytest.raises(UnfitData, match=message) as caught:
        model(key).fit(features, target)
    assert caught.value.hint


def test_every_model_is_compared_with_scikit_learn() -> None:
    elsewhere = {
        "hist_gradient_boosting_classifier",
        "hist_gradient_boosting_regressor",
        "linear_regression",
        "logistic_regression",
    }
    assert set(MODELS) - {key for key, _, _ in CASES} == elsewhere
