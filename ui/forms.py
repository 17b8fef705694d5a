"""A form for one record: an input for each field, by its JSON Schema."""

from __future__ import annotations

import datetime as dates
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st


def record_form(fields: Sequence[Mapping[str, Any]], record: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Inputs for every field, two or three in a row, filled in with a record.

    Parameters
    ----------
    fields
        ``name``, ``nullable`` and JSON ``schema`` of each.

    Returns
    -------
    dict
        The record as it was typed; an emptied field is null.
    """
    typed: dict[str, Any] = {}
    across = min(len(fields), 2 if len(fields) < 9 else 3)
    for first in range(0, len(fields), across):
        for cell, field in zip(st.columns(across), fields[first : first + across], strict=False):
            with cell:
                name = field["name"]
                typed[name] = _input(field, record.get(name), f"{key}_{name}")
    return typed


def _input(field: Mapping[str, Any], value: Any, key: str) -> Any:
    kind = field["schema"].get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    label = field["name"] + ("" if not field["nullable"] else " (optional)")
    match kind, field["schema"].get("format"):
        case "integer", _:
            return st.number_input(label, value=None if value is None else int(value), step=1, key=key)
        case "number", _:
            return st.number_input(label, value=None if value is None else float(value), key=key, format="%g")
        case "boolean", _:
            return st.selectbox(label, [True, False], index=_place(value), format_func=_yes_or_no, key=key)
        case "string", "date":
            chosen = st.date_input(label, value=_date(value), key=key)
            return chosen.isoformat() if isinstance(chosen, dates.date) else None
        case _:
            text = st.text_input(label, value="" if value is None else str(value), key=key)
            return text if text or not field["nullable"] else None


def _place(value: Any) -> int | None:
    return None if value is None else 0 if value else 1


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def _date(value: Any) -> dates.date | None:
    try:
        return dates.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
