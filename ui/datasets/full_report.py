"""The report of fg-data-profiling about a sample: asked for, followed, looked at in a closed frame, fetched."""

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count, size
from engine.service.data import profiles
from engine.service.views import DatasetView, JobView
from ui.progress import follow_job
from ui.trouble import show_error

HEIGHT = 760
MOST_BYTES = 60_000_000
"""What is put into a frame; a larger page is fetched."""


def show_full_report(home: Workspace, dataset: DatasetView, profile: Mapping[str, Any]) -> None:
    st.caption(
        "A page of fg-data-profiling about a sample of the rows, with its own charts and interactions. Making it takes "
        "a minute or more; it goes on when you leave."
    )
    if not profile["rows"] or not profile["columns"]:
        st.caption("The table has nothing to report on.")
        return
    made = profiles.find_report(home, dataset.name, dataset.version)
    if made is not None and not made.is_finished and follow_job(made.id, "Full report") is None:
        return
    if made is not None and made.status == "cancelled":
        st.caption("The last one was cancelled.")
    elif made is not None and made.error:
        show_error(made.error)
    _ask(home, dataset, profile, again=made is not None)
    if made is not None and made.status == "succeeded":
        _show(home, made)


def _ask(home: Workspace, dataset: DatasetView, profile: Mapping[str, Any], *, again: bool) -> None:
    usual = min(profiles.report_rows(len(profile["columns"])), max(profile["rows"], profiles.LEAST_REPORT_ROWS))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rows = st.number_input(
            "Rows", profiles.LEAST_REPORT_ROWS, profiles.MOST_REPORT_ROWS, usual, 1_000, key="report_rows", width=160,
            help=f"Drawn from all over the {count(profile['rows'], 'row')}. More rows take longer.",
        )  # fmt: skip
        label = "Make it again" if again else "Make the report"
        if st.button(label, icon=":material/lab_profile:", type="secondary" if again else "primary"):
            try:
                profiles.start_report(home, dataset.name, dataset.version, int(rows or usual))
            except PEOPLE_ERRORS as error:
                show_error(error)
                return
            st.rerun()


def _show(home: Workspace, made: JobView) -> None:
    result: Mapping[str, Any] = made.result or {}
    try:
        name, path = profiles.report_file(home, made.id)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    of = (
        f"{result['rows']:,} of {result['of']:,} rows"
        if result["rows"] < result["of"]
        else f"all {result['of']:,} rows"
    )
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"From {of}, {count(result['columns'], 'column')}.", width="content")
        st.download_button(
            f"Download ({size(result['bytes'])})", path.read_bytes, name, str(result["media_type"]),
            icon=":material/download:", key=f"report_{made.id}",
        )  # fmt: skip
    if result["bytes"] > MOST_BYTES:
        st.caption("The page is too large to be shown here: download it.")
        return
    st.iframe(framed(path.read_text(encoding="utf-8")), height=HEIGHT, alt=f"Full report {name}")


def framed(page: str) -> str:
    """A page in a frame of its own that may run its own scripts, but reaches neither this site nor any other.

    Streamlit's frames share their origin with the app; the one inside has none.
    """
    inside = escape(page)
    return (
        "<style>html,body{margin:0;height:100%}iframe{border:0;width:100%;height:100vh;background:#fff}</style>"
        f'<iframe sandbox="allow-scripts" referrerpolicy="no-referrer" title="Full report" srcdoc="{inside}"></iframe>'
    )
