"""Alerts as a person meets them: what is open, who takes care, rules, channels and what was sent."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engine.service import Settings, open_workspace
from engine.service.monitoring import alert_rules, alerts, channels
from engine.service.monitoring.alert_looks import look_at_rules
from engine.service.monitoring.alert_rules import NewRule
from engine.workspace import Workspace
from storage.repositories import Counts
from storage.schema import utc_now
from tests.hooks import receiver
from tests.ui.conftest import Open
from tests.ui.menus import chosen, offered
from tests.ui.test_pages import is_sound, words

HOSTILE = "<script>alert(1)</script> $x$ [a](b)"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A home whose endpoint fails, with two rules and a channel."""
    monkeypatch.setenv("CANVASBACK_URL_HOSTS", '["127.0.0.1"]')
    workspace = open_workspace(Settings(home=tmp_path / "home"))
    now = utc_now().replace(second=0, microsecond=0)
    with workspace.database.write() as uow:
        endpoint = uow.endpoints.add("churn").id
        uow.datasets.add("orders")
        uow.traffic.add("a", {(endpoint, now): Counts(requests=100, failed=40)})
    alert_rules.add_rule(workspace, NewRule(subject="churn", measure="errors", limit=5, severity="critical"))
    alert_rules.add_rule(workspace, NewRule(subject="orders", measure="age", limit=26, name=HOSTILE))
    channels.add_channel(workspace, "ops", "webhook", {"url": "https://example.invalid/x"})
    look_at_rules(workspace, now + timedelta(minutes=1))
    return workspace


def place(home: Workspace) -> Path:
    return home.home.path


def button(app: AppTest, label: str, key: str = "") -> Any:
    return next(it for it in app.button if it.label == label and key in (it.key or ""))


def form(
    monkeypatch: pytest.MonkeyPatch, home: Workspace, module: str, alert: str = "", channel: str = "", rule: str = ""
) -> AppTest:
    """A form that a dialog shows, by itself: a dialog lives in the browser."""

    def page(module: str, alert: str, channel: str, rule: str) -> None:
        from importlib import import_module

        from engine.service.monitoring import alerts, channels
        from ui import session

        workspace = session.workspace()
        known = [it for it in alerts.list_alerts(workspace) if it.id == alert]
        known += [it for it in channels.list_channels(workspace) if it.name == channel]
        import_module(f"ui.alerts.{module}").show_form(workspace, *known, *filter(None, [rule]))

    monkeypatch.setenv("CANVASBACK_HOME", str(place(home)))
    st.cache_resource.clear()
    return AppTest.from_function(
        page, default_timeout=60, kwargs={"module": module, "alert": alert, "channel": channel, "rule": rule}
    ).run()


def test_an_open_alert_says_what_since_when_and_against_which_limit(home: Workspace, open_page: Open) -> None:
    app = open_page(place(home), "alerts")
    assert is_sound(app)
    told = words(app)
    assert "Errors above 5 %" in told
    assert "40 % over 1 hour \\(40 of 100\\)" in told
    assert "Critical" in told, "not by colour alone"
    for page, asked in (("home", {}), ("endpoints", {"endpoint": "churn"})):
        assert any("1 open alert" in link.label for link in open_page(place(home), page, **asked).get("page_link"))


def test_somebody_takes_care_of_an_alert(home: Workspace, monkeypatch: pytest.MonkeyPatch, open_page: Open) -> None:
    (alert,) = alerts.list_alerts(home)
    app = form(monkeypatch, home, "open", alert.id)
    app.text_input[0].set_value("ann")
    app.text_area[0].set_value("restarted it")
    button(app, "Acknowledge").click()
    app.run()
    seen = alerts.list_alerts(home)[0]
    assert (seen.acknowledged_by, seen.note) == ("ann", "restarted it")
    assert "Seen by ann" in words(open_page(place(home), "alerts"))


def test_an_empty_home_says_on_every_tab_what_would_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def page() -> None:
        from ui import session
        from ui.alerts import channels, open, rules

        home = session.workspace()
        for show in (open.show_open, open.show_closed, rules.show_rules, channels.show_channels):
            show(home)
        channels.show_deliveries(home)

    monkeypatch.setenv("CANVASBACK_HOME", str(tmp_path / "fresh"))
    st.cache_resource.clear()
    app = AppTest.from_function(page, default_timeout=60).run()
    assert is_sound(app)
    told = words(app)
    for title in ("Nothing is open", "Nothing has closed yet", "No rule yet", "No channel yet", "Nothing was sent yet"):
        assert title in told


def test_a_hostile_name_is_shown_as_it_is(home: Workspace, open_page: Open) -> None:
    app = open_page(place(home), "alerts", view="Rules")
    assert is_sound(app)
    assert "<script>" not in words(app)


def test_suggested_rules_come_with_one_click_and_rules_are_muted_and_deleted(home: Workspace, open_page: Open) -> None:
    app = open_page(place(home), "alerts", view="Rules")
    button(app, "Add them").click()
    app.run()
    assert len(alert_rules.list_rules(home, ("endpoint", "churn"))) == 4
    app = open_page(place(home), "alerts", view="Rules")
    chosen(app, "Errors", "Mute for a day")
    (muted,) = [rule for rule in alert_rules.list_rules(home) if rule.is_muted()]
    assert muted.measure == "errors"
    assert "Muted until" in words(open_page(place(home), "alerts", view="Rules"))


def test_the_form_of_a_rule_follows_what_was_chosen(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    app = form(monkeypatch, home, "rule_form")
    app.segmented_control(key="rule_subject_kind").set_value("dataset").run()
    assert app.selectbox(key="rule_measure_dataset").options == [
        "Age of the latest version", "Failed syncs", "Syncs that succeed"
    ]  # fmt: skip
    app.selectbox(key="rule_measure_dataset").select("synced").run()
    assert app.selectbox(key="rule_when_synced").options == ["is absent"]
    assert not app.number_input.values or all("Limit" not in it.label for it in app.number_input)
    button(app, "Add").click().run()
    (made,) = [rule for rule in alert_rules.list_rules(home) if rule.measure == "synced"]
    assert (made.condition, made.window_minutes, made.subject) == ("absent", 1440, "orders")
    button(app, "Add").click().run()
    assert "already" in app.error[0].value


def test_a_rule_is_changed_where_it_is_listed_and_keeps_what_was_not_touched(
    home: Workspace, monkeypatch: pytest.MonkeyPatch, open_page: Open
) -> None:
    before = next(rule for rule in alert_rules.list_rules(home) if rule.measure == "errors")
    app = form(monkeypatch, home, "rule_form", rule=before.name)
    limit = next(it for it in app.number_input if it.label.startswith("Limit"))
    assert limit.value == 5
    limit.set_value(12.5).run()
    button(app, "Save").click().run()
    assert not app.error
    after = alert_rules.get_rule(home, before.name)
    assert (after.limit, after.severity, after.window_minutes) == (12.5, "critical", before.window_minutes)
    assert "Edit" in offered(open_page(place(home), "alerts", view="Rules"), before.name)


def test_a_channel_is_made_its_key_is_shown_once_and_it_is_tested(
    home: Workspace, monkeypatch: pytest.MonkeyPatch, open_page: Open
) -> None:
    with receiver() as there:
        app = form(monkeypatch, home, "channel_form")
        app.segmented_control(key="channel_kind").set_value("webhook").run()
        app.text_input(key="channel_name").set_value("pager").run()
        app.text_input(key="channel_url").set_value("nowhere")
        button(app, "Add").click().run()
        assert "https://host/path" in app.error[0].value.replace("\\", "")
        app.text_input(key="channel_url").set_value(there.url)
        button(app, "Add").click().run()
        app.run()
        assert app.code[0].value.startswith("whsec_")
        button(app, "Done").click().run()
        assert not app.code
        app = open_page(place(home), "alerts", view="Channels")
        button(app, "Send a test", "pager").click()
        app.run()
        assert len(there.posts) == 1
    assert "A test" in words(open_page(place(home), "alerts", view="Sent"))


def test_a_channel_is_changed_where_it_is_listed_and_keeps_its_secret(
    home: Workspace, monkeypatch: pytest.MonkeyPatch, open_page: Open
) -> None:
    app = form(monkeypatch, home, "channel_form", channel="ops")
    assert "https://example.invalid/" in app.text_input(key="channel_ops_url").placeholder
    assert app.text_input(key="channel_ops_url").value == "", "an address may be a secret"
    app.text_input(key="channel_ops_name").set_value("pager").run()
    app.selectbox(key="channel_ops_severity").select("critical")
    button(app, "Save").click().run()
    assert not app.error
    (view,) = channels.list_channels(home)
    assert (view.name, view.least_severity, view.place) == ("pager", "critical", "https://example.invalid/…")
    assert view.has_secret
    app = open_page(place(home), "alerts", view="Channels")
    assert is_sound(app)
    assert button(app, "", "edit_pager")


def test_the_form_of_an_email_channel_says_what_is_kept_and_refuses_to_send_a_password_elsewhere(
    home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = {"host": "mail.example.com", "port": 2525, "user": "ann", "sender": "a@example.com", "to": ["b@example.com"]}
    channels.add_channel(home, "mail", "email", mail, secret="canary")
    app = form(monkeypatch, home, "channel_form", channel="mail")
    assert (app.text_input(key="channel_mail_to").value, app.number_input[0].value) == ("b@example.com", 2525)
    assert "canary" not in str(app.text_input(key="channel_mail_password"))
    app.text_input(key="channel_mail_host").set_value("mail.example.org").run()
    button(app, "Save").click().run()
    assert "typed again" in app.error[0].value
    app.text_input(key="channel_mail_password").set_value("another")
    button(app, "Save").click().run()
    assert not app.error
    assert next(it for it in channels.list_channels(home) if it.name == "mail").settings["host"] == "mail.example.org"
