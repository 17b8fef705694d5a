"""Models made of models are scikit-learn's, find what scikit-learn's searches find, and keep to their time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn import ensemble, linear_model, naive_bayes, neural_network, tree
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV, KFold, ParameterGrid, StratifiedKFold, cross_val_score
from sklearn.utils.class_weight import compute_sample_weight
from threadpoolctl import threadpool_limits

from components.base import Estimator, Trial
from components.catalog import catalog, component
from components.ensembles.clock import Clock
from components.ensembles.metrics import METRICS, Judge
from components.ensembles.pruning import behind_half
from components.ensembles.spaces import Choices, Range, draws, grid, space_of, with_settings, written_space
from components.ensembles.trials import GIVEN_UP, OUT_OF_TIME, Kind, Trials
from components.ensembles.trying import Part
from components.errors import ComponentError, UnfitData
from components.libraries import OPTUNA

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(240, 4)).round(3)
SCORE = X @ [1.0, -2.0, 0.5, 0.0] + RANDOM.normal(scale=0.5, size=240)
TWO, THREE = (SCORE > 0.4).astype(int), np.digitize(SCORE, [-1.0, 1.0])
FOREST = ensemble.RandomForestClassifier(n_estimators=4, random_state=0)
SEARCHABLE = {
    key: kind
    for key, kind in catalog().items()
    if issubclass(kind, Estimator) and kind.spec.category.startswith(("models/classify", "models/regress"))
}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """On a busy machine, threads that wait for each other cost most."""
    with threadpool_limits(1):
        yield


def model(key: str, **params: Any) -> Any:
    kind: Any = component(key)
    for library in kind.spec.requires:
        pytest.importorskip(library.module, reason=f"{library.name} is optional: {library.hint}")
    return kind(kind.params_type().model_validate({"target": "y", "features": ["a", "b", "c", "d"], **params}))


def made(key: str, *members: Any, **params: Any) -> Any:
    kind: Any = component(key)
    return kind(kind.params_type().model_validate(params)).made_of(members)


def few(key: str = "random_forest_classifier", **params: Any) -> Any:
    return model(key, n_estimators=4, **params)


# Equal to scikit-learn


@pytest.mark.parametrize("target", [TWO, THREE])
def test_classifiers_vote_stack_and_are_calibrated_as_scikit_learn_does_it(target: Any) -> None:
    members = [few(), model("logistic_regression"), model("logistic_regression", C=0.01)]
    parts = StratifiedKFold(3, shuffle=True, random_state=7)
    own = [("a", FOREST), ("b", linear_model.LogisticRegression()), ("c", linear_model.LogisticRegression(C=0.01))]
    cases = [
        (made("voting", *members), ensemble.VotingClassifier(own, voting="soft")),
        (
            made("voting", *members, weights=[3, 1, 0.5]),
            ensemble.VotingClassifier(own, voting="soft", weights=[3, 1, 0.5]),
        ),
        (made("stacking", *members, folds=3, seed=7), ensemble.StackingClassifier(own, cv=parts)),
        (
            made("stacking", *members, folds=3, seed=7, passthrough=True, final_estimator="random_forest"),
            ensemble.StackingClassifier(
                own, ensemble.RandomForestClassifier(random_state=7), cv=parts, passthrough=True
            ),
        ),
        *(
            (
                made("calibrate", member, method=method, folds=3, seed=7, ensemble=kept),
                CalibratedClassifierCV(theirs, method=method, cv=parts, ensemble=kept),
            )
            for method in ("sigmoid", "isotonic", "temperature")
            for kept in (False, True)
            for member, theirs in ((members[0], own[0][1]), (members[1], own[1][1]))[: 2 - kept]
        ),
    ]
    for ours, theirs in cases:
        assert np.array_equal(ours.fit(X, target).predict_proba(X), theirs.fit(X, target).predict_proba(X))


def test_regressors_vote_and_stack_as_scikit_learn_does_it() -> None:
    members = [few("random_forest_regressor"), model("ridge")]
    own = [("a", ensemble.RandomForestRegressor(4, random_state=0)), ("b", linear_model.Ridge())]
    voting, stacking = made("voting", *members, weights=[2, 1]), made("stacking", *members, folds=4)
    theirs = ensemble.StackingRegressor(own, cv=KFold(4, shuffle=True, random_state=0))
    assert np.array_equal(
        voting.fit(X, SCORE).predict(X), ensemble.VotingRegressor(own, weights=[2, 1]).fit(X, SCORE).predict(X)
    )
    assert np.array_equal(stacking.fit(X, SCORE).predict(X), theirs.fit(X, SCORE).predict(X))
    boosted = made("stacking", *members, final_estimator="hist_gradient_boosting", passthrough=True)
    assert boosted.fit(X, SCORE).score(X, SCORE) > 0.8


@pytest.mark.parametrize(
    ("key", "params"),
    [
        ("stacking", {"final_estimator": "random_forest", "folds": 3}),
        ("calibrate", {"folds": 3}),
        ("choose_threshold", {"folds": 3, "miss_cost": 3}),
    ],
)
@pytest.mark.parametrize("member", ["logistic_regression", "gaussian_nb"])
def test_parts_that_were_prepared_alone_are_learned_from_as_those_of_one_matrix(
    key: str, params: dict[str, Any], member: str
) -> None:
    cuts = StratifiedKFold(3, shuffle=True, random_state=0).split(X, TWO)
    alone = [Part(X[[*known, *held]], TWO[[*known, *held]], *halves(known, held)) for known, held in cuts]
    members = [model(member)] * (2 if key == "stacking" else 1)
    whole, prepared = (made(key, *members, **params).learn(X, TWO, parts=parts).estimator for parts in ((), alone))
    if key == "stacking":  # rows come in another order, and a forest draws by their places
        assert np.abs(whole.predict_proba(X) - prepared.predict_proba(X)).mean() < 0.05
    else:
        assert np.allclose(whole.predict_proba(X), prepared.predict_proba(X), atol=1e-6)
        assert np.array_equal(whole.predict(X), prepared.predict(X))


def halves(known: Any, held: Any) -> tuple[Any, Any]:
    return np.arange(len(known)), np.arange(len(known), len(known) + len(held))


def test_members_learn_as_they_do_alone() -> None:
    """Balanced classes of naive Bayes are weights of rows, which only the component knows of."""
    rare = (np.quantile(SCORE, 0.9) < SCORE).astype(int)
    bayes = model("gaussian_nb", class_weight="balanced")
    fitted = made("voting", bayes, model("logistic_regression", class_weight="balanced")).fit(X, rare)
    weights = compute_sample_weight("balanced", rare)
    alone = naive_bayes.GaussianNB().fit(X, rare, sample_weight=weights)
    assert np.array_equal(fitted.estimators_[0].predict_proba(X), alone.predict_proba(X))
    assert [type(each).__name__ for each in fitted.estimators_] == ["GaussianNB", "LogisticRegression"]


@pytest.mark.parametrize(
    "kinds",
    [("xgboost_{}", "lightgbm_{}"), ("hist_gradient_boosting_{}", "mlp_{}"), ("decision_tree_{}", "k_neighbors_{}")],
)
@pytest.mark.parametrize("task", ["classifier", "regressor"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_what_is_saved_answers_alike_and_holds_only_types_that_its_parts_declare(
    kinds: tuple[str, str], task: str, tmp_path: Path
) -> None:
    small = {"n_estimators": 3, "max_iter": 5}
    members = []
    for key in (kind.format(task) for kind in kinds):
        fields = component(key).params_type().model_fields
        members.append(model(key, **{name: value for name, value in small.items() if name in fields}))
    target = THREE if task == "classifier" else SCORE
    wrappers = [made("voting", *members), made("stacking", *members, folds=2)]
    wrappers += [made("calibrate", members[0], folds=2)] if task == "classifier" else []
    wrappers += [made("tune", members[1], budget=2, folds=2), made("voting", made("voting", *members), members[0])]
    for place, wrapper in enumerate(wrappers):
        learned = wrapper.learn(X, target)
        path = tmp_path / f"{place}.skops"
        wrapper.save(learned.estimator, path)
        others = [name for key in learned.members for name in SEARCHABLE.get(key, component(key)).trusted_types]
        assert set(skops.io.get_untrusted_types(file=path)) <= {*wrapper.trusted_types, *others}
        ask = "predict" if task == "regressor" else "predict_proba"
        loaded = wrapper.load(path, others)
        assert np.array_equal(getattr(loaded, ask)(X), getattr(learned.estimator, ask)(X))


def test_a_wrapper_takes_what_all_of_its_models_take() -> None:
    boosting, forest, linear = model("hist_gradient_boosting_classifier"), few(), model("logistic_regression")
    assert made("voting", boosting, forest).takes_missing
    assert not made("voting", boosting, linear).takes_missing
    assert not made("stacking", boosting, forest, passthrough=True).takes_missing
    assert made("stacking", boosting, forest, passthrough=True, final_estimator="random_forest").takes_missing
    assert made("voting", forest, forest).precision == "float32"
    assert made("voting", forest, linear).precision == "float64"
    gaps = np.where(X > 2, np.nan, X)
    assert np.isfinite(made("voting", boosting, forest).fit(gaps, TWO).predict_proba(gaps)).all()
    assert np.isfinite(made("calibrate", boosting).fit(gaps, TWO).predict_proba(gaps)).all()


def test_what_cannot_be_made_is_refused() -> None:
    ridge = model("ridge")
    rare = np.where(np.arange(240) < 2, 2, TWO)
    for refused, told in [
        (lambda: made("voting", ridge), "at least 2 models"),
        (lambda: made("voting", ridge, ridge, weights=[1]), "1 weights for 2 models"),
        (lambda: made("calibrate", ridge), "predicts numbers"),
        (lambda: made("tune", model("linear_regression")), "lists no settings"),
        (lambda: made("tune", ridge, metric="f1"), "does not fit a model that predicts numbers"),
        (lambda: made("tune", ridge, space={"alhpa": "1, 2"}), "no setting 'alhpa'"),
        (lambda: made("tune", ridge, space={"target": "a, b"}), "no setting 'target'"),
        (lambda: made("tune", ridge, space={"alpha": "-5 to 1"}), "cannot be -5"),
        (lambda: made("tune", ridge, space={"alpha": "0 to 1 log"}), "no range"),
        (lambda: made("tune", ridge, space={"solver": "auto, magic"}), "cannot be 'magic'"),
        (lambda: made("tune", ridge, space={"solver": " , "}), "no values"),
        (lambda: made("stacking", few(), few()).fit(X, rare), "rarest class has 2 train rows"),
        (lambda: made("calibrate", few()).fit(X, rare), "rarest class has 2 train rows"),
        (lambda: made("tune", few()).fit(X, rare), "rarest class has 2 train rows"),
        (lambda: made("tune", ridge).fit(X[:4], SCORE[:4]), "there are 4 train rows"),
        (lambda: made("tune", ridge, metric="mape").fit(X, np.round(SCORE)), "'mape' is not defined"),
    ]:
        with pytest.raises(ComponentError, match=told):
            refused()


# Spaces


@pytest.mark.parametrize("key", [key for key, kind in SEARCHABLE.items() if kind.search_space])
@pytest.mark.filterwarnings("ignore")
def test_every_end_and_every_value_of_a_search_space_can_be_learned_with(key: str) -> None:
    kind: Any = SEARCHABLE[key]
    cheap = {"n_estimators": 3, "max_iter": 5}
    member = model(key)
    features, target = abs(X[:60]), (TWO if kind.task == "classification" else np.exp(SCORE / 4))[:60]
    space = space_of(kind.search_space)
    needed = {name: one.values[0] for name, one in space.items() if isinstance(one, Choices) and len(one.values) == 1}
    for name, dimension in space.items():
        values = dimension.grid(2) if isinstance(dimension, Range) else dimension.values
        for value in values:
            changed = with_settings(member, {**needed, name: value})  # what is costly is only built
            assert getattr(changed.params, name) == value
            changed.build()
            spare = {k: v for k, v in cheap.items() if k in kind.params_type().model_fields and k != name}
            if name not in cheap:
                with_settings(changed, spare).fit(features, target)


def test_spaces_are_read_as_they_are_written() -> None:
    found = space_of({"a": ("log", 0.01, 1.0), "b": (2, 12), "c": (None, "x"), "d": (False, True), "e": ((5,), (5, 5))})
    assert found == {
        "a": Range(0.01, 1.0, is_log=True),
        "b": Range(2, 12, is_whole=True),
        "c": Choices((None, "x")),
        "d": Choices((False, True)),
        "e": Choices(((5,), (5, 5))),
    }
    forest = {"max_depth": "2 to 8", "max_features": "sqrt, 0.5, none", "ccp_alpha": "1e-4 to 0.1 log"}
    space = written_space(forest, few())
    assert space["max_depth"] == Range(2, 8, is_whole=True)
    assert space["max_features"] == Choices(("sqrt", "0.5", None))
    assert with_settings(few(), {"max_features": "0.5"}).params.max_features == 0.5  # type: ignore[attr-defined]
    assert len(list(grid(space, 30))) == 27
    assert len(list(grid(space, 2))) == 2
    every = list(grid({"b": Range(1, 3, is_whole=True), "c": Choices(("x", "y"))}, 100))
    assert every == list(ParameterGrid({"b": [1, 2, 3], "c": ["x", "y"]}))
    drawn = [next(draws(found, seed)) for seed in range(50)]
    assert all(0.01 <= each["a"] <= 1 and 2 <= each["b"] <= 12 and isinstance(each["b"], int) for each in drawn)
    assert {str(each["c"]) for each in drawn} == {"None", "x"}


# Searches


def test_a_grid_finds_what_scikit_learn_finds() -> None:
    space = {"max_depth": "1, 2, 4", "min_samples_leaf": "1, 10"}
    tuned = made("tune", model("decision_tree_classifier"), search="grid", budget=7, folds=4, seed=5, space=space)
    learned = tuned.learn(X, TWO)
    theirs = GridSearchCV(
        tree.DecisionTreeClassifier(random_state=0),
        {"max_depth": [1, 2, 4], "min_samples_leaf": [1, 10]},
        scoring="roc_auc",
        cv=StratifiedKFold(4, shuffle=True, random_state=5),
    ).fit(X, TWO)
    trials = learned.search.trials[1:]
    assert [trial.params for trial in trials] == [
        {k: str(v) for k, v in p.items()} for p in theirs.cv_results_["params"]
    ]
    assert np.allclose([trial.score for trial in trials], theirs.cv_results_["mean_test_score"], atol=1e-15)
    assert np.allclose([trial.spread for trial in trials], theirs.cv_results_["std_test_score"], atol=1e-15)
    assert learned.search.best == 1 + theirs.best_index_
    assert np.array_equal(learned.estimator.predict_proba(X), theirs.predict_proba(X))


@pytest.mark.parametrize("metric", [*METRICS["classification"], *METRICS["regression"]])
def test_a_metric_is_what_scikit_learn_calls_so(metric: str) -> None:
    names = {"log_loss": "neg_log_loss", "rmse": "neg_root_mean_squared_error", "mae": "neg_mean_absolute_error"}
    names |= {"median_ae": "neg_median_absolute_error", "mape": "neg_mean_absolute_percentage_error"}
    is_class = metric in METRICS["classification"]
    member = model("decision_tree_classifier" if is_class else "decision_tree_regressor", max_depth=3)
    target = TWO if is_class else SCORE
    tuned = made("tune", member, metric=metric, budget=1, folds=3)
    parts = (StratifiedKFold if is_class else KFold)(3, shuffle=True, random_state=0)
    theirs = cross_val_score(member.build(), X, target, cv=parts, scoring=names.get(metric, metric))
    (trial,) = tuned.learn(X, target, 1).search.trials
    assert trial.score == pytest.approx(abs(theirs.mean()), abs=1e-12)


@pytest.mark.parametrize("search", ["random", "grid", "bayesian", "halving"])
def test_a_search_is_the_same_each_time_and_never_worse_than_the_model_as_drawn(search: str) -> None:
    if search == "bayesian":
        pytest.importorskip("optuna", reason=f"{OPTUNA.name} is optional: {OPTUNA.hint}")
    rows, target = np.repeat(X, 4, axis=0), np.repeat(THREE, 4)
    rows = rows + np.random.default_rng(1).normal(scale=0.3, size=rows.shape)
    member = model("decision_tree_classifier", max_depth=1)
    tuned = made("tune", member, search=search, budget=9, folds=2, metric="log_loss", seed=3)
    first, second = tuned.learn(rows, target), tuned.learn(rows, target)
    kept = {"seconds", "answer_seconds"}
    said = [[trial.model_dump(exclude=kept) for trial in each.search.trials] for each in (first, second)]
    assert said[0] == said[1]
    assert np.array_equal(first.estimator.predict_proba(rows), second.estimator.predict_proba(rows))
    trials, best = first.search.trials, first.search.trials[first.search.best]
    assert trials[0].params == {}
    if search == "halving":
        sizes = [trial.rows for trial in trials]
        assert sorted(sizes) == sizes
        assert [sizes.count(size) for size in dict.fromkeys(sizes)] == [9, 3]
        assert best.rows == len(rows)
    else:
        assert len(trials) == 9 if search != "grid" else 3 < len(trials) <= 9
        assert best.score < trials[0].score - 0.05
    other = made("tune", member, search=search, budget=2, folds=2, metric="log_loss", seed=4).learn(rows, target)
    assert search == "grid" or other.search.trials[1].params != trials[1].params


def test_a_trial_that_fails_or_is_hopeless_is_told_and_never_chosen() -> None:
    member = model("decision_tree_classifier")
    failing = made("tune", member, search="grid", budget=9, space={"max_depth": "1, 3", "criterion": "gini"})
    trials = Trials(Judge("accuracy", 2), Clock(), gives_up=behind_half)
    parts = [Part(X, TWO, *each) for each in StratifiedKFold(3).split(X, TWO)]

    def broken(matrix: Any, target: Any) -> Any:
        raise ValueError("no solution\nbelow")

    for _ in range(6):
        trials.attempt(Kind("good", {}), model("logistic_regression").fit, parts)
    assert trials.attempt(Kind("broken", {}), broken, parts).note == "no solution"
    hopeless = trials.attempt(Kind("bad", {}), lambda x, y: model("dummy_classifier").fit(x, y), parts)
    assert hopeless.note == GIVEN_UP
    assert trials.best() == 0
    assert failing.learn(X, TWO).search.best is not None
    nothing = Trials(Judge("accuracy", 2), Clock())
    nothing.attempt(Kind("broken", {}), broken, parts)
    with pytest.raises(UnfitData, match="None of 1 trials could be scored: no solution"):
        nothing.best()


def test_a_search_ends_with_its_time() -> None:
    slow = model("mlp_classifier", hidden_layer_sizes=(4,), max_iter=2)
    learned = made("tune", slow, budget=1_000, seconds=0.3, folds=2, space={"alpha": "1e-5 to 1 log"}).learn(X, TWO)
    assert 1 <= len(learned.search.trials) < 1_000
    assert learned.search.ended == "the time was over"
    assert sum(trial.note == OUT_OF_TIME for trial in learned.search.trials) <= 1
    none_left = made("tune", slow, budget=5, seconds=1e-6, folds=2).learn(X, TWO)
    assert [trial.note for trial in none_left.search.trials] == [""]


def test_a_trial_is_json() -> None:
    trial = Trial(model="a", params={"hidden_layer_sizes": (5, 5), "solver": None})
    assert Trial.model_validate_json(trial.model_dump_json()).params == {"hidden_layer_sizes": [5, 5], "solver": None}
    assert neural_network  # the library that the sizes are for
