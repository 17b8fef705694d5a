"""The body of a request: JSON, bounded in size, depth and time."""

import asyncio
from typing import Any

from fastapi import Request

from engine.api import strict_json
from engine.api.problems import NotJson, TooLarge, TooSlow, WrongType

SECONDS = 30.0

EXAMPLE = 'Send {"records": [{…}]}.'


async def read_json(request: Request, most: int) -> Any:
    """The JSON of a request.

    Parameters
    ----------
    most
        Bytes, at most.

    Raises
    ------
    WrongType, TooLarge, TooSlow, NotJson
    """
    if not is_json(kind_of_body(request)):
        raise WrongType("The request must be JSON.", hint="Send the header 'Content-Type: application/json'.")
    return parse(await read_bytes(request, most))


def kind_of_body(request: Request) -> str:
    """The type that a request gives its body; JSON where it says nothing."""
    return request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()


def is_json(kind: str) -> bool:
    """Whether a type is JSON or something written as JSON."""
    return kind == "application/json" or kind.endswith("+json")


async def read_bytes(request: Request, most: int) -> bytes:
    """The body of a request.

    Raises
    ------
    TooLarge, TooSlow
    """
    try:
        async with asyncio.timeout(SECONDS):
            return await _bytes(request, most)
    except TimeoutError as error:
        raise TooSlow(f"The request did not arrive within {SECONDS:.0f} seconds.", hint="Send it again.") from error


async def _bytes(request: Request, most: int) -> bytes:
    length = request.headers.get("content-length", "")
    received = bytearray()
    if not (length.isascii() and length.isdigit() and int(length[:20]) > most):
        async for chunk in request.stream():
            received += chunk
            if len(received) > most:
                break
        else:
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
