"""AutoML tries many families, keeps to its budget, goes on where it was, and makes one model of several."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pytest
from joblib import parallel_config  # type: ignore[import-untyped]
from pydantic import ValidationError
from sklearn.ensemble import StackingRegressor, VotingRegressor
from sklearn.linear_model import Ridge as SklearnRidge
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor as SklearnTree
from threadpoolctl import threadpool_info, threadpool_limits  # type: ignore[import-untyped]

from components.base import Estimator, Trial
from components.base.saving import SAVED_A_SECOND
from components.catalog import component
from components.ensembles.auto_ml import AutoML
from components.ensembles.blending import Heard, fit_stack, fit_vote
from components.ensembles.candidate import Candidate, numbers_at
from components.ensembles.clock import Clock
from components.ensembles.exploring import Exploring
from components.ensembles.families import FAMILIES, Family, candidates
from components.ensembles.folds import HeldOut
from components.ensembles.following import Done, Outlook, followed_by
from components.ensembles.ladder import Ladder
from components.ensembles.metrics import Judge
from components.ensembles.pace import LAST, Budget, Pace
from components.ensembles.remembering import Whole
from components.ensembles.trials import OUT_OF_TIME, Trials
from components.ensembles.trying import Part, try_out
from components.errors import ComponentError, UnfitData
from components.models.decision_tree_regressor import DecisionTreeRegressor
from components.models.k_neighbors_regressor import KNeighborsRegressor
from components.models.ridge import Ridge
from components.models.threads import SMALL

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(200, 4)).round(3)
SCORE = X @ [1.0, -2.0, 0.5, 0.0] + RANDOM.normal(scale=0.5, size=200) + 2 * (X[:, 3] > 0) * (X[:, 0] > 0)
COUNTS = RANDOM.integers(1, 5, size=200).astype(float)
THREE = np.digitize(SCORE, [-1.0, 1.0])
QUICK = (Family(Ridge, scaled=True), Family(DecisionTreeRegressor, first={"max_depth": 6}))


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    """On a busy machine, threads that wait for each other cost most."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only families whose fits take no time."""
    monkeypatch.setattr("components.ensembles.families.FAMILIES", {"regression": QUICK})


def auto(**params: Any) -> Any:
    given = {"target": "y", "features": ["a", "b", "c", "d"], "budget_seconds": None, **params}
    kind: Any = AutoML
    return kind(kind.params_type().model_validate(given))


def made(family: Family, **settings: Any) -> Candidate:
    params: Any = family.kind.params_type().model_validate({"target": "y", "features": ["a"]})
    return Candidate(family, family.kind(params), settings)


def timeless(trials: Sequence[Trial]) -> list[Any]:
    return [{**trial.model_dump(), "seconds": 0, "answer_seconds": 0} for trial in trials]


class Remembered:
    """Follows a search in memory; may end it after so many trials."""

    def __init__(self, known: dict[str, Done] | None = None, stop_after: int | None = None, fail_at: int = -1) -> None:
        self.known, self.heard = known or {}, dict[str, Done]()
        self.outlook: Outlook | None = None
        self.stop_after, self.fail_at = stop_after, fail_at

    def begins(self, outlook: Outlook) -> None:
        self.outlook = outlook

    def recalls(self, key: str) -> Done | None:
        return self.known.get(key)

    def hears(self, key: str, done: Done) -> None:
        self.heard[key] = done
        if len(self.heard) == self.fail_at:
            raise KeyboardInterrupt

    def hears_all(self, trials: Sequence[Trial]) -> None:
        pass

    def is_stopping(self) -> bool:
        return self.stop_after is not None and len(self.heard) >= self.stop_after


# What it tries


@pytest.mark.slow  # every family is fitted
@pytest.mark.parametrize(("task", "metric"), [("classification", "accuracy"), ("regression", "mae")])
def test_it_tries_eight_families_or_more_each_prepared_as_it_needs(task: str, metric: str, tmp_path: Path) -> None:
    target = {"classification": THREE, "regression": SCORE}[task]
    gaps = np.where(X > 2.2, np.nan, X)
    searching = auto(task=task, metric=metric, budget_trials=13)
    learned = searching.learn(gaps, target)
    trials = learned.search.trials
    assert len({trial.model for trial in trials if trial.score is not None and not trial.members}) >= 8
    assert all(trial.seconds > 0 and trial.answer_seconds > 0 and trial.size > 0 for trial in trials if trial.score)
    prepared = {trial.component: trial.preparation for trial in reversed(trials)}
    assert prepared[FAMILIES[task][0].kind.spec.key] == ("impute_median", "standardize")  # type: ignore[index]
    assert prepared["lightgbm_classifier" if task == "classification" else "lightgbm_regressor"] == ()
    whole = [trial.score for trial in trials if trial.score is not None and not trial.note]
    assert trials[learned.search.best].score == (min(whole) if metric == "mae" else max(whole))
    searching.save(learned.estimator, tmp_path / "m.skops")
    others = [name for key in learned.members for name in component(key).trusted_types]  # type: ignore[attr-defined]
    assert np.array_equal(searching.load(tmp_path / "m.skops", others).predict(gaps), learned.estimator.predict(gaps))


def test_with_a_budget_in_trials_every_run_finds_the_same(quick: None) -> None:
    one, other = (auto(task="regression", budget_trials=12, seed=3).learn(X, SCORE) for _ in range(2))
    assert timeless(one.search.trials) == timeless(other.search.trials)
    assert np.array_equal(one.estimator.predict(X), other.estimator.predict(X))
    assert len([trial for trial in one.search.trials if not trial.members]) == 12
    assert one.search.ended == "every trial was made"


def test_what_falls_far_behind_on_its_first_parts_is_given_up(quick: None) -> None:
    learned = auto(task="regression", budget_trials=20).learn(X, SCORE)
    given_up = [trial for trial in learned.search.trials if trial.note == "given up early"]
    assert given_up
    assert learned.search.trials[learned.search.best] not in given_up


def test_flags_and_categories_are_not_scaled_with_the_numbers() -> None:
    candidate = made(Family(Ridge, scaled=True))
    with numbers_at((0, 2)):
        fitted = candidate.fit(X, SCORE)
    scaled = fitted[:-1].transform(X)
    assert np.array_equal(scaled[:, [1, 3]], X[:, [1, 3]])
    assert np.allclose(scaled[:, [0, 2]].std(axis=0), 1)


# Many become one


def test_a_vote_and_a_stack_are_scikit_learns_without_fitting_each_member_again_and_again() -> None:
    members = [made(QUICK[0]), made(QUICK[1], max_depth=3)]
    cuts = list(KFold(5, shuffle=True, random_state=0).split(X))
    judge = Judge("r2", 0)
    said = {
        at: np.concatenate([each.fit(X[known], SCORE[known]).predict(X[held]) for known, held in cuts])
        for at, each in enumerate(members)
    }
    heard = Heard(judge, [Part(X, SCORE, *each) for each in cuts], said, 0)
    own = [("r", members[0].build()), ("t", SklearnTree(max_depth=3, random_state=0))]
    stack = fit_stack(members, [said[0], said[1]], heard.held, Whole(X, SCORE), folds=5)
    theirs = StackingRegressor(own, cv=KFold(5, shuffle=True, random_state=0)).fit(X, SCORE)
    assert np.allclose(stack.predict(X), theirs.predict(X))
    vote = fit_vote(members, [3, 1], Whole(X, SCORE))
    assert np.allclose(vote.predict(X), VotingRegressor(own, weights=[3, 1]).fit(X, SCORE).predict(X))
    weights = heard.vote([0, 1], Clock())
    assert heard.voted(weights)[0] >= max(heard.voted({at: 1})[0] for at in said)
    alone = cross_val_predict(SklearnRidge(), X, SCORE, cv=KFold(5, shuffle=True, random_state=0))
    assert abs(heard.voted({0: 1})[0] - np.mean([judge.of(alone[held], SCORE[held]) for _, held in cuts])) < 0.01


def test_a_vote_and_a_stack_count_rows_as_scikit_learns_do() -> None:
    members = [made(QUICK[0]), made(QUICK[1], max_depth=3)]
    cuts = list(KFold(5, shuffle=True, random_state=0).split(X))
    said = {
        at: np.concatenate(
            [each.fit(X[known], SCORE[known], sample_weight=COUNTS[known]).predict(X[held]) for known, held in cuts]
        )
        for at, each in enumerate(members)
    }
    whole, plain = Whole(X, SCORE, {"sample_weight": COUNTS}), Whole(X, SCORE)
    heard, unweighted = (
        Heard(Judge("r2", 0), [Part(X, SCORE, known, held, it.beside) for known, held in cuts], said, 0)
        for it in (whole, plain)
    )
    scaled = [(StandardScaler().fit(X).transform(X), SklearnRidge()), (X, SklearnTree(max_depth=3, random_state=0))]
    alone = [own.fit(given, SCORE, sample_weight=COUNTS).predict(given) for given, own in scaled]
    vote = fit_vote(members, [3, 1], whole)
    assert np.allclose(vote.predict(X), (3 * alone[0] + alone[1]) / 4)
    stack = fit_stack(members, [said[0], said[1]], heard.held, whole, folds=5)
    order = np.concatenate([held for _, held in cuts])
    final = RidgeCV().fit(np.column_stack([said[0], said[1]]), SCORE[order], sample_weight=COUNTS[order])
    assert np.allclose(stack.predict(X), final.predict(np.column_stack(alone)))
    assert heard.stacked([0, 1], RidgeCV, Clock()) != unweighted.stacked([0, 1], RidgeCV, Clock())
    assert heard.voted({0: 1}) == unweighted.voted({0: 1}), "scores count every row once"


def test_rows_that_count_for_nothing_change_nothing_of_the_model(quick: None) -> None:
    counts = (np.arange(200) % 4 > 0).astype(float)
    planted = np.where(counts == 0, 1_000.0, SCORE)
    searching = auto(task="regression", budget_trials=1, sample_weight="w")
    one, other = (searching.learn(X, target, sample_weight=counts).estimator for target in (SCORE, planted))
    assert np.array_equal(one.predict(X), other.predict(X))
    without = searching.learn(X, planted).estimator
    assert not np.allclose(one.predict(X), without.predict(X))


def test_where_rows_count_differently_only_families_that_can_count_them_are_tried() -> None:
    for task in FAMILIES:
        params = auto(task=task, budget_trials=1, sample_weight="w").params
        tried = candidates(task, params, 0, 200, 2)
        assert len(tried) >= 8
        assert all(each._member.can_weigh for each in tried)


def test_the_column_that_says_how_much_rows_count_is_no_feature() -> None:
    schema = ibis.schema({"text": "string", "x": "float64", "w": "float64"})
    params: Any = AutoML.params_type().model_validate({"target": "text", "sample_weight": "w"})
    bound = params.bind({"table": schema})
    assert list(bound.features) == ["x"]
    assert AutoML(bound).weight == "w"


def test_several_models_answer_where_that_is_better(quick: None) -> None:
    learned = auto(task="regression", budget_trials=8).learn(X, X[:, 0] + 2 * (X[:, 1] > 0) * (X[:, 2] > 0))
    best = learned.search.trials[learned.search.best]
    assert best.model in ("Voting", "Stacking")
    assert {learned.search.trials[at].component for at in best.members} == {"ridge", "decision_tree_regressor"}
    assert best.score > max(trial.score for trial in learned.search.trials if not trial.members and not trial.note)
    assert set(learned.members) == {"ridge", "decision_tree_regressor"}


# Stopped, and gone on with


def test_a_search_that_was_cut_short_goes_on_and_finds_what_it_would_have_found(quick: None) -> None:
    searching, undisturbed = auto(task="regression", budget_trials=12), Remembered()
    with followed_by(undisturbed):
        whole = searching.learn(X, SCORE)
    killed = Remembered(fail_at=6)
    with followed_by(killed), pytest.raises(KeyboardInterrupt):
        searching.learn(X, SCORE)
    again = Remembered(known=killed.heard)
    with followed_by(again):
        resumed = searching.learn(X, SCORE)
    assert not set(again.heard) & set(killed.heard)  # none of them is made twice
    assert timeless(resumed.search.trials) == timeless(whole.search.trials)
    assert np.array_equal(resumed.estimator.predict(X), whole.estimator.predict(X))
    assert again.outlook == Outlook("r2", 5, None, 12)


def test_a_remembered_trial_has_taken_its_time() -> None:
    known = {"k": Done(Trial(model="m", params={}, score=0.5, rows=1), (0.5,), 40.0)}
    trials = Trials(Judge("r2", 0), Clock(60))
    with followed_by(Remembered(known=dict.fromkeys(("k",), known["k"]))):
        trials.clock.set_to(known["k"].spent)
    assert 19 < trials.clock.left <= 20


@pytest.mark.parametrize("key", ["auto_ml", "tune"])
def test_a_search_that_is_stopped_keeps_the_best_so_far(key: str, quick: None) -> None:
    following = Remembered(stop_after=3)
    tune: Any = component("tune")
    params = {"budget": 50, "folds": 2, "space": {"alpha": "0.1 to 10 log"}}
    tuned = tune(tune.params_type().model_validate(params)).made_of((made(QUICK[0])._member,))
    with followed_by(following):
        learned = (auto(task="regression", budget_trials=50) if key == "auto_ml" else tuned).learn(X, SCORE)
    assert learned.search.ended == "it was asked to stop and keep the best"
    assert len([trial for trial in learned.search.trials if trial.note != OUT_OF_TIME]) == 3
    assert learned.estimator.predict(X).shape == (200,)


# Bad input


def test_a_budget_that_is_too_small_for_one_fit_gives_the_first_model(quick: None) -> None:
    trials = Trials(Judge("r2", 0), Clock(1e-9), remembers=True)
    ladder = Ladder(HeldOut(X, SCORE, 5, 0, is_classification=False), 5)
    exploring = Exploring(trials, Whole(X, SCORE), ladder, "regression", 0, Budget(1e-9))
    exploring.compare(candidates("regression", auto(budget_trials=1).params, 0, len(X)))
    exploring.improve()
    exploring.combine()
    assert [trial.note for trial in trials.done] == [""]
    assert exploring.why() == "the time was over"
    assert exploring.refit(trials.best()).predict(X).shape == (200,)


def test_what_was_prepared_before_the_search_has_taken_of_its_time(quick: None) -> None:
    learned = auto(task="regression", budget_seconds=100).learn(X, SCORE, begun=time.monotonic() - 100)
    assert [trial.note for trial in learned.search.trials] == [""], "the first is made all the same"
    assert learned.search.ended == "the time was over"


def test_time_is_kept_for_the_last_fit_and_for_what_comes_after_it() -> None:
    clock = Budget(60.0).clock(begun=time.monotonic())
    trials, members = Trials(Judge("r2", 0), clock), [(made(QUICK[0]),)]
    trials.done.append(Trial(model="m", params={}, score=0.5, seconds=8.0, rows=200))
    pace = Pace(trials, members, Budget(60.0), Ladder(HeldOut(X, SCORE, 5, 0, is_classification=False), 5))
    pace.reserve()
    assert clock.reserved == 10.0, "8 seconds learned from four fifths of the rows"
    assert 43 < clock.left <= 60 - 10 - 6
    trials.done[0] = trials.done[0].model_copy(update={"seconds": 0.001})
    pace.reserve()
    assert clock.reserved == LAST * 60, "for making one model of several"
    pace.reserve(least=0.0)
    assert clock.reserved < 0.01


def test_what_saving_a_large_model_takes_is_kept_too() -> None:
    clock = Budget(600.0).clock(begun=time.monotonic())
    trials, members = Trials(Judge("r2", 0), clock), [(made(QUICK[0]),)]
    pace = Pace(trials, members, Budget(600.0), Ladder(HeldOut(X, SCORE, 5, 0, is_classification=False), 5))
    size = 40 * SAVED_A_SECOND  # learned from four fifths of the rows
    trials.done.append(Trial(model="m", params={}, score=0.5, seconds=8.0, rows=200, size=size))
    assert pace.seconds(0) == pytest.approx(10 + 50)


def test_a_forest_is_expected_to_grow_deeper_with_its_rows() -> None:
    forests = [family for families in FAMILIES.values() for family in families if "n_estimators" in family.first]
    assert {family.grows > 1 for family in forests} == {True}


def test_a_few_rows_of_a_large_matrix_are_learned_by_one_thread() -> None:
    matrix, heard = np.zeros((SMALL, 2)), []

    def fit(learned_from: Any, target: Any) -> Any:
        heard.append(max((pool["num_threads"] for pool in threadpool_info()), default=1))
        return SklearnRidge().fit(learned_from, target)

    with threadpool_limits(2):
        for rows in (100, SMALL - 10):
            known = np.arange(rows)
            try_out(Judge("r2", 0), fit, Part(matrix, np.arange(SMALL, dtype=float), known, np.arange(10)))
    assert heard == [1, 2]


def test_members_of_several_models_learn_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    members, threads = [made(family) for family in QUICK], []
    learn = Candidate.fit

    def noted(self: Candidate, *given: Any, **beside: Any) -> Any:
        threads.append(threading.get_ident())
        return learn(self, *given, **beside)

    monkeypatch.setattr(Candidate, "fit", noted)
    with parallel_config("threading", n_jobs=2):
        fit_vote(members, [1, 1], Whole(X, SCORE))
    assert threads == [threading.get_ident()] * 2


def test_several_models_are_not_weighed_when_the_time_is_over() -> None:
    said = {0: np.zeros(200), 1: SCORE}
    heard = Heard(Judge("r2", 0), HeldOut(X, SCORE, 5, 0, is_classification=False).parts(), said, 0)
    assert heard.vote([0, 1], Clock(1e-9)) == {}
    assert heard.stacked([0, 1], RidgeCV, Clock(1e-9)) is None


def test_a_search_that_would_never_end_is_refused() -> None:
    with pytest.raises(ValidationError, match="set how many seconds to search, or how many trials to make"):
        auto()


def test_a_target_that_never_changes_is_refused() -> None:
    with pytest.raises(UnfitData, match="the same value, 7, in every train row"):
        auto(task="regression", budget_trials=3).learn(X, np.full(200, 7.0))


def test_a_metric_of_the_other_task_is_refused_before_the_run() -> None:
    schema = ibis.schema({"text": "string", "flag": "boolean", "number": "int64", "x": "float64"})
    for target, task in (("text", "classification"), ("flag", "classification"), ("number", "regression")):
        params: Any = AutoML.params_type().model_validate({"target": target, "features": ["x"]})
        assert AutoML(params.bind({"table": schema})).task == task
    with pytest.raises(ComponentError, match="'r2' does not fit a model that predicts classes"):
        AutoML.params_type().model_validate({"target": "text", "metric": "r2"}).bind({"table": schema})


def test_when_no_family_can_learn_the_reasons_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    failing = (
        Family(KNeighborsRegressor, first={"n_neighbors": 500}),
        Family(KNeighborsRegressor, first={"n_neighbors": 900}),
    )
    monkeypatch.setattr("components.ensembles.families.FAMILIES", {"regression": failing})
    with pytest.raises(UnfitData, match=r"None of 2 trials could be scored: 500 neighbours .*; 900 neighbours"):
        auto(task="regression", budget_trials=5).learn(X, SCORE)


def test_a_class_with_a_single_row_is_told() -> None:
    rare = np.zeros(200, dtype=int)
    rare[0] = 1
    with pytest.raises(UnfitData, match="the rarest class has 1 train row"):
        auto(task="classification", budget_trials=3).learn(X, rare)


def test_a_first_look_sees_every_class_however_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.ensembles.ladder.FIRST_ROWS", 20)
    rare = (np.arange(200) >= 190).astype(int)
    trials = Trials(Judge("accuracy", 2), Clock())
    ladder = Ladder(HeldOut(X, rare, 5, 0, is_classification=True), 5)
    exploring = Exploring(trials, Whole(X, rare), ladder, "classification", 0, Budget(trials=1))
    exploring.compare(candidates("classification", auto(budget_trials=1).params, 0, 200, 2))
    assert trials.done[0].rows == 200
    assert trials.done[0].note == ""


def test_for_many_classes_only_families_that_can_take_them_are_tried() -> None:
    params = auto(budget_trials=1).params
    few, many = (candidates("classification", params, 0, 10_000, classes) for classes in (3, 1_000))
    left_out = {each.spec.key for each in few} - {each.spec.key for each in many}
    assert {"svc", "hist_gradient_boosting_classifier"} <= left_out
    assert len(many) >= 5
    assert all(isinstance(each._member, Estimator) for each in many)


def test_support_vectors_are_not_tried_on_more_rows_than_they_can_take() -> None:
    params = auto(budget_trials=1).params
    assert "svr" not in {each.spec.key for each in candidates("regression", params, 0, 100_000)}
