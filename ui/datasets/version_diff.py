"""Two versions side by side: a sentence, the columns, the rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.data import version_diff, versions
from engine.service.data.version_diff import DiffView
from engine.service.views import DatasetView
from ui import places
from ui.grid import fitting, show_pages
from ui.progress import follow_job, show_end
from ui.trouble import show_error
from ui.words import escaped, number, percent

BETWEEN = "\x1f"
"""Between names in the address: the sign that ASCII has for it."""
KINDS = {"changed": "Changed cells", "added": "Added rows", "removed": "Removed rows"}


def show_diff(home: Workspace, dataset: DatasetView, left: int, right: int) -> None:
    """What changed from one version to the other; computed once, and remembered."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(f"v{left} and v{right}", anchor=False, width="content")
        if st.button("All versions", icon=":material/arrow_back:"):
            # Not a link: to the page it stands on, one would bring these back with the next click.
            places.ask(left=None, right=None, by=None, job=None)
            st.rerun()
    key = _choose_key(home, dataset)
    found = version_diff.find_diff(home, dataset.name, left, right, key)
    if found is None:
        _compute(home, dataset, left, right, key)
        return
    st.info(escaped(found.in_words), icon=":material/difference:")
    _show_counts(found)
    _show_schema(found)
    st.subheader("Columns", anchor=False)
    _show_columns(found)
    st.subheader("Rows", anchor=False)
    _show_rows(home, found)


def _choose_key(home: Workspace, dataset: DatasetView) -> list[str]:
    names = [column["name"] for column in dataset.columns]
    asked = places.asked("by")
    wanted = versions.about_dataset(home, dataset.name).key if asked is None else asked.split(BETWEEN)
    chosen = st.multiselect(
        "Recognise a row by",
        names,
        default=[name for name in wanted if name in names],
        placeholder="its id, which unchanged rows keep",
        help="With columns that name a row, such as a customer number, a changed row is told as changed, cell by cell.",
        width=520,
    )
    return list(chosen)


def _compute(home: Workspace, dataset: DatasetView, left: int, right: int, key: list[str]) -> None:
    running = places.asked("job")
    if running is None:
        running = version_diff.start_diff(home, dataset.name, left, right, key)
        places.ask(job=running, by=BETWEEN.join(key) or BETWEEN)
    job = follow_job(running, "Comparing")
    if job is None:
        return
    places.ask(job=None)
    if job.status == "succeeded":
        st.rerun()
    show_end(job, "The comparison")
    st.button("Try again", icon=":material/refresh:")


def _show_counts(diff: DiffView) -> None:
    rows = diff.rows
    total, *tiles = st.columns(5)
    change = rows["right"] - rows["left"]
    total.metric("Rows", f"{rows['right']:,}", f"{change:,}" if change else None, delta_color="off", border=True)
    for tile, kind in zip(tiles, ("added", "removed", "changed", "kept"), strict=True):
        tile.metric(kind.capitalize(), f"{rows[kind]:,}", border=True, height="stretch")


def _show_schema(diff: DiffView) -> None:
    lines = [f":green[+] **{escaped(it['name'])}** :gray[{escaped(it['type'])}]" for it in diff.schema_["added"]]
    lines += [f":red[−] **{escaped(it['name'])}** :gray[{escaped(it['type'])}]" for it in diff.schema_["removed"]]
    lines += [
        f":orange[~] **{escaped(it['name'])}** :gray[{escaped(it['before'])} → {escaped(it['after'])}]"
        for it in diff.schema_["retyped"]
    ]
    if lines:
        with st.container(border=True, gap="xsmall"):
            st.markdown("**Columns that came, went or have another type**")
            for line in lines[:20]:
                st.markdown(line)
            if len(lines) > 20:
                st.caption(f"and {len(lines) - 20} more")


def _show_columns(diff: DiffView) -> None:
    rank = {"strong": 0, "some": 1, "none": 2, "unknown": 3}
    ordered = sorted(diff.columns, key=lambda it: (rank[it.shift], -it.cells))
    table = pd.DataFrame(
        [
            {
                "Column": it.name,
                "In words": it.in_words,
                "PSI": it.psi,
                "Cells changed": it.cells,
                "Missing": " → ".join(percent(share) for share in it.missing) if any(it.missing) else "none",
                "Mean": " → ".join(number(mean) for mean in it.mean) if it.mean != (None, None) else "",
            }
            for it in ordered
        ]
    )
    st.dataframe(
        table,
        hide_index=True,
        alt=f"What became of each column from v{diff.left} to v{diff.right}",
        placeholder="–",
        height=fitting(len(table), 560),
        column_config={
            "Column": st.column_config.TextColumn(pinned=True),
            "In words": st.column_config.TextColumn(width="large"),
            "PSI": st.column_config.NumberColumn(format="%.3f", width="small", help="Population stability index"),
            "Cells changed": st.column_config.NumberColumn(format="localized", width="small"),
        },
    )
    st.caption(
        "PSI compares the shares of tenths (or categories) of the values: below 0.1 they stayed, above 0.25 they moved "
        "much. Fewer than 50 values, more than 1,000 categories, and names that hardly repeat are not compared."
    )


def _show_rows(home: Workspace, diff: DiffView) -> None:
    kinds = [kind for kind in KINDS if diff.shown[kind]]
    if not kinds:
        st.caption("No row differs.")
        return
    kind = st.segmented_control(
        "Rows", kinds, default=kinds[0], format_func=KINDS.__getitem__, label_visibility="collapsed"
    ) or kinds[0]  # fmt: skip
    try:
        show_pages(
            lambda offset, limit: version_diff.diff_rows(home, diff, kind, offset, limit),
            key=f"diff_{diff.fingerprint}_{kind}",
            alt=KINDS[kind],
        )
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    if kind != "changed" and diff.rows[kind] > diff.shown[kind]:
        st.caption(f"The first {diff.shown[kind]:,} of {count(diff.rows[kind], 'row')}.")
    elif kind == "changed" and sum(it.cells for it in diff.columns) > diff.shown[kind]:
        st.caption(f"The first {diff.shown[kind]:,} of {count(sum(it.cells for it in diff.columns), 'cell')}.")
