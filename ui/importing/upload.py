"""A file of the person's own machine."""

from pathlib import Path

import streamlit as st
from streamlit.typing import UploadedFile

from engine.service import Workspace, datasets
from engine.sources import DataSource, FileSource
from ui import session

KINDS = ["csv", "tsv", "txt", "gz", "parquet", "json", "jsonl", "ndjson"]


def choose_upload(home: Workspace) -> DataSource | None:
    """The file that was dropped here; None before."""
    file = st.file_uploader("File", type=KINDS, key="upload", help="CSV, Parquet or JSON; gzip is fine too.")
    if file is None:
        st.caption("The file stays on this machine. You see how it is read before anything is imported.")
        return None
    return FileSource(path=_kept(home, file), filename=file.name)


def _kept(home: Workspace, file: UploadedFile) -> Path:
    """The upload on disk, written once."""
    known = session.upload_of(file.file_id)
    if known is not None and known.is_file():
        return known
    with st.spinner("Keeping the file…"):
        path = datasets.keep_upload(home, file, file.name)
    session.keep_upload(file.file_id, path)
    return path
