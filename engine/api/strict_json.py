"""JSON as its standard has it, read quickly."""

import json
import math
import re
from typing import Any

import orjson

MAX_DIGITS = 400
"""More than any number has that a 64-bit float can hold."""

LONG_NUMBER = re.compile(rb"\d{19}")
ESCAPED = rb"\u"


def loads(body: bytes) -> Any:
    """The value of a JSON text: no NaN, no key twice in an object.

    orjson is many times as fast as Python's reader, but takes the last of two equal keys. Each key has a colon: where
    there are as many colons as keys, none is there twice. Whatever else it is, Python's reader tells.

    Raises
    ------
    ValueError
        Saying what is wrong with it, and where.
    RecursionError
    """
    if LONG_NUMBER.search(body):  # orjson would make it a float
        return _slowly(body)
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _slowly(body)
    colons = body.count(b":")
    is_unique = colons == _keys(found) or (ESCAPED not in body and colons == _keys(found) + _colons(found))
    return found if is_unique else _slowly(body)


def _keys(found: Any) -> int:
    """How many keys there are in all objects."""
    if type(found) is dict:
        return len(found) + sum(_keys(value) for value in found.values() if type(value) in (dict, list))
    if type(found) is list:
        return sum(_keys(value) for value in found if type(value) in (dict, list))
    return 0


def _colons(found: Any) -> int:
    """How many colons there are in all texts."""
    if type(found) is str:
        return found.count(":")
    if type(found) is dict:
        return sum(map(_colons, found)) + sum(map(_colons, found.values()))
    return sum(map(_colons, found)) if type(found) is list else 0


def _slowly(body: bytes) -> Any:
    return json.loads(
        body.decode(), parse_constant=_no_constant, parse_int=_whole_number, object_pairs_hook=_no_key_twice
    )


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
