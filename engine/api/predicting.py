"""Predictions: the route that is asked thousands of times a second, with nothing between it and the server.

A router, middleware and request objects take longer than all that a prediction needs of them; the other routes have
them. What they do is done here too: known hosts, errors in words, the count of every request.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Response
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from engine.api.admission import size_of
from engine.api.asking import Caller
from engine.api.body import read_json
from engine.api.desk import Desk, checked_route
from engine.api.keys import headers_of
from engine.api.minutes import GONE_AWAY
from engine.api.problems import UNEXPECTED, Hosts, problem, refusal
from engine.api.telling import Telling, check_wish, read_wish
from engine.errors import PEOPLE_ERRORS
from engine.serve.scorer import records_of

BEFORE, AFTER = "/v1/endpoints/", "/predict"
PATH = f"{BEFORE}{{name}}{AFTER}"
FAILED = 500

log = logging.getLogger("canvasback.api")


class Api(FastAPI):
    """The application; predictions do not go through its router and middleware."""

    predicting: "Predicting | None" = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.predicting is not None and is_prediction(scope):
            await self.predicting(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def is_prediction(scope: Scope) -> bool:
    """Whether a request asks for predictions."""
    return scope["type"] == "http" and scope["method"] == "POST" and endpoint_of(scope["path"]) is not None


def endpoint_of(path: str) -> str | None:
    """The endpoint that a path asks for predictions.

    >>> endpoint_of("/v1/endpoints/churn/predict")
    'churn'
    >>> endpoint_of("/v1/endpoints/churn/more/predict") is None
    True
    """
    if not (path.startswith(BEFORE) and path.endswith(AFTER)):
        return None
    name = path[len(BEFORE) : -len(AFTER)]
    return name if name and "/" not in name else None


class Predicting:
    """Answers what is asked of an endpoint's model, as an ASGI application.

    Parameters
    ----------
    hosts
        The names that the API answers to.
    """

    def __init__(self, desk: Desk, telling: Telling, hosts: Hosts) -> None:
        self._desk = desk
        self._telling = telling
        self._hosts = hosts
        self._minutes = desk.asking.minutes
        self._id_of = desk.deployed.id_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), FAILED
        name = endpoint_of(scope["path"]) or ""
        try:
            response = await self._response(name, scope, receive)
            status = response.status_code
            await response(scope, receive, send)
        except ClientDisconnect:
            status = GONE_AWAY
        finally:
            endpoint_id = self._id_of(name)
            if endpoint_id is not None:
                self._minutes.request(endpoint_id, status, time.perf_counter() - began)

    async def _response(self, name: str, scope: Scope, receive: Receive) -> Response:
        try:
            if not self._hosts.know(scope):
                return self._hosts.refusal()
            return await self._answer(name, scope, receive)
        except PEOPLE_ERRORS as error:
            return refusal(error, scope)
        except ClientDisconnect:
            raise
        except Exception:
            log.exception("%s %s", scope["method"], scope["path"])
            return problem(FAILED, UNEXPECTED)

    async def _answer(self, name: str, scope: Scope, receive: Receive) -> Response:
        desk, most, headers = self._desk, self._desk.most_bytes, _headers(scope)
        key = await desk.keys.open(name, headers.get("authorization", ""))
        route, wish = checked_route(headers.get("canvasback-route", "")), read_wish(scope["query_string"])
        with desk.admission.place(size_of(headers.get("content-length"), most)):
            records = records_of(await read_json(headers, receive, most))
            check_wish(wish, await desk.deployed.find(name), records)
            async with desk.keys.taking(key, records):
                answered = await desk.asking.ask(name, records, Caller(key.prefix, route))
                document = await self._telling.document(answered, wish)
        return Response(orjson.dumps(document), headers=headers_of(key), media_type="application/json")


def _headers(scope: Scope) -> Mapping[str, Any]:
    """The headers of a request by their names; of several with the same name, the first."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}
