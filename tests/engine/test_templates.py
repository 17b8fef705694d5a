"""Every template is sound, says why each node is there, runs at once, and gives something to show."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from components.sources.sample_data import Name
from engine.checks import problems
from engine.drafting.sketch import card_height
from engine.errors import InvalidPipeline, MissingThing
from engine.graph import Pipeline
from engine.templates import Template, template, templates
from engine.templates.template import _read
from tests.engine.running import Bench, Ran

KEYS = [one.key for one in templates()]


def no_tables(table: object) -> Any:
    raise AssertionError("a template reads its sample only")


def test_the_gallery_has_what_people_come_for() -> None:
    assert KEYS == ["churn", "house_prices", "demand", "segments", "anomalies", "tickets", "ab_readout"]


@pytest.mark.parametrize("key", KEYS)
def test_a_template_has_no_problems_and_reasons_for_everything(key: str) -> None:
    one = template(key)
    pipeline = one.pipeline("mine")
    assert problems(pipeline, no_tables) == ()
    assert one.sample in get_args(Name)
    assert Pipeline.from_yaml(pipeline.as_yaml()) == pipeline, "it can be written and read like any other"
    assert {f"why_{step.id}" for step in one.steps} < set(pipeline.by_id)
    assert all(line and len(line) <= 5 for stage in one.stages for line in stage.lines)


@pytest.mark.parametrize("key", KEYS)
def test_nothing_lies_on_a_card_with_many_ports(key: str) -> None:
    drawn = template(key).pipeline(key)
    for node in drawn.nodes:
        if node.is_only_drawn:
            continue
        (x, y), why = drawn.layout[node.id], drawn.layout[f"why_{node.id}"]
        bottom = y + card_height(node.component)
        assert why[1] > bottom
        assert not [it for it in drawn.layout.values() if it[0] == x and y < it[1] < bottom]


def test_what_is_no_template_is_told_with_its_place() -> None:
    with pytest.raises(InvalidPipeline, match=r"mine\.yaml is none: about: Field required"):
        _read("mine.yaml", "key: mine\ntitle: Mine\nicon: home\ncolor: blue\ngives: nothing at all\nsample: iris\n")
    with pytest.raises(MissingThing, match="no template 'nothing'"):
        template("nothing")


def metrics(ran: Ran, node: str) -> tuple[dict[str, float], dict[str, float]]:
    model = ran.model(node)
    return model["metrics"], model["baseline"]


def _churn(ran: Ran) -> None:
    of, baseline = metrics(ran, "boosting")
    assert of["roc_auc"] > 0.78 > baseline["roc_auc"]
    told = ran.table("reasons").sort_by([("importance", "descending")])["column"].to_pylist()
    assert "contract" in told[:3]


def _houses(ran: Ran) -> None:
    of, baseline = metrics(ran, "boosting")
    assert of["r2"] > 0.85 > baseline["r2"]
    assert of["mae"] < baseline["mae"] / 2


def _demand(ran: Ran) -> None:
    mase = {row["method"]: row["mase"] for row in ran.table("backtest", "summary").to_pylist()}
    assert mase["lag_regression"] < 0.95 * mase["naive_seasonal"]
    assert ran.table("forecast").num_rows == 5 * 28


def _segments(ran: Ran) -> None:
    portraits = ran.table("portrait").to_pylist()
    assert len(portraits) == 4
    assert max(one["basket_eur"] for one in portraits) > 3 * min(one["basket_eur"] for one in portraits)
    assert max(one["days_since_order"] for one in portraits) > 100


def _anomalies(ran: Ran) -> None:
    counted = {(row["anomaly"], row["confirmed_fraud"]): row["payments"] for row in ran.table("held").to_pylist()}
    flagged = sum(count for (odd, _), count in counted.items() if odd)
    fraud = sum(count for (_, confirmed), count in counted.items() if confirmed)
    found = counted.get((True, True), 0)
    assert found / flagged > 20 * fraud / 8_000, "far more often fraud than a payment at random"
    assert found / fraud > 0.4


def _tickets(ran: Ran) -> None:
    of, baseline = metrics(ran, "logistic")
    assert of["accuracy"] > 0.85 > 2 * baseline["accuracy"]


def _ab(ran: Ran) -> None:
    (row,) = ran.table("chance").to_pylist()
    assert row["variant"] == "B"
    assert row["low"] < 0.022 < row["high"], "what was built in lies within the interval"
    from scipy.stats import norm

    exact = 2 * norm.sf(abs(row["difference"] / row["standard_error"]))
    assert row["p_value"] == pytest.approx(exact, abs=5e-4)
    assert row["p_value"] < 0.05


SHOWN: Mapping[str, Callable[[Ran], None]] = {
    "churn": _churn,
    "house_prices": _houses,
    "demand": _demand,
    "segments": _segments,
    "anomalies": _anomalies,
    "tickets": _tickets,
    "ab_readout": _ab,
}


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
def test_a_template_runs_at_once_and_is_worth_showing(key: str, tmp_path: Path) -> None:
    ran = Bench(tmp_path).run(template(key).pipeline("mine"))
    assert set(ran.statuses().values()) <= {"done", "reused"}, ran.statuses()
    SHOWN[key](ran)


def test_steps_are_kept_on_own_data_where_columns_have_roles() -> None:
    one: Template = template("ab_readout")
    own = {"visitor": "user", "variant": "variant", "outcome": "signed_up", "day": "seen", "part": "browser"}
    drawn = one.pipeline("mine", "test", own)
    assert drawn.by_id["own_names"].params["mapping"] == {
        "user": "visitor_id", "signed_up": "bought", "seen": "visited_at", "browser": "device",
    }  # fmt: skip
    assert [edge.target for edge in drawn.out_of("visits")] == ["own_names"]
    assert not any(node.component == "sample_data" for node in drawn.nodes)
