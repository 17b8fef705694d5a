"""A version as a file: ask for its format, follow the job, hand it over."""

from __future__ import annotations

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import size
from engine.service.data import exports
from engine.service.data.exports import Format
from ui import places
from ui.made import MOST_BYTES
from ui.progress import follow_job, show_end
from ui.trouble import guarded
from ui.words import escaped

WORDS: dict[Format, str] = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet", "json": "JSON lines"}
ABOUT: dict[Format, str] = {
    "csv": "Opens everywhere; texts that look like formulas are quoted.",
    "xlsx": "Up to 1,048,575 rows; cells are never formulas.",
    "parquet": "Keeps the types; for pandas, DuckDB, Spark and the like.",
    "json": "One object a line.",
}


def ask_export(home: Workspace, name: str, version: int) -> None:
    """Ask in which format a version leaves."""

    @st.dialog(f"Export v{version}")
    @guarded
    def ask() -> None:
        chosen: Format = st.radio(
            "Format", list(WORDS), format_func=lambda it: WORDS[it], captions=list(ABOUT.values())
        )  # fmt: skip
        keep = False
        if chosen == "csv":
            keep = st.checkbox(
                "Leave formulas as they are",
                help="A spreadsheet would run cells that begin with =, +, - or @. Leave this off unless a program "
                "reads the file.",
            )
        if st.button("Export", type="primary", icon=":material/download:"):
            job = exports.start_export(home, name, version, chosen, "keep" if keep else "quote")
            places.ask(export=job)
            st.rerun()

    ask()


def show_export(home: Workspace, job_id: str) -> None:
    """The export that goes on, or its file."""
    with st.container(border=True):
        job = follow_job(job_id, "Exporting")
        if job is None:
            return
        if job.status != "succeeded" or not job.result:
            show_end(job, "The export")
            _ask_close()
            return
        result = job.result
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            amounts = f"{result['rows']:,} rows · {size(result['bytes'])}"
            st.markdown(f":material/description: **{escaped(result['filename'])}** · {amounts}", width="content")
            if int(result["bytes"]) <= MOST_BYTES:
                path = exports.exported_file(home, result)
                st.download_button(
                    "Download", path.read_bytes, result["filename"], result["media_type"], icon=":material/download:",
                    type="primary", on_click="ignore",
                )  # fmt: skip
            _ask_close()
        if int(result["bytes"]) > MOST_BYTES:
            st.caption("It is too large for a browser. This command writes it where you say:")
            st.code(exports.command_of(result), language="bash")


def _ask_close() -> None:
    if st.button("Close", icon=":material/close:", type="tertiary"):
        places.ask(export=None)
        st.rerun()
