"""The OpenAPI paths: those of the server, and those of each live endpoint with its own fields and a real example."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from components.evaluate.conformal import LEVELS
from engine.api.desk import ROUTES
from engine.api.openapi_parts import JSON, Document, answer, body, listed, objects, operation, refusals, text
from engine.api.openapi_protocols import mlflow_paths, server_mlflow_paths, server_v2_paths, v2_paths
from engine.explanation.outputs import UNITS
from engine.serve.fields import MAX_TEXT
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.api.deployed import Deployed, Live
    from engine.serve.fields import Field

AN_ID = {"type": "string", "pattern": "^[0-9a-f]{24}$"}
ROUTE = {
    "name": "Canvasback-Route",
    "in": "header",
    "required": False,
    "description": "Requests of one route are answered by the same version while the shares stay.",
    "schema": {"type": "string", "maxLength": 200, "pattern": ROUTES},
}
CLIENT = ("400", "401", "404", "410", "429", "503")
"""What any request to an endpoint can be refused with."""
BODY = ("408", "413", "415", "422")
"""What a request with a body can be refused with, too."""


def api_paths(deployed: "Deployed", settings: Settings) -> Document:
    """Every path that there is now."""
    records = {live: record_schema(live) for live in deployed.all()}
    most = settings.request_max_records
    paths = {**_health_paths(), **server_v2_paths(), **server_mlflow_paths(list(records.values()), most)}
    for live, record in records.items():
        paths |= {**_endpoint_paths(live, record, most), **v2_paths(live, record), **mlflow_paths(live, record, most)}
    return paths


def record_schema(live: "Live") -> Document:
    """A record of an endpoint, with the bounds of its values."""
    record: Document = live.schema()["record"]
    bounded = {field.name: {**record["properties"][field.name], **_bounds(field)} for field in live.main.scorer.fields}
    return {**record, "properties": bounded}


def _bounds(field: "Field") -> Document:
    if pa.types.is_integer(field.arrow):
        signed = pa.types.is_signed_integer(field.arrow)
        bits = field.arrow.bit_width
        return {"minimum": -(2 ** (bits - 1)) if signed else 0, "maximum": 2 ** (bits - 1 if signed else bits) - 1}
    return {"maxLength": MAX_TEXT} if field.family == "text" else {}


def _endpoint_paths(live: "Live", record: Document, most: int) -> Document:
    base = f"/v1/endpoints/{live.endpoint}"
    return {
        f"{base}/predict": {"post": _predict(live, record, most)},
        f"{base}/schema": {"get": _schema(live)},
        f"{base}/feedback": {"post": _feedback(live, most)},
        f"{base}/predictions/{{id}}": {"get": _receipt(live)},
    }


def _predict(live: "Live", record: Document, most: int) -> Document:
    part, task = live.main.part, live.main.scorer.model.task
    asked = objects({"records": listed(record, most)}, required=["records"])
    explain = {"name": "explain", "in": "query", "description": "Tell reasons.", "schema": {"type": "boolean"}}
    intervals = {
        "name": "intervals",
        "in": "query",
        "description": "Tell an interval that holds the truth as often as this.",
        "schema": {"enum": list(LEVELS)},
    }
    wishes = [*([explain] if task in UNITS else []), *([intervals] if task == "regression" else [])]
    return operation(
        "predict",
        f"Predict with {part.model} v{part.version}",
        f"predict_{live.endpoint}",
        parameters=[ROUTE, *wishes],
        requestBody=body({JSON: (asked, {"records": record["examples"]})}),
        responses={"200": _answer(live), **refusals(*CLIENT, *BODY)},
    )


def _schema(live: "Live") -> Document:
    told: dict[str, Document] = {
        "endpoint": text(),
        "model": text(),
        "version": {"type": "integer"},
        "record": {"type": "object"},
    }
    return operation(
        "predict",
        "The fields of a record",
        f"schema_{live.endpoint}",
        responses={"200": answer("The fields", objects(told, required=list(told))), **refusals(*CLIENT)},
    )


def _feedback(live: "Live", most: int) -> Document:
    outcome = objects({"id": text(), "value": {"type": ["string", "number", "boolean"]}}, required=["id", "value"])
    asked = objects({"outcomes": listed(outcome, most), "replace": {"type": "boolean"}}, required=["outcomes"])
    number: Document = {"type": "integer", "minimum": 0}
    problem = {"outcome": number, "id": text(), "message": text()}
    told: dict[str, Document] = {
        **dict.fromkeys(("kept", "repeated", "replaced", "refused"), number),
        "problems": {"type": "array", "items": objects(problem, required=list(problem))},
    }
    example = {"outcomes": [{"id": "0" * 24, "value": _example_truth(live)}]}
    return operation(
        "feedback",
        "Tell what turned out to be true",
        f"feedback_{live.endpoint}",
        description=f"A value is one that the model predicts: {_truths(live)}. What is wrong with one outcome is told "
        "in the answer, and does not hold up the others.",
        requestBody=body({JSON: (asked, example)}),
        responses={"200": answer("What became of it", objects(told, required=list(told))), **refusals(*CLIENT, *BODY)},
    )


def _receipt(live: "Live") -> Document:
    told: dict[str, Document] = {
        "id": AN_ID,
        "endpoint": text(),
        "at": {"type": "string", "format": "date-time"},
        "revision": {"type": "integer"},
        "model": {"type": ["string", "null"]},
        "version": {"type": ["integer", "null"]},
        "made_by": {"type": ["object", "null"]},
        "record": {"type": "object"},
        "masked": {"type": "array", "items": text()},
        "answer": {"type": "object"},
        "outcome": {"type": ["object", "null"]},
        "recomputed": objects({"state": {"enum": ["equal", "different", "impossible"]}}, more=True),
    }
    return operation(
        "receipts",
        "Look up a prediction, and ask the model again",
        f"receipt_{live.endpoint}",
        parameters=[{"name": "id", "in": "path", "required": True, "schema": AN_ID}],
        responses={"200": answer("The receipt", objects(told, required=list(told), more=True)), **refusals(*CLIENT)},
    )


def _answer(live: "Live") -> Document:
    number: Document = {"type": "number"}
    whole: Document = {"type": "integer"}
    reasons = objects({"of": {}, "unit": text(), "base": number, "answer": number}, more=True)
    prediction: dict[str, Document] = {
        **predicted(live),
        "id": AN_ID,
        "interval": objects({"level": number, "low": number, "high": number}),
        "reasons": reasons,
    }
    dataset = objects({"dataset": text(), "version": whole})
    made_by: dict[str, Document] = {
        "revision": whole,
        "pipeline": {"type": ["string", "null"]},
        "datasets": {"type": "array", "items": dataset},
    }
    told: dict[str, Document] = {
        "predictions": {"type": "array", "items": objects(prediction, required=["prediction", "id"])},
        "model": text(),
        "version": whole,
        "made_by": objects(made_by, more=True),
    }
    warning: dict[str, Document] = {
        "record": {"type": ["integer", "null"]},
        "field": {"type": ["string", "null"]},
        "message": text(),
    }
    warnings: Document = {"type": "array", "items": objects(warning)}
    return answer("One prediction per record", objects({**told, "warnings": warnings}, required=list(told)))


def predicted(live: "Live") -> dict[str, Document]:
    """What a model says of a record."""
    model = live.main.scorer.model
    if model.task == "clustering":
        return {"prediction": {"type": "integer", "minimum": -1}}
    if model.task == "anomaly":
        return {"prediction": {"type": "boolean"}, "score": {"type": "number"}}
    if model.classes:
        chances = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1}}
        return {"prediction": {"enum": list(model.classes)}, "probabilities": chances}
    return {"prediction": {"type": "number"}}


def _truths(live: "Live") -> str:
    """What can be true of a record, in words."""
    model = live.main.scorer.model
    if model.classes:
        return " or ".join(map(repr, model.classes[:20]))
    return {"anomaly": "true or false", "clustering": "none, for a model that numbers groups"}.get(
        model.task, "a number"
    )


def _example_truth(live: "Live") -> Any:
    model = live.main.scorer.model
    return model.classes[0] if model.classes else model.task == "anomaly" or 1.5


def _health_paths() -> Mapping[str, Document]:
    state = objects({"status": {"enum": ["ok", "not ready"]}, "broken": {"type": "object"}}, required=["status"])
    ready = {"200": answer("Every model is loaded", state), "503": answer("Not every model is loaded", state)}
    return {
        "/healthz": {
            "get": operation(
                "health",
                "The process is up",
                "alive",
                is_open=True,
                responses={"200": answer("It is", state), **refusals("400")},
            )
        },
        "/readyz": {
            "get": operation(
                "health",
                "Every published model is loaded and passed its golden rows",
                "ready",
                is_open=True,
                responses={**ready, **refusals("400")},
            )
        },
    }
