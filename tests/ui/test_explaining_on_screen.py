"""A row explained on a model's page, a value changed, the smallest changes found, groups compared."""

import pytest
from streamlit.proto.Metric_pb2 import Metric as MetricProto
from streamlit.testing.v1 import AppTest

from engine.service import Settings, open_workspace
from engine.service.modelling import held_rows
from tests.ui.conftest import Filled, Open
from tests.ui.test_pages import is_sound, words


@pytest.fixture
def row(filled: Filled) -> int:
    home = open_workspace(Settings(home=filled.home))
    return int(held_rows.held_rows(home, "churn", 1, "worst").rows[0][0])


def test_a_row_shows_its_answer_and_reasons_and_a_changed_value_both(filled: Filled, open_page: Open, row: int) -> None:
    app = open_page(filled.home, "models", model="churn", view="Explain", row=str(row))
    assert is_sound(app), (app.exception, app.error)
    assert f"Row {row}" in words(app)
    before = next(metric.value for metric in app.metric if metric.label == "Prediction")
    choice = next(box for box in app.selectbox if (box.key or "").startswith("whatif_"))
    choice.select(next(value for value in choice.options if value != choice.value)).run()
    assert is_sound(app), (app.exception, app.error)
    now = next(metric for metric in app.metric if metric.label == "Prediction")
    assert now.value != before or now.delta
    assert "Reasons that moved most" in words(app)


def test_the_smallest_changes_are_told_in_sentences(filled: Filled, open_page: Open, row: int) -> None:
    app = open_page(filled.home, "models", model="churn", view="Explain", row=str(row))
    next(button for button in app.button if button.label == "Find the smallest changes").click().run()
    assert is_sound(app), (app.exception, app.error)
    assert "the answer would be" in words(app)


@pytest.mark.parametrize("side", ["Over all", "One column", "Where it fails"])
def test_every_side_opens(filled: Filled, open_page: Open, side: str) -> None:
    app = open_page(filled.home, "models", model="churn", view="Explain", explain=side)
    assert is_sound(app), (app.exception, app.error)


@pytest.mark.parametrize(("column", "has_lines"), [("contract", False), ("tenure_months", True)])
def test_single_rows_are_spoken_of_where_they_are_lines(
    filled: Filled, open_page: Open, column: str, has_lines: bool
) -> None:
    app = open_page(filled.home, "models", model="churn", view="Explain", explain="One column")
    next(box for box in app.selectbox if box.label == "Column").set_value(column).run()
    assert is_sound(app), (app.exception, app.error)
    assert "partial dependence" in words(app)
    assert ("Where lines of single rows cross" in words(app)) == has_lines


def test_a_row_that_is_not_kept_is_told(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "models", model="churn", view="Explain", row="99999999")
    assert "is not among the held" in app.error[0].value


def test_groups_are_compared_once_a_column_is_chosen(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "models", model="churn", view="Fairness")
    picked = next(box for box in app.multiselect if box.label == "Compare the groups of")
    picked.set_value(["contract"]).run()
    assert is_sound(app), (app.exception, app.error)
    assert "contract" in words(app)
    assert "Demographic parity" in words(app)


def moved(before: float, now: float, *, is_class: bool) -> None:
    from engine.service.modelling.what_if import AnswerView
    from ui.models.explain.reasons import show_answer

    def answer(value: float) -> AnswerView:
        return (
            AnswerView(prediction="yes", probabilities={"yes": value, "no": 1 - value}, score=None)
            if is_class
            else AnswerView(prediction=value, probabilities={}, score=None)
        )

    show_answer(answer(now), answer(before))


@pytest.mark.parametrize("is_class", [True, False])
@pytest.mark.parametrize(("before", "now", "sign"), [(0.75, 0.25, "−"), (0.25, 0.75, "+")])
def test_an_answer_that_falls_has_its_arrow_down(before: float, now: float, sign: str, is_class: bool) -> None:
    app = AppTest.from_function(moved, args=(before, now), kwargs={"is_class": is_class}).run()
    assert not app.exception
    assert app.metric[0].delta.startswith(sign)
    direction = app.metric[0].proto.direction
    assert MetricProto.MetricDirection.Name(direction) == ("DOWN" if sign == "−" else "UP")
