"""Whatever is sent, the answer is a prediction or a problem that says what is wrong and where."""

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.homes import Published
from tests.servers import predict

JSON = {"Content-Type": "application/json"}


def body(record: dict[str, Any], **changed: Any) -> str:
    """A request as text, with raw JSON in place of some values."""
    places = {name: f"@{name}@" for name in changed}
    text = json.dumps({"records": [{**record, **places}]})
    for name, raw in changed.items():
        text = text.replace(f'"@{name}@"', raw)
    return text


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of a refusal with this status."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= told.keys()
    assert told["status"] == status
    return told


@pytest.mark.parametrize(
    ("field", "raw", "says"),
    [
        ("age", '"old"', "whole number"),
        ("age", "true", "whole number"),
        ("age", "1.5", "whole number"),
        ("age", "null", "null"),
        ("age", "9223372036854775808", "range"),
        ("age", "-9223372036854775809", "range"),
        ("age", "1" * 5_000, "range"),
        ("age", "-" + "9" * 300, "range"),
        ("age", "1e400", "range"),
        ("age", "[1]", "whole number"),
        ("monthly_charges", "1e400", "finite"),
        ("monthly_charges", "-1e400", "finite"),
        ("monthly_charges", '"59.60"', "number"),
        ("monthly_charges", "{}", "number"),
        ("region", "5", "text"),
        ("region", '["north"]', "text"),
        ("region", '"\\ud800"', "Unicode"),
        ("region", json.dumps("x" * 100_001), "100,001 characters"),
        ("paperless_billing", '"yes"', "true or false"),
        ("paperless_billing", "1", "true or false"),
    ],
)
def test_a_wrong_value_is_named_by_record_and_field(
    client: httpx.Client, filled_home: Published, field: str, raw: str, says: str
) -> None:
    told = refused(predict(client, filled_home, content=body(filled_home.record, **{field: raw}), headers=JSON), 422)
    assert says in told["detail"]
    assert told["field"] == field
    assert [(error["record"], error["field"]) for error in told["errors"]] == [(0, field)]


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_a_constant_that_json_does_not_have_is_refused(
    client: httpx.Client, filled_home: Published, constant: str
) -> None:
    told = refused(predict(client, filled_home, content=body(filled_home.record, age=constant), headers=JSON), 400)
    assert constant in told["detail"]


def test_the_second_record_is_named_by_its_place(client: httpx.Client, filled_home: Published) -> None:
    good = filled_home.record
    told = refused(predict(client, filled_home, json={"records": [good, {**good, "age": "x"}, 7]}), 422)
    assert [(error["record"], error["field"]) for error in told["errors"]] == [(1, "age"), (2, None)]


def test_a_missing_field_is_named(client: httpx.Client, filled_home: Published) -> None:
    record = {name: value for name, value in filled_home.record.items() if name != "contract"}
    told = refused(predict(client, filled_home, json={"records": [record]}), 422)
    assert told["errors"] == [{"record": 0, "field": "contract", "message": "this field is missing"}]


def test_an_unknown_field_is_refused_with_the_nearest_name(client: httpx.Client, filled_home: Published) -> None:
    told = refused(predict(client, filled_home, json={"records": [{**filled_home.record, "agee": 4}]}), 422)
    assert "did you mean 'age'" in told["detail"]


def test_the_target_is_no_field_of_a_request(client: httpx.Client, filled_home: Published) -> None:
    told = refused(predict(client, filled_home, json={"records": [{**filled_home.record, "churn": "no"}]}), 422)
    assert told["field"] == "churn"


def test_a_field_that_was_empty_in_training_may_be_null(client: httpx.Client, filled_home: Published) -> None:
    record = {**filled_home.record, "total_charges": None, "payment_method": None}
    assert predict(client, filled_home, json={"records": [record]}).status_code == 200


def test_a_category_that_training_never_saw_is_answered(client: httpx.Client, filled_home: Published) -> None:
    assert predict(client, filled_home, json={"records": [{**filled_home.record, "region": "Mars"}]}).status_code == 200


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"records", 400),
        (b'{"records": [', 400),
        (b"\xff\xfe{}", 400),
        (b"\xef\xbb\xbf{}", 400),
        (b"[" * 100_000, 400),
        (b'{"records": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", 400),
        (b'{"records": [{"age": 1, "age": 2}]}', 400),
        (b'{"records": [], "records": []}', 400),
        (b"[]", 422),
        (b"5", 422),
        (b"null", 422),
        (b"{}", 422),
        (b'{"records": null}', 422),
        (b'{"records": {}}', 422),
        (b'{"records": []}', 422),
        (b'{"records": [null]}', 422),
        (b'{"records": [[]]}', 422),
        (b'{"records": [{}], "model": "other"}', 422),
        (b'{"records": [{"\\ud800": 1}]}', 422),
        (json.dumps({"records": [{}] * 100_000}).encode(), 422),
        (json.dumps({"records": [{f"field{i}": i for i in range(50_000)}]}).encode(), 422),
        (json.dumps({"records": [{"x" * 100_000: 1}]}).encode(), 422),
        (b" " * 3_000_000, 413),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else str(value),
)
def test_a_broken_body_is_refused(client: httpx.Client, filled_home: Published, content: bytes, status: int) -> None:
    refused(predict(client, filled_home, content=content, headers=JSON), status)
    assert predict(client, filled_home).status_code == 200


def test_a_body_without_a_length_is_cut_off_at_the_limit(client: httpx.Client, filled_home: Published) -> None:
    sent = 0

    def long() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(10_000):
            sent += 65_536
            yield b" " * 65_536

    # The server may close the connection while we still send, which is as good.
    with suppress(httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        assert predict(client, filled_home, content=long(), headers=JSON).status_code == 413
    assert sent < 100e6
    assert predict(client, filled_home).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_another_content_type_is_refused(client: httpx.Client, filled_home: Published, kind: str) -> None:
    refused(predict(client, filled_home, content=b"{}", headers={"Content-Type": kind}), 415)


def test_another_method_and_another_path_are_problems_too(client: httpx.Client, filled_home: Published) -> None:
    wrong = client.get("/v1/endpoints/churn/predict", headers=filled_home.headers)
    refused(wrong, 405)
    assert wrong.headers["allow"] == "POST"
    refused(client.get("/v1/nothing"), 404)
    refused(client.get("/v1/endpoints/../../etc/passwd"), 404)


def test_many_mistakes_are_counted_but_not_all_repeated(client: httpx.Client, filled_home: Published) -> None:
    told = refused(predict(client, filled_home, json={"records": [{**filled_home.record, "age": "x"}] * 900}), 422)
    assert len(told["errors"]) == 50


def test_a_number_that_the_model_cannot_take_is_named_by_its_record(
    client: httpx.Client, filled_home: Published
) -> None:
    records = [filled_home.record] * 40 + [{**filled_home.record, "monthly_charges": 1.7e308}] + [filled_home.record]
    answer = predict(client, filled_home, json={"records": records})
    if answer.status_code == 200:
        chances = [chance for row in answer.json()["predictions"] for chance in row["probabilities"].values()]
        assert all(math.isfinite(chance) for chance in chances)
    else:
        assert refused(answer, 422)["errors"][0]["record"] == 40
