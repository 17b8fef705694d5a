"""People are told in time and not too often: rules are looked at once a minute, alerts open, stay and close."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from engine.errors import InvalidSetting
from engine.service.monitoring import alert_rules, alerts, channels, suggested_rules, watch_points
from engine.service.monitoring.alert_looks import look_at_rules
from engine.service.monitoring.alert_rules import NewRule, read_rule
from engine.service.monitoring.alerts import AlertView
from engine.service.monitoring.watch_points import WatchPoint
from engine.service.serving import endpoints
from engine.workspace import Workspace
from storage.errors import NameTaken, NotFound
from storage.repositories import BUCKETS, Counts
from storage.schema import utc_now
from tests.watched import a_point

BEGIN = utc_now().replace(second=0, microsecond=0)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Clock:
    """A home with an endpoint, a dataset and a pipeline, and time that passes from look to look."""

    def __init__(self, home: Workspace) -> None:
        self.home, self.now = home, BEGIN

    def look(self, times: int = 1, every: timedelta = MINUTE) -> list[AlertView]:
        """What is open after some more looks."""
        for _ in range(times):
            self.now += every
            look_at_rules(self.home, self.now)
        return alerts.list_alerts(self.home, is_open=True)

    def asked(self, requests: int = 100, bucket: int = 3, process: str = "a", **more: int) -> None:
        """What an API process did in the minute before the next look."""
        with self.home.database.write() as uow:
            latencies = tuple(requests if number == bucket else 0 for number in range(len(BUCKETS)))
            counts = Counts(requests=requests, latencies=latencies, **more)
            uow.traffic.add(process, {(uow.endpoints.by_name("churn").id, self.now): counts})

    def told(self) -> list[str]:
        """What was given to the channels, the oldest first."""
        return [it.subject.removeprefix("[Canvasback] ") for it in reversed(channels.list_deliveries(self.home))]


@pytest.fixture
def clock(home: Workspace) -> Clock:
    with home.database.write() as uow:
        uow.endpoints.add("churn")
        uow.datasets.add("orders")
        uow.pipelines.add("train", {})
    return Clock(home)


def rule(home: Workspace, measure: str = "errors", limit: float | None = 5, **more: Any) -> str:
    given = {"subject": "churn", "window_minutes": 5, **more}
    return alert_rules.add_rule(home, NewRule(measure=measure, limit=limit, **given)).name


def hook(home: Workspace, name: str = "ops", **how: Any) -> None:
    channels.add_channel(home, name, "webhook", {"url": "https://example.org/x"}, **how)


def test_an_alert_opens_once_stays_open_and_closes_by_itself(clock: Clock) -> None:
    home = clock.home
    hook(home)
    rule(home)
    clock.asked(failed=20)
    (opened,) = clock.look()
    assert (opened.rule, opened.severity, opened.value) == ("churn: Errors above 5 %", "warning", 20)
    assert opened.message == ("churn: 20 % over 5 minutes (20 of 100). The rule: Errors above 5 % over 5 minutes.")
    clock.asked(failed=40)
    (same,) = clock.look()
    assert (same.id, same.value, same.opened_at) == (opened.id, 30, opened.opened_at)
    assert len(clock.look(5)) == 1  # nobody asks: nothing tells that it is over
    clock.asked()
    assert clock.look(2) == []
    (closed,) = alerts.list_alerts(home)
    assert (closed.closed_because, closed.is_open) == ("It holds no more.", False)
    assert clock.told() == ["Opened, warning: churn: Errors above 5 %", "Closed, warning: churn: Errors above 5 %"]


def test_what_flaps_around_the_limit_stays_open_and_what_is_not_known_for_a_day_closes(clock: Clock) -> None:
    rule(clock.home, window_minutes=1, looks=2)
    seen = []
    for failed in (6, 4, 6, 6, 5, 5, 6, 5, 4, 4):
        clock.asked(failed=failed)
        seen.append(len(clock.look()))
    assert seen == [0, 0, 0, 1, 1, 1, 1, 1, 1, 0]  # 4.75 % and less, twice in a row, closes it
    for _ in range(2):
        clock.asked(failed=50)
        clock.look()
    (still,) = clock.look(30)
    assert alert_rules.list_rules(clock.home)[0].reason == "Nobody asked in this window."
    assert clock.look(1, DAY) == []
    assert alerts.list_alerts(clock.home)[0].closed_because == "Nothing has been known for a day."
    assert still.held_at < clock.now


@pytest.mark.parametrize(
    ("measure", "more", "traffic", "value"),
    [
        ("errors", {}, [{"failed": 10}, {"failed": 20, "process": "b"}], 15),
        ("refused", {}, [{"refused": 30}], 30),
        ("requests", {}, [{}, {"process": "b", "requests": 50}], 150),
        ("queue", {}, [{"most_waiting": 7}, {"process": "b", "most_waiting": 9}], 9),
        ("latency_p95", {}, [{"bucket": 3}], 9.75),  # between 5 and 10 ms, as histogram_quantile interpolates
        ("latency_p99", {}, [{"requests": 98}, {"requests": 2, "bucket": 12, "process": "b"}], 5000),
    ],
)
def test_traffic_is_added_up_over_all_processes(
    clock: Clock, measure: str, more: dict[str, Any], traffic: list[dict[str, Any]], value: float
) -> None:
    rule(clock.home, measure, 0, **more)
    for minute in traffic:
        clock.asked(**minute)
    (found,) = clock.look()
    assert found.value == pytest.approx(value)


def test_a_change_is_measured_against_the_windows_before(clock: Clock) -> None:
    rule(clock.home, "requests", 50, condition="falls", window_minutes=1, windows_before=3)
    for requests in (90, 100, 110):
        clock.asked(requests)
        assert clock.look() == []
    clock.asked(20)
    (found,) = clock.look()
    assert found.value == pytest.approx(80)
    assert "20 requests over 1 minute, 80 % less than before" in found.message


def test_absence_is_told_of_requests_versions_syncs_and_runs(clock: Clock) -> None:
    home = clock.home
    rule(home, "requests", None, condition="absent", window_minutes=120)
    rule(home, "age", None, condition="absent", subject="orders", window_minutes=180)
    rule(home, "synced", None, condition="absent", subject="orders", window_minutes=240)
    rule(home, "succeeded", None, condition="absent", subject="train", window_minutes=300)
    clock.asked()
    seen = [len(clock.look(1, HOUR)) for _ in range(6)]
    assert seen in ([0, 1, 2, 3, 3, 4], [0, 1, 1, 2, 3, 4])  # the rules were made within this minute
    clock.asked()
    left = {alert.subject for alert in clock.look(1, 10 * MINUTE)}
    assert left == {"orders", "train"}


def test_data_that_are_old_and_work_that_failed(published: Any) -> None:
    home = published.workspace
    clock = Clock(home)
    rule(home, "age", 26, subject="customers")
    rule(home, "failed_runs", 0, subject="churn", window_minutes=60)
    with home.database.write() as uow:
        run = uow.runs.get(published.run.id)
        run.status, run.finished_at = "failed", clock.now
    assert [alert.subject_kind for alert in clock.look()] == ["pipeline"]
    (old,) = clock.look(1, DAY + 3 * HOUR)
    assert "hours. The rule: Age of the latest version above 26 hours." in old.message


def test_drift_and_performance_are_those_of_the_worst_version(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def points(*_: Any) -> Sequence[WatchPoint]:
        old = {"roc_auc": 0.8, "rmse": 1.0}
        now = {"roc_auc": 0.8, "rmse": 2.0}
        first = a_point(
            1, clock.now, drift={"age": 0.3, "plan": 0.1}, prediction_psi=0.05, domain_auc=0.6, performance=now,
            baseline=old,
        )  # fmt: skip
        worse = {"roc_auc": 0.6}
        second = a_point(2, clock.now, drift={"age": 0.1}, prediction_psi=0.4, performance=worse, baseline=old)
        return [first, second]

    monkeypatch.setattr(watch_points, "points_within", points)
    home = clock.home
    rule(home, "drift_worst", 0.25)
    rule(home, "drift_field", 0.25, of="plan")
    rule(home, "drift_prediction", 0.25)
    rule(home, "domain_auc", 0.55)
    rule(home, "performance", 0.7, of="roc_auc", condition="below")
    rule(home, "performance_drop", 10, of="roc_auc")
    rule(home, "performance_drop", 90, of="rmse")
    found = {alert.rule: alert for alert in clock.look()}
    assert {name.removeprefix("churn: "): round(alert.value or 0, 6) for name, alert in found.items()} == {
        "Drift of the worst field (PSI) above 0.25": 0.3,
        "Drift of the predictions (PSI) above 0.25": 0.4,
        "Told apart from training (AUC) above 0.55": 0.6,
        "Performance, roc_auc below 0.7": 0.6,
        "Performance, worse than in training, roc_auc above 10 %": 25.0,
        "Performance, worse than in training, rmse above 90 %": 100.0,
    }
    assert "0.3 over 5 minutes (age)" in found["churn: Drift of the worst field (PSI) above 0.25"].message


def test_the_same_point_is_not_counted_twice(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    at = [BEGIN]
    monkeypatch.setattr(watch_points, "points_within", lambda *_: [a_point(1, at[0], drift={"age": 0.5})])
    rule(clock.home, "drift_worst", 0.25, looks=2)
    assert clock.look(5) == []
    at[0] += HOUR
    assert len(clock.look()) == 1


def test_what_opens_together_is_one_message_for_each_channel_that_wants_it(clock: Clock) -> None:
    home = clock.home
    hook(home, "all")
    hook(home, "worst", least_severity="critical")
    hook(home, "chosen")
    for number in range(3):
        rule(home, limit=number, severity="critical" if number == 2 else "info", channels=("all", "worst"))
    clock.asked(failed=50)
    clock.look(3)
    sent = {it.channel: it.subject for it in channels.list_deliveries(home)}
    assert sent == {
        "all": "[Canvasback] Alerts: 3 opened",
        "worst": "[Canvasback] Opened, critical: churn: Errors above 2 %",
    }


def test_reminders_come_rarely_and_end_when_somebody_takes_care(clock: Clock) -> None:
    home = clock.home
    hook(home)
    rule(home, "requests", 0, condition="above", window_minutes=24 * 60, remind_minutes=60)
    clock.asked()
    clock.look(30, 10 * MINUTE)
    assert [word.partition(",")[0] for word in clock.told()] == ["Opened"] + ["Still open"] * 4
    (alert,) = alerts.list_alerts(home)
    seen = alerts.acknowledge(home, alert.id, "looking into it", "ann")
    assert (seen.acknowledged_by, seen.note) == ("ann", "looking into it")
    clock.look(30, 10 * MINUTE)
    assert len(clock.told()) == 5
    with home.database.read() as uow:
        assert uow.audit.list(action="alert acknowledged")[0].actor == "ann"


def test_a_muted_rule_opens_silently_and_is_told_when_the_mute_ends(clock: Clock) -> None:
    home = clock.home
    hook(home)
    name = rule(home, "requests", 0, window_minutes=24 * 60)
    alert_rules.mute_rule(home, name, clock.now + HOUR)
    clock.asked()
    assert len(clock.look(3)) == 1
    assert clock.told() == []
    clock.look(1, HOUR)
    assert clock.told() == [f"Opened, warning: {name}"]


def test_a_storm_is_held_back_and_summed_up(clock: Clock) -> None:
    home = clock.home
    hook(home, most_per_hour=2)
    for number in range(6):
        rule(home, limit=number, window_minutes=1)
        clock.asked(failed=90)
        clock.look()
    states = [it.status for it in reversed(channels.list_deliveries(home))]
    assert states == ["waiting", "waiting", "held", "held", "held", "held"]
    clock.asked(failed=90)
    clock.look(1, HOUR)
    newest = channels.list_deliveries(home)[0]
    assert (newest.kind, newest.subject) == ("summary", "[Canvasback] 4 messages held back")
    assert {it.status for it in channels.list_deliveries(home)} == {"waiting", "summed up"}


def test_of_many_schedulers_one_looks_in_each_minute(clock: Clock) -> None:
    rule(clock.home, "requests", 0)
    for _ in range(5):
        clock.now += MINUTE
        with ThreadPoolExecutor(8) as pool:
            looked = list(pool.map(lambda _: look_at_rules(clock.home, clock.now), range(8)))
        assert sum(looked) == 1
    clock.now -= 3 * HOUR  # the clock was set back
    assert look_at_rules(clock.home, clock.now) == 1


def test_what_is_gone_is_looked_at_no_more(clock: Clock) -> None:
    home = clock.home
    name = rule(home, "requests", 0, window_minutes=60)
    other = rule(home, "requests", 1, window_minutes=60)
    clock.asked()
    assert len(clock.look()) == 2
    alert_rules.delete_rule(home, other)
    endpoints.retire_endpoint(home, "churn")
    clock.look()
    assert {it.rule: it.closed_because for it in alerts.list_alerts(home)} == {
        name: "The endpoint is retired.", other: "Its rule was deleted."
    }  # fmt: skip
    (left,) = alert_rules.list_rules(home)
    assert left.gone
    with pytest.raises(InvalidSetting, match="closed by itself"):
        alerts.acknowledge(home, alerts.list_alerts(home)[0].id)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"measure": "colour"}, "measure"),
        ({"limit": None}, "limit"),
        ({"limit": float("nan")}, "limit"),
        ({"condition": "absent"}, "condition"),
        ({"measure": "synced", "subject": "orders"}, "condition"),
        ({"measure": "age", "subject": "orders", "condition": "rises"}, "condition"),
        ({"condition": "rises", "limit": -5}, "limit"),
        ({"measure": "drift_field"}, "of"),
        ({"of": "age"}, "of"),
        ({"window_minutes": 0}, "window_minutes"),
        ({"looks": 0}, "looks"),
        ({"severity": "deadly"}, "severity"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_its_field(clock: Clock, given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        alert_rules.add_rule(clock.home, read_rule({"subject": "churn", "measure": "errors", "limit": 5} | given))
    assert refused.value.field == field


def test_a_rule_names_things_that_are_there(published: Any) -> None:
    home = published.workspace
    with pytest.raises(NotFound, match="no endpoint named chrun"):
        rule(home, subject="chrun")
    with pytest.raises(NotFound, match="no channel named pager"):
        rule(home, channels=("pager",))
    with pytest.raises(InvalidSetting, match="has no field 'colour'") as refused:
        rule(home, "drift_field", of="colour")
    assert "tenure" in refused.value.hint
    rule(home)
    with pytest.raises(NameTaken):
        rule(home)
    left = suggested_rules.missing_suggestions(home, "churn")
    assert [it.measure for it in left] == ["drift_worst", "latency_p95", "requests"]
    for suggestion in left:
        alert_rules.add_rule(home, suggestion)
    assert suggested_rules.missing_suggestions(home, "churn") == []
    assert len(alert_rules.list_rules(home, ("endpoint", "churn"))) == 4
