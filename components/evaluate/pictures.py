"""Plots as data: what is drawn, and one sentence that says how to read it.

A report holds its plots in these few shapes, so that a new component needs no drawing of its own. Colours, fonts and
themes are the screen's matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

Plot = dict[str, Any]
Style = Literal["main", "other", "faint", "dotted"]
"""Of a line: what it is about, what it is compared with, one of many, or a reference."""

POINTS = 200
"""Most points of a line."""


def lines(
    title: str,
    read: str,
    series: Sequence[Mapping[str, Any]],
    *,
    across: str,
    up: str,
    marks: Sequence[Any] = (),
    cloud: tuple[str, Iterable[Any], Iterable[Any]] | None = None,
) -> Plot:
    """Lines over a common axis; made of `line`.

    Parameters
    ----------
    read
        What there is to see, in one sentence.
    across, up
        What the axes are.
    marks
        Places on the axis that matter, with a name: made of `mark`.
    cloud
        Dots behind the lines: what they are, and where.
    """
    drawn: Plot = {"kind": "lines", "title": title, "read": read, "across": across, "up": up}
    drawn |= {"series": list(series), "marks": list(marks)}
    return {**drawn, "cloud": {"name": cloud[0], "x": plain(cloud[1]), "y": plain(cloud[2])}} if cloud else drawn


def line(
    name: str,
    x: Iterable[Any],
    y: Iterable[Any],
    *,
    style: Style = "main",
    low: Any = None,
    high: Any = None,
    measured: bool = False,
) -> dict[str, Any]:
    """One line; ``low`` and ``high`` are the borders of a band around it; few points that were measured are dots."""
    drawn: dict[str, Any] = {"name": name, "x": plain(x), "y": plain(y), "style": style}
    drawn |= {"measured": True} if measured else {}
    return drawn if low is None else {**drawn, "low": plain(low), "high": plain(high)}


def mark(name: str, x: float) -> dict[str, Any]:
    """A place on the axis."""
    return {"name": name, "x": float(x)}


def bars(
    title: str,
    read: str,
    names: Iterable[Any],
    values: Iterable[Any],
    *,
    across: str,
    low: Any = None,
    high: Any = None,
) -> Plot:
    """Lying bars, the first on top; ``low`` and ``high`` are the ends of whiskers."""
    drawn: Plot = {"kind": "bars", "title": title, "read": read, "across": across}
    drawn |= {"names": [str(name) for name in names], "values": plain(values)}
    return drawn if low is None else {**drawn, "low": plain(low), "high": plain(high)}


def dots(title: str, read: str, x: Iterable[Any], y: Iterable[Any], *, across: str, up: str = "", **more: Any) -> Plot:
    """Points; ``y`` may be names, which become bands.

    Parameters
    ----------
    more
        ``colour``: a share from 0 to 1 of each point, or None; ``coloured``: what it stands for.
    """
    drawn = {"kind": "dots", "title": title, "read": read, "across": across, "up": up}
    return {**drawn, "x": plain(x), "y": plain(y), **{name: value for name, value in more.items() if value is not None}}


def listing(title: str, read: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Plot:
    """A small table."""
    drawn = {"kind": "listing", "title": title, "read": read, "columns": list(columns)}
    return {**drawn, "rows": [plain(row) for row in rows]}


def plain(values: Iterable[Any]) -> list[Any]:
    """Values as JSON has them: what is no finite number is None."""
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def thinned(length: int, most: int = POINTS) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """Places of at most so many items, the first and the last among them."""
    return np.unique(np.linspace(0, length - 1, min(length, most)).round().astype(int))


def percent(share: float) -> str:
    """A share in words.

    >>> percent(0.1234)
    '12.3 %'
    """
    return f"{100 * share:.1f} %"


def amount(count: int, noun: str) -> str:
    """A number of things.

    >>> amount(1, "row"), amount(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def short(value: float) -> str:
    """A number with three digits that matter.

    >>> short(0.12345), short(1234.5), short(-0.005)
    ('0.123', '1,234', '−0.005')
    """
    told = f"{abs(value):,.0f}" if abs(value) >= 1_000 else f"{abs(value):.3g}"
    return f"−{told}" if value < 0 else told
