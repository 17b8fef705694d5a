"""Whole datasets and files, answered by an endpoint: once, or again and again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.data import datasets
from engine.service.schedules import read_schedule
from engine.service.serving import batches, scorings
from engine.service.serving.batches import BatchView
from engine.service.serving.scorings import ScoringView, Stored
from engine.service.views import EndpointView
from engine.sources import FileSource
from engine.workspace import Workspace
from ui import places, session
from ui.datasets.sync import moment
from ui.datasets.sync_form import ask_schedule
from ui.frame import Column, badge, confirm, empty, listing
from ui.importing.upload import HELP, KINDS
from ui.progress import follow_job
from ui.trouble import show_error
from ui.words import ago, escaped

DATASET, FILE = "A dataset", "A file"
AS_ENDPOINT, STRICT, LENIENT = "As the endpoint does", "Stop, and keep nothing", "Keep it without an answer"
UNANSWERED: dict[str, bool | None] = {AS_ENDPOINT: None, STRICT: True, LENIENT: False}
NEW, TIMES = "At each new version", "At times"
ASKED_BY = {"hand": "A person", "schedule": "Schedule", "version": "New version"}


def show_scoring(home: Workspace, endpoint: EndpointView) -> None:
    """Ask for a whole table, what was asked, and what happens by itself."""
    if endpoint.status == "retired":
        st.caption("A retired endpoint answers nothing.")
        return
    _show_once(home, endpoint)
    _show_work(home, endpoint)
    _show_done(home, endpoint)
    _show_batches(home, endpoint)


def _show_once(home: Workspace, endpoint: EndpointView) -> None:
    names = _names(home)
    with st.container(border=True):
        st.markdown("**Answer all rows**, beside their columns, as a new version of a dataset")
        what = st.segmented_control("Of", [DATASET, FILE], default=DATASET, key="score_what", required=True)
        given = _ask_dataset(home, names) if what == DATASET else _ask_file(home)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            suggestion = _suggestion(given)
            into = st.text_input("Into the dataset", suggestion, max_chars=200, width=360, key=f"into_{suggestion}")
            how = st.selectbox("A record that cannot be answered", list(UNANSWERED), width=260, key="score_how")
            if st.button("Answer all", type="primary", icon=":material/bolt:", disabled=given is None) and given:
                _do(
                    lambda: scorings.start_scoring(
                        home, endpoint.name, given, str(into or ""), strict=UNANSWERED[str(how)]
                    )
                )


def _names(home: Workspace) -> list[str]:
    """Datasets to be answered, those that were made so last."""
    return [it.name for it in sorted(datasets.list_datasets(home), key=lambda it: "scoring_id" in it.source)]


def _suggestion(given: Stored | FileSource | None) -> str:
    name = given.dataset if isinstance(given, Stored) else given.called.partition(".")[0] if given else "rows"
    return f"{name[:180]} answered"


def _ask_dataset(home: Workspace, names: list[str]) -> Stored | None:
    if not names:
        st.caption("There is no dataset yet.")
        return None
    with st.container(horizontal=True):
        name = str(st.selectbox("Dataset", names, width=360, key="score_dataset"))
        view = datasets.get_dataset(home, name)
        number = st.selectbox(
            "Version", view.versions, width=140, key=f"score_version_{name}",
            index=view.versions.index(view.latest) if view.latest in view.versions else 0,
            format_func=lambda it: f"v{it}, latest" if it == view.latest else f"v{it}",
        )  # fmt: skip
    return Stored(name, number)


def _ask_file(home: Workspace) -> FileSource | None:
    file = st.file_uploader("File", type=KINDS, key="score_file", help=HELP)
    if file is None:
        return None
    known = session.upload_of(file.file_id)
    path: Path = known if known is not None and known.is_file() else datasets.keep_upload(home, file, file.name)
    session.keep_upload(file.file_id, path)
    return FileSource(path=path, filename=file.name)


def _show_work(home: Workspace, endpoint: EndpointView) -> None:
    """What is queued or at work, with progress and a way to cancel it."""
    for it in scorings.list_scorings(home, endpoint.name):
        doing = f"Answering {it.source} into {it.into}"
        if not it.is_finished and it.job_id and follow_job(it.job_id, escaped(doing)) is not None:
            st.rerun()


def _show_done(home: Workspace, endpoint: EndpointView) -> None:
    done = [it for it in scorings.list_scorings(home, endpoint.name) if it.is_finished]
    if not done:
        return
    st.subheader("Answered", anchor=False)
    if done[0].error and done[0].status in ("failed", "crashed"):
        show_error(done[0].error)
    there = {it.name: it.versions for it in datasets.list_datasets(home)}
    columns: list[Column[ScoringView]] = [
        Column("When", 1.6, lambda it: st.caption(ago(it.finished_at or it.created_at))),
        Column("Rows of", 2.4, lambda it: st.caption(escaped(it.source))),
        Column("Into", 3, lambda it: _show_made(it, there)),
        Column("State", 1.6, lambda it: badge(it.status)),
        Column("Answered by", 2, lambda it: st.caption(escaped(it.model))),
        Column("Rows", 2.2, lambda it: st.caption(_amount(it))),
        Column("Asked by", 1.5, lambda it: st.caption(ASKED_BY.get(it.asked_by, it.asked_by))),
    ]
    listing(done, columns, noun="scoring", key="scorings")


def _show_made(it: ScoringView, there: dict[str, list[int]]) -> None:
    if it.version is not None and it.into in there:
        places.link(places.DATASETS, f"{it.into} v{it.version}", dataset=it.into, version=it.version, view="Preview")
    else:
        st.caption(escaped(it.into))


def _amount(it: ScoringView) -> str:
    if it.rows is None:
        return "–"
    return f"{it.rows:,}" + (f", {it.unanswered:,} without an answer" if it.unanswered else "")


def _show_batches(home: Workspace, endpoint: EndpointView) -> None:
    found = batches.list_batches(home, endpoint.name)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader("Again and again", anchor=False, width="content")
        if found and st.button("Add", icon=":material/add:"):
            places.ask(batch="new")
            st.rerun()
    if places.asked("batch") == "new":
        _ask_batch(home, endpoint)
    elif not found:
        empty(
            ":material/event_repeat:", "Nothing is answered by itself",
            "An endpoint can answer a dataset at times, or at each new version, into new versions of another one.",
            _add,
        )  # fmt: skip
    for it in found:
        _show_batch(home, it)


def _add() -> None:
    if st.button("Set up", type="primary", icon=":material/event_repeat:"):
        places.ask(batch="new")
        st.rerun()


def _ask_batch(home: Workspace, endpoint: EndpointView) -> None:
    names = _names(home)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            dataset = st.selectbox("Dataset", names, width=300, key="batch_dataset")
            suggestion = _suggestion(Stored(str(dataset)))
            into = st.text_input("Into the dataset", suggestion, width=360, max_chars=200, key=f"batch_{suggestion}")
            how = st.selectbox("A record that cannot be answered", list(UNANSWERED), width=260, key="batch_how")
        when = st.segmented_control("When", [NEW, TIMES], default=NEW, key="batch_when", required=True)
        asked: dict[str, Any] | None = ask_schedule(None) if when == TIMES else None
        with st.container(horizontal=True):
            if st.button("Save", type="primary", icon=":material/check:", disabled=not names):
                _do(
                    lambda: batches.add_batch(
                        home, endpoint.name, str(dataset), str(into or ""),
                        read_schedule(asked) if asked is not None else None, strict=UNANSWERED[str(how)],
                    ),
                    leave=True,
                )  # fmt: skip
            if st.button("Cancel"):
                places.ask(batch=None)
                st.rerun()


def _show_batch(home: Workspace, it: BatchView) -> None:
    with st.container(border=True):
        words, buttons = st.columns([3, 2], gap="medium", vertical_alignment="center")
        with words:
            st.markdown(f"**{escaped(it.dataset)}** into **{escaped(it.into)}**, {escaped(it.words)}")
            st.caption(_next(it))
            if it.error is not None:
                show_error(it.error)
        with (
            buttons,
            st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"),
        ):
            _show_buttons(home, it)


def _next(it: BatchView) -> str:
    parts = []
    if it.paused:
        parts.append(":material/pause_circle: Paused")
    elif it.next_at and it.schedule:
        parts.append(escaped(f"Next {moment(it.next_at, it.schedule.zone)}"))
    if it.last is not None:
        came = f"v{it.last.version}" if it.last.version else it.last.status
        parts.append(escaped(f"last {came} from {it.last.source}, {ago(it.last.created_at)}"))
    else:
        parts.append("not started yet")
    return " · ".join(parts)


def _show_buttons(home: Workspace, it: BatchView) -> None:
    at_work = it.last is not None and not it.last.is_finished
    if st.button("Now", icon=":material/bolt:", key=f"now_{it.id}", disabled=at_work):
        _do(lambda: batches.run_batch(home, it.id))
    if it.paused:
        if st.button("Resume", icon=":material/play_arrow:", key=f"resume_{it.id}"):
            _do(lambda: batches.resume_batch(home, it.id))
    elif st.button("Pause", icon=":material/pause:", key=f"pause_{it.id}"):
        _do(lambda: batches.pause_batch(home, it.id))
    if st.button("Remove", icon=":material/delete:", key=f"remove_{it.id}"):
        warning = f"**{escaped(it.into)}** gets no more answers by itself. Its versions stay as they are."
        confirm("Remove", warning, "Remove", lambda: _do(lambda: batches.remove_batch(home, it.id)))


def _do(act: Callable[[], object], *, leave: bool = False) -> None:
    try:
        act()
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    if leave:
        places.ask(batch=None)
    st.rerun()
