"""The table of runs, the lines, and models side by side, as they stand on the screens."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.service.running.run_notes import annotate_run, notes_of
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from tests.homes import Published, churn_pipeline, do_run, filled_home
from tests.ui.conftest import Open

__all__ = ["filled_home"]


@pytest.fixture(scope="module")
def place(filled_home: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Two runs: logistic regression, and a model that knows nothing."""
    folder = tmp_path_factory.mktemp("screens")
    shutil.copytree(filled_home.workspace.home.path, folder / "home")
    home = open_workspace(Settings(home=folder / "home"))
    run = do_run(home, churn_pipeline("dummy_classifier", strategy="prior"))
    annotate_run(home, run.id, note="Knows nothing", tags=["base"])
    yield home
    home.database.close()


def words(app: AppTest) -> str:
    assert not app.exception
    assert not any("Something went wrong" in it.value for it in app.error)
    told = (app.title, app.markdown, app.caption, app.error, app.warning, app.info, app.subheader)
    return "\n".join(str(it.value) for some in told for it in some).replace("\\", "")


def frames(app: AppTest) -> list[Any]:
    return [it.value for it in app.dataframe]


def test_runs_are_narrowed_sorted_and_shown_with_their_scores(place: Workspace, open_page: Open) -> None:
    app = open_page(place.home.path, "runs")
    assert "Runs 1 to 2 of 2." in words(app)
    (table,) = frames(app)
    assert list(table.columns) == ["Run", "State", "Started", "Took", "ROC AUC", "Accuracy", "Tags", "Note"]
    assert list(table["Note"]) == ["Knows nothing", ""]
    (table,) = frames(open_page(place.home.path, "runs", sort="-roc_auc"))
    assert list(table["Run"]) == ["churn · run 1", "churn · run 2"]
    app = open_page(place.home.path, "runs", where="roc_auc > 0.7;model.C = 1")
    assert app.multiselect[0].options == ["ROC AUC is more than 0.7", "model.C is 1"]
    (table,) = frames(app)
    assert list(table["Run"]) == ["churn · run 1"]
    assert "No run fits this choice." in words(open_page(place.home.path, "runs", where="roc_auc > 2"))
    assert "No run has 'rok_auc'." in words(open_page(place.home.path, "runs", where="rok_auc > 2"))


def test_ticked_runs_can_be_compared_as_runs_and_as_models(place: Workspace, open_page: Open) -> None:
    app = open_page(place.home.path, "runs")
    app.session_state["runs_-started_0"] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    app.run()
    labels = [button.label for button in app.button]
    assert {"Compare the runs", "Compare their models"} <= set(labels)
    app.button[labels.index("Compare their models")].click().run()
    assert "churn v1 is better than churn v2" in words(app)


def test_a_click_on_a_heading_sorts_all_runs_by_it(place: Workspace, open_page: Open) -> None:
    app = open_page(place.home.path, "runs")
    app.session_state["runs_-started_0"] = {"selection": {"rows": [], "columns": ["Accuracy"], "cells": []}}
    app.run()
    (table,) = frames(app)
    assert list(table["Run"]) == ["churn · run 1", "churn · run 2"]


def test_the_better_model_is_published_from_the_comparison(place: Workspace, open_page: Open) -> None:
    app = open_page(place.home.path, "models", compare="churn:1,churn:2")
    offered = [button for button in app.button if button.label == "Publish"]
    assert len(offered) == 2
    offered[0].click().run()
    assert "churn v1" in [it.value.strip("*") for it in app.markdown]
    assert "Check first" in [button.label for button in app.button]


def test_a_note_is_written_where_it_stands(place: Workspace, open_page: Open) -> None:
    run_id = do_run(place, churn_pipeline(C=0.3)).id
    app = open_page(place.home.path, "runs", run=run_id)
    app.text_area(key=f"note_{run_id}").input("Try again on Monday").run()
    app.button(key=f"save_{run_id}").click().run()
    assert notes_of(place, run_id).note == "Try again on Monday"
    assert "Try again on Monday" in words(app)


def test_lines_tell_the_best_run_in_words(place: Workspace, open_page: Open) -> None:
    app = open_page(place.home.path, "runs", **{"as": "Lines"})
    assert "a line each; the best ROC AUC is" in words(app)


@pytest.mark.parametrize(
    ("side", "promise"),
    [
        ("Scores", "Is churn v1 ahead beyond chance?"),
        ("Disagreement", "They say different things of"),
        ("Curves", "The area under the curve is"),
        ("Importance", "Most of all lean: churn v1 on"),
        ("Params", "What was drawn otherwise"),
        ("Data", "They do not differ here."),
        ("Cost", "Answers were timed now"),
    ],
)
def test_every_side_of_a_comparison_opens(side: str, promise: str, place: Workspace, open_page: Open) -> None:
    app = open_page(place.home.path, "models", compare="churn:1,churn:2", side=side)
    told = words(app)
    assert "churn v1 is better than churn v2" in told
    assert promise in told


def test_an_address_with_a_model_that_is_gone_or_alone_says_so(place: Workspace, open_page: Open) -> None:
    told = words(open_page(place.home.path, "models", compare="churn:1,churn:99"))
    assert "There is no model churn:99 any more." in told
    assert "Choose another model" in told


def test_models_are_chosen_in_their_list_and_from_their_own_tab(place: Workspace, open_page: Open) -> None:
    app = open_page(place.home.path, "models", model="churn", view="Compare")
    (button,) = (it for it in app.button if it.label == "Compare")
    button.click().run()
    assert "of them saw" in words(app)
