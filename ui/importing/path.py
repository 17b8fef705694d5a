"""A file of the server, in a folder that is allowed."""

from pathlib import Path

import streamlit as st

from engine.service import Workspace
from engine.sources import DataSource, PathSource
from ui.frame import empty


def choose_path(home: Workspace) -> DataSource | None:
    """The file that was named; None before."""
    folders = home.settings.file_folders
    if not folders:
        empty(
            ":material/folder_off:", "No folder is open to this page",
            "An administrator names folders in CANVASBACK_FILE_FOLDERS; their files can then be imported from here. "
            "The command line imports any file.",
        )  # fmt: skip
        return None
    text = st.text_input(
        "Path", key="path", placeholder=str(folders[0] / "customers.csv"), max_chars=1_000, width=640,
        bind="query-params",
    )  # fmt: skip
    st.caption("Files in " + ", ".join(f"`{folder}`" for folder in folders) + " and below.")
    return PathSource(path=Path(str(text).strip())) if text and str(text).strip() else None
