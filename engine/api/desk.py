"""Where requests come in, whatever their protocol: key, place, body, the key's day, turn, answer."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from fastapi import Request

from engine.api.admission import Admission, Place, size_of
from engine.api.asking import Answered, Asking, Caller
from engine.api.body import read_json
from engine.api.deployed import Deployed, Live
from engine.api.keys import Keys
from engine.api.minutes import counted_for
from engine.api.problems import InvalidQuery
from engine.service.serving.keys import Opened
from engine.workspace import Workspace

ROUTES = "^[ -~]{0,200}$"
"""What the header Canvasback-Route can be."""

T = TypeVar("T")
Read = Callable[[Request, Live], Awaitable[Any]]
"""Reads the records of a request."""


@dataclass(frozen=True)
class Desk:
    """What the routes share."""

    workspace: Workspace
    deployed: Deployed
    keys: Keys
    admission: Admission
    asking: Asking

    @cached_property
    def _few(self) -> anyio.CapacityLimiter:
        return anyio.CapacityLimiter(self.workspace.settings.request_concurrency)

    @property
    def most_bytes(self) -> int:
        """The largest body of a request."""
        return self.workspace.settings.request_max_kb * 1_000

    async def open(self, request: Request, endpoint: str | None) -> Opened:
        """What the key of a request opens.

        Raises
        ------
        NotAllowed, Gone, TooMany
        """
        return await self.keys.open(endpoint, request.headers.get("authorization", ""))

    async def answer(self, request: Request, opened: Opened, read: Read, version: int | None = None) -> Answered:
        """Read the records of a request, and let a model answer them.

        Parameters
        ----------
        version
            The only one that shall answer; None for whichever has the request's share of the traffic.

        Raises
        ------
        CanvasbackError
        """
        counted_for(request.scope, opened.endpoint)
        live = await self.deployed.find(opened.endpoint)
        caller = Caller(opened.prefix, checked_route(request.headers.get("canvasback-route", "")), version)
        with self.place(request):
            records = await read(request, live)
            async with self.keys.taking(opened, records):
                return await self.asking.ask(opened.endpoint, records, caller)

    def place(self, request: Request) -> Place:
        """A place for one request, from its first byte to its answer.

        Raises
        ------
        TooMany
        """
        return self.admission.place(size_of(request.headers.get("content-length"), self.most_bytes))

    async def json(self, request: Request) -> Any:
        """The JSON body of a request that asks no model.

        Raises
        ------
        RequestError
        """
        with self.place(request):
            return await read_json(request.headers, request.receive, self.most_bytes)

    async def work(self, do: Callable[[], T]) -> T:
        """Do what takes a while in a thread, a few things at a time."""
        return await anyio.to_thread.run_sync(do, limiter=self._few)


def checked_route(text: str) -> str:
    """What keeps requests with the same version.

    Raises
    ------
    InvalidQuery
    """
    if not re.fullmatch(ROUTES, text):
        raise InvalidQuery(
            "The header 'Canvasback-Route' must have at most 200 printable ASCII characters.",
            hint="Send an id without spaces, or leave it out.",
            field="Canvasback-Route",
        )
    return text
