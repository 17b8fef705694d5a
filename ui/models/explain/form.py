"""Inputs for one row: choices where the data hold few values, each with what is usual."""

import datetime as dates
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.service.modelling.held_rows import InputView
from ui.forms import record_form

ACROSS = 2


def row_form(inputs: Sequence[InputView], record: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The row as it was typed; an emptied field is null."""
    typed: dict[str, Any] = {}
    for first in range(0, len(inputs), ACROSS):
        for cell, field in zip(st.columns(ACROSS), inputs[first : first + ACROSS], strict=False):
            with cell:
                typed[field.name] = _input(field, record.get(field.name), f"{key}_{field.name}")
    return typed


def _input(field: InputView, value: Any, key: str) -> Any:
    if field.choices:
        return _choice(field, value, key)
    if field.schema_.get("format") == "date":
        return _date(field, value, key)
    whole = record_form(
        [{"name": field.name, "nullable": field.nullable, "schema": field.schema_}], {field.name: value}, key
    )
    return whole[field.name]


def _choice(field: InputView, value: Any, key: str) -> Any:
    offered = [*([None] if field.nullable else []), *field.choices]
    offered = offered if value in offered else [value, *offered]
    return st.selectbox(
        field.name, offered, index=offered.index(value), key=key, format_func=lambda it: "missing" if it is None else it
    )


def _date(field: InputView, value: Any, key: str) -> str | None:
    """The calendar opens at the data, also where they are old."""
    now = _day(value)
    least, most = (_day(end) or dates.date.today() for end in (field.least, field.most))
    first, last = (dates.date(max(day.year + years, 1), 1, 1) for day, years in ((least, -5), (most, 6)))
    chosen = st.date_input(
        field.name, now, key=key, min_value=min(first, now or first), max_value=max(last, now or last)
    )
    return chosen.isoformat() if isinstance(chosen, dates.date) else None


def _day(value: Any) -> dates.date | None:
    try:
        return dates.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
