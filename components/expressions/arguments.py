"""What an argument of a function may be, read from its name in the signature."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from components.ports import Kind

MAX_PATTERN = 1_000

KINDS: Mapping[str, tuple[Kind, ...]] = {
    "number": ("numeric",),
    "base": ("numeric",),
    "text": ("text",),
    "date": ("datetime",),
    "condition": ("boolean",),
    "value": ("numeric", "text", "boolean", "datetime"),
}

CONSTANTS: Mapping[str, type] = {
    "unit": str,
    "pattern": str,
    "replacement": str,
    "format": str,
    "digits": int,
    "group": int,
    "count": int,
}


@dataclass(frozen=True)
class Argument:
    """One argument; its first word says what fits.

    Parameters
    ----------
    word
        As it stands in the signature: ``number``, ``text2``, ``unit``, …
    kinds
        The kinds of columns that fit; empty for a constant.
    constant
        The Python type of a constant, or None where columns fit.
    """

    word: str
    kinds: tuple[Kind, ...]
    constant: type | None
    optional: bool
    repeated: bool

    @classmethod
    def read(cls, word: str) -> "Argument":
        name = word.rstrip("?…")
        sort = name.rstrip("0123456789")
        return cls(name, KINDS.get(sort, ()), CONSTANTS.get(sort), word.endswith("?"), word.endswith("…"))

    def problem(self, constant: Any) -> str | None:
        """Why a constant does not fit."""
        rule = RULES.get(self.word.rstrip("0123456789"))
        return rule(constant) if rule else None


def _pattern_problem(pattern: str) -> str | None:
    """Checked by RE2, which DuckDB uses and whose time grows linearly with the text."""
    if len(pattern) > MAX_PATTERN:
        return f"A pattern has at most {MAX_PATTERN:,} characters."
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        return f"{pattern[:80]!r} is not a regular expression."
    return None


def _between(low: int, high: int) -> Callable[[int], str | None]:
    return lambda number: None if low <= number <= high else f"It must be between {low} and {high:,}."


def _short(text: str) -> str | None:
    return None if len(text) <= MAX_PATTERN else f"It has at most {MAX_PATTERN:,} characters."


RULES: Mapping[str, Callable[[Any], str | None]] = {
    "pattern": _pattern_problem,
    "replacement": _short,
    "format": _short,
    "digits": _between(-15, 15),
    "group": _between(0, 9),
    "count": _between(0, 10_000),
}
