"""Where a sync takes its rows from: where the version came from, or another place that can be read again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from engine.service import Workspace
from engine.service.views import DatasetView
from engine.sources import DataSource, FileSource, UrlSource

Choose = Callable[[Workspace], DataSource | None]
KNOWN = "The place it comes from"


def ask_source(
    home: Workspace, dataset: DatasetView, known: DataSource | None, overrides: dict[str, Any]
) -> tuple[DataSource | None, dict[str, Any]]:
    """The source, and how it is read; what is known of that holds for the known source alone."""
    names = [*([KNOWN] if known else []), *CHOOSERS]
    chosen = st.segmented_control(
        "Where from",
        names,
        default=names[0],
        required=True,
        key=f"sync_from_{dataset.id}",
        label_visibility="collapsed",
    )
    if chosen == KNOWN and known is not None:
        st.caption(", ".join(f"{name} {value}" for name, value in known.told.items()))
        return known, overrides
    return CHOOSERS[str(chosen)](home), {}


def _choose_address(home: Workspace) -> DataSource | None:
    text = st.text_input("Address", placeholder="https://example.com/orders.csv", max_chars=2_000, key="sync_address")
    st.caption(f"Up to {home.settings.url_max_mb:,} MB, from public hosts. It is fetched anew each time.")
    return UrlSource(url=text.strip()) if text and text.strip() else None


def _choose_path(home: Workspace) -> DataSource | None:
    folders = home.settings.file_folders
    if not folders:
        st.caption("No folder may be read. An administrator names folders in CANVASBACK_FILE_FOLDERS.")
        return None
    text = st.text_input("Path", placeholder=str(folders[0] / "orders.csv"), max_chars=1_000, key="sync_path")
    st.caption("Files in " + ", ".join(f"`{folder}`" for folder in folders) + " and below.")
    return FileSource(path=Path(text.strip())) if text and text.strip() else None


CHOOSERS: dict[str, Choose] = {"Address": _choose_address, "Path on the server": _choose_path}
