"""Files of the person's own machine: one, or several that become one table."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.typing import UploadedFile

from engine.service import Workspace
from engine.service.data import datasets
from engine.sources import DataSource, FileSource, FilesSource
from ui import session

KINDS = [
    "csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet", "arrow", "arrows", "feather", "ipc",
    "xlsx", "xlsm", "xlsb", "xls", "ods", "sav", "zsav", "por", "sas7bdat", "xpt", "dta",
    "gz", "bz2", "xz", "zst", "zip",
]  # fmt: skip
HELP = (
    "CSV and its relatives, JSON, Parquet, Arrow, Excel and OpenDocument workbooks, SPSS, SAS and Stata; packed with "
    "gzip, bzip2, xz, zstd or zip is fine too. Several files become one table."
)


def choose_upload(home: Workspace) -> DataSource | None:
    """The files that were dropped here; None before."""
    files = st.file_uploader("Files", type=KINDS, key="upload", help=HELP, accept_multiple_files=True)
    if not files:
        st.caption("The files stay on this machine. You see how they are read before anything is imported.")
        return None
    kept = [FileSource(path=_kept(home, file), filename=file.name) for file in files]
    return kept[0] if len(kept) == 1 else _together(kept)


def _together(files: Sequence[FileSource]) -> FilesSource:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{len(files)} files become one table; columns are matched by their names.")
        is_named = st.toggle("Add a column with the file's name", key="file_column")
    return FilesSource(files=tuple(files), name_column="file" if is_named else None)


def _kept(home: Workspace, file: UploadedFile) -> Path:
    """The upload on disk, written once."""
    known = session.upload_of(file.file_id)
    if known is not None and known.is_file():
        return known
    with st.spinner("Keeping the file…"):
        path = datasets.keep_upload(home, file, file.name)
    session.keep_upload(file.file_id, path)
    return path
