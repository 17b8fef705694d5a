"""A pipeline that is drawn for somebody is sound, whatever the table, and says why it is as it is."""

from functools import cache, partial
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from components.ports import ROW
from components.sources.samples import INVENTED
from engine.checks import Problem, TableFacts, apply_fix, review
from engine.drafting import Draft, Goal, Known, answers, draft, suggestions
from engine.drafting.gaps import gaps_tell
from engine.drafting.sketch import CARD_HEIGHT, CARD_WIDTH
from engine.errors import CanvasbackError
from engine.graph import Pipeline
from engine.profile import profile, telling
from tests.engine.drafting_tables import COLUMNS, any_table


def with_ids(table: pa.Table) -> pa.Table:
    return table if ROW in table.column_names else table.append_column(ROW, pa.array(range(table.num_rows)))


def known(table: pa.Table) -> Known:
    return Known("data", profile(table), tells=cache(partial(telling, table)), gaps_tell=partial(gaps_tell, table))


def problems(at_hand: Known, table: pa.Table, pipeline: Pipeline) -> list[Problem]:
    facts, schema = TableFacts(at_hand.profile, at_hand.tells), ibis.Schema.from_pyarrow(table.schema)
    return [*review(pipeline, lambda stored: schema, facts=lambda stored: facts).problems]


@cache
def sample(name: str) -> tuple[pa.Table, Known]:
    table = with_ids(INVENTED[name]())
    return table, known(table)


def drawn(name: str, goal: Goal) -> Draft:
    """What is drawn for a sample table, which a check finds nothing to say about."""
    table, at_hand = sample(name)
    found = draft(at_hand, goal)
    assert problems(at_hand, table, found.pipeline) == []
    return found


def node(found: Draft, component: str) -> dict[str, Any]:
    return next(one.params for one in found.pipeline.nodes if one.component == component)


SIZES = ((1, 60), (2, 25), (6, 200), (12, 400), (22, 150))


@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))])
def test_what_is_drawn_for_any_table_has_no_problems(seed: int, columns: int, rows: int) -> None:
    table = any_table(100 * columns + seed, columns, rows)
    at_hand = known(table)
    able = answers_of(at_hand)[:4]
    goals = [*(Goal("predict", name) for name in able), *(Goal("forecast", name) for name in able[:2])]
    outcomes = [outcome(at_hand, goal) for goal in [*goals, Goal("groups"), Goal("odd_rows")]]
    for found in outcomes:
        if isinstance(found, Draft):
            assert problems(at_hand, table, found.pipeline) == [], table.schema
        else:
            assert found.hint, "who is refused is told what to do instead"
    assert columns < 3 or any(isinstance(found, Draft) for found in outcomes)


def outcome(at_hand: Known, goal: Goal) -> Draft | CanvasbackError:
    try:
        return draft(at_hand, goal)
    except CanvasbackError as error:
        return error


@pytest.mark.slow
def test_three_hundred_columns_of_every_kind_are_drawn_without_problems() -> None:
    table = any_table(7, 300, 300)
    at_hand = known(table)
    for goal in (Goal("predict", answers_of(at_hand)[0]), Goal("groups"), Goal("odd_rows")):
        assert problems(at_hand, table, draft(at_hand, goal).pipeline) == []


def answers_of(at_hand: Known) -> list[str]:
    return [one.name for one in answers(at_hand) if one.task]


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("gone", "it has no values"),
        ("same", "always holds the same value"),
        ("ids", "another value in every row"),
        ("running", "another value in every row"),
        ("many", "50 are the most"),
        ("days", "forecast rather than predicted"),
        ("clock", "lists, records or times"),
    ],
)
def test_a_column_that_cannot_be_learned_is_refused_with_the_reason(kind: str, why: str) -> None:
    random = np.random.default_rng(1)
    table = pa.table({"answer": COLUMNS[kind](random, 400), "x": random.normal(size=400), ROW: np.arange(400)})
    with pytest.raises(CanvasbackError, match=f"answer cannot be predicted: .*{why}") as refused:
        draft(known(table), Goal("predict", "answer"))
    assert refused.value.hint


def test_too_few_answers_and_too_few_of_a_class_are_refused() -> None:
    x = np.arange(200.0) ** 1.5
    rare = ["yes"] * 3 + ["no"] * 197
    gaps = pa.array(np.arange(200.0) % 7, mask=np.arange(200) > 30)
    table = pa.table({"rare": rare, "gaps": gaps, "x": x, ROW: np.arange(200)})
    why = {one.name: one.why for one in answers(known(table)) if not one.task}
    assert "all but 3" in why["rare"]
    assert "missing in 84%" in why["gaps"]


@pytest.mark.parametrize(
    ("table", "target"),
    [("customers", "churn"), ("houses", "price"), ("payments", "confirmed_fraud"), ("experiment", "bought")],
)
def test_the_likeliest_target_comes_first(table: str, target: str) -> None:
    assert suggestions(sample(table)[1])[0].answer.name == target


def test_customers_who_leave_are_predicted_with_reasons() -> None:
    found = drawn("customers", Goal("predict", "churn"))
    assert {one.column: one.why for one in found.left_out} == {"customer_id": "has another value in every row"}
    assert node(found, "split_random")["stratify"] == "churn", "when somebody signed up does not say when a row was"
    assert node(found, "missing_indicator")["columns"], "gaps that tell of the target are marked"
    steps = [one for one in found.pipeline.nodes if not one.is_only_drawn]
    whys = {one.id: str(one.params["text"]) for one in found.pipeline.nodes if one.component == "note"}
    for step in steps:
        assert step.title
        assert whys[f"why_{step.id}"].endswith("."), "every node says why it is there"
        assert len(whys[f"why_{step.id}"]) <= 260


def test_prices_are_split_by_time_and_errors_count_in_proportion() -> None:
    found = drawn("houses", Goal("predict", "price"))
    assert node(found, "split_time")["column"] == "sold_on"
    assert node(found, "date_parts")["columns"] == ["sold_on"]
    assert node(found, "drop_columns")["columns"] == ["listing_id"]


def test_texts_are_taken_apart_into_words_and_the_rest_by_its_kind() -> None:
    found = drawn("tickets", Goal("predict", "team"))
    assert node(found, "tfidf")["column"] == "message"
    assert node(found, "encode_one_hot")["columns"] == ["channel"]


def test_what_gives_the_answer_away_and_what_is_personal_are_left_out() -> None:
    random = np.random.default_rng(3)
    left = random.random(400) < 0.05
    columns = {
        "left": np.where(left, "yes", "no"), "closing_code": left * 7 + 1, "mail": COLUMNS["mails"](random, 400),
        "patient_id": random.integers(0, 90, 400), "income": random.normal(size=400), ROW: np.arange(400),
    }  # fmt: skip
    table = pa.table(columns)
    at_hand = known(table)
    found = draft(at_hand, Goal("predict", "left"))
    assert problems(at_hand, table, found.pipeline) == []
    why = {one.column: one.why for one in found.left_out}
    assert "alone tells left" in why["closing_code"]
    assert "personal data" in why["mail"]
    assert node(found, "split_group")["column"] == "patient_id"
    assert node(found, "hist_gradient_boosting_classifier")["class_weight"] == "balanced"


def test_a_target_of_few_numbers_can_be_a_class_or_a_number() -> None:
    random = np.random.default_rng(5)
    stars = random.integers(1, 6, 300)
    table = pa.table({"stars": stars, "x": stars + random.normal(size=300), ROW: np.arange(300)})
    keys = {task: draft(known(table), Goal("predict", "stars", task)).pipeline for task in (None, "regression")}
    assert any(one.component == "logistic_regression" for one in keys[None].nodes)
    assert any(one.component == "ridge" for one in keys["regression"].nodes)


@pytest.mark.parametrize(
    ("table", "goal", "expected"),
    [
        ("shop_sales", Goal("forecast", "units"), {"group": ["shop"], "horizon": 28}),
        ("payments", Goal("forecast", "amount_eur"), {"time": "paid_at", "gaps": "zero"}),
        ("houses", Goal("forecast", "price"), {"time": "sold_on", "gaps": "interpolate"}),
    ],
)
def test_a_forecast_takes_each_moment_once(table: str, goal: Goal, expected: dict[str, Any]) -> None:
    found = drawn(table, goal)
    assert expected.items() <= node(found, "lag_regression").items()


@pytest.mark.parametrize("kind", ["groups", "odd_rows"])
def test_where_nothing_is_predicted_ids_stay_to_find_a_row_by(kind: Any) -> None:
    found = drawn("shoppers", Goal(kind))
    model = node(found, "k_means" if kind == "groups" else "isolation_forest")
    assert model["features"]["except"] == ["customer_id"]
    assert not any(one.component == "drop_columns" and "customer_id" in one.params["columns"]
                   for one in found.pipeline.nodes)  # fmt: skip


@pytest.mark.parametrize("goal", [Goal("predict", "churn"), Goal("groups"), Goal("odd_rows")])
def test_the_layout_is_tidy(goal: Goal) -> None:
    found = drawn("customers", goal)
    layout, nodes = found.pipeline.layout, found.pipeline.by_id
    cards = [one for one in layout if not nodes[one].is_only_drawn]
    frames = [one for one in layout if nodes[one].component == "group"]

    def apart(a: str, b: str) -> bool:
        (ax, ay), (bx, by) = layout[a], layout[b]
        return abs(ax - bx) >= CARD_WIDTH or abs(ay - by) >= CARD_HEIGHT

    def inside(card: str, frame: str) -> bool:
        (x, y), (left, top), size = layout[card], layout[frame], nodes[frame].params
        return (left < x and x + CARD_WIDTH < left + size["width"]
                and top < y and y + CARD_HEIGHT < top + size["height"])  # fmt: skip

    assert set(layout) == set(nodes)
    assert all(apart(a, b) for a in cards for b in cards if a < b)
    assert all(sum(inside(card, frame) for frame in frames) == 1 for card in cards)


def test_there_is_nothing_to_predict_from_in_one_column() -> None:
    table = pa.table({"y": np.arange(90.0) % 13, ROW: np.arange(90)})
    with pytest.raises(CanvasbackError) as error:
        draft(known(table), Goal("predict", "y"))
    assert "no column to predict y from" in error.value.message
    with pytest.raises(CanvasbackError) as error:
        draft(known(table), Goal("predict", "z"))
    assert "There are: y" in error.value.hint


def test_fixes_of_a_check_can_be_applied_to_a_drawing() -> None:
    found = drawn("customers", Goal("predict", "churn"))
    table, at_hand = sample("customers")
    broken = found.pipeline.without("drop_columns")
    told = problems(at_hand, table, broken)
    assert told, "without what was left out the check has something to say"
    assert any(one.fix and apply_fix(broken, one.fix) != broken for one in told)
