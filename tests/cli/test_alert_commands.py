"""`canvasback alerts`: rules, channels, what is open, and who takes care of it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from engine.service.monitoring.alert_looks import look_at_rules
from engine.workspace import Workspace
from storage.repositories import Counts
from storage.schema import utc_now
from tests.cli.test_commands import Canvasback, canvasback
from tests.homes import new_home
from tests.hooks import receiver

__all__ = ["canvasback", "new_home"]


@pytest.fixture
def home(new_home: Callable[..., Workspace]) -> Workspace:
    workspace = new_home()
    with workspace.database.write() as uow:
        endpoint = uow.endpoints.add("churn").id
        minute = utc_now().replace(second=0, microsecond=0)
        uow.traffic.add("a", {(endpoint, minute): Counts(requests=100, failed=50)})
    return workspace


def test_from_a_rule_to_an_acknowledged_alert(canvasback: Canvasback, home: Workspace) -> None:
    place = ("--home", home.home.path)
    made = canvasback("alerts", "rule", "add", "churn", "errors", "--above", "5", "--severity", "critical", *place)
    assert made.out == "churn: Errors above 5 %: Errors above 5 % over 1 hour\n"
    assert "No alert is open" in canvasback("alerts", "list", *place).out
    look_at_rules(home, utc_now() + timedelta(minutes=1))
    (alert,) = canvasback("alerts", "list", *place, "--json").json
    assert (alert["severity"], alert["value"]) == ("critical", 50)
    assert alert["message"] in canvasback("alerts", "list", *place).out
    canvasback("alerts", "ack", alert["id"], "--note", "restarted", *place)
    assert canvasback("alerts", "list", *place, "--json").json[0]["note"] == "restarted"
    assert "muted until" in canvasback("alerts", "mute", alert["rule"], "--hours", "2", *place).out
    assert "muted no more" in canvasback("alerts", "mute", alert["rule"], "--hours", "0", *place).out
    assert "Errors" not in canvasback("alerts", "rule", "suggest", "churn", *place).out
    assert len(canvasback("alerts", "rules", *place, "--json").json) == 4
    canvasback("alerts", "rule", "delete", alert["rule"], *place)
    assert canvasback("alerts", "list", *place, "--json").json == []
    assert canvasback("alerts", "list", "--all", *place, "--json").json[0]["closed_because"] == "Its rule was deleted."


def test_a_channel_is_added_tested_and_deleted(
    canvasback: Canvasback, home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ("--home", home.home.path)
    monkeypatch.setenv("CANVASBACK_URL_HOSTS", '["127.0.0.1"]')
    with receiver() as there:
        added = canvasback("alerts", "channel", "add", "pager", "--url", there.url, *place, "--json").json
        assert added["signing_key"].startswith("whsec_")
        assert canvasback("alerts", "channel", "test", "pager", *place).code == 0
    failed = canvasback("alerts", "channel", "test", "pager", *place)
    assert (failed.code, "did not reach pager" in failed.err) == (1, True)
    assert [row["status"] for row in canvasback("alerts", "deliveries", *place, "--json").json] == ["failed", "sent"]
    edit = ("alerts", "channel", "edit", "pager", *place)
    assert canvasback(*edit, "--severity", "critical", "--most-per-hour", "2").out == "pager is changed.\n"
    edited = canvasback(*edit, "--url", "https://example.org/x", "--json").json
    assert (edited["place"], edited["least_severity"], edited["most_per_hour"], edited["has_secret"]) == (
        "https://example.org/…",
        "critical",
        2,
        True,
    )
    assert canvasback(*edit, "--host", "mail.example.org").code == 2
    listed = canvasback("alerts", "channels", *place)
    assert "pager" in listed.out
    assert "whsec_" not in listed.out
    assert canvasback("alerts", "channel", "delete", "pager", *place).code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("rule", "add", "churn", "errors"), "one condition"),
        (("rule", "add", "churn", "errors", "--above", "1", "--below", "2"), "one condition"),
        (("rule", "add", "churn", "colour", "--above", "1"), "no measure 'colour'"),
        (("channel", "add", "x"), "webhook or e-mail"),
        (("channel", "add", "x", "--url", "https://example.org", "--secret-env", "NOT_SET"), "NOT_SET"),
        (("mute", "x", "--hours", "99999"), "a year at most"),
    ],
)
def test_wrong_use_is_told_in_words(canvasback: Canvasback, home: Path, arguments: tuple[str, ...], told: str) -> None:
    ran = canvasback("alerts", *arguments, "--home", home.home.path)  # type: ignore[attr-defined]
    assert (ran.code, told in ran.err) == (2, True), ran.err
