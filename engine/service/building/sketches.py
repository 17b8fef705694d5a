"""Columns at a glance, in the words and shapes a panel draws."""

import datetime as dates
from typing import Any

import ibis.expr.schema as sch
import pyarrow as pa
from pydantic import Field

from engine.profile.sketch import Sketch, sketch
from engine.service.tables import plain, type_words
from engine.service.views import View

LONGEST = 40


class SketchView(View):
    """One column of a preview.

    Parameters
    ----------
    missing
        Share of the rows, 0 to 1.
    bins
        How many values lie in each range, from the least value to the most.
    top
        The most frequent values, each with its share of the rows.
    """

    name: str
    kind: str
    type: str
    is_new: bool = False
    missing: float = 0.0
    distinct: int | None = None
    least: str | None = None
    middle: str | None = None
    most: str | None = None
    bins: list[int] = Field(default_factory=list)
    top: list[tuple[str, float]] = Field(default_factory=list)


def sketches_of(table: pa.Table, before: pa.Table | None) -> list[SketchView]:
    """Every column of a table; those that were not there before come first."""
    types = sch.Schema.from_pyarrow(table.schema)
    known = set(before.column_names) if before is not None else set(table.column_names)
    views = [_view(one, type_words(types[one.name]), is_new=one.name not in known) for one in sketch(table)]
    return sorted(views, key=lambda view: not view.is_new)


def _view(seen: Sketch, words: str, *, is_new: bool) -> SketchView:
    rows = max(seen.rows, 1)
    return SketchView(
        name=seen.name,
        kind=seen.kind,
        type=words,
        is_new=is_new,
        missing=seen.missing / rows,
        distinct=seen.distinct,
        least=_words(seen.least),
        middle=_words(seen.middle),
        most=_words(seen.most),
        bins=list(seen.bins),
        top=[(_words(value) or "", count / rows) for value, count in seen.top],
    )


def _words(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, dates.datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    known = plain(value)
    if isinstance(known, bool):
        return "true" if known else "false"
    if isinstance(known, float):
        return f"{known:,.0f}" if known.is_integer() and abs(known) < 1e15 else f"{known:.4g}"
    text = str(known)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
