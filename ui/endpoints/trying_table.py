"""Try an endpoint with a table: pasted or uploaded, asked part by part, answered beside its records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.typing import UploadedFile

from engine.errors import PEOPLE_ERRORS, error_data
from engine.service.amounts import count
from engine.service.data import datasets
from engine.service.serving import endpoint_samples
from engine.service.serving.endpoint_samples import MOST_PASTED, as_csv
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui import session
from ui.asking import AT_ONCE, Answers, ask_many
from ui.endpoints.asked import Entry, ask_key, keep
from ui.words import escaped

ASIDE = ("not answered", "prediction", "probability", "score", "id")
MOST_CHANCES = 5
"""With more classes, only the probability of the predicted one is in the table."""
KINDS = ["csv", "tsv", "txt", "json", "jsonl", "parquet", "xlsx"]


def show_table(home: Workspace, endpoint: EndpointView, records: Sequence[Mapping[str, Any]]) -> None:
    """Paste or upload records, and ask for all of them.

    Parameters
    ----------
    records
        Real rows to begin with.
    """
    place = session.round_of(f"try_{endpoint.name}")
    with st.form("try_table", border=False):
        key = ask_key(endpoint, "table")
        example = as_csv(_turned(records, place), list(records[0])).decode().replace("\r\n", "\n")
        text = st.text_area(
            "Records as CSV", example, height=180, key=f"csv_{endpoint.name}_{place}",
            help="The first line names the fields, in any order; commas, semicolons and tabs are told apart.",
        )  # fmt: skip
        file = st.file_uploader("or a file", type=KINDS, key=f"file_{endpoint.name}")
        sent = st.form_submit_button("Predict all", type="primary", icon=":material/bolt:")
    st.caption(f"Up to {MOST_PASTED:,} records; choose *Whole dataset* for more.")
    if not sent:
        return
    try:
        found, left_out = _read(home, endpoint.name, str(text or ""), file)
    except PEOPLE_ERRORS as error:
        keep(endpoint, "CSV", [], error=error_data(error))
        return
    if left_out:
        st.caption(escaped(f"Not used by the model: {', '.join(left_out[:10])}."))
    ask_table(home, endpoint, key, found)


def _read(
    home: Workspace, endpoint: str, text: str, file: UploadedFile | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """The records of the file, or of the text where there is none; and the columns that the model does not know."""
    if file is None:
        return endpoint_samples.pasted_records(home, endpoint, text)
    path = datasets.keep_upload(home, file, file.name)
    try:
        return endpoint_samples.file_records(home, endpoint, path)
    finally:
        path.unlink(missing_ok=True)


def _turned(records: Sequence[Mapping[str, Any]], place: int) -> list[Mapping[str, Any]]:
    return [records[(place + nth) % len(records)] for nth in range(min(5, len(records)))]


def ask_table(home: Workspace, endpoint: EndpointView, key: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Ask for all records, with progress; the answers become the newest entry."""
    slot = st.empty()
    told: dict[str, Any] = {}
    try:
        for done, answers in ask_many(endpoint.url, key, records, min(AT_ONCE, home.settings.request_max_records)):
            told = {"answers": answers}
            slot.progress(done / len(records), f"{done:,} of {len(records):,} records asked")
    except PEOPLE_ERRORS as error:
        told = {"error": error_data(error)}
    slot.empty()
    keep(endpoint, "CSV", records, **told)


def show_answers(entry: Entry) -> None:
    """The answers beside their records."""
    answers = entry.answers
    if answers is None:
        return
    refused, total = len(answers.refused), len(answers.records)
    by = f" by **{entry.by}**" if answers.model else ""
    st.markdown(f"{count(total - refused, 'record')} answered{by} in {answers.milliseconds:,.0f} ms")
    if refused:
        st.warning(
            f"{count(refused, 'record')} could not be answered; the column *not answered* says why.",
            icon=":material/warning:",
        )
    rows = answered_rows(answers)
    columns = _columns(rows)
    chances = [name for name in columns if name.startswith("probability")]
    config = {name: st.column_config.NumberColumn(format="percent") for name in chances}
    st.dataframe(
        pd.DataFrame(rows, columns=columns), hide_index=True, column_config=config,
        alt="Records and what was answered for each",
    )  # fmt: skip
    st.download_button(
        "Download as CSV", as_csv(rows, columns), "answers.csv", "text/csv", icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip


def answered_rows(answers: Answers) -> list[dict[str, Any]]:
    """Each record behind its answer; a field that is called like a part of the answer keeps its name."""
    rows = []
    for place, record in enumerate(answers.records):
        told = answers.told[place] or {}
        row: dict[str, Any] = {"not answered": answers.refused[place]} if place in answers.refused else {}
        row |= {"prediction": told["prediction"]} if told else {}
        row |= _chances(told)
        row |= {"score": told["score"]} if "score" in told else {}
        row |= {"id": told["id"]} if "id" in told else {}
        rows.append({**row, **{(f"{name} (sent)" if name in ASIDE else name): it for name, it in record.items()}})
    return rows


def _chances(told: Mapping[str, Any]) -> dict[str, float]:
    chances = told.get("probabilities") or {}
    if len(chances) > MOST_CHANCES:
        return {"probability": max(chances.values())}
    return {f"probability {label}": chance for label, chance in chances.items()}


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What was not answered first, then the answers, then the fields."""
    names = dict.fromkeys(name for row in rows for name in row)
    first = [name for name in names if name == "not answered"]
    told = [name for name in names if name in ASIDE[1:] or name.startswith("probability ")]
    return [*first, *told, *(name for name in names if name not in first and name not in told)]
