"""The name of what is imported, and the start."""

from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace, datasets
from engine.sources import DataSource
from ui import places
from ui.trouble import show_error


def ask_name(home: Workspace, source: DataSource, overrides: dict[str, Any], key: str) -> None:
    """Ask what the dataset is called, and import it."""
    suggestion = places.asked("name") or datasets.suggested_name(source.called)
    name = st.text_input("Name of the dataset", value=suggestion, max_chars=120, key=f"name_{key}", width=420)
    name = str(name or "").strip()
    existing = next((it for it in datasets.list_datasets(home, search=name) if it.name == name), None) if name else None
    if existing:
        st.info(
            f"There is a dataset of that name. This becomes its version {(existing.version or 0) + 1}; "
            "the earlier ones stay.",
            icon=":material/history:",
        )
    if st.button("Import", type="primary", icon=":material/download_done:", disabled=not name):
        try:
            job = datasets.start_import(home, source, name, overrides=overrides)
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        places.go(places.IMPORT, job=job)
