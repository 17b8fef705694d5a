"""Formats of dates (``%Y-%m-%d``) as Spark writes them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import sqlglot.expressions as sge

SHORT = {"%c": "%Y-%m-%d %H:%M:%S", "%x": "%Y-%m-%d", "%X": "%H:%M:%S"}

PATTERNS: Mapping[str, str] = {
    "%Y": "yyyy", "%y": "yy", "%m": "MM", "%-m": "M", "%d": "dd", "%-d": "d", "%B": "MMMM", "%b": "MMM", "%h": "MMM",
    "%A": "EEEE", "%a": "EEE", "%j": "DDD", "%-j": "D", "%H": "HH", "%-H": "H", "%I": "hh", "%-I": "h", "%M": "mm",
    "%-M": "m", "%S": "ss", "%-S": "s", "%p": "a", "%f": "SSSSSS", "%g": "SSS",
}  # fmt: skip
"""What has a letter of its own in Java."""

Sql = Any


def date_format(date: Sql, text: str) -> Sql:
    """SQL that writes a date in a format of ``strftime``."""
    text = re.sub("%[cxX]", lambda found: SHORT[found[0]], text)
    pieces = [_piece(date, found[0]) for found in re.finditer(r"%-?[a-zA-Z%]|[^%]+|%", text)]
    return sge.func("concat", *pieces) if pieces else sge.convert("")


def _piece(date: Sql, piece: str) -> Sql:
    if piece in PATTERNS:
        return _call("date_format", date, sge.convert(PATTERNS[piece]))
    if piece in COMPUTED:
        return COMPUTED[piece](date)
    # A text that depends on the date only in being missing where it is.
    return sge.func("if", date.is_(sge.null()), sge.null(), sge.convert("%" if piece == "%%" else piece))


def _call(name: str, *arguments: Any) -> Sql:
    return sge.Anonymous(this=name, expressions=[sge.convert(argument) for argument in arguments])


def _padded(number: Sql) -> Sql:
    return _call("lpad", sge.cast(number, "string"), 2, "0")


def _week(starts_on: int) -> Callable[[Sql], Sql]:
    """Weeks of the year before which the first Sunday (1) or Monday (2) lies are week 0."""

    def build(date: Sql) -> Sql:
        since = _call("pmod", _call("dayofweek", date) - starts_on, 7)
        return _padded(_call("floor", (_call("dayofyear", date) + 6 - since) / 7))

    return build


COMPUTED: Mapping[str, Callable[[Sql], Sql]] = {
    "%V": lambda date: _padded(_call("weekofyear", date)),
    "%G": lambda date: sge.cast(_call("date_part", "YEAROFWEEK", date), "string"),
    "%u": lambda date: sge.cast(_call("weekday", date) + 1, "string"),
    "%w": lambda date: sge.cast(_call("dayofweek", date) - 1, "string"),
    "%U": _week(1),
    "%W": _week(2),
    "%z": lambda date: sge.func("if", date.is_(sge.null()), sge.null(), sge.convert("+00")),
    "%Z": lambda date: sge.func("if", date.is_(sge.null()), sge.null(), sge.convert("")),
    "%n": lambda date: _call("rpad", _call("date_format", date, "SSSSSS"), 9, "0"),
}
"""What Java has no letter for, or another meaning."""
