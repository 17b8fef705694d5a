"""Import a dataset: bring a file, see how it is read, correct that, name it."""

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.typing import UploadedFile

from engine.errors import PEOPLE_ERRORS
from engine.service import datasets
from engine.service.amounts import count
from ui import places, session
from ui.frame import heading
from ui.progress import follow_job
from ui.trouble import errors_shown, show_error, show_finding
from ui.words import plain

KINDS = ["csv", "tsv", "txt", "gz", "parquet", "json", "jsonl", "ndjson"]
DELIMITERS = [",", ";", "\t", "|", " "]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]
TYPES = {
    "int64": "whole number",
    "float64": "number",
    "boolean": "true or false",
    "string": "text",
    "date": "date",
    "timestamp": "time",
}

home = session.workspace()


def show_job(job_id: str) -> None:
    job = follow_job(job_id, "Importing")
    if job is None:
        st.caption("You can close this page; the import goes on.")
        return
    if job.status == "succeeded" and job.result:
        rows = count(job.result.get("rows"), "row")
        session.say(f"{job.result['dataset']} v{job.result['version']} is here: {rows}.")
        places.go(places.DATASETS, dataset=job.result["dataset"], view="Profile")
    show_error(job.error or {"message": f"The import was {job.status}."})
    if st.button("Try again", icon=":material/refresh:"):
        places.go(places.IMPORT)


def show_upload() -> None:
    file = st.file_uploader("File", type=KINDS, key="upload", help="CSV, Parquet or JSON; gzip is fine too.")
    if file is None:
        st.caption("The file stays on this machine. You see how it is read before anything is imported.")
        return
    with errors_shown():
        path = kept(file)
        inspect(path, file.name)


def kept(file: UploadedFile) -> Path:
    """The upload on disk, written once."""
    known = session.upload_of(file.file_id)
    if known is not None and known.is_file():
        return known
    with st.spinner("Keeping the file…"):
        path = datasets.keep_upload(home, file, file.name)
    session.keep_upload(file.file_id, path)
    return path


def inspect(path: Path, name: str) -> None:
    seen = looked_at(path, {})
    left, right = st.columns([1, 3], gap="medium")
    with left:
        st.markdown("**How it is read**")
        overrides = ask_how(seen["read_as"], path.stem)
    if overrides:
        seen = looked_at(path, overrides)
    with right:
        imposed = show_preview(seen, path.stem)
        if imposed:
            overrides = {**overrides, "types": imposed}
        ask_name(path, name, overrides)


@st.cache_data(show_spinner="Looking at the file…", max_entries=20, ttl="1h")
def looked_at(path: Path, overrides: dict[str, Any]) -> dict[str, Any]:
    return datasets.inspect_file(path, overrides)


def ask_how(read_as: dict[str, Any], key: str) -> dict[str, Any]:
    """What the person wants read otherwise than detected."""
    if read_as["format"] != "csv":
        st.caption(f"A {read_as['format']} file says itself how it is read.")
        return {}
    wanted: dict[str, Any] = {}
    if read_as["format"] == "csv":
        wanted["delimiter"] = _choice("Delimiter", DELIMITERS, read_as["delimiter"], key)
        wanted["encoding"] = _choice("Encoding", ENCODINGS, read_as["encoding"], key)
        wanted["quote"] = _choice("Quote", ['"', "'", ""], read_as["quote"], key)
        wanted["decimal"] = _choice("Decimal sign", [".", ","], read_as["decimal"], key)
    wanted["header"] = st.toggle("First line has the names", value=read_as["header"], key=f"header_{key}")
    wanted["skip_rows"] = int(
        st.number_input("Lines to skip before it", 0, 1_000_000, read_as["skip_rows"], key=f"skip_{key}")
    )
    return {name: value for name, value in wanted.items() if value != read_as[name]}


def _choice(label: str, options: list[str], found: str, key: str) -> str:
    all_of_them = list(dict.fromkeys([found, *options]))
    chosen = st.selectbox(label, all_of_them, format_func=plain, key=f"{label}_{key}")
    return found if chosen is None else chosen


def show_preview(seen: dict[str, Any], key: str) -> dict[str, str]:
    """First rows and findings; returns the types that the person imposes."""
    columns = seen["columns"]
    st.markdown(f"**First rows** · {count(len(columns), 'column')}")
    names = [column["name"] for column in columns]
    st.dataframe(
        pd.DataFrame(seen["preview"], columns=names), hide_index=True, placeholder="–", height=290,
        alt="First rows as they would be read",
    )  # fmt: skip
    if seen["findings"]:
        for finding in seen["findings"][:6]:
            show_finding(finding)
    else:
        st.caption("Nothing unusual was noticed in the file.")
    with st.expander("Column types", icon=":material/data_object:"):
        table = pd.DataFrame({"Column": names, "Type": [column["type"] for column in columns]})
        edited = st.data_editor(
            table, key=f"types_{key}", hide_index=True, disabled=["Column"],
            column_config={
                "Type": st.column_config.SelectboxColumn(options=list(TYPES), format_func=_type_words, required=True)
            },
            alt="The type of each column; click a type to change it",
        )  # fmt: skip
        st.caption("A value that does not fit its type becomes missing, and is told as a finding.")
    changed = zip(names, table["Type"], edited["Type"], strict=True)
    return {name: str(new) for name, old, new in changed if new != old and new in TYPES}


def _type_words(name: Any) -> str:
    return TYPES.get(str(name), str(name))


def ask_name(path: Path, filename: str, overrides: dict[str, Any]) -> None:
    suggestion = places.asked("name") or datasets.suggested_name(filename)
    name = st.text_input("Name of the dataset", value=suggestion, max_chars=120, key=f"name_{path.stem}", width=420)
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
            job = datasets.start_import(home, path, name, overrides=overrides, source={"file": filename})
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        places.go(places.IMPORT, job=job)


with heading("Import a dataset", back=(places.DATASETS, "Datasets")):
    pass
running = places.asked("job")
if running:
    show_job(running)
else:
    show_upload()
