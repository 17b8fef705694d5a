"""The table of runs: sorted and paged by the database, with the columns that one chooses."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count, seconds
from engine.service.modelling.model_sides import MOST
from engine.service.running import runs
from engine.service.running.run_conditions import Known
from engine.service.running.run_notes import notes_of
from engine.service.running.run_table import NEWEST_FIRST, PAGE, RunPage, RunRow, search_runs
from engine.service.scores import better
from ui import places, session
from ui.running.filters import Asked, label
from ui.running.notes import ask_tag, edit_notes
from ui.words import measured, number, short_name, state, when

RUN, PAGE_KEY = "Run", "page"
LONGEST = 28
OWN: Mapping[str, tuple[str, Callable[[RunRow], str]]] = {
    "State": ("status", lambda it: f"{state(it.run.status).word}"),
    "Started": ("started", lambda it: when(it.run.created_at)),
    "Took": ("seconds", lambda it: seconds(it.run.seconds)),
    "Version": ("version", lambda it: f"v{it.run.pipeline_version}"),
    "Reused": ("reused", lambda it: f"{it.run.reused:,}"),
    "Computed": ("computed", lambda it: "–" if it.run.computed is None else f"{it.run.computed:,}"),
    "Peak memory": ("memory_mb", lambda it: "–" if it.run.memory_mb is None else f"{it.run.memory_mb:,.0f} MB"),
    "Tags": ("", lambda it: ", ".join(it.tags)),
    "Note": ("note", lambda it: it.note),
}
"""Columns of every run: the name that the database sorts by, and the text."""
USUAL = ("State", "Started", "Took", "Tags", "Note")
USUAL_METRICS = ("roc_auc", "accuracy", "r2", "rmse", "silhouette")
RIGHT = ("Took", "Reused", "Computed", "Peak memory", "Version")


def show_table(home: Workspace, asked: Asked, known: Known, tools: Any) -> None:
    """The page of the table that the address asks for.

    Parameters
    ----------
    tools
        The container for what the table is sorted by, and its columns.
    """
    sort = places.asked("sort") or NEWEST_FIRST
    with tools:
        columns = _ask_columns(known, sort)
    page = session.widget_number(PAGE_KEY, places.asked_number(PAGE_KEY) or 1)
    found = _read(home, asked, sort, page)
    if not found.rows:
        st.caption("No run fits this choice." if asked.is_narrowed else "No run yet.")
        return
    actions = st.container(horizontal=True, vertical_alignment="center", gap="small")
    chosen = _show(found, columns, known, sort)
    with actions:
        _show_actions(home, [found.rows[place] for place in chosen])
    pages = -(-found.total // PAGE)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        first = found.offset + 1
        st.caption(f"Runs {first:,} to {found.offset + len(found.rows):,} of {found.total:,}.", width="content")
        if pages > 1:
            st.pagination(pages, key=PAGE_KEY, bind="query-params")


def _read(home: Workspace, asked: Asked, sort: str, page: int) -> RunPage:
    """A page that is not there any more, because fewer runs are wanted, is the last one."""
    found = search_runs(home, asked.conditions, words=asked.words, sort=sort, limit=PAGE, offset=(page - 1) * PAGE)
    if found.rows or not found.total:
        return found
    session.forget(PAGE_KEY)
    last = (found.total - 1) // PAGE
    return search_runs(home, asked.conditions, words=asked.words, sort=sort, limit=PAGE, offset=last * PAGE)


def _ask_columns(known: Known, sort: str) -> list[str]:
    """Which columns are shown, and what the runs are sorted by."""
    offered = [*OWN, *known.metrics, *known.params]
    usual = [*USUAL[:3], *[name for name in USUAL_METRICS if name in known.metrics][:3], *USUAL[3:]]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        by = sort.removeprefix("-")
        names = {sorted_by: title for title, (sorted_by, _) in OWN.items() if sorted_by}
        sortable = ["pipeline", "number", *names, *known.metrics, *known.params]
        chosen = st.selectbox(
            "Sort by", sortable, index=sortable.index(by) if by in sortable else None, key=f"sort_{by}",
            format_func=lambda it: f"Sort by {names.get(it) or label(it, known)}", label_visibility="collapsed",
            width=240,
        )  # fmt: skip
        is_descending = sort.startswith("-")
        word = "Largest or newest first" if is_descending else "Smallest or first"
        icon = ":material/arrow_downward:" if is_descending else ":material/arrow_upward:"
        if st.button(word, icon=icon, help="Turn the order round."):
            _sort_by(by if is_descending else f"-{by}")
        if chosen and chosen != by:
            _sort_by(_best_first(chosen))
        with st.popover("Columns", icon=":material/view_column:", width="content"):
            shown = st.multiselect(
                "Columns", offered, default=usual, key="columns", bind="query-params",
                format_func=lambda it: it if it in OWN else label(it, known),
            )  # fmt: skip
            st.caption("A click on a heading of the table sorts all runs by it.")
    return shown or usual


def _show(found: RunPage, columns: Sequence[str], known: Known, sort: str) -> list[int]:
    """The table; places of the rows that are ticked. A click on a heading sorts, one on a run opens it."""
    key = f"runs_{sort}_{found.offset}"
    titles = {name: name if name in OWN else label(name, known) for name in columns}
    frame = pd.DataFrame([_cells(row, titles) for row in found.rows])
    settings: dict[str, Any] = {
        title: st.column_config.TextColumn(alignment="right" if name not in OWN or name in RIGHT else "left")
        for name, title in titles.items()
    }
    settings[RUN] = st.column_config.TextColumn(pinned=True, width=280, help="Click a run to open it.")
    event = st.dataframe(
        frame.style.set_properties(subset=[RUN], **{"color": _link(), "font-weight": "500"}),
        key=key, hide_index=True, column_config=settings, height="content", on_select="rerun", placeholder="–",
        selection_mode=["multi-row", "single-column", "single-cell"], alt=f"{count(found.total, 'run')}",
    )  # fmt: skip
    picked = event.selection
    if picked["columns"]:
        session.forget(key)
        _sort_from(picked["columns"][0], titles, sort)
    for place, title in picked["cells"]:
        if title == RUN:
            session.forget(key)
            places.go(places.RUNS, run=found.rows[place].run.id)
    return [place for place in picked["rows"] if place < len(found.rows)]


def _cells(row: RunRow, titles: Mapping[str, str]) -> dict[str, str | None]:
    cells: dict[str, str | None] = {RUN: f"{short_name(row.run.pipeline, LONGEST)} · run {row.run.number}"}
    for name, title in titles.items():
        cells[title] = OWN[name][1](row) if name in OWN else _told(name, row)
    return cells


def _told(name: str, row: RunRow) -> str | None:
    if name in row.metrics:
        return measured(name, row.metrics[name])
    value = row.params.get(name)
    return number(value) if isinstance(value, float) else value


def _sort_from(title: str, titles: Mapping[str, str], sort: str) -> None:
    name = next((name for name, told in titles.items() if told == title), "pipeline")
    by = OWN[name][0] if name in OWN else name
    if by:
        turned = by if sort == f"-{by}" else f"-{by}"
        _sort_by(turned if sort.removeprefix("-") == by else _best_first(by))


def _best_first(name: str) -> str:
    """Of a metric the best runs first, of a time the newest, of the rest the smallest."""
    is_higher = better(name) == "higher" and name not in ("pipeline", "status", "note", "version", "reused")
    return f"-{name}" if is_higher or name in ("started", "number") else name


def _sort_by(sort: str) -> None:
    session.forget(PAGE_KEY)
    places.ask(sort=None if sort == NEWEST_FIRST else sort, page=None)
    st.rerun()


def _link() -> str:
    """The colour of links, as our themes have it, but stronger: a column that stays is drawn paler."""
    return "#FFC9B5" if st.context.theme.type == "dark" else "#5B1E0D"


def _show_actions(home: Workspace, chosen: Sequence[RunRow]) -> None:
    """What can be done with the runs that are ticked."""
    if not chosen:
        st.caption("Click a run to open it; tick runs to compare or tag them.")
        return
    ids = [row.run.id for row in chosen]
    if len(chosen) == 1:
        if st.button("Open", icon=":material/play_circle:"):
            places.go(places.RUNS, run=ids[0])
        with st.popover("Note and tags", icon=":material/edit_note:", width="content"):
            edit_notes(home, ids[0], notes_of(home, ids[0]))
    if len(chosen) == 2 and st.button("Compare the runs", icon=":material/compare_arrows:"):
        places.go(places.RUNS, run=ids[0], beside=ids[1])
    if len(chosen) > 1:
        with st.popover(f"Tag {count(len(ids), 'run')}", icon=":material/sell:", width="content"):
            ask_tag(home, ids)
    if 2 <= len(chosen) <= MOST and any(row.metrics for row in chosen):
        _compare_models(home, ids)
    st.caption(f"{count(len(chosen), 'run')} ticked")


def _compare_models(home: Workspace, ids: Sequence[str]) -> None:
    """The models that came out of these runs, side by side."""
    if not st.button("Compare their models", type="primary", icon=":material/model_training:"):
        return
    made = dict.fromkeys(f"{it['model']}:{it['version']}" for id_ in ids for it in runs.get_run(home, id_).models)
    if not 2 <= len(made) <= MOST:
        told = f"These runs came to {count(len(made), 'different model version')}; two to {MOST} can be compared."
        st.warning(told, icon=":material/info:")
        return
    places.go(places.MODELS, compare=",".join(made))
