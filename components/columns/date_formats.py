"""Texts read as dates in a format such as ``%d/%m/%Y``; NULL for what does not fit, on every engine."""

import re
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from components.errors import ComponentError
from components.portable.casts import read_as
from components.portable.numbers import where

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

PATTERNS: Mapping[str, str] = {
    "%Y": "[1-9][0-9]{3}",
    "%y": "[0-9]{2}",
    "%m": "1[0-2]|0?[1-9]",
    "%d": "3[01]|[12][0-9]|0?[1-9]",
    "%b": "|".join(name[:3] for name in MONTHS),
    "%B": "|".join(MONTHS),
    "%H": "2[0-3]|[01]?[0-9]",
    "%I": "1[0-2]|0?[1-9]",
    "%M": "[0-5]?[0-9]",
    "%S": "[0-5]?[0-9]",
    "%f": "[0-9]{1,6}",
    "%p": "am|pm",
}
"""What each part of a date looks like, in small letters."""

TIMES = frozenset(("%H", "%I", "%M", "%S", "%f", "%p"))
EXCLUSIVE = (("%Y", "%y"), ("%m", "%b", "%B"), ("%H", "%I"))
PIECE = re.compile("%.|[^%]+|%", re.DOTALL)
PIVOT = 69
"""Two digits from here on are a year of the 1900s, as POSIX says."""


def check_format(text: str, field: str) -> None:
    """Refuse a format that does not say which day it is, or that uses what is not known here.

    Raises
    ------
    ComponentError
    """
    codes = [piece for piece in PIECE.findall(text) if piece.startswith("%") and piece != "%%"]
    problem = _problem(codes)
    if problem:
        known = ", ".join(PATTERNS)
        raise ComponentError(problem, hint=f"Write it like %d/%m/%Y or %Y-%m-%d %H:%M; there are {known}.", field=field)


def has_time(text: str) -> bool:
    """Whether a format says more than the day."""
    return not TIMES.isdisjoint(PIECE.findall(text))


def read_date(text: ir.StringValue, form: str) -> ir.Value:
    """A date, or a timestamp where the format says the time of day.

    As `datetime.strptime` reads it: names of months in English and in any case, leading zeros may be missing.
    """
    written = text.strip().lower()
    pattern, codes = _pattern(form)
    parts = {code: written.re_extract(pattern, place) for place, code in enumerate(codes, start=1)}
    iso = _year(parts) + "-" + _month(parts) + "-" + _padded(parts.get("%d", ibis.literal("1")))
    if has_time(form):
        iso = iso + " " + _time(parts)
    return read_as(where(written.re_search(pattern), iso), "timestamp" if has_time(form) else "date")


def _problem(codes: list[str]) -> str | None:
    unknown = [code for code in codes if code not in PATTERNS]
    if unknown:
        return f"The format uses {unknown[0]}, which is not known."
    if len(set(codes)) < len(codes) or any(len({*codes} & {*group}) > 1 for group in EXCLUSIVE):
        return "The format says one part of the date twice."
    if {*codes}.isdisjoint(("%Y", "%y")):
        return "The format does not say the year."
    if "%d" in codes and {*codes}.isdisjoint(("%m", "%b", "%B")):
        return "The format says the day, but not the month."
    if ("%I" in codes) != ("%p" in codes):
        return "%I and %p, the hour and the half of the day, go together."
    return None


def _pattern(form: str) -> tuple[str, list[str]]:
    """A pattern with a group for each part, and the parts in order."""
    codes, written = [], []
    for piece in PIECE.findall(form.strip()):
        if piece in PATTERNS:
            codes.append(piece)
            written.append(f"({PATTERNS[piece]})")
        else:
            written.append(_literally("%" if piece == "%%" else piece.lower()))
    return f"^{''.join(written)}$", codes


def _literally(text: str) -> str:
    return r"\s+".join(re.escape(word) for word in re.split(r"\s+", text))


def _year(parts: Mapping[str, ir.StringValue]) -> ir.StringValue:
    if "%Y" in parts:
        return parts["%Y"]
    return ibis.ifelse(parts["%y"] >= str(PIVOT), "19", "20") + parts["%y"]


def _month(parts: Mapping[str, ir.StringValue]) -> ir.StringValue:
    name = parts.get("%b", parts.get("%B"))
    if name is None:
        return _padded(parts.get("%m", ibis.literal("1")))
    start = name.substr(0, 3)
    return ibis.cases(*((start == month[:3], f"{number:02}") for number, month in enumerate(MONTHS, 1)), else_="")


def _time(parts: Mapping[str, ir.StringValue]) -> ir.StringValue:
    zero = ibis.literal("0")
    minute, second = (_padded(parts.get(code, zero)) for code in ("%M", "%S"))
    fraction = (parts["%f"] + "000000").substr(0, 6) if "%f" in parts else ibis.literal("000000")
    return _hour(parts) + ":" + minute + ":" + second + "." + fraction


def _hour(parts: Mapping[str, ir.StringValue]) -> ir.StringValue:
    if "%I" not in parts:
        return _padded(parts.get("%H", ibis.literal("0")))
    hour = _padded(parts["%I"])
    later = ibis.cases(*((hour == f"{h:02}", f"{h % 12 + 12}") for h in range(1, 13)), else_="")
    return ibis.ifelse(parts["%p"] == "pm", later, ibis.ifelse(hour == "12", "00", hour))


def _padded(digits: ir.StringValue) -> ir.StringValue:
    return ibis.ifelse(digits.length() < 2, ibis.literal("0") + digits, digits)
