"""What OpenAPI operations are made of."""

from collections.abc import Mapping, Sequence
from typing import Any

Document = dict[str, Any]

JSON = "application/json"

PROBLEM: Document = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "hint": {"type": "string"},
        "field": {"type": "string"},
        "error": {"type": "string"},
        "successor": {"type": "string"},
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
WHY = {
    "400": "Not JSON, or another host",
    "401": "The key is missing, wrong, expired or revoked",
    "404": "There is no such thing, or nothing answers now",
    "408": "The request did not arrive in time",
    "410": "The endpoint is retired",
    "413": "The request is too large",
    "415": "The body is of another type",
    "422": "A record, a field or a parameter is wrong",
    "429": "Too many requests at the same time, or more than the key may ask; see Retry-After",
    "503": "The model cannot be loaded now",
}


def operation(tag: str, summary: str, name: str, *, is_open: bool = False, **rest: Any) -> Document:
    """One operation.

    Parameters
    ----------
    is_open
        Whether it needs no key.
    """
    return {
        "tags": [tag],
        "summary": summary,
        "operationId": name,
        **({} if is_open else {"security": [{"key": []}]}),
        **rest,
    }


def answer(description: str, schema: Document, kind: str = JSON) -> Document:
    """An answer with a body."""
    return {"description": description, "content": {kind: {"schema": schema}}}


def refusals(*statuses: str) -> Document:
    """Refusals with these statuses, as problem details."""
    content = {"application/problem+json": {"schema": PROBLEM}}
    return {status: {"description": WHY[status], "content": content} for status in sorted(statuses)}


def body(kinds: Mapping[str, tuple[Document, Any]]) -> Document:
    """The body of a request: type of content → its schema and an example."""
    content = {kind: {"schema": schema, "example": example} for kind, (schema, example) in kinds.items()}
    return {"required": True, "content": content}


def objects(properties: Mapping[str, Document], *, required: Sequence[str] = (), more: bool = False) -> Document:
    """An object; `more` lets it have what is not named."""
    return {
        "type": "object",
        "properties": dict(properties),
        **({"required": list(required)} if required else {}),
        **({} if more else {"additionalProperties": False}),
    }


def listed(items: Document, most: int) -> Document:
    """A list of at least one."""
    return {"type": "array", "minItems": 1, "maxItems": most, "items": items}


def text() -> Document:
    """Any text."""
    return {"type": "string"}
