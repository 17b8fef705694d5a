"""Try an endpoint: a record in a form or as JSON, a table, a whole dataset; and what was asked so far."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.modelling import held_rows, models
from engine.service.modelling.held_rows import InputView
from engine.service.serving import endpoint_samples
from engine.service.serving.endpoint_samples import SamplesView
from engine.service.views import EndpointView, ModelView
from engine.workspace import Workspace
from ui import session
from ui.endpoints.answer import show_entry
from ui.endpoints.asked import Wishes, ask_and_keep, ask_key, show_history, shown_entry, wanted_again
from ui.endpoints.scoring import show_scoring
from ui.endpoints.trying_table import ask_table, show_answers, show_table
from ui.models.explain.asked import keyed
from ui.models.explain.form import row_form
from ui.trouble import errors_shown, guarded

FORM, JSON, CSV, WHOLE = "Form", "JSON", "CSV", "Whole dataset"
ICONS = {
    FORM: ":material/edit_note:", JSON: ":material/data_object:", CSV: ":material/table_rows:",
    WHOLE: ":material/database:",
}  # fmt: skip
MANY_FIELDS = 24
"""A form with more of them scrolls for itself."""


def show_try(home: Workspace, endpoint: EndpointView) -> None:
    """Ways to ask, the answer beside them, the history below."""
    if not endpoint.model:
        st.caption("There is nothing to try: no model answers this endpoint.")
        return
    how = st.segmented_control(
        "Ask with", list(ICONS), default=FORM, key="ask_with", label_visibility="collapsed", required=True,
        format_func=lambda it: f"{ICONS[it]} {it}",
    )  # fmt: skip
    if how == WHOLE:
        show_scoring(home, endpoint)
    else:
        _show_console(home, endpoint, str(how or FORM))


@st.fragment
@guarded
def _show_console(home: Workspace, endpoint: EndpointView, how: str) -> None:
    model = models.get_model(home, endpoint.model or "", endpoint.version)
    samples = _samples(home, keyed(model))
    st.button(
        "Another row", key="another_row", icon=":material/casino:", on_click=session.next_round,
        args=(f"try_{endpoint.name}",), help="Fill in another real row of the training data.",
    )  # fmt: skip
    _ask_again(home, endpoint)
    if how == CSV:
        show_table(home, endpoint, samples.records)
        with errors_shown():
            _show_answer(endpoint, "The answers appear here. What is filled in are real rows of the training data.")
    else:
        left, right = st.columns([3, 2], gap="large")
        with left:
            _show_one(home, endpoint, model, how, samples.records)
        with right, errors_shown():
            _show_answer(endpoint, "The answer appears here. What is filled in is a real row of the training data.")
    show_history(endpoint)


def _show_answer(endpoint: EndpointView, before: str) -> None:
    entry = shown_entry(endpoint)
    if entry is None:
        st.caption(before)
    elif entry.answers is None:
        show_entry(entry)
    else:
        show_answers(entry)


def _show_one(
    home: Workspace,
    endpoint: EndpointView,
    model: ModelView,
    how: str,
    records: Sequence[Mapping[str, Any]],
) -> None:
    place = session.round_of(f"try_{endpoint.name}")
    record = records[place % len(records)]
    inputs = _inputs(home, keyed(model))
    name = f"{endpoint.name}_{endpoint.version}_{place}"
    with st.form("try", border=False):
        key = ask_key(endpoint, "one")
        given: Sequence[Any] | None
        if how == JSON:
            given = _json_records(record, records[(place + 1) % len(records)], name)
        else:
            with st.container(height=560 if len(inputs) > MANY_FIELDS else "content", border=False):
                given = [row_form(inputs, record, f"try_{name}")]
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            sent = st.form_submit_button("Predict", type="primary", icon=":material/bolt:")
            wishes = _ask_wishes(endpoint, model.task)
    if sent and given is not None:
        ask_and_keep(endpoint, key, how, given, wishes)


def _ask_wishes(endpoint: EndpointView, task: str | None) -> Wishes:
    """Reasons are told where there is an amount to explain, intervals where a number is predicted."""
    explain = task != "clustering" and st.toggle(
        "Explain", key=f"explain_{endpoint.name}", help="Tell what each field adds to the answer; it takes longer."
    )
    interval = task == "regression" and st.toggle(
        "Interval",
        key=f"interval_{endpoint.name}",
        help="Tell between which numbers the true one lies in 90 % of cases.",
    )
    return Wishes(bool(explain), bool(interval))


def _json_records(first: Mapping[str, Any], second: Mapping[str, Any], name: str) -> Sequence[Any] | None:
    """The records of a request as it was typed; None where it is no request."""
    example = json.dumps({"records": [first, second]}, indent=2, ensure_ascii=False)
    text = str(st.text_area("Request", example, height=420, key=f"json_{name}") or "")
    try:
        found = json.loads(text)
    except RecursionError:
        st.error("This is nested too deeply to be a request.", icon=":material/error:")
        return None
    except ValueError as error:
        where = f" in line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        said = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        st.error(f"**This is not JSON{where}:** {said}.", icon=":material/error:")
        return None
    records = found.get("records") if isinstance(found, dict) else found
    if not isinstance(records, list):
        st.error(
            '**A request is** `{"records": [{…}, …]}`: one object of fields for each record.', icon=":material/error:"
        )
        return None
    return records


def _ask_again(home: Workspace, endpoint: EndpointView) -> None:
    entry, key = wanted_again(endpoint), session.key_of(endpoint.name) or ""
    if entry is None:
        return
    if entry.how == CSV:
        ask_table(home, endpoint, key, entry.records)
    else:
        ask_and_keep(endpoint, key, entry.how, entry.records, entry.wishes)


@st.cache_data(max_entries=16, show_spinner=False)
def _samples(_home: Workspace, version: tuple[str, int, str]) -> SamplesView:
    return endpoint_samples.sample_records(_home, version[0], version[1])


@st.cache_data(max_entries=16, show_spinner="Looking at the training data …")
def _inputs(_home: Workspace, version: tuple[str, int, str]) -> list[InputView]:
    try:
        return held_rows.row_inputs(_home, version[0], version[1])
    except PEOPLE_ERRORS:  # a version from before rows were kept with models
        return endpoint_samples.plain_inputs(_home, version[0], version[1])
