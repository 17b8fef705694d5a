"""What a threshold is worth, and what a report says that a model is worth."""

from typing import Any

import numpy as np
import pytest

from components.evaluate.trade_offs import trade_offs
from engine.service.modelling.thresholds import Costs, best_threshold, thresholds_of, weigh
from engine.service.modelling.verdicts import in_words
from tests.components.test_intervals import binary

P = binary(2_000)
ACTUAL, CHANCE = np.asarray(P.truth) == "yes", np.asarray(P.probabilities)[:, 1]
TRADE_OFF = trade_offs(P)[0]


@pytest.mark.parametrize("costs", [Costs(), Costs(1, 5), Costs(10, 1, 4)])
def test_no_threshold_is_cheaper_than_the_best(costs: Costs) -> None:
    def cost(threshold: float) -> float:
        alarm = threshold <= CHANCE
        alarms, misses, hits = (alarm & ~ACTUAL).sum(), (ACTUAL & ~alarm).sum(), (ACTUAL & alarm).sum()
        return float(alarms * costs.false_alarm + misses * costs.miss - hits * costs.hit)

    found = weigh(TRADE_OFF, costs)
    assert found.cost == found.cost_at_best == cost(found.threshold)
    assert found.cost == min(map(cost, np.linspace(0, 1.01, 1_000)))
    assert best_threshold(TRADE_OFF, costs) == found.best
    assert found.threshold in thresholds_of(TRADE_OFF)


def test_a_dear_miss_lowers_the_threshold() -> None:
    assert best_threshold(TRADE_OFF, Costs(1, 9)) == pytest.approx(0.1, abs=0.07)
    assert best_threshold(TRADE_OFF, Costs(9, 1)) == pytest.approx(0.9, abs=0.15)


def test_a_threshold_of_ones_own_is_told_beside_the_best() -> None:
    found = weigh(TRADE_OFF, Costs(1, 5), 0.5)
    alarm = found.threshold <= CHANCE
    assert found.confusion["counts"] == [
        [(~ACTUAL & ~alarm).sum(), (~ACTUAL & alarm).sum()], [(ACTUAL & ~alarm).sum(), (ACTUAL & alarm).sum()]
    ]  # fmt: skip
    assert found.precision == pytest.approx(ACTUAL[alarm].mean())
    assert found.recall == pytest.approx(alarm[ACTUAL].mean())
    assert "the least is" in found.sentence
    assert [it["name"] for it in found.plot["marks"]][:2] == ["best", "yours"]
    nobody = weigh(TRADE_OFF, Costs(), 2.0)
    assert (nobody.precision, nobody.recall) == (None, 0)
    assert nobody.sentence.startswith("With no alarm at all")


@pytest.mark.parametrize(
    ("metric", "gain", "told"),
    [
        ("roc_auc", [0.1, 0.2], "is better than"),
        ("roc_auc", [-0.1, 0.2], "cannot tell"),
        ("rmse", [-0.2, -0.1], "is better than"),
        ("rmse", [0.1, 0.2], "is worse than"),
    ],
)
def test_a_model_is_better_where_chance_cannot_explain_it(metric: str, gain: list[float], told: str) -> None:
    report: dict[str, Any] = {
        "metrics": {metric: 0.7},
        "baseline": {metric: 0.5},
        "intervals": {"of": {metric: [0.6, 0.8]}, "gains": {metric: gain}},
    }
    assert told in in_words(report)
    assert in_words({"metrics": {metric: 0.7}}) == ""
