"""The registry on the screen: versions, standing, sign-off, card, the list and the bin."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.service import Workspace, open_workspace
from engine.service.modelling import model_bin, model_words, models, registry
from engine.service.modelling.model_cards import card_html, card_markdown, get_texts, write_texts
from engine.settings import Settings
from tests.ui.conftest import Filled, Open
from tests.ui.test_pages import is_sound, words
from ui.models.card import card_file


@pytest.fixture
def ws(filled: Filled, tmp_path: Path) -> Workspace:
    """A private home with two versions of ``churn``, the first of which is live."""
    shutil.copytree(filled.home, tmp_path / "home")
    workspace = open_workspace(Settings(home=tmp_path / "home"))
    facts = ("run_id", "node_id", "pipeline_version_id", "task", "target", "metrics", "baseline", "signature")
    kept = ("lineage", "libraries", "files", "bytes")

    def again(uow: Any) -> None:
        model = uow.models.by_name("churn")
        first = uow.models.version(model.id)
        uow.models.add_version(model.id, **{name: getattr(first, name) for name in (*facts, *kept)})

    workspace.database.transact(again)
    return workspace


@pytest.fixture
def look(ws: Workspace, open_page: Open) -> Callable[..., AppTest]:
    """Open the page of ``churn``, or another one."""

    def opened(**asked: str) -> AppTest:
        app = open_page(ws.home.path, "models", **({"model": "churn"} | asked if "bin" not in asked else asked))
        assert is_sound(app), (app.exception, app.error)
        return app

    return opened


def press(app: AppTest, label: str) -> AppTest:
    """Press a button of that name, that of a form before one of the page."""
    named = [button for button in app.button if button.label == label]
    next((button for button in named if button.form_id), named[0]).click()
    return app.run()


def sign_off_form(home: str, which: str, number: int = 2) -> None:
    """A form that a dialog shows, by itself: a dialog lives in the browser."""
    from pathlib import Path

    from engine.service import open_workspace
    from engine.service.modelling import registry
    from engine.settings import Settings
    from ui.models import signing

    workspace = open_workspace(Settings(home=Path(home)))
    version = next(it for it in registry.list_versions(workspace, "churn") if it.version == number)
    getattr(signing, which)(workspace, "churn", version)


def test_the_versions_show_where_each_stands(ws: Workspace, look: Callable[..., AppTest]) -> None:
    registry.set_alias(ws, "churn", 1, "champion", by="Zoë")
    registry.move_stage(ws, "churn", 2, "staging", by="Ada", comment="ready")
    model_words.describe_version(ws, "churn", 2, description="With *stars*", tags={"audited": "2026"})
    text = words(look(view="Versions"))
    for told in ("@champion", "Staging", "audited = 2026", "With \\*stars\\*", "this one", "churn"):
        assert told in text, told
    assert "Live" in words(look(version="1"))


def test_what_needs_an_approval_is_approved_in_the_heading(ws: Workspace, look: Callable[..., AppTest]) -> None:
    registry.require_sign_off(ws, "churn", True, by="Zoë")
    app = look()
    assert "No approval yet" in words(app)
    publish = next(button for button in app.button if button.label == "Publish")
    assert (publish.disabled, "approval first" in publish.help) == (True, True)
    assert "You answer for" in words(press(app, "Approve"))
    form = AppTest.from_function(sign_off_form, args=(str(ws.home.path), "show_approval")).run()
    form.text_input[0].set_value("Ada")
    press(form, "Approve")
    assert models.get_model(ws, "churn").sign_off == "approved"
    app = look()
    assert "by Ada" in words(app)
    assert not next(button for button in app.button if button.label == "Publish").disabled


def test_a_rejection_asks_for_a_reason(ws: Workspace, look: Callable[..., AppTest]) -> None:
    registry.require_sign_off(ws, "churn", True, by="Zoë")
    assert "goes on answering" in press(look(version="1"), "Reject").warning[0].value
    form = AppTest.from_function(sign_off_form, args=(str(ws.home.path), "show_rejection", 1)).run()
    form.text_input[0].set_value("Ada")
    assert "needs a comment" in press(form, "Reject").error[0].value
    form.text_area[0].set_value("recall")
    press(form, "Reject")
    assert models.get_model(ws, "churn", 1).sign_off == "rejected"


def test_a_card_is_written_and_read(ws: Workspace, look: Callable[..., AppTest]) -> None:
    write_texts(ws, "churn", 1, {"contact": "Zoë"})
    app = press(look(view="Card"), "Begin with the texts of v1")
    assert get_texts(ws, "churn", 2) == {"contact": "Zoë"}
    next(it for it in app.text_area if it.label == "Purpose").set_value("To call | before they leave")
    press(app, "Save")
    assert get_texts(ws, "churn", 2)["purpose"] == "To call | before they leave"
    assert "To call \\| before" in words(app)


def test_a_card_that_is_downloaded_has_what_was_written_since_the_page_was_drawn(ws: Workspace) -> None:
    model = models.get_model(ws, "churn", 1)
    files = [card_file(ws, model, write) for write in (card_markdown, card_html)]
    write_texts(ws, "churn", 1, {"purpose": "To call before they leave"})
    assert all("To call before they leave" in file() for file in files)


def test_what_another_wrote_on_a_card_meanwhile_is_not_lost(ws: Workspace, look: Callable[..., AppTest]) -> None:
    app = look(view="Card")
    write_texts(ws, "churn", 2, {"purpose": "theirs"})
    next(it for it in app.text_area if it.label == "Purpose").set_value("mine")
    press(app, "Save")
    assert "Somebody else changed" in app.error[0].value
    assert next(it for it in app.text_area if it.label == "Purpose").value == "mine"
    assert get_texts(ws, "churn", 2)["purpose"] == "theirs"


def test_the_list_is_narrowed_and_shows_aliases_and_stages(ws: Workspace, look: Callable[..., AppTest]) -> None:
    registry.set_alias(ws, "churn", 1, "champion")
    registry.move_stage(ws, "churn", 2, "production")
    model_words.describe_model(ws, "churn", tags={"team": "sales"})
    app = look(model="")
    assert "@champion v1" in words(app)
    assert "Production v2" in words(app)
    next(it for it in app.selectbox if it.label == "Stage").set_value("production")
    app.run()
    assert "@champion v1" in words(app)
    next(it for it in app.text_input if it.label == "Search models").set_value("no such")
    app.run()
    assert "No model fits this search." in words(app)


def test_the_bin_gives_back(ws: Workspace, look: Callable[..., AppTest]) -> None:
    assert "The bin is empty" in words(look(bin="yes"))
    models.delete_model_version(ws, "churn", 2, "Zoë")
    assert "Bin (1)" in words(look(model=""))
    app = look(bin="yes")
    assert "Zoë" in [it.value for it in app.text]
    press(app, "Restore")
    assert models.get_model(ws, "churn").versions == [2, 1]
    assert model_bin.list_bin(ws) == []


def test_another_version_opens_on_the_tab_that_is_open(look: Callable[..., AppTest]) -> None:
    app = press(look(view="Versions"), "v1")
    assert is_sound(app), (app.exception, app.error)
    assert (app.query_params["version"], app.query_params["view"]) == ("1", "Versions")
