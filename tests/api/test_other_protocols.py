"""The Open Inference Protocol and MLflow's get the very answers of `predict`."""

import struct
from typing import Any

import numpy as np
import pytest

from tests.api.conftest import Asked

TYPES = {int: "INT64", float: "FP64", str: "BYTES", bool: "BOOL"}


def tensors(record: dict[str, Any], count: int = 1, **changed: Any) -> list[dict[str, Any]]:
    """A record as tensors; what is changed is by the tensor's name."""
    made = [
        {"name": name, "shape": [count], "datatype": TYPES[type(value)], "data": [value] * count}
        for name, value in record.items()
    ]
    return [{**tensor, **changed.get(tensor["name"], {})} for tensor in made]


def test_health_needs_no_key_and_says_whether_everything_is_loaded(asked: Asked) -> None:
    for path in ("/v2/health/live", "/v2/health/ready", "/ping", "/health"):
        assert asked.client.get(path).status_code == 200, path
    assert asked.client.get("/v2").json()["name"] == "canvasback"
    assert asked.client.get("/version").text
    assert asked.get("/v1/endpoints/churn/ping").status_code == 200
    for path in ("/v2/models/churn", "/v2/models/churn/ready", "/v1/endpoints/churn/ping"):
        assert asked.client.get(path).status_code == 401


def test_the_metadata_describe_inputs_and_outputs(asked: Asked) -> None:
    told = asked.get("/v2/models/churn").json()
    assert {it["name"]: it["datatype"] for it in told["inputs"]} == {
        name: TYPES[type(value)] for name, value in asked.churn.items()
    }
    assert [(it["name"], it["datatype"], it["shape"]) for it in told["outputs"]] == [
        ("prediction", "BYTES", [-1]),
        ("probabilities", "FP64", [-1, 2]),
        ("id", "BYTES", [-1]),
    ]
    assert told["versions"] == ["1"]
    assert asked.get("/v2/models/churn/versions/1").json() == told
    for version in ("2", "0", "x", "-1", "9" * 30):
        assert asked.get(f"/v2/models/churn/versions/{version}/ready").status_code == 404, version


@pytest.mark.parametrize("path", ["/v2/models/churn/infer", "/v2/models/churn/versions/1/infer"])
def test_tensors_are_answered_as_records_are(asked: Asked, path: str) -> None:
    told = asked.post(path, json={"id": "mine", "inputs": tensors(asked.churn, 3)}).json()
    (wanted,) = asked.predict().json()["predictions"]
    outputs = {it["name"]: it for it in told["outputs"]}
    assert (told["id"], told["model_name"], told["model_version"]) == ("mine", "churn", "1")
    assert outputs["prediction"]["data"] == [wanted["prediction"]] * 3
    assert outputs["probabilities"]["shape"] == [3, 2]
    assert outputs["probabilities"]["data"] == pytest.approx([*wanted["probabilities"].values()] * 3)
    assert outputs["probabilities"]["parameters"] == {"classes": ",".join(wanted["probabilities"])}
    assert len(set(outputs["id"]["data"])) == 3


def test_only_the_outputs_that_are_asked_for_are_told(asked: Asked) -> None:
    sent = {"inputs": tensors(asked.bill), "outputs": [{"name": "prediction"}]}
    (told,) = asked.post("/v2/models/bill/infer", "bill", json=sent).json()["outputs"]
    assert (told["name"], told["datatype"]) == ("prediction", "FP64")
    sent["outputs"] = [{"name": "chance"}]
    assert asked.post("/v2/models/bill/infer", "bill", json=sent).status_code == 404


def test_columns_with_two_dimensions_are_the_same(asked: Asked) -> None:
    flat = tensors(asked.churn, 2)
    columns = [{**it, "shape": [2, 1], "data": [[value] for value in it["data"]]} for it in flat]
    told = [asked.post("/v2/models/churn/infer", json={"inputs": it}).json() for it in (flat, columns)]
    assert told[0]["outputs"][:2] == told[1]["outputs"][:2]


def binary(record: dict[str, Any]) -> tuple[list[dict[str, Any]], bytes]:
    """A record as tensors with their data behind the JSON."""
    made, rest = [], b""
    for tensor in tensors(record):
        (value,) = tensor.pop("data")
        if isinstance(value, str):
            raw = struct.pack("<I", len(value.encode())) + value.encode()
        else:
            raw = np.array([value]).tobytes()
        made.append({**tensor, "parameters": {"binary_data_size": len(raw)}})
        rest += raw
    return made, rest


def send_binary(asked: Asked, made: list[dict[str, Any]], rest: bytes, length: str | None = None) -> Any:
    import json

    head = json.dumps({"inputs": made}).encode()
    headers = {
        "Inference-Header-Content-Length": length or str(len(head)),
        "Content-Type": "application/octet-stream",
    }
    return asked.post("/v2/models/churn/infer", content=head + rest, headers=headers)


def test_binary_tensors_are_the_same(asked: Asked) -> None:
    told = send_binary(asked, *binary(asked.churn)).json()
    wanted = asked.post("/v2/models/churn/infer", json={"inputs": tensors(asked.churn)}).json()
    assert told["outputs"][:2] == wanted["outputs"][:2]


def test_binary_tensors_that_are_not_what_they_say_are_refused(asked: Asked) -> None:
    made, rest = binary(asked.churn)
    assert send_binary(asked, made, rest + b"x").status_code == 422
    assert send_binary(asked, made, rest[:-1]).status_code == 422
    assert send_binary(asked, made, rest, "99999999").status_code == 422
    assert send_binary(asked, made, rest, "-1").status_code == 422
    assert send_binary(asked, [{**it, "datatype": "FP128"} for it in made], rest).status_code == 422
    huge = [{**it, "parameters": {"binary_data_size": 10**12}} for it in made]
    assert send_binary(asked, huge, rest).status_code == 422


@pytest.mark.parametrize(
    ("name", "changed", "says"),
    [
        ("age", {"datatype": "FP64"}, "must have the datatype INT64"),
        ("region", {"datatype": "INT64"}, "must have the datatype BYTES"),
        ("age", {"shape": [2]}, "has 1 values, but its shape says 2"),
        ("age", {"shape": [1, 2]}, "one value for each record"),
        ("age", {"shape": []}, "list of sizes"),
        ("age", {"shape": [-1]}, "list of sizes"),
        ("age", {"shape": "1"}, "list of sizes"),
        ("age", {"data": "46"}, "list of values"),
        ("age", {"data": ["old"]}, "whole number"),
        ("age", {"data": [None]}, "null"),
        ("age", {"name": "agee"}, "did you mean 'age'"),
        ("age", {"name": "region"}, "is there 2 times"),
        ("age", {"data": [1, 2], "shape": [2]}, "the same number of values"),
        ("age", {"kind": 1}, "must have name, shape, datatype and data"),
    ],
)
def test_a_wrong_tensor_is_named(asked: Asked, name: str, changed: dict[str, Any], says: str) -> None:
    answer = asked.post("/v2/models/churn/infer", json={"inputs": tensors(asked.churn, **{name: changed})})
    assert answer.status_code == 422
    told = answer.json()
    assert says in told["detail"]
    assert told["error"] == told["detail"]  # where clients of the protocol look


def rows(asked: Asked, form: str) -> Any:
    """Two good records as MLflow writes them."""
    names, values = list(asked.churn), list(asked.churn.values())
    return {
        "dataframe_split": {"columns": names, "data": [values, values]},
        "dataframe_split with an index": {"columns": names, "index": [0, 1], "data": [values, values]},
        "dataframe_records": [asked.churn] * 2,
        "instances": [asked.churn] * 2,
        "instances without names": [values, values],
        "inputs": {name: [value] * 2 for name, value in asked.churn.items()},
        "inputs in two dimensions": {name: [[value]] * 2 for name, value in asked.churn.items()},
    }[form]


@pytest.mark.parametrize("path", ["/invocations", "/v1/endpoints/churn/invocations"])
@pytest.mark.parametrize(
    "form",
    [
        "dataframe_split",
        "dataframe_split with an index",
        "dataframe_records",
        "instances",
        "instances without names",
        "inputs",
        "inputs in two dimensions",
    ],
)
def test_every_form_of_mlflow_is_answered_as_predict_does(asked: Asked, path: str, form: str) -> None:
    told = asked.post(path, json={form.split(maxsplit=1)[0]: rows(asked, form), "params": {}}).json()
    wanted = asked.predict().json()["predictions"][0]["prediction"]
    assert told["predictions"] == [wanted] * 2
    assert (len(set(told["ids"])), told["model"], told["version"]) == (2, "churn", 1)


def test_csv_is_read_with_the_types_of_the_fields(asked: Asked) -> None:
    import pandas as pd

    sent = pd.DataFrame([asked.churn, {**asked.churn, "total_charges": None}]).to_csv(index=False)
    answer = asked.post("/invocations", content=sent, headers={"Content-Type": "text/csv; charset=utf-8"})
    assert len(answer.json()["predictions"]) == 2


def test_the_bare_address_asks_the_endpoint_that_the_key_opens(asked: Asked) -> None:
    told = asked.post("/invocations", "bill", json={"dataframe_records": [asked.bill]}).json()
    assert told["model"] == "bill"
    assert asked.client.post("/invocations", json={"instances": [asked.bill]}).status_code == 401


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "must have one of"),
        ([], "must have one of"),
        ({"instances": [], "inputs": []}, "must have one of"),
        ({"dataframe_split": []}, "'columns'"),
        ({"dataframe_split": {"columns": ["a"]}}, "'columns'"),
        ({"dataframe_split": {"columns": ["a", "a"], "data": []}}, "'columns'"),
        ({"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}}, "2 values, but there are 1 columns"),
        ({"dataframe_split": {"columns": ["a"], "data": []}}, "is empty"),
        ({"dataframe_records": {}}, "must be a list"),
        ({"instances": [[1]]}, "1 values, but there are 12 columns"),
        ({"inputs": {}}, "a list of values per field"),
        ({"inputs": {"age": [1, 2], "region": ["north"]}}, "same number of values"),
        ({"inputs": {"age": 1}}, "a list of values per field"),
        ({"instances": [{}], "params": {"top": 1}}, "takes no 'params'"),
        ({"instances": [{}], "signature_name": "x"}, "takes no 'signature_name'"),
    ],
)
def test_a_wrong_invocation_is_refused_in_words(asked: Asked, sent: Any, says: str) -> None:
    answer = asked.post("/v1/endpoints/churn/invocations", json=sent)
    assert (answer.status_code, says in answer.json()["detail"]) == (422, True), answer.text


@pytest.mark.parametrize("sent", [b"", b"age", b"age\n", b"age,age\n1,2\n", b"age\n1,2\n", b'age\n"1', b"\xff\n1\n"])
def test_wrong_csv_is_refused_in_words(asked: Asked, sent: bytes) -> None:
    answer = asked.post("/invocations", content=sent, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 422
