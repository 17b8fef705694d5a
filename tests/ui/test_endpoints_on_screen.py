"""Endpoints on the screen: tried by form, JSON and CSV, set, shared, and asked for whole datasets."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from engine.service import Settings, Workspace, open_workspace
from engine.service.modelling import model_cards
from engine.service.serving import batches, endpoint_pages, scorings
from engine.service.serving.endpoint_list import list_lines
from engine.service.serving.endpoint_settings import get_endpoint_settings
from storage.repositories import Counts
from storage.schema import utc_now
from tests.homes import Published, filled_home
from tests.servers import serving
from tests.ui.conftest import Open

__all__ = ["filled_home"]

Try = Callable[..., AppTest]


@pytest.fixture(scope="module")
def place(
    filled_home: Published, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workspace, httpx.Client, str]]:
    """A copy of the filled home with its API at work, and a key."""
    folder = tmp_path_factory.mktemp("asked") / "home"
    shutil.copytree(filled_home.workspace.home.path, folder)
    workspace = open_workspace(Settings(home=folder))
    with serving(workspace) as client:
        yield workspace, client, filled_home.key
    workspace.database.close()


@pytest.fixture
def tried(place: tuple[Workspace, httpx.Client, str], open_page: Open, monkeypatch: pytest.MonkeyPatch) -> Try:
    """Open the console with a key that is filled in."""
    workspace, client, key = place

    def opened(how: str = "Form") -> AppTest:
        monkeypatch.setenv("CANVASBACK_API_PORT", str(client.base_url.port))
        app = open_page(workspace.home.path, "endpoints", endpoint="churn", view="Try it")
        app.button_group(key="ask_with").set_value(how).run() if how != "Form" else None
        of_key(app).set_value(key)
        return app

    return opened


def of_key(app: AppTest) -> TextInput:
    return next(box for box in app.text_input if box.label == "Key")


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def is_sound(app: AppTest) -> bool:
    return not app.exception and not app.error


def test_a_record_is_asked_shown_and_asked_again(tried: Try) -> None:
    app = press(tried(), "Predict")
    assert is_sound(app), app.error
    assert app.metric[0].label == "Prediction"
    first = app.metric[0].value
    assert any(len(code.value) == 24 for code in app.code)  # the id, to be copied
    age = app.number_input[0].value
    app = press(app, "Another row")
    assert app.number_input[0].value != age
    app = press(press(app, "Predict"), "Ask again")
    assert len([button for button in app.button if button.label == "Ask again"]) == 3
    app.button(key="show_1").click()
    assert app.run().metric[0].value == first


@pytest.mark.parametrize(("how", "button"), [("Form", "Predict"), ("JSON", "Predict"), ("CSV", "Predict all")])
def test_a_typed_key_is_sent_by_the_button_and_kept_for_the_tab(tried: Try, how: str, button: str) -> None:
    app = tried(how)
    sends = next(it for it in app.button if it.label == button)
    assert of_key(app).form_id == sends.form_id, "a key would be lost where Tab leads to the eye of its field"
    typed = of_key(app).value
    app = press(app, button)
    assert is_sound(app)
    app.button_group(key="ask_with").set_value("JSON" if how == "CSV" else "CSV").run()
    assert of_key(app).value == typed


def test_what_is_wrong_with_json_is_said_by_record_and_field(tried: Try) -> None:
    app = tried("JSON")
    app.text_area[0].set_value('{"records": [{"age": "x"}]}')
    app = press(app, "Predict")
    assert app.error[0].value.startswith("**Record 0, field 'age'") or "field" in app.error[0].value
    assert {"Record", "Field", "What is wrong"} == set(app.dataframe[0].value.columns)
    app.text_area[0].set_value('{"records": [\n{]}')
    assert "not JSON in line 2, column 2" in press(app, "Predict").error[0].value


def test_a_table_is_answered_but_for_what_cannot_be(tried: Try) -> None:
    app = tried("CSV")
    head, first, *rest = str(app.text_area[0].value).split("\n")
    broken = ",".join(["old", *first.split(",")[1:]])
    app.text_area[0].set_value("\n".join([head, broken, *rest]))
    app = press(app, "Predict all")
    assert not app.exception
    assert "1 record could not be answered" in app.warning[0].value
    table = app.dataframe[0].value
    assert table["not answered"][0] == "age: must be a whole number, not 'old'"
    assert table["prediction"].notna().tolist() == [False, True, True, True, True]
    app.text_area[0].set_value("nothing\n1\n")
    assert press(app, "Predict all").error or app.dataframe[0].value["not answered"].notna().all()


def test_settings_are_saved(place: tuple[Workspace, httpx.Client, str], open_page: Open) -> None:
    workspace = place[0]
    app = open_page(workspace.home.path, "endpoints", endpoint="churn", view="Settings")
    app.radio[0].set_value(False)
    app.multiselect[0].set_value(["age"])
    app = press(app, "Save")
    assert is_sound(app)
    found = get_endpoint_settings(workspace, "churn")
    assert (found.strict, found.masked) == (False, ("age",))
    with workspace.database.read() as uow:
        told = uow.audit.list()[0]
    assert told.action == "endpoint settings changed"
    assert told.detail == {"before": {"strict": True, "masked": []}, "after": {"strict": False, "masked": ["age"]}}


def test_whoever_has_the_link_reads_and_tries(place: tuple[Workspace, httpx.Client, str], open_page: Open) -> None:
    workspace = place[0]
    page = endpoint_pages.share_endpoint(workspace, "churn")
    model_cards.write_texts(workspace, "churn", 1, {"out_of_scope": "Decisions about single people."})
    app = open_page(workspace.home.path, "shared_endpoint", key=page.key)
    assert is_sound(app), app.error
    assert any(it.value.startswith("It predicts churn ") for it in app.markdown)
    assert "Not meant for" in {it.value for it in app.subheader}
    assert "Decisions about single people." in {it.value for it in app.text}
    app = press(app, "Predict")
    assert {it.label for it in app.metric} == {"Prediction", "ROC AUC"}
    endpoint_pages.revoke_page(workspace, "churn")
    gone = open_page(workspace.home.path, "shared_endpoint", key=page.key)
    assert "This link opens no page" in gone.error[0].value


def test_a_whole_dataset_is_asked_for_once_and_again(
    place: tuple[Workspace, httpx.Client, str], open_page: Open
) -> None:
    workspace = place[0]
    app = open_page(workspace.home.path, "endpoints", endpoint="churn", view="Try it")
    app.button_group(key="ask_with").set_value("Whole dataset").run()
    app = press(app, "Answer all")
    assert is_sound(app)
    (scoring,) = scorings.list_scorings(workspace, "churn")
    assert (scoring.source, scoring.into, scoring.status) == ("customers v1", "customers answered", "queued")
    app = press(press(app, "Set up"), "Save")
    assert is_sound(app), app.error
    (batch,) = batches.list_batches(workspace, "churn")
    assert (batch.dataset, batch.words) == ("customers", "at each new version")
    press(app, "Pause")
    assert batches.list_batches(workspace, "churn")[0].paused


def test_the_list_tells_traffic_and_finds_names(place: tuple[Workspace, httpx.Client, str], open_page: Open) -> None:
    workspace: Workspace = place[0]

    def some(uow: object) -> None:
        row = uow.endpoints.by_name("churn")  # type: ignore[attr-defined]
        counts = {(row.id, utc_now()): Counts(requests=asked, refused=20, failed=4)}
        uow.traffic.add("a", counts)  # type: ignore[attr-defined]
        for number in range(8):
            uow.endpoints.add(f"a-name-that-is-much-too-long-for-any-list-{number}")  # type: ignore[attr-defined]

    asked = 200 - next(it for it in list_lines(workspace) if it.name == "churn").requests
    workspace.database.transact(some)
    line = next(it for it in list_lines(workspace) if it.name == "churn")
    assert (line.requests, line.error_share, line.answering[0].share) == (200, 0.02, 1.0)
    app = open_page(workspace.home.path, "endpoints")
    assert is_sound(app)
    said = " ".join(it.value for it in app.caption)
    assert "200 requests" in said
    assert "2 % failed" in said
    app = open_page(workspace.home.path, "endpoints", search="nothing of the kind")
    assert "is called so" in " ".join(it.value for it in app.caption)


def test_an_empty_home_leads_to_models(tmp_path: Path, open_page: Open) -> None:
    app = open_page(tmp_path / "empty", "endpoints")
    assert "No endpoint yet" in " ".join(it.value for it in app.markdown)
