"""Who may ask, and how much: the key of a request, looked up at most once a second."""

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import anyio.to_thread

from engine.api.problems import gone
from engine.api.rates import Rates
from engine.api.uses import Uses
from engine.errors import NotAllowed
from engine.service.serving.keys import Opened, note_key_used, opened_by
from engine.workspace import Workspace
from storage.errors import StorageError
from storage.secrets import hash_key

FRESH_SECONDS = 1.0
NOTE_SECONDS = 60.0
NOT_KEPT = {"Cache-Control": "no-store"}

log = logging.getLogger("canvasback.api")


class Keys:
    """Remembers for a second what keys open; a refusal is never remembered."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[str, tuple[float, Opened]] = {}
        self._looking: dict[str, asyncio.Task[Opened | None]] = {}
        self._noted_at: dict[str, float] = {}
        self._rates = Rates(workspace.home.rates)
        self._uses = Uses(workspace)

    async def check(self, endpoint: str, authorization: str) -> str:
        """Let a request pass whose key opens this endpoint; the beginning of the key, by which people know it.

        Raises
        ------
        NotAllowed, Gone, TooMany
        """
        return (await self.open(endpoint, authorization)).prefix

    async def open(self, endpoint: str | None, authorization: str) -> Opened:
        """What the key of a request opens.

        Parameters
        ----------
        endpoint
            The one that is asked for; None for whichever the key opens.

        Raises
        ------
        NotAllowed
            In the same words for a missing, wrong, expired or revoked key, another endpoint's key and an unknown
            endpoint.
        Gone
            When the endpoint is retired.
        TooMany
            When more was asked with this key in a minute than its endpoint allows.
        """
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() == "bearer" and key.strip():
            opened = await self._opened(hash_key(self._workspace.secret, key.strip()))
            if opened is not None and endpoint in (None, opened.endpoint):
                if opened.retired:
                    raise gone(opened.endpoint, opened.sunset)
                self._rates.count(opened.key_id, opened.settings.requests_per_minute)
                return opened
        raise NotAllowed("The key is missing, wrong or revoked.", hint="Send the header 'Authorization: Bearer cbk_…'.")

    def taking(self, opened: Opened, records: Any) -> "Taken":
        """Count the records of a request against the day of its key; they are given back if it is refused.

        Whoever enters is refused with `TooMany` when the key has no more for today.
        """
        return Taken(self._uses, opened, len(records) if isinstance(records, list) else 0)

    def stop(self) -> None:
        """Write down what was counted."""
        self._uses.stop()

    async def _opened(self, hashed: str) -> Opened | None:
        until, opened = self._known.get(hashed, (0.0, None))
        if until > time.monotonic():
            return opened
        looking = self._looking.get(hashed)
        if looking is None:  # one request looks it up for all that come meanwhile
            looking = self._looking[hashed] = asyncio.create_task(anyio.to_thread.run_sync(self._look_up, hashed))
            looking.add_done_callback(lambda _: self._looking.pop(hashed))
        return await asyncio.shield(looking)

    def _look_up(self, hashed: str) -> Opened | None:
        opened = opened_by(self._workspace, hashed)
        if opened is None:
            self._known.pop(hashed, None)
            return None
        self._known[hashed] = time.monotonic() + FRESH_SECONDS, opened
        self._note(hashed)
        return opened

    def _note(self, hashed: str) -> None:
        """When a key was last used, to the minute."""
        now = time.monotonic()
        if now < self._noted_at.get(hashed, 0.0):
            return
        self._noted_at[hashed] = now + NOTE_SECONDS
        try:
            note_key_used(self._workspace, hashed)
        except StorageError as error:
            log.warning("the use of a key could not be noted: %s", error.message)


class Taken:
    """Records of a key's day, for the block that answers them."""

    def __init__(self, uses: Uses, opened: Opened, count: int) -> None:
        self._uses = uses
        self._opened = opened
        self._count = count

    async def __aenter__(self) -> None:
        await self._uses.take(self._opened, self._count)

    async def __aexit__(self, kind: type[BaseException] | None, *more: object) -> None:
        if kind is not None:
            self._uses.give_back(self._opened, self._count)


def headers_of(opened: Opened) -> dict[str, str]:
    """The headers of an answer: not to be kept, and when the endpoint's end is planned (RFC 8594, RFC 9745)."""
    return {**NOT_KEPT, **planned_end(opened.sunset)} if opened.sunset else NOT_KEPT


def planned_end(sunset: Mapping[str, Any]) -> dict[str, str]:
    """The headers that announce an end.

    >>> planned_end({"at": "2027-01-31T00:00:00+00:00", "announced_at": "2026-11-22T00:00:00+00:00"})
    {'Sunset': 'Sun, 31 Jan 2027 00:00:00 GMT', 'Deprecation': '@1795305600'}
    >>> planned_end({"reason": "one day"})
    {}
    """
    end = _moment(sunset.get("at"))
    if end is None:
        return {}
    announced = _moment(sunset.get("announced_at"))
    told = {"Sunset": format_datetime(end, usegmt=True)}
    return {**told, "Deprecation": f"@{int(announced.timestamp())}"} if announced else told


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
