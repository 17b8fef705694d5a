"""The OpenAPI paths of the live endpoints: each with its own fields and a real example."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.api.deployed import Deployed, Live

PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "hint": {"type": "string"},
        "field": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "record": {"type": ["integer", "null"]},
                    "field": {"type": ["string", "null"]},
                    "message": {"type": "string"},
                },
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}


def endpoint_paths(deployed: "Deployed") -> dict[str, Any]:
    """A `predict` and a `schema` path per endpoint."""
    paths: dict[str, Any] = {}
    for live in deployed.all():
        paths[f"/v1/endpoints/{live.endpoint}/predict"] = {"post": _predict(live)}
        paths[f"/v1/endpoints/{live.endpoint}/schema"] = {"get": _schema(live)}
    return paths


def _predict(live: "Live") -> dict[str, Any]:
    record = live.schema()["record"]
    return {
        "tags": ["predict"],
        "summary": f"Predict with {live.model} v{live.version}",
        "operationId": f"predict_{live.endpoint}",
        "security": [{"key": []}],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {"records": {"type": "array", "minItems": 1, "items": record}},
                        "required": ["records"],
                        "additionalProperties": False,
                    },
                    "example": {"records": record["examples"]},
                }
            },
        },
        "responses": {"200": _answer(live), **_refusals("400", "401", "413", "415", "422", "429", "503")},
    }


def _schema(live: "Live") -> dict[str, Any]:
    return {
        "tags": ["predict"],
        "summary": "The fields of a record",
        "operationId": f"schema_{live.endpoint}",
        "security": [{"key": []}],
        "responses": {
            "200": {"description": "The fields", "content": {"application/json": {"schema": {"type": "object"}}}},
            **_refusals("401", "503"),
        },
    }


def _answer(live: "Live") -> dict[str, Any]:
    prediction: dict[str, Any] = {"prediction": {"type": "number"}, "id": {"type": "string"}}
    if live.scorer.model.task == "clustering":
        prediction["prediction"] = {"type": "integer", "minimum": -1}
    if live.scorer.model.task == "anomaly":
        prediction |= {"prediction": {"type": "boolean"}, "score": {"type": "number"}}
    if live.scorer.model.classes:
        prediction["prediction"] = {"enum": list(live.scorer.model.classes)}
        prediction["probabilities"] = {"type": "object", "additionalProperties": {"type": "number"}}
    answer = {
        "type": "object",
        "properties": {
            "predictions": {"type": "array", "items": {"type": "object", "properties": prediction}},
            "model": {"type": "string"},
            "version": {"type": "integer"},
        },
    }
    return {"description": "One prediction per record", "content": {"application/json": {"schema": answer}}}


def _refusals(*statuses: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": PROBLEM}}
    return {status: {"description": "Refused, with the reason", "content": content} for status in statuses}
