"""The body of a request: JSON, bounded in size, depth and time."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from engine.api import strict_json
from engine.api.problems import NotJson, TooLarge, TooSlow, WrongType

SECONDS = 30.0

EXAMPLE = 'Send {"records": [{…}]}.'


async def read_json(headers: Mapping[str, str], receive: Receive, most: int) -> Any:
    """The JSON of a request.

    Parameters
    ----------
    most
        Bytes, at most.

    Raises
    ------
    WrongType, TooLarge, TooSlow, NotJson, ClientDisconnect
    """
    if not is_json(kind_of_body(headers)):
        raise WrongType("The request must be JSON.", hint="Send the header 'Content-Type: application/json'.")
    return parse(await read_bytes(headers, receive, most))


def kind_of_body(headers: Mapping[str, str]) -> str:
    """The type that a request gives its body; JSON where it says nothing."""
    return headers.get("content-type", "application/json").partition(";")[0].strip().lower()


def is_json(kind: str) -> bool:
    """Whether a type is JSON or something written as JSON."""
    return kind == "application/json" or kind.endswith("+json")


async def read_bytes(headers: Mapping[str, str], receive: Receive, most: int) -> bytes:
    """The body of a request.

    Raises
    ------
    TooLarge, TooSlow, ClientDisconnect
    """
    try:
        async with asyncio.timeout(SECONDS):
            return await _bytes(headers.get("content-length", ""), receive, most)
    except TimeoutError as error:
        raise TooSlow(f"The request did not arrive within {SECONDS:.0f} seconds.", hint="Send it again.") from error


async def _bytes(length: str, receive: Receive, most: int) -> bytes:
    received, is_whole = bytearray(), False
    is_too_large = length.isascii() and length.isdigit() and int(length[:20]) > most
    while not (is_whole or is_too_large):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        received += message.get("body", b"")
        is_whole, is_too_large = not message.get("more_body", False), len(received) > most
    if not is_too_large:
        return bytes(received)
    raise TooLarge(f"The request is larger than {most // 1_000:,} kB.", hint="Send fewer records at a time.")


def parse(body: bytes) -> Any:
    """Strict JSON: no NaN, no key twice in an object.

    Raises
    ------
    NotJson
    """
    try:
        return strict_json.loads(body)
    except RecursionError as error:
        raise NotJson("The request is nested too deeply.", hint=EXAMPLE) from error
    except ValueError as error:
        raise NotJson(f"The request is not valid JSON: {error}", hint=EXAMPLE) from error
