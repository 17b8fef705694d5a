"""The page on which a pipeline begins, and the way to it from an empty canvas."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.graph import Pipeline
from engine.service.building import pipelines
from engine.service.building.beginnings import templates
from tests.ui.conftest import Filled, Open
from tests.ui.test_pages import is_sound, words
from ui.beginning.thumbnail import thumbnail
from ui.canvas.messages import Begin, Refused, read_intent

INTENT = {"doc": "p", "cid": "c", "seq": 1, "type": "begin", "of": "templates"}


def test_without_data_there_are_templates_and_the_way_to_an_import(tmp_path: Path, open_page: Open) -> None:
    app = open_page(tmp_path, "begin")
    assert is_sound(app)
    said = words(app)
    assert "Import a dataset" in said
    assert all(one.title in said for one in templates())


def test_a_dataset_is_asked_what_it_can_say_and_the_plan_stands_beside(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "begin", dataset="people")
    assert is_sound(app), (app.exception, app.error)
    target = next(one for one in app.selectbox if one.label == "Column to predict")
    app = target.select("city").run()
    assert is_sound(app), (app.exception, app.error)
    said = words(app)
    assert "Train and test" in said
    assert "has another value in every row" in said, "name is left out, and why"
    app = next(one for one in app.button if one.label == "Draw it").click().run()
    assert not app.exception, app.exception


@pytest.mark.parametrize("kind", ["forecast", "groups", "odd_rows"])
def test_the_other_questions_have_their_plans(kind: str, filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "begin", dataset="people")
    app = app.radio(key="build_kind").set_value(kind).run()
    assert not app.exception
    said = words(app)
    assert "Why" in said or "Draw it" in said or "moments" in said


def test_a_template_is_drawn_by_two_clicks(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "begin", of="templates")
    app = app.button(key="template_segments").click().run()
    assert not app.exception
    assert "kinds of customers" in [one.value for one in app.text_input if one.label == "Name"]


def test_every_template_has_a_picture() -> None:
    for one in templates():
        svg = thumbnail(one.key)
        assert svg.startswith("<svg")
        assert svg.count("<rect") == len(one.steps) + len(one.stages)


def test_the_empty_canvas_leads_to_the_ways_to_begin() -> None:
    assert isinstance(read_intent(INTENT), Begin)
    for wrong in ({**INTENT, "of": "elsewhere"}, {**INTENT, "href": "https://example.com"}):
        with pytest.raises(Refused):
            read_intent(wrong)


def test_the_intent_opens_the_page_for_this_pipeline(filled: Filled, open_page: Open) -> None:
    app: AppTest = open_page(filled.home, "begin", into=filled.empty_pipeline_id)
    assert is_sound(app)
    assert "blank" in words(app)
    assert not [one for one in app.text_input if one.label == "Name"], "the pipeline has its name already"


def test_a_pipeline_of_somebody_else_is_not_drawn_over(filled: Filled) -> None:
    from engine.service import Settings, open_workspace
    from engine.service.building import beginnings

    home = open_workspace(Settings(home=filled.home))
    draft = pipelines.import_pipeline(home, Pipeline.from_yaml("name: full\nnodes: {a: {component: note}}"))
    with pytest.raises(Exception, match="not empty"):
        beginnings.begin_with_template(home, "churn", "x", pipeline_id=draft.pipeline_id)
