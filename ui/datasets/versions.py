"""The versions of a dataset: what changed, which one is meant, and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count, size
from engine.service.data import versions
from engine.service.data.versions import VersionView
from engine.service.views import DatasetView
from ui import places, session
from ui.datasets.exporting import ask_export, show_export
from ui.datasets.keeping import ask_retention
from ui.datasets.version_diff import show_diff
from ui.frame import Column, confirm, listing
from ui.trouble import guarded, show_error
from ui.words import escaped, when

MAKERS = {
    "import": (":material/upload:", "Imported"),
    "sync": (":material/sync:", "Synced"),
    "run": (":material/play_circle:", "Saved"),
    "endpoint": (":material/api:", "Answered"),
}
NOTE_LETTERS = 28
LATEST, RELEASE, NAME, EXPORT, DELETE = "Make it the latest", "Release it", "Label and note", "Export", "Delete"
ICONS = {
    LATEST: ":material/history:",
    RELEASE: ":material/lock_open:",
    NAME: ":material/label:",
    EXPORT: ":material/download:",
    DELETE: ":material/delete:",
}


def show_versions(home: Workspace, dataset: DatasetView) -> None:
    """The list, or two of it side by side."""
    left, right = places.asked_number("left"), places.asked_number("right")
    if left and right:
        show_diff(home, dataset, left, right)
        return
    if exporting := places.asked("export"):
        show_export(home, exporting)
    found = versions.list_versions(home, dataset.name)
    _show_held(home, dataset, found)
    _show_actions(home, dataset, found)
    columns: list[Column[VersionView]] = [
        Column("", 0.4, partial(_show_tick, dataset)),
        Column("Version", 1.1, partial(_show_number, dataset)),
        Column("State", 1.4, _show_state),
        Column("Label and note", 3.2, _show_words),
        Column("Rows", 1.5, lambda it: st.write(f"{it.rows:,}")),
        Column("Change", 2.2, _show_change),
        Column("Size", 1.2, lambda it: st.write(size(it.bytes))),
        Column("Made", 2.6, _show_origin),
        Column("", 1.2, partial(_show_menu, home, dataset)),
    ]
    listing(found, columns, noun="version", key="versions")
    st.caption(
        "A version never changes. A pipeline reads the latest one unless its dataset node names another. The change is "
        "that since the version it followed: rows + added, − removed, ~ changed."
    )


def _tick(dataset: DatasetView, it: VersionView) -> str:
    return f"tick_{dataset.id}_{it.number}"


def _show_held(home: Workspace, dataset: DatasetView, found: list[VersionView]) -> None:
    """Versions that wait for somebody's decision; the page says it of its own one."""
    for it in [it for it in found if it.held and it.number != dataset.version][:3]:
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            why = str((it.held or {}).get("message") or (it.held or {}).get("reason") or "A rule kept it back.")
            st.markdown(
                f":material/front_hand: **v{it.number} is held** and not read by pipelines. {escaped(why)}",
                width="stretch",
            )
            if st.button("Release", key=f"release_{it.id}", icon=":material/lock_open:"):
                _ask_latest(home, dataset, it)


def _show_actions(home: Workspace, dataset: DatasetView, found: list[VersionView]) -> None:
    ticked = [it.number for it in found if session.is_ticked(_tick(dataset, it))]
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Compare",
            icon=":material/difference:",
            disabled=len(ticked) != 2,
            help="Tick two versions.",
            type="primary" if len(ticked) == 2 else "secondary",
        ):
            places.ask(left=min(ticked), right=max(ticked))
            st.rerun()
        if st.button("What is kept", icon=":material/auto_delete:"):
            ask_retention(home, dataset)
        st.caption(_ticked_in_words(ticked), width="content")


def _ticked_in_words(ticked: list[int]) -> str:
    match len(ticked):
        case 0:
            return "Tick two versions to compare them."
        case 1:
            return f"v{ticked[0]} is ticked; tick another one."
        case 2:
            return f"v{min(ticked)} and v{max(ticked)} are ticked."
    return f"{len(ticked)} are ticked; two can be compared."


def _show_tick(dataset: DatasetView, it: VersionView) -> None:
    st.checkbox(f"Compare v{it.number}", key=_tick(dataset, it), label_visibility="collapsed")


def _show_number(dataset: DatasetView, it: VersionView) -> None:
    places.link(places.DATASETS, f"v{it.number}", dataset=dataset.name, version=it.number, view="Versions")


def _show_words(it: VersionView) -> None:
    """The label, and as much of the note as a line has room for; all of it where the mouse rests."""
    label = f":violet-badge[:material/label: {escaped(it.label)}] " if it.label else ""
    room = max(0, NOTE_LETTERS - len(it.label))
    note = it.note if len(it.note) <= room else f"{it.note[: room - 1].rstrip()}…"
    if label or note:
        st.markdown(f"{label}:gray[{escaped(note)}]" if note else label, help=it.note if note != it.note else None)


def _show_state(it: VersionView) -> None:
    if it.held:
        st.badge("Held", icon=":material/front_hand:", color="orange")
    elif it.is_latest:
        st.badge("Latest", icon=":material/check_circle:", color="green")


def _show_change(it: VersionView) -> None:
    if it.changes is None:
        st.caption("first rows" if it.parent is None else "–")
        return
    parts = [
        f":{color}[{sign}{it.changes[kind]:,}]"
        for kind, sign, color in (("added", "+", "green"), ("removed", "−", "red"), ("changed", "~", "orange"))
        if it.changes[kind]
    ]
    told = " ".join(parts) or ":gray[same rows]"
    since = f" :gray[since v{it.parent}]" if it.parent is not None and it.parent != it.number - 1 else ""
    st.markdown(told + since)


def _show_origin(it: VersionView) -> None:
    icon, word = MAKERS[it.made_by]
    who = f" by run {it.source['run']}" if it.made_by == "run" and "run" in it.source else ""
    st.caption(f"{icon} {word}{escaped(str(who))} {when(it.created_at)}")


def _show_menu(home: Workspace, dataset: DatasetView, it: VersionView) -> None:
    first = [] if it.is_latest else [RELEASE if it.held else LATEST]
    options = [*first, NAME, EXPORT, *([] if it.is_latest else [DELETE])]
    chosen = st.menu_button(
        "More",
        options,
        key=f"menu_{it.id}",
        type="tertiary",
        format_func=lambda option: f"{ICONS[option]} {option}",
    )
    acts: dict[str, Callable[[], None]] = {
        LATEST: lambda: _ask_latest(home, dataset, it),
        RELEASE: lambda: _ask_latest(home, dataset, it),
        NAME: lambda: _ask_name(home, dataset, it),
        EXPORT: lambda: ask_export(home, dataset.name, it.number),
        DELETE: lambda: _ask_delete(home, dataset, it),
    }
    if chosen:
        acts[chosen]()


def _ask_latest(home: Workspace, dataset: DatasetView, it: VersionView) -> None:
    held = "It was held back; releasing it lets pipelines read it. " if it.held else ""
    warning = (
        f"{held}Pipelines that read the latest version of **{escaped(dataset.name)}** will read **v{it.number}** "
        f"instead of v{dataset.latest}, {count(it.rows, 'row')}. No version is deleted, and you can go back."
    )
    verb = "Release" if it.held else "Make it the latest"
    confirm(f"{verb}: v{it.number}", warning, verb, lambda: _make_latest(home, dataset, it.number))


def _make_latest(home: Workspace, dataset: DatasetView, number: int) -> None:
    try:
        versions.make_latest(home, dataset.name, number)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"v{number} is the latest version now.", ":material/history:")
    st.rerun()


def _ask_name(home: Workspace, dataset: DatasetView, it: VersionView) -> None:
    @st.dialog(f"Label and note of v{it.number}")
    @guarded
    def ask() -> None:
        label = st.text_input(
            "Label", value=it.label, max_chars=versions.LONGEST_LABEL, placeholder="audited, Q3 close, …"
        )
        st.caption("A labelled version is never let go by the rules of what is kept.")
        note = st.text_area(
            "Note", value=it.note, max_chars=versions.LONGEST_TEXT, placeholder="What there is to know."
        )
        if st.button("Save", type="primary", icon=":material/check:"):
            versions.describe_version(home, dataset.name, it.number, label=label or "", note=note or "")
            st.rerun()

    ask()


def _ask_delete(home: Workspace, dataset: DatasetView, it: VersionView) -> None:
    warning = (
        f"This deletes **v{it.number}** of {escaped(dataset.name)} and the files that no other version lists. It "
        "cannot be undone. A version that a pipeline, a run or a model needs is kept."
    )
    confirm(f"Delete v{it.number}", warning, "Delete", lambda: _delete(home, dataset, it.number))


def _delete(home: Workspace, dataset: DatasetView, number: int) -> None:
    try:
        versions.delete_version(home, dataset.name, number)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"v{number} is deleted.", ":material/delete:")
    st.rerun()
