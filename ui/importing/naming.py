"""The name of what is imported, and the start."""

from typing import Any, Literal

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.data import datasets, versions
from engine.service.views import DatasetView
from engine.sources import DataSource
from ui import places
from ui.trouble import show_error

WORDS: dict[Literal["replace", "append"], str] = {"replace": "Replace the rows", "append": "Add to them"}


def ask_name(home: Workspace, source: DataSource, overrides: dict[str, Any], key: str) -> None:
    """Ask what the dataset is called, and import it."""
    suggestion = places.asked("name") or datasets.suggested_name(source.called)
    name = st.text_input("Name of the dataset", value=suggestion, max_chars=120, key=f"name_{key}", width=420)
    name = str(name or "").strip()
    existing = next((it for it in datasets.list_datasets(home, search=name) if it.name == name), None) if name else None
    mode = ask_mode(home, existing, key) if existing else "replace"
    if st.button("Import", type="primary", icon=":material/download_done:", disabled=not name):
        try:
            job = datasets.start_import(home, source, name, overrides=overrides, mode=mode)
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        places.go(places.IMPORT, job=job)


def ask_mode(home: Workspace, existing: DatasetView, key: str) -> Literal["replace", "append"]:
    """Ask whether the rows replace those of a dataset that is there, or are added to them."""
    rows = count(existing.rows, "row")
    newest = versions.list_versions(home, existing.name)[:1]
    number = newest[0].number + 1 if newest else 1
    st.info(
        f"There is a dataset of that name, with {rows}. This becomes its version {number}; the earlier ones stay.",
        icon=":material/history:",
    )
    chosen: Literal["replace", "append"] | None = st.radio(
        "What becomes of its rows",
        list(WORDS),
        format_func=lambda it: WORDS[it],
        captions=[
            "This is the whole table from now on. Rows that are in both keep their identity.",
            f"These follow the {rows} of v{existing.latest}. The columns must fit.",
        ],
        key=f"mode_{key}",
    )
    return chosen or "replace"
