"""An answer tells by which versions it was made, and intervals and reasons where they are asked for."""

import numpy as np
import pytest

from engine.service.modelling import what_if
from engine.service.modelling.opened_models import open_model
from tests.api.conftest import Asked


def test_an_answer_names_the_versions_that_made_it(asked: Asked) -> None:
    told = asked.predict().json()
    assert (told["model"], told["version"]) == ("churn", 1)
    assert told["made_by"] == {
        "revision": 1,
        "pipeline": "churn",
        "pipeline_version": 1,
        "run": 1,
        "datasets": [{"dataset": "customers", "version": 1}],
    }


def test_intervals_are_those_of_the_models_held_out_rows_and_hold_as_many_as_they_say(asked: Asked) -> None:
    opened = open_model(asked.workspace, "bill", 1)
    with opened.evidence() as evidence:
        predictions = evidence.predictions()
    errors = np.sort(np.abs(predictions.truth - predictions.prediction))
    (told,) = asked.predict("?intervals=0.9", "bill").json()["predictions"]
    interval = told["interval"]
    assert interval["level"] == 0.9
    assert interval["low"] < told["prediction"] < interval["high"]
    if len(errors) < 200:  # one width for all predictions
        wanted = errors[min(int(np.ceil((len(errors) + 1) * 0.9)), len(errors)) - 1]
        assert interval["high"] - told["prediction"] == pytest.approx(wanted)


def test_reasons_add_up_to_the_answer_and_are_those_of_the_models_page(asked: Asked) -> None:
    (told,) = asked.predict("?explain=true").json()["predictions"]
    reasons = told["reasons"]
    total = reasons["base"] + sum(it["contribution"] for it in reasons["contributions"])
    assert total == pytest.approx(told["probabilities"][reasons["of"]], abs=1e-6)
    assert {it["column"] for it in reasons["contributions"]} == set(asked.churn)
    shown = what_if.explain_row(asked.workspace, "churn", 1, asked.churn).reasons
    assert shown is not None
    assert [it["contribution"] for it in reasons["contributions"]] == pytest.approx(
        [it.contribution for it in shown.reasons]
    )


@pytest.mark.parametrize(
    ("query", "endpoint", "count", "says"),
    [
        ("?intervals=0.9", "churn", 1, "Intervals are for predicted numbers"),
        ("?intervals=0.5", "bill", 1, "0.8, 0.9, 0.95"),
        ("?intervals=high", "bill", 1, "0.8, 0.9, 0.95"),
        ("?intervals=nan", "bill", 1, "0.8, 0.9, 0.95"),
        ("?explain=perhaps", "churn", 1, "true or false"),
        ("?explain=true", "churn", 51, "at most 50 records at a time, not 51"),
        ("?explian=true", "churn", 1, "no parameter 'explian'"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(
    asked: Asked, query: str, endpoint: str, count: int, says: str
) -> None:
    answer = asked.predict(query, endpoint, count)
    assert answer.status_code == 422
    told = answer.json()
    assert says in told["detail"] + told["hint"]
    assert told["field"] in ("intervals", "explain", "explian")
