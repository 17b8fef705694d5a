"""The body of a request: JSON, bounded in size, depth and time."""

import json
import math
from typing import Any

import anyio
from fastapi import Request

from engine.api.problems import NotJson, TooLarge, TooSlow, WrongType

SECONDS = 30.0
MAX_DIGITS = 400
"""More than any number has that a 64-bit float can hold."""

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
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise WrongType("The request must be JSON.", hint="Send the header 'Content-Type: application/json'.")
    try:
        with anyio.fail_after(SECONDS):
            return parse(await _bytes(request, most))
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
        return json.loads(
            body.decode(), parse_constant=_no_constant, parse_int=_whole_number, object_pairs_hook=_no_key_twice
        )
    except RecursionError as error:
        raise NotJson("The request is nested too deeply.", hint=EXAMPLE) from error
    except ValueError as error:
        raise NotJson(f"The request is not valid JSON: {error}", hint=EXAMPLE) from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _whole_number(digits: str) -> int | float:
    # Python takes quadratic time for long numbers; infinity is refused later, by the name of its field.
    if len(digits) > MAX_DIGITS:
        return -math.inf if digits.startswith("-") else math.inf
    return int(digits)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice[:100]!r} is there twice")
    return made
