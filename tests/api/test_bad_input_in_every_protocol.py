"""Whatever is sent in whichever protocol, the answer is a problem that says what is wrong, and the next is answered."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Asked

TYPES = {int: "INT64", float: "FP64", str: "BYTES", bool: "BOOL"}
PATHS = {
    "predict": "/v1/endpoints/churn/predict",
    "invocations": "/v1/endpoints/churn/invocations",
    "bare": "/invocations",
    "infer": "/v2/models/churn/infer",
}
JSON = {"Content-Type": "application/json"}


def columns(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records as tensors; a value of another type keeps the type of its field out of the way."""
    first = records[0]
    return [
        {
            "name": name,
            "shape": [len(records)],
            "datatype": TYPES.get(type(first[name]), "BYTES"),
            "data": [record.get(name) for record in records],
        }
        for name in first
    ]


WRITERS: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "predict": lambda records: {"records": records},
    "invocations": lambda records: {"dataframe_records": records},
    "bare": lambda records: {"instances": records},
    "infer": lambda records: {"inputs": columns(records)},
}
every = pytest.mark.parametrize("protocol", list(PATHS))


def refused(asked: Asked, protocol: str, status: int, **sent: Any) -> dict[str, Any]:
    began = time.monotonic()
    answer = asked.post(PATHS[protocol], **sent)
    assert answer.status_code == status, answer.text[:300]
    assert time.monotonic() - began < 10
    assert answer.headers["content-type"] == "application/problem+json"
    assert asked.predict().status_code == 200
    told: dict[str, Any] = answer.json()
    assert told["detail"]
    return told


@every
@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("age", None, "null"),
        ("age", "old", "whole number"),
        ("age", 2**70, "range"),
        ("age", True, "whole number"),
        pytest.param("monthly_charges", 10**400, "finite", id="too large a number"),
        pytest.param("region", "x" * 100_001, "100,001 characters", id="too long a text"),
        ("region", "\ud800", "Unicode"),
    ],
)
def test_a_wrong_value_is_named_by_record_and_field(
    asked: Asked, protocol: str, field: str, value: Any, says: str
) -> None:
    sent = WRITERS[protocol]([asked.churn, {**asked.churn, field: value}])
    told = refused(asked, protocol, 422, content=json.dumps(sent), headers=JSON)
    assert says in told["detail"]
    assert (told["field"], told["errors"][0]["record"]) == (field, 1)


@every
def test_missing_and_extra_fields_are_named(asked: Asked, protocol: str) -> None:
    less = {name: value for name, value in asked.churn.items() if name != "contract"}
    assert refused(asked, protocol, 422, json=WRITERS[protocol]([less]))["field"] == "contract"
    more = {**asked.churn, "agee": 4}
    assert "did you mean 'age'" in refused(asked, protocol, 422, json=WRITERS[protocol]([more]))["detail"]


@every
def test_a_category_that_training_never_saw_is_answered(asked: Asked, protocol: str) -> None:
    sent = WRITERS[protocol]([{**asked.churn, "region": "Mars"}])
    assert asked.post(PATHS[protocol], json=sent).status_code == 200


@every
@pytest.mark.parametrize("constant", ["NaN", "Infinity"])
def test_a_constant_that_json_does_not_have_is_refused(asked: Asked, protocol: str, constant: str) -> None:
    sent = json.dumps(WRITERS[protocol]([{**asked.churn, "age": 12321}])).replace("12321", constant)
    assert constant in refused(asked, protocol, 400, content=sent, headers=JSON)["detail"]


@every
def test_another_type_of_content_is_refused(asked: Asked, protocol: str) -> None:
    refused(asked, protocol, 415, content=b"{}", headers={"Content-Type": "application/xml"})


@every
def test_fifty_megabytes_are_refused_without_being_read(asked: Asked, protocol: str) -> None:
    refused(asked, protocol, 413, content=b" " * 50_000_000, headers=JSON)


@every
def test_a_hundred_thousand_records_are_refused(asked: Asked, protocol: str) -> None:
    sent = WRITERS[protocol]([{"age": 1}] * 100_000)
    refused(asked, protocol, 422, content=json.dumps(sent, separators=(",", ":")), headers=JSON)


@every
def test_another_endpoints_key_opens_nothing(asked: Asked, protocol: str) -> None:
    answer = asked.post(PATHS[protocol], "bill", json=WRITERS[protocol]([asked.churn]))
    # At the bare address the key tells the endpoint, whose records are others.
    assert answer.status_code == (422 if protocol == "bare" else 401)


@every
@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"null", b"5", b"[]", b"{}", b'{"a": 1, "a": 2}'])
def test_what_is_no_request_is_refused(asked: Asked, protocol: str, content: bytes) -> None:
    answer = asked.post(PATHS[protocol], content=content, headers=JSON)
    assert answer.status_code in (400, 422)
    assert asked.predict().status_code == 200
