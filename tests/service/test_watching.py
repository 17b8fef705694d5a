"""An endpoint under watch: what is found in its log, kept, and said."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from components.base import Predictions
from components.evaluate.scores import scores
from engine.errors import CanvasbackError
from engine.monitor.window import Window, chosen_window
from engine.service.modelling.opened_models import open_model
from engine.service.monitoring import alert_rules, alerts, watching
from engine.service.monitoring.alert_looks import look_at_rules
from engine.service.monitoring.alert_rules import NewRule
from engine.service.monitoring.watch_points import latest_point, points, points_within
from engine.service.monitoring.watch_reports import WatchReport, find_report, get_report
from engine.service.serving.endpoint_traffic import traffic
from engine.workspace import Workspace
from storage.repositories import BUCKETS, Counts
from tests.homes import Published, churn_pipeline, do_job, do_run, done, publish
from tests.watched import dearer, play, tell_truths

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MORNING = Window(NOON - HOUR, NOON)
AFTERNOON = Window(NOON, NOON + HOUR)


@pytest.fixture
def home(published: Published) -> Workspace:
    return published.workspace


def watched(home: Workspace, window: Window, against: Window | None = None) -> WatchReport:
    result = done(home, watching.start_watch(home, "churn", window, against))
    return get_report(home, "churn", result["points"][0])


def test_a_quiet_hour_is_said_to_be_quiet(home: Workspace) -> None:
    play(home, "churn", MORNING.span, 500)
    report = watched(home, MORNING)
    assert report.verdict == "Nothing drifts: 12 fields of 500 rows are as they were in training."
    assert report.point.findings == []
    assert report.measured.domain is not None
    assert not report.measured.domain.tells_apart


def test_a_shifted_column_is_found_named_first_and_read_by_others(home: Workspace) -> None:
    play(home, "churn", MORNING.span, 500, shift=dearer)
    report = watched(home, MORNING)
    assert report.verdict.startswith("2 of 12 fields drift, worst: monthly_charges (PSI ")
    point = latest_point(home, "churn")
    assert point is not None
    assert (point.rows, point.worst_field, point.version.words) == (500, "monthly_charges", "churn v1")
    assert point.worst_psi == point.drift["monthly_charges"] > 0.25
    assert [(it["code"], it["field"]) for it in point.findings if it["code"] == "drift"] == [
        ("drift", "monthly_charges"),
        ("drift", "region"),
    ]
    assert point.domain_auc is not None
    assert point.domain_auc > 0.7
    assert dict(report.measured.domain.fields)  # type: ignore[union-attr]
    region = next(it for it in report.measured.drift.fields if it.column == "region")
    assert region.new[0][0] == "overseas"


def test_two_windows_are_compared_with_each_other(home: Workspace) -> None:
    play(home, "churn", MORNING.span, 400, shift=dearer, seed=1)
    play(home, "churn", AFTERNOON.span, 400, shift=dearer, seed=2)
    assert watched(home, AFTERNOON, MORNING).verdict.startswith("Nothing drifts")
    assert watched(home, AFTERNOON).measured.drift.drifting
    found = find_report(home, "churn", AFTERNOON, MORNING)
    assert found is not None
    assert found.point.against == MORNING.name
    assert find_report(home, "churn", MORNING) is None


def test_too_few_rows_no_rows_and_odd_windows_are_told_in_words(home: Workspace) -> None:
    play(home, "churn", MORNING.span, 40, shift=dearer)
    report = watched(home, MORNING)
    assert "40 rows: too few to say anything about drift" in report.verdict
    assert report.point.findings == []
    failed = do_job(home, watching.start_watch(home, "churn", Window(NOON - 9 * HOUR, NOON - 8 * HOUR)))
    assert failed.error is not None
    assert failed.error["message"] == "Nothing was logged from 21 Nov 2026, 03:00 to 04:00 UTC."
    for start, end in (("2026-11-21", "2026-11-20"), ("yesterday", "2026-11-21")):
        with pytest.raises(CanvasbackError):
            chosen_window(start, end)
    assert chosen_window("2026-11-21", "2026-11-21").end == datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(("rows", "is_known"), [(40, False), (500, True)])
def test_a_window_of_few_rows_raises_no_drift_alert(home: Workspace, rows: int, is_known: bool) -> None:
    for measure in ("drift_worst", "drift_prediction"):
        alert_rules.add_rule(home, NewRule(subject="churn", measure=measure, limit=0.01, window_minutes=60))
    play(home, "churn", MORNING.span, rows, shift=dearer)
    watched(home, MORNING)
    look_at_rules(home, NOON)
    assert len(alerts.list_alerts(home, is_open=True)) == 2 * is_known
    point = latest_point(home, "churn")
    assert point is not None
    assert (point.rows, bool(point.drift), point.worst_psi is not None) == (rows, is_known, is_known)


def test_a_point_of_few_rows_says_nothing_of_drift_but_what_outcomes_say(home: Workspace) -> None:
    with home.database.write() as uow:
        answering = uow.endpoints.active(_endpoint(home))[0].deployment
        for nth, rows in enumerate((99, 100), 1):
            span = (NOON + (nth - 1) * HOUR, NOON + nth * HOUR)
            found: dict[str, Any] = {
                "psi": {"age": 0.9}, "worst_field": "age", "worst_psi": 0.9, "prediction_psi": 0.8,
                "outcomes": 50, "performance": {"roc_auc": 0.7}, "baseline": {"roc_auc": 0.8},
            }  # fmt: skip
            uow.watching.keep(answering.endpoint_id, answering.model_version_id, span, rows=rows, **found)
        few, enough = (
            points_within(uow, answering.endpoint_id, NOON + nth * HOUR, NOON + (nth + 1) * HOUR)[0] for nth in (0, 1)
        )
    assert (few.drift, few.worst_field, few.worst_psi, few.prediction_psi) == ({}, None, None, None)
    assert (enough.drift, enough.worst_field, enough.worst_psi, enough.prediction_psi) == (
        {"age": 0.9},
        "age",
        0.9,
        0.8,
    )
    assert few.performance == enough.performance == {"roc_auc": 0.7}


def test_masked_fields_are_not_watched(home: Workspace) -> None:
    with home.database.write() as uow:
        uow.endpoints.by_name("churn").settings = {"masked": ["monthly_charges"]}

    def without(columns: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        return {**columns, "monthly_charges": [None] * len(columns["monthly_charges"])}

    play(home, "churn", MORNING.span, 200, shift=without)
    report = watched(home, MORNING)
    assert "monthly_charges" not in report.point.drift
    assert "Not watched, because their values are not kept: monthly_charges." in report.measured.notes


def test_outcomes_tell_how_well_the_model_does_and_whether_it_is_worse(home: Workspace) -> None:
    ids = play(home, "churn", MORNING.span, 600)
    random = np.random.default_rng(2)
    truths = {key: str(random.choice(["yes", "no"], p=[0.3, 0.7])) for key in ids[:400]}
    tell_truths(home, "churn", {**truths, "0" * 24: "yes", ids[500]: "perhaps"})
    report = watched(home, MORNING)
    told = report.measured.performance
    assert told is not None
    assert (told.rows, told.unknown, report.point.outcomes) == (401, 1, 400)
    opened = open_model(home, "churn")
    logged = home.served.files(_endpoint(home), opened.version_id)
    rows = {row["__cb_id"]: row for path in logged for row in _rows(path)}
    expected = scores(
        Predictions(
            "classification",
            np.array([truths[key] for key in sorted(truths)], dtype=object),
            np.array([rows[key]["__cb_prediction"] for key in sorted(truths)], dtype=object),
            np.array([rows[key]["__cb_probabilities"] for key in sorted(truths)]),
            opened.model.classes,
            opened.model.positive,
        )
    )
    assert told.metrics == pytest.approx(expected)
    assert told.held_out == pytest.approx(opened.model.metrics)
    assert report.point.findings[0]["code"] == "performance"
    assert "The model has become worse: ROC AUC is" in report.verdict
    assert told.report["plots"]


def _endpoint(home: Workspace) -> str:
    with home.database.read() as uow:
        return uow.endpoints.by_name("churn").id


def _rows(path: Any) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    return pq.read_table(path).to_pylist()  # type: ignore[no-any-return]


def test_a_true_model_is_not_said_to_be_worse(home: Workspace) -> None:
    """Outcomes drawn by the model's own probabilities, so that it is as good as it says."""
    ids = play(home, "churn", MORNING.span, 500)
    place = open_model(home, "churn").model.classes.index("yes")
    random = np.random.default_rng(4)
    logged = home.served.files(_endpoint(home), open_model(home, "churn").version_id)
    chances = {row["__cb_id"]: row["__cb_probabilities"][place] for path in logged for row in _rows(path)}
    tell_truths(home, "churn", {key: "yes" if random.random() < chances[key] else "no" for key in ids})
    report = watched(home, MORNING)
    assert report.measured.performance is not None
    assert report.measured.performance.is_enough
    assert not report.measured.performance.is_worse


def test_a_shadow_stands_beside_what_answers_on_the_same_rows(home: Workspace) -> None:
    do_run(home, churn_pipeline("decision_tree_classifier", max_depth=4))
    with home.database.write() as uow:
        endpoint, model = uow.endpoints.by_name("churn"), uow.models.by_name("churn")
        live, shadow = (uow.models.version(model.id, number).id for number in (1, 2))
        uow.endpoints.deploy(endpoint.id, {live: 1.0}, parity={}, shadows=[shadow])
    ids = play(home, "churn", MORNING.span, 300, seed=3, version=1)
    play(home, "churn", MORNING.span, 300, seed=3, version=2, role="shadow", ids=ids)
    tell_truths(home, "churn", {key: "yes" if nth % 4 == 0 else "no" for nth, key in enumerate(ids)})
    report = watched(home, MORNING)
    ((key, pair),) = report.measured.others.items()
    assert report.others[key].words == "churn v2"
    assert (pair.rows, pair.judged, pair.metric) == (300, 300, "roc_auc")
    assert pair.same is not None
    assert 0.5 < pair.same < 1
    assert pair.gain == pytest.approx(pair.scores[1]["roc_auc"] - pair.scores[0]["roc_auc"])
    assert pair.gain is not None
    assert pair.low is not None
    assert pair.high is not None
    assert pair.low <= pair.gain <= pair.high


def test_each_hour_is_watched_once_and_late_outcomes_are_judged(
    home: Workspace, new_home: Callable[..., Workspace]
) -> None:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + 3 * HOUR
    ids = play(home, "churn", (now - HOUR, now), 150)
    assert watching.watch_due(home, now + timedelta(minutes=5)) == 1
    assert watching.watch_due(home, now + timedelta(minutes=6)) == 0
    done(home, _queued(home))
    (point,) = points(home, "churn")
    assert (point.begins_at, point.ends_at, point.rows, point.performance) == (now - HOUR, now, 150, {})
    tell_truths(home, "churn", dict.fromkeys(ids[:60], "no"), at=now + HOUR / 2)
    tell_truths(home, "churn", dict.fromkeys(ids[60:], "yes"), at=now + HOUR / 2)
    assert watching.watch_due(home, now + HOUR) == 1
    done(home, _queued(home))
    first, second = points(home, "churn")
    assert first.outcomes == 150
    assert first.performance["accuracy"] < first.baseline["accuracy"]
    # Nothing was asked in the second hour, so the point reaches back to when something was.
    assert (second.begins_at, second.rows) == (now - 5 * HOUR, 150)


def _queued(home: Workspace) -> str:
    with home.database.read() as uow:
        return next(job.id for job in uow.jobs.list(kind="watch_endpoint") if job.status == "queued")


def test_an_endpoint_that_nobody_asks_costs_no_job(home: Workspace) -> None:
    assert watching.watch_due(home, datetime.now(UTC) + 2 * HOUR) == 0
    state = watching.watch_state(home, "churn")
    assert (state.log, state.has_log, state.latest) == (True, False, None)


def test_traffic_is_added_up_and_percentiles_are_read_from_buckets(home: Workspace) -> None:
    random = np.random.default_rng(5)
    took = random.gamma(2, 9, 4_000)
    latencies = tuple(np.histogram(took, [0, *BUCKETS])[0].tolist())
    counts = Counts(4_000, 9_000, refused=30, failed=10, latencies=latencies, most_waiting=7)
    with home.database.write() as uow:
        for process in ("a", "b"):
            uow.traffic.add(process, {(uow.endpoints.by_name("churn").id, NOON): counts})
    found = traffic(home, "churn", NOON - HOUR, NOON + HOUR)
    assert (found.whole.requests, found.whole.records, found.whole.waiting) == (8_000, 18_000, 7)
    assert found.whole.error_share == pytest.approx(0.01)
    for share, told_percentile in ((0.5, found.whole.p50), (0.95, found.whole.p95), (0.99, found.whole.p99)):
        assert told_percentile is not None
        assert np.searchsorted(BUCKETS, told_percentile) == np.searchsorted(BUCKETS, np.quantile(took, share))
    assert traffic(home, "churn", NOON - 3 * HOUR, NOON - 2 * HOUR).whole.p50 is None


def test_a_version_that_goes_live_is_watched_by_its_own_rows(published: Published) -> None:
    home = published.workspace
    run = do_run(home, churn_pipeline("decision_tree_classifier", max_depth=4))
    assert run.status == "succeeded"
    assert publish(home, "churn", 2, "churn").status == "succeeded"
    play(home, "churn", MORNING.span, 200)
    assert watched(home, MORNING).point.version.words == "churn v2"
