"""What was asked of a model before: versions and their rows never change, so that answers may be kept for a while."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from engine.service import Workspace
from engine.service.modelling import explanations, fairness, held_rows, what_if
from engine.service.views import ModelView


def keyed(model: ModelView) -> tuple[str, int, str]:
    """What a version is called, and its id, under which answers are kept."""
    return model.model, model.version or 0, model.version_id or ""


@st.cache_data(max_entries=64, show_spinner="Asking the model …")
def dependence(_home: Workspace, version: tuple[str, int, str], column: str, label: str | None) -> dict[str, Any]:
    return explanations.dependence(_home, version[0], version[1], column, label)


@st.cache_data(max_entries=32, show_spinner="Looking for rows that go wrong …")
def failing(_home: Workspace, version: tuple[str, int, str], depth: int, least_rows: int) -> dict[str, Any]:
    return explanations.failing_slices(_home, version[0], version[1], depth, least_rows)


@st.cache_data(max_entries=256, show_spinner="Asking the model …")
def explained(
    _home: Workspace, version: tuple[str, int, str], record: dict[str, Any], label: str | None
) -> what_if.ExplainedView:
    return what_if.explain_row(_home, version[0], version[1], record, label)


@st.cache_data(max_entries=64, show_spinner=False)
def rows(
    _home: Workspace, version: tuple[str, int, str], order: held_rows.Order, search: str
) -> held_rows.HeldRowsView:
    return held_rows.held_rows(_home, version[0], version[1], order, search)


@st.cache_data(max_entries=16, show_spinner=False)
def inputs(_home: Workspace, version: tuple[str, int, str]) -> list[held_rows.InputView]:
    return held_rows.row_inputs(_home, version[0], version[1])


@st.cache_data(max_entries=64, show_spinner="Comparing groups …")
def groups(
    _home: Workspace,
    version: tuple[str, int, str],
    columns: Sequence[str],
    label: str | None,
    largest_difference: float,
    smallest_ratio: float,
    least_rows: int,
) -> list[fairness.FairnessView]:
    return fairness.fairness_of(
        _home,
        version[0],
        version[1],
        columns,
        label=label,
        largest_difference=largest_difference,
        smallest_ratio=smallest_ratio,
        least_rows=least_rows,
    )
