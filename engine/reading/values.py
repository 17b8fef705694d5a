"""What a cell's text looks like: the first guess, before every value is checked."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from engine.reading.read_as import ReadAs

Shape = Literal["empty", "number", "boolean", "moment", "text"]

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)*|[.,]\d+)([eE][+-]?\d+)?")
_COMMA_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+")
_POINT_NUMBER = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?")
_POINT_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")
_COMMA_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_MOMENT = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2}([.]\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?")
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+\.\S+")
_ENOUGH = 0.8

DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y")
CLOCKS = (" %H:%M:%S", " %H:%M", " %H:%M:%S.%f", "T%H:%M:%S", "T%H:%M", "T%H:%M:%S.%f")
ISO_WITH_ZONE = "iso"


def shape_of(cells: Sequence[str], null_values: Sequence[str], thousands: str = "") -> Shape:
    """Guess what a column holds from some of its cells."""
    filled = [text for cell in cells if (text := cell.strip()) and text not in null_values]
    if not filled:
        return "empty"
    if _share(filled, lambda text: text.lower() in ("true", "false")) >= _ENOUGH:
        return "boolean"
    if _share(filled, is_moment) >= _ENOUGH:  # before numbers, whose groups of digits have points too
        return "moment"
    if _share(filled, lambda text: is_number(text.replace(thousands, "") if thousands else text)) >= _ENOUGH:
        return "number"
    return "text"


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def is_moment(text: str) -> bool:
    return _MOMENT.fullmatch(text) is not None


def is_data(text: str) -> bool:
    """Say whether a text can hardly be a column's name."""
    text = text.strip().lstrip("$€£")
    return is_number(text) or is_moment(text) or text.lower() in ("true", "false") or bool(_ADDRESS.fullmatch(text))


def uses_comma(cells: Sequence[str]) -> bool | None:
    """Say whether numbers have a decimal comma; None where no cell tells.

    >>> uses_comma(["1.234", "0,5"]), uses_comma(["1.25", "0,5"]), uses_comma(["1.234"])
    (True, False, None)
    """
    texts = [cell.strip() for cell in cells]
    if any(_POINT_NUMBER.fullmatch(text) and not _POINT_GROUPS.fullmatch(text) for text in texts):
        return False
    return True if any(_COMMA_NUMBER.fullmatch(text) for text in texts) else None


def grouping_of(cells: Sequence[str], read_as: ReadAs) -> str | None:
    """What groups the digits of a column: what was said, or commas that leave no doubt.

    >>> grouping_of(["1,234,567", "12"], ReadAs()), grouping_of(["1,234"], ReadAs())
    (',', None)
    """
    if read_as.thousands is not None or read_as.decimal == ",":
        return read_as.thousands
    with_commas = [text for cell in cells if "," in (text := cell.strip())]
    regular = bool(with_commas) and all(_COMMA_GROUPS.fullmatch(text) for text in with_commas)
    return "," if regular and any("." in text or text.count(",") > 1 for text in with_commas) else None


def groups_digits(cells: Sequence[str], read_as: ReadAs) -> str | None:
    """One of the numbers, where all of them would be regular groups of three digits too; None where not."""
    if read_as.decimal != "." or read_as.delimiter == ",":
        return None
    filled = [text for cell in cells if (text := cell.strip()) and text not in read_as.null_values]
    return filled[0] if len(filled) > 1 and all(_POINT_GROUPS.fullmatch(text) for text in filled) else None


def fits_format(cells: Sequence[str], fmt: str | None) -> bool:
    """Whether most of the texts are dates of this format."""
    filled = [text for cell in cells[:50] if (text := cell.strip())]
    return fmt is not None and bool(filled) and _share(filled, lambda text: _reads(text, fmt)) >= _ENOUGH


def moment_formats(cells: Sequence[str]) -> list[str]:
    """List the formats that read most of these dates or times, in the order of preference."""
    filled = [text for cell in cells if is_moment(text := cell.strip())][:50]
    if any(text.endswith("Z") or re.search(r":\d\d.*[+-]\d\d:?\d\d$", text) for text in filled):
        return [ISO_WITH_ZONE]
    every = [*DATES, *(date + clock for date in DATES for clock in CLOCKS)]
    return [fmt for fmt in every if filled and _share(filled, lambda text, fmt=fmt: _reads(text, fmt)) >= _ENOUGH]  # type: ignore[misc]


def _reads(text: str, fmt: str) -> bool:
    try:
        datetime.strptime(text, fmt)
    except ValueError:
        return False
    return True


def _share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, cells)) / len(cells)
