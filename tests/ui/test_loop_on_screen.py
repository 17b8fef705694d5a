"""The tab Loop: a policy is set up in a form, a round waits for a person, the timeline tells what happened."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from components.sources.customers import customers
from engine.service.data import datasets
from engine.service.retraining import policies, rounds
from engine.service.retraining.policy_settings import read_policy_settings
from engine.service.retraining.round_causes import fire_policies
from engine.service.retraining.round_steps import go_on
from engine.workspace import Workspace
from tests.homes import Published, do_job, done, filled_home, new_home, published

__all__ = ["filled_home", "new_home", "published"]
Open = Callable[..., AppTest]


def words(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(it.value for it in (*app.markdown, *app.caption, *app.subheader)).replace("\\", "")


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


@pytest.fixture
def waiting(published: Published, tmp_path: Path) -> Workspace:
    """A home in which a challenger waits for a person."""
    home = published.workspace
    told = {"rule": {"margin": -0.5, "least_rows": 30, "group": "contract", "group_tolerance": 1.0}, "canary": 0.25}
    policies.set_policy(home, "churn", "churn", read_policy_settings(told))
    pq.write_table(customers().slice(0, 1_500), tmp_path / "customers.parquet")
    done(home, datasets.start_import(home, tmp_path / "customers.parquet", "customers"))
    for _ in range(3):
        fire_policies(home, datetime.now(UTC))
        go_on(home)
        with home.database.read() as uow:
            queued = [job.id for job in uow.jobs.list(status="queued")]
        for job_id in queued:
            do_job(home, job_id)
    go_on(home)
    assert rounds.get_round(home, "churn").state == "waiting"
    return home


def test_a_policy_is_set_up_in_plain_words(open_page: Open, published: Published) -> None:
    home = published.workspace
    app = open_page(home.home.path, "endpoints", endpoint="churn", view="Loop")
    assert "Nothing retrains for this endpoint" in words(app)
    press(app, "Set up retraining")
    assert app.selectbox[0].value == "churn", "what made the model that answers is proposed"
    next(box for box in app.checkbox if box.label.startswith("When requests are not")).check().run()
    next(it for it in app.number_input if it.label == "How much, at least").set_value(0.01).run()
    app.radio[0].set_value("itself").run()
    assert "ROC AUC" in "".join(str(box.options) for box in app.selectbox)
    assert "is better by 0.01 beyond chance" in words(app)
    press(app, "Save")
    found = policies.get_policy(home, "churn")
    assert found is not None
    assert (found.settings.publish, found.settings.rule.margin) == ("itself", 0.01)
    assert found.settings.triggers.drift is not None
    assert "Then it goes live by itself, for all requests." in words(app)


@pytest.mark.slow
def test_a_round_shows_what_was_compared_and_is_approved(open_page: Open, waiting: Workspace) -> None:
    app = open_page(waiting.home.path, "endpoints", endpoint="churn", view="Loop")
    told = words(app)
    assert "Round 1" in told
    assert "that both models held out" in told
    assert told.count("**holds**") == 3
    assert next(button for button in app.button if button.label == "Retrain now").disabled
    press(app, "Approve")
    assert "goes live for 25 % of the traffic" in words(app)
    form = AppTest.from_function(decision_form, args=(str(waiting.home.path), "approve"), default_timeout=60).run()
    form.text_input[0].set_value("Zoë")
    form.button[0].click().run()
    found = rounds.get_round(waiting, "churn")
    assert (found.state, found.decided_by) == ("publishing", "Zoë")


def decision_form(home: str, verb: str) -> None:
    from pathlib import Path

    from engine.service import Settings, open_workspace
    from engine.service.retraining import rounds
    from engine.service.serving import endpoints
    from ui.endpoints.loop_rounds import show_decision

    workspace = open_workspace(Settings(home=Path(home)))
    show_decision(workspace, endpoints.get_endpoint(workspace, "churn"), rounds.get_round(workspace, "churn"), verb)


@pytest.mark.slow
def test_the_timeline_tells_what_happened_and_shows_only_what_is_asked_for(open_page: Open, waiting: Workspace) -> None:
    app = open_page(waiting.home.path, "endpoints", endpoint="churn", view="Loop", loop="Timeline")
    told = words(app)
    for wanted in ("Round 1 began", "Revision 1: churn v1 answers", "customers v2: 1,500 rows", "Policy set"):
        assert wanted in told
    app.button_group[-1].set_value(["change"]).run()
    assert "Round 1 began" not in words(app)
    assert "Revision 1" in words(app)
