"""The lines of the file that a version does not have, with a way to mend them."""

import pandas as pd
import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.data import rejected
from engine.service.views import DatasetView
from ui import places
from ui.importing.seen import show_lines

PER_PAGE = 100


def show_left_out(home: Workspace, dataset: DatasetView) -> None:
    """All of them, a page at a time, and as a file."""
    if not dataset.rejected:
        return
    number = int(dataset.rejected["count"])
    st.subheader("Lines left out", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(
            f"{count(number, 'line')} of the file did not fit the table. Mend them and import them, or import the file "
            "again and let broken lines be made to fit."
        )
        with st.container(horizontal=True, width="content"):
            st.download_button(
                "Download CSV", lambda: rejected.rejected_csv(home, dataset.name, dataset.version),
                file_name=f"{dataset.name}_v{dataset.version}_left_out.csv", mime="text/csv",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip
            if st.button("Import again", icon=":material/upload:"):
                places.go(places.IMPORT, name=dataset.name)
    pages = -(-number // PER_PAGE)
    slot = st.container()
    page = st.pagination(pages, key="left_out_page") if pages > 1 else 1
    view = rejected.rejected_lines(home, dataset.name, dataset.version, (page - 1) * PER_PAGE, PER_PAGE)
    table = pd.DataFrame(view.rows, columns=[column["name"] for column in view.columns])
    with slot:
        show_lines(table.drop(columns=[] if table["file"].any() else ["file"]))
