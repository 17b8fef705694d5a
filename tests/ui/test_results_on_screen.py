"""The results of a model: a verdict, intervals, thresholds that answer to costs, and a learning curve on offer."""

import re
from typing import Any

from streamlit.testing.v1 import AppTest

from components.evaluate.trade_offs import trade_offs
from tests.components.test_intervals import binary, several
from tests.ui.conftest import Filled, Open


def test_a_model_page_says_whether_the_model_beats_the_baseline(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "models", model="churn")
    assert not app.exception
    told = [element.value for element in app.markdown]
    assert any("better than the baseline" in text for text in told)
    assert "ROC AUC" in {tile.label for tile in app.metric}
    assert any(re.fullmatch(r"0\.\d+ to [01][.\d]*", caption.value) for caption in app.caption)
    assert {"False alarm costs", "Miss costs", "Hit brings in"} <= {field.label for field in app.number_input}
    assert "Draw the learning curve" in {button.label for button in app.button}


def test_a_report_names_the_model_that_it_is_about(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "builder", pipeline=filled.pipeline_id, view="Results")
    told = next(it.value.replace("\\", "") for it in app.markdown if it.value.startswith("**Evaluate**"))
    assert "(churn v1)" in told


def explorer(offers: list[dict[str, object]]) -> None:
    from ui.thresholds import show_thresholds

    show_thresholds(offers, "here")


def sentence(app: AppTest) -> str:
    return next(element.value for element in app.markdown if "That " in element.value)


def threshold(app: AppTest) -> Any:
    return next(field for field in app.number_input if field.label == "Alarm from this chance on")


def test_dearer_misses_move_the_threshold_down() -> None:
    offers = trade_offs(binary(2_000))
    app = AppTest.from_function(explorer, args=(offers,)).run(timeout=60)
    before = threshold(app).value
    app.number_input(key="here_miss").set_value(9.0).run(timeout=60)
    assert not app.exception
    assert threshold(app).value < before
    assert "the least of all thresholds" in sentence(app)
    threshold(app).set_value(0.999).run(timeout=60)
    assert not app.exception
    assert "the least is" in sentence(app)


def test_among_several_classes_one_is_chosen() -> None:
    app = AppTest.from_function(explorer, args=(trade_offs(several()),)).run(timeout=60)
    app.selectbox(key="here_class").set_value("c2").run(timeout=60)
    assert not app.exception
    assert "'c2'" in sentence(app)
