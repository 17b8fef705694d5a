"""The tab Deployments: what answers, what is about to, what did; and what a check found."""

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from engine.serve.rollout import Rollout
from engine.service.serving import deployments, publications, sunsets
from engine.workspace import Workspace
from tests.homes import done, filled_home, new_home
from tests.two_versions import note_answers, second_version, stored_rows, two
from tests.ui.conftest import Open

__all__ = ["filled_home", "new_home", "second_version", "two"]


def words(app: AppTest) -> str:
    texts = [*app.markdown, *app.caption, *app.text, *app.warning, *app.success, *app.error, *app.title]
    return "\n".join(str(text.value) for text in texts)


def press(app: AppTest, label: str, place: int = 0) -> AppTest:
    found = [button for button in app.button if button.label == label]
    assert found, [button.label for button in app.button]
    found[place].click()
    return app.run()


@pytest.fixture
def canary(two: Workspace) -> Workspace:
    rollout = Rollout(how="canary", share=0.2, replay=False)
    done(two, publications.start_publish(two, "churn", 2, "churn", "a *try*", by="Ada", rollout=rollout))
    return two


def form(home: str, module: str, name: str, revision: int) -> None:
    """A form as its dialog shows it."""
    from importlib import import_module

    from engine.service import open_workspace
    from engine.service.serving import deployments
    from engine.settings import Settings

    workspace = open_workspace(Settings(home=home))
    found = next(it for it in deployments.list_revisions(workspace, "churn") if it.revision == revision)
    getattr(import_module(f"ui.endpoints.{module}"), name)(workspace, "churn", found)


def opened(home: Workspace, *what: object) -> AppTest:
    return AppTest.from_function(form, args=(str(home.home.path), *what), default_timeout=60).run()


def test_a_canary_is_shown_with_who_and_why_and_can_be_promoted(canary: Workspace, open_page: Open) -> None:
    app = open_page(canary.home.path, "endpoints", endpoint="churn", view="Deployments")
    assert not app.exception
    assert "churn v1 at 80 %, churn v2 at 20 %" in words(app)
    assert "by Ada · a \\*try\\*" in words(app), "what people write is text"
    press(app, "Promote")
    assert "answers every request from now on" in words(app)


def test_it_is_rolled_back_to_a_revision_with_a_reason(canary: Workspace) -> None:
    app = opened(canary, "revisions", "show_way_back", 1)
    next(field for field in app.text_input if field.label == "Why").input("complaints")
    next(field for field in app.text_input if field.label == "Your name").input("Zoë")
    press(app, "Roll back")
    now = deployments.list_revisions(canary, "churn")[0]
    assert (now.words, now.note, now.made_by) == ("churn v1", "complaints", "Zoë")


def test_shares_that_are_not_the_whole_cannot_be_sent(canary: Workspace) -> None:
    app = opened(canary, "shares", "show_form", 2)
    app.number_input[0].set_value(50.0).run()
    assert "Together that is 70 %: 30 % missing." in words(app)
    assert next(button for button in app.button if button.label == "Change").disabled
    app.number_input[1].set_value(50.0).run()
    press(app, "Change")
    assert deployments.list_revisions(canary, "churn")[0].words == "churn v1 at 50 %, churn v2 at 50 %"


def test_a_check_shows_what_would_change_and_goes_live(two: Workspace, open_page: Open) -> None:
    note_answers(two, stored_rows(two))
    job = publications.start_check(two, "churn", 2, "churn", by="Ada")
    done(two, job)
    app = open_page(two.home.path, "endpoints", endpoint="churn", job=job)
    assert not app.exception
    assert "churn v2 instead of churn v1" in words(app)
    assert {"Answers that change", "Records refused"} <= {metric.label for metric in app.metric}
    assert any("Now" in frame.value.columns for frame in app.dataframe), "records whose answer changes"
    press(app, "Go live")
    assert deployments.list_revisions(two, "churn")[0].words == "churn v2"


def test_a_check_of_what_has_changed_since_is_made_again(two: Workspace, open_page: Open) -> None:
    job = publications.start_check(two, "churn", 2, "churn")
    done(two, job)
    done(two, publications.start_publish(two, "churn", 1, "churn"))
    app = open_page(two.home.path, "endpoints", endpoint="churn", job=job)
    assert "Go live" not in [button.label for button in app.button]
    press(app, "Check again")
    again, _, earlier, _ = publications.list_publications(two, "churn")
    assert (again.status, again.parts, earlier.status) == ("working", "churn v2", "cancelled")


def test_what_is_planned_and_an_end_are_shown_and_taken_back(two: Workspace, open_page: Open) -> None:
    at = datetime(2030, 1, 1, 6, tzinfo=UTC)
    publications.plan_publish(two, "churn", 2, "churn", at)
    sunsets.retire_endpoint(two, "churn", reason="merged", at=at)
    assert "Until 01 Jan 2030" in words(open_page(two.home.path, "endpoints"))
    app = open_page(two.home.path, "endpoints", endpoint="churn", view="Deployments")
    assert "merged" in words(app)
    press(app, "Cancel")
    assert publications.list_publications(two, "churn")[0].status == "cancelled"
    press(app, "Keep the endpoint")
    assert sunsets.get_sunset(two, "churn") is None
