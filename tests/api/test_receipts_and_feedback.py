"""A prediction can be looked up and asked again, and what turned out to be true is kept with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.service.serving import feedback
from engine.service.serving.receipts import get_receipt
from engine.workspace import Workspace
from storage.ids import new_id
from tests.api.conftest import Asked
from tests.homes import Published
from tests.logged import logged


def receipt(asked: Asked, id: str, endpoint: str = "churn") -> Any:
    return asked.get(f"/v1/endpoints/{endpoint}/predictions/{id}", endpoint)


def send(asked: Asked, *outcomes: tuple[str, Any], endpoint: str = "churn", **more: Any) -> Any:
    sent = {"outcomes": [{"id": id, "value": value} for id, value in outcomes], **more}
    return asked.post(f"/v1/endpoints/{endpoint}/feedback", endpoint, json=sent)


def test_a_receipt_tells_what_was_asked_and_answered_and_the_model_still_says_so(asked: Asked) -> None:
    (id,) = logged(asked.workspace, "churn", [asked.churn])
    told = receipt(asked, id).json()
    assert told["record"] == asked.churn
    assert told["made_by"]["datasets"] == [{"dataset": "customers", "version": 1}]
    assert (told["model"], told["version"], told["revision"], told["outcome"]) == ("churn", 1, 1, None)
    fresh = asked.predict().json()["predictions"][0]
    assert told["answer"]["prediction"] == fresh["prediction"]
    assert told["answer"]["probabilities"] == pytest.approx(fresh["probabilities"])
    assert (told["recomputed"]["state"], told["recomputed"]["difference"]) == ("equal", 0.0)
    assert "shadows" not in told


def test_a_regressions_receipt_too(asked: Asked) -> None:
    (id,) = logged(asked.workspace, "bill", [asked.bill])
    told = receipt(asked, id, "bill").json()
    assert told["recomputed"]["state"] == "equal"
    assert told["answer"]["prediction"] == asked.predict(endpoint="bill").json()["predictions"][0]["prediction"]


def test_another_answer_than_now_is_told_with_the_difference(asked: Asked) -> None:
    (id,) = logged(asked.workspace, "bill", [asked.bill], changed=1.5)
    told = receipt(asked, id, "bill").json()["recomputed"]
    assert told["state"] == "different"
    assert "1.5" in told["words"]
    assert told["difference"] > 0


def test_a_record_with_a_masked_field_cannot_be_asked_again_and_says_so(asked: Asked) -> None:
    (id,) = logged(asked.workspace, "churn", [asked.churn], masked=["age"])
    told = receipt(asked, id).json()
    assert told["masked"] == ["age"]
    assert "age" not in told["record"]
    assert told["recomputed"]["state"] == "impossible"
    assert "age" in told["recomputed"]["words"]


def test_what_only_listened_is_told_to_the_owner_and_not_to_callers(published: Published) -> None:
    home = published.workspace
    (id,) = logged(home, "churn", [published.record], role="shadow", changed="no")
    (version,) = (home.home.served / owner_id(home)).iterdir()
    version.rename(version.with_name(new_id()))  # another version, which is deleted meanwhile
    logged(home, "churn", [published.record], ids=[id])
    told = get_receipt(home, "churn", id)
    assert (told.version, [(it.version, it.answer.prediction) for it in told.shadows]) == (1, [(None, "no")])


@pytest.mark.parametrize(
    ("id", "says"),
    [
        ("nonsense", "is no id of a prediction"),
        ("g" * 24, "is no id of a prediction"),
        ("f" * 24, "is no id of a prediction"),
        ("%2e%2e%2f" + "0" * 10, "is no id of a prediction"),
        ("0" * 24, "30 days"),
    ],
)
def test_an_unknown_prediction_is_not_found_and_says_why(asked: Asked, id: str, says: str) -> None:
    answer = receipt(asked, id)
    if answer.status_code == 404 and "Not Found" in answer.text:
        return  # a slash is another path
    assert answer.status_code == 404
    assert says in answer.json()["detail"]


def test_a_prediction_of_another_endpoint_is_not_found(asked: Asked) -> None:
    (id,) = logged(asked.workspace, "bill", [asked.bill])
    assert receipt(asked, id).status_code == 404
    assert asked.get(f"/v1/endpoints/bill/predictions/{id}", "churn").status_code == 401


def test_a_prediction_written_after_midnight_is_found_by_its_day(published: Published) -> None:
    home = published.workspace
    (id,) = logged(home, "churn", [published.record])
    (day,) = (home.home.served / owner_id(home)).glob("*/*")
    day.rename(day.with_name((datetime.now(UTC).date() + timedelta(days=1)).isoformat()))
    assert get_receipt(home, "churn", id).id == id


def owner_id(home: Workspace) -> str:
    with home.database.read() as uow:
        return uow.endpoints.by_name("churn").id


def test_the_receipt_of_a_deleted_model_version_keeps_what_was_answered(published: Published) -> None:
    home = published.workspace
    (id,) = logged(home, "churn", [published.record])
    folder = home.home.served / owner_id(home)
    (version,) = folder.iterdir()
    version.rename(folder / new_id())
    told = get_receipt(home, "churn", id)
    assert (told.model, told.version, told.made_by) == (None, None, None)
    assert told.record == published.record
    assert (told.recomputed.state, "deleted" in told.recomputed.words) == ("impossible", True)


@pytest.fixture
def ids(asked: Asked) -> list[str]:
    return logged(asked.workspace, "churn", [asked.churn] * 3)


def test_outcomes_are_kept_and_told_in_the_receipt(asked: Asked, ids: list[str]) -> None:
    told = send(asked, (ids[0], "yes"), (ids[1], "no")).json()
    assert told == {"kept": 2, "repeated": 0, "replaced": 0, "refused": 0, "problems": []}
    assert receipt(asked, ids[0]).json()["outcome"]["value"] == "yes"
    assert receipt(asked, ids[2]).json()["outcome"] is None


def test_the_same_again_is_accepted_another_value_only_when_it_may_replace(asked: Asked, ids: list[str]) -> None:
    send(asked, (ids[0], "yes"))
    assert send(asked, (ids[0], "yes")).json()["repeated"] == 1
    refused = send(asked, (ids[0], "no")).json()
    assert (refused["refused"], refused["replaced"]) == (1, 0)
    assert "is known already, as 'yes'" in refused["problems"][0]["message"]
    assert send(asked, (ids[0], "no"), replace=True).json()["replaced"] == 1
    assert receipt(asked, ids[0]).json()["outcome"]["value"] == "no"


def test_one_wrong_outcome_does_not_hold_up_the_others(asked: Asked, ids: list[str]) -> None:
    (elsewhere,) = logged(asked.workspace, "bill", [asked.bill])
    told = send(asked, (ids[0], "yes"), ("?", "no"), (elsewhere, "no"), (ids[1], "maybe"), (ids[1], True)).json()
    assert (told["kept"], told["refused"]) == (1, 4)
    assert [(it["outcome"], it["id"]) for it in told["problems"]] == [
        (1, "?"),
        (2, elsewhere),
        (3, ids[1]),
        (4, ids[1]),
    ]
    assert "must be one of 'no', 'yes', not 'maybe'" in told["problems"][2]["message"]


def test_an_id_twice_in_a_request_counts_once(asked: Asked, ids: list[str]) -> None:
    told = send(asked, (ids[0], "yes"), (ids[0], "yes"), (ids[0], "no")).json()
    assert (told["kept"], told["repeated"], told["refused"]) == (1, 1, 1)


@pytest.mark.parametrize(("value", "kept"), [(3, 1), (-2.5, 1), ("3", 0), (True, 0), (10**400, 0)])
def test_the_truth_of_a_number_is_a_number(asked: Asked, value: Any, kept: int) -> None:
    (id,) = logged(asked.workspace, "bill", [asked.bill])
    assert send(asked, (id, value), endpoint="bill").json()["kept"] == kept


@pytest.mark.parametrize(
    "sent",
    [
        {},
        [],
        {"outcomes": {}},
        {"outcomes": []},
        {"outcomes": [1]},
        {"outcomes": [{"id": "a"}]},
        {"outcomes": [{"id": 1, "value": "yes"}]},
        {"outcomes": [{"id": "a", "value": {}}]},
        {"outcomes": [{"id": "a", "value": None}]},
        {"outcomes": [{"id": "a", "value": "yes", "at": 1}]},
        {"outcomes": [{"id": "a", "value": "yes"}], "replace": "yes"},
        {"outcomes": [{"id": "a", "value": "yes"}], "more": 1},
        {"outcomes": [{"id": "a", "value": "yes"}] * 1_001},
    ],
)
def test_what_is_no_feedback_is_refused_whole(asked: Asked, sent: Any) -> None:
    answer = asked.post("/v1/endpoints/churn/feedback", json=sent)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_why_a_prediction_is_unknown_depends_on_what_the_endpoint_keeps(asked: Asked) -> None:
    settings = feedback.read_endpoint_settings({})
    earlier = f"{int((datetime.now(UTC) - timedelta(hours=2)).timestamp() * 1000):011x}" + "0" * 13
    assert "written within seconds" in feedback.why_unknown(new_id(), settings)
    assert "is none that this endpoint has made" in feedback.why_unknown(earlier, settings)
    assert "keeps no predictions" in feedback.why_unknown(earlier, settings.model_copy(update={"log": False}))
    assert "10%" in feedback.why_unknown(earlier, settings.model_copy(update={"log_share": 0.1}))
