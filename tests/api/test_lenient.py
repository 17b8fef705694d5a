"""A lenient endpoint puts right what can be put right, and says so; a strict one refuses it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.two_models import set_up
from tests.homes import Published
from tests.servers import predict, serving


@pytest.fixture
def lenient(published: Published) -> Iterator[httpx.Client]:
    set_up(published.workspace, strict=False)
    with serving(published.workspace) as client:
        yield client


def told(answer: httpx.Response) -> list[tuple[int, str, str]]:
    assert answer.status_code == 200, answer.text
    return [(one["record"], one["field"], one["message"]) for one in answer.json().get("warnings", ())]


def without(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in names}


def test_what_can_be_put_right_is_answered_and_told(lenient: httpx.Client, published: Published) -> None:
    record = published.record
    assert told(predict(lenient, published)) == []
    exact = predict(lenient, published, json={"records": [{**record, "age": 42, "data_gb": -1250.0}]}).json()
    written = predict(lenient, published, json={"records": [{**record, "age": " 42 ", "data_gb": "-1.25e3"}]})
    assert [(field, message) for _, field, message in told(written)] == [
        ("age", "the text ' 42 ' was read as a number"),
        ("data_gb", "the text '-1.25e3' was read as a number"),
    ]
    assert written.json()["predictions"][0]["probabilities"] == exact["predictions"][0]["probabilities"]
    more = predict(lenient, published, json={"records": [record, {**record, "agee": 1}]})
    assert told(more) == [(1, "agee", "left out: this model has no such field; did you mean 'age'?")]
    less = predict(lenient, published, json={"records": [without(record, "total_charges")]})
    assert told(less) == [(0, "total_charges", "this field is missing, and was read as null")]
    null = predict(lenient, published, json={"records": [{**record, "total_charges": None}]}).json()
    assert less.json()["predictions"][0]["probabilities"] == null["predictions"][0]["probabilities"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"age": "old"}, "whole number"),
        ({"age": "4.5"}, "whole number"),
        ({"age": "nan"}, "whole number"),
        ({"age": "1_000"}, "whole number"),
        ({"age": "9" * 400}, "range"),
        ({"data_gb": "inf"}, "number"),
        ({"data_gb": "1e999"}, "finite"),
        ({"data_gb": "٣"}, "number"),
        ({"data_gb": ""}, "number"),
        ({"region": 5}, "text"),
        ({"paperless_billing": "true"}, "true or false"),
    ],
)
def test_what_cannot_be_put_right_is_refused(
    lenient: httpx.Client, published: Published, changed: dict[str, Any], says: str
) -> None:
    answer = predict(lenient, published, json={"records": [{**published.record, **changed}]})
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


def test_a_field_that_was_never_empty_must_be_there(lenient: httpx.Client, published: Published) -> None:
    answer = predict(lenient, published, json={"records": [without(published.record, "contract")]})
    assert (answer.status_code, answer.json()["field"]) == (422, "contract")


def test_warnings_are_not_without_end(lenient: httpx.Client, published: Published) -> None:
    records = [{**published.record, "age": "42", **{f"more{i}": i for i in range(100)}}] * 200
    assert len(told(predict(lenient, published, json={"records": records}))) == 50


def test_a_request_with_a_warning_does_not_mix_with_its_neighbours(lenient: httpx.Client, published: Published) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def ask(number: int) -> list[tuple[int, str, str]]:
        age: Any = "30" if number % 2 else 30
        return told(predict(lenient, published, json={"records": [{**published.record, "age": age}]}))

    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(ask, range(64)))
    assert [len(one) for one in found] == [0, 1] * 32
