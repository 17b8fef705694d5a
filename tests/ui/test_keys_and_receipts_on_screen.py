"""Keys with a name and an end, and predictions looked up by their id, on the endpoint's page."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.service import Settings, Workspace, open_workspace
from engine.service.serving import keys
from engine.service.serving.endpoints import get_endpoint
from engine.service.serving.feedback import give_feedback
from tests.logged import logged
from tests.ui.conftest import Filled, Open


@pytest.fixture
def workspace(filled: Filled) -> Workspace:
    return open_workspace(Settings(home=filled.home))


def on(app: AppTest) -> str:
    """All that is written on a page."""
    shown = (app.markdown, app.caption, app.text, app.success, app.error, app.info, app.metric, app.table)
    return " ".join(str(getattr(it, "value", it)) for kind in shown for it in kind)


def test_a_key_is_made_with_a_name_and_an_end(filled: Filled, workspace: Workspace, open_page: Open) -> None:
    app = open_page(filled.home, "endpoints", endpoint="churn", view="Keys")
    next(it for it in app.text_input if it.label == "Name").input("The **shop**")
    next(it for it in app.selectbox if it.label == "Expires").select("In 30 days")
    next(it for it in app.button if it.label == "Make the key").click()
    app.run()
    assert not app.exception
    made = keys.list_keys(workspace, "churn")[0]
    assert (made.name, made.expires_at is not None) == ("The **shop**", True)
    shown = open_page(filled.home, "endpoints", endpoint="churn", view="Keys")
    assert "The **shop**" in [it.value for it in shown.text]  # as text, not as Markdown


def test_a_receipt_shows_what_was_asked_and_answered_and_the_truth(
    filled: Filled, workspace: Workspace, open_page: Open
) -> None:
    record = get_endpoint(workspace, "churn").sample["records"][0]
    (id,) = logged(workspace, "churn", [record])
    give_feedback(workspace, "churn", [{"id": id, "value": "yes"}])
    app = open_page(filled.home, "endpoints", endpoint="churn", view="Call it", prediction=id)
    assert not app.exception
    told = on(app)
    assert "the same model version gives the same answer" in told
    assert "turned out to be **yes**" in told
    for word in (*map(str, record), "churn v1", "run 1", id[:0]):
        assert word in told, word


def test_an_unknown_prediction_says_why(filled: Filled, open_page: Open, tmp_path: Path) -> None:
    app = open_page(filled.home, "endpoints", endpoint="churn", view="Call it", prediction="nonsense<b>")
    assert not app.exception
    assert "is no id of a prediction" in app.error[0].value
