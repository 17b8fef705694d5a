"""The OpenAPI paths of the Open Inference Protocol and of MLflow's."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.api.openapi_parts import JSON, Document, answer, body, listed, objects, operation, refusals, text
from engine.api.tensors import DATATYPES

if TYPE_CHECKING:
    from engine.api.deployed import Live

CLIENT = ("400", "401", "404", "410", "429", "503")
BODY = ("408", "413", "415", "422")
NOTHING = {"description": "Yes"}
PLAIN = "text/plain"
TENSOR = objects(
    {"name": text(), "datatype": text(), "shape": {"type": "array", "items": {"type": "integer"}}},
    required=["name", "datatype", "shape"],
    more=True,
)


def server_v2_paths() -> Document:
    """The Open Inference Protocol's questions to the server."""
    told = {"name": text(), "version": text(), "extensions": {"type": "array", "items": text()}}
    metadata = {"200": answer("The server", objects(told, required=list(told))), **refusals("400")}
    asks: dict[str, tuple[str, str, Document]] = {
        "/v2": ("What this server is", "v2_server", metadata),
        "/v2/health/live": ("The process is up", "v2_live", {"200": NOTHING, **refusals("400")}),
        "/v2/health/ready": ("Every model is loaded", "v2_ready", {"200": NOTHING, **refusals("400", "503")}),
    }
    return {
        path: {"get": operation("v2", summary, name, is_open=True, responses=responses)}
        for path, (summary, name, responses) in asks.items()
    }


def v2_paths(live: "Live", record: Document) -> Document:
    """The Open Inference Protocol for one endpoint, and for each version that answers it."""
    paths: Document = {}
    base = f"/v2/models/{live.endpoint}"
    ways = {base: "", **{f"{base}/versions/{it.part.version}": f"_{it.part.version}" for it in live.answerers}}
    for path, suffix in ways.items():
        name = f"{live.endpoint}{suffix}"
        paths[path] = {"get": _metadata(name)}
        paths[f"{path}/ready"] = {"get": _ready(name)}
        paths[f"{path}/infer"] = {"post": _infer(live, record, name)}
    return paths


def server_mlflow_paths(records: Sequence[Document], most: int) -> Document:
    """MLflow's protocol without a name of an endpoint: the key tells which.

    Parameters
    ----------
    records
        Those of all endpoints.
    """
    plain = {"200": answer("Yes", text(), PLAIN), **refusals("400", "503")}
    version = {"200": answer("The version", text(), PLAIN), **refusals("400")}
    return {
        "/ping": {"get": operation("mlflow", "Every model is loaded", "ping", is_open=True, responses=plain)},
        "/health": {"get": operation("mlflow", "Every model is loaded", "health", is_open=True, responses=plain)},
        "/version": {"get": operation("mlflow", "Our version", "version", is_open=True, responses=version)},
        "/invocations": {"post": _invocations("", records, most)},
    }


def mlflow_paths(live: "Live", record: Document, most: int) -> Document:
    """MLflow's protocol for one endpoint."""
    base = f"/v1/endpoints/{live.endpoint}"
    ping = operation(
        "mlflow",
        "The endpoint answers",
        f"ping_{live.endpoint}",
        responses={"200": answer("Yes", text(), PLAIN), **refusals(*CLIENT)},
    )
    return {
        f"{base}/invocations": {"post": _invocations(live.endpoint, [record], most)},
        f"{base}/ping": {"get": ping},
    }


def _metadata(name: str) -> Document:
    tensors = {"type": "array", "items": TENSOR}
    told = {"name": text(), "versions": {"type": "array", "items": text()}, "platform": text()}
    schema = objects({**told, "inputs": tensors, "outputs": tensors}, required=["name", "inputs", "outputs"])
    return operation(
        "v2",
        "Inputs and outputs",
        f"v2_model_{name}",
        responses={"200": answer("The model", schema), **refusals(*CLIENT)},
    )


def _ready(name: str) -> Document:
    responses = {"200": NOTHING, **refusals(*CLIENT)}
    return operation("v2", "The endpoint answers", f"v2_ready_{name}", responses=responses)


def _infer(live: "Live", record: Document, name: str) -> Document:
    told: dict[str, Document] = {
        "model_name": text(),
        "model_version": text(),
        "outputs": {"type": "array", "items": TENSOR},
    }
    schema = objects({**told, "id": text(), "parameters": {"type": "object"}}, required=list(told))
    tensors = [_tensor(field.name, DATATYPES[field.family], record) for field in live.main.scorer.fields]
    asked = objects(
        {
            "id": text(),
            "inputs": {"type": "array", "minItems": len(tensors), "maxItems": len(tensors), "prefixItems": tensors},
        },
        required=["inputs"],
    )
    sample = record["examples"][0]
    example = {
        "inputs": [
            {"name": it.name, "shape": [1], "datatype": DATATYPES[it.family], "data": [sample[it.name]]}
            for it in live.main.scorer.fields
        ]
    }
    return operation(
        "v2",
        "Predict; each field is a tensor with one value for each record",
        f"v2_infer_{name}",
        description="Described for one record; a column of n values has the shape [n].",
        requestBody=body({JSON: (asked, example)}),
        responses={"200": answer("Tensors", schema), **refusals(*CLIENT, *BODY)},
    )


def _tensor(name: str, datatype: str, record: Document) -> Document:
    data = {"type": "array", "minItems": 1, "maxItems": 1, "items": record["properties"][name]}
    properties: dict[str, Document] = {
        "name": {"const": name},
        "shape": {"const": [1]},
        "datatype": {"const": datatype},
        "data": data,
    }
    return objects(properties, required=list(properties))


def _invocations(name: str, records: Sequence[Document], most: int) -> Document:
    """`dataframe_split`, whose rows have no names, is told in words only."""
    forms = [
        objects({form: listed(record, most)}, required=[form])
        for record in records
        for form in ("dataframe_records", "instances", "inputs")
    ]
    told: dict[str, Document] = {"predictions": {"type": "array"}, "ids": {"type": "array", "items": text()}}
    schema = objects({**told, "model": text(), "version": {"type": "integer"}}, required=list(told))
    example = {"dataframe_records": [record["examples"][0] for record in records[:1]]}
    return operation(
        "mlflow",
        "Predict, asked as an MLflow model server",
        f"invocations_{name}".rstrip("_"),
        description='Also as {"dataframe_split": {"columns": […], "data": [[…]]}}, {"inputs": {"column": […]}}, rows '
        "without names in the order of the fields, and text/csv with a header.",
        requestBody=body({JSON: ({"anyOf": forms} if forms else {"type": "object"}, example)}),
        responses={"200": answer("Predictions", schema), **refusals(*CLIENT, *BODY)},
    )
