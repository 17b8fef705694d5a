"""Where a dataset's next versions come from and when, how that went, and which pipelines start then."""

from collections.abc import Callable
from datetime import datetime
from textwrap import shorten
from zoneinfo import ZoneInfo

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count, seconds
from engine.service.data import syncs
from engine.service.data.syncs import SyncRunView, SyncView
from engine.service.views import DatasetView
from ui import places, session
from ui.datasets.sync_form import ask_sync
from ui.datasets.triggers import show_triggers
from ui.frame import Column, badge, confirm, empty, listing
from ui.progress import follow_job
from ui.trouble import guarded, show_error, show_finding
from ui.words import ago, escaped, state

ASKED_BY = {"schedule": "Schedule", "retry": "Another try", "hand": "A person"}
MOST_CHANGES = 10
LOOK_SECONDS = 3.0
LONGEST = 600
"""Letters of what came of a sync, in the list; the whole is told where the mouse rests, the last one above it, too."""
CHANGES = {
    "report": "Changed columns are taken over and told.",
    "block": "Changed columns stop it.",
}


def show_sync(home: Workspace, dataset: DatasetView) -> None:
    """The sync of a dataset, its history, and what starts when a new version arrives."""
    sync = syncs.get_sync(home, dataset.name)
    if places.asked("sync") == "edit":
        ask_sync(home, dataset, sync)
        return
    if sync is None:
        empty(
            ":material/sync:", "Not synced",
            "A sync brings what is new in a database, a web address or a file of the server, again and again, as the "
            "next version of this dataset.",
            _set_up,
        )  # fmt: skip
    else:
        _show_settings(home, sync)
        _show_work(sync)
        _show_history(home, dataset, sync)
        if sync.job_id is None:
            _look_again(home, dataset.name, _newest(home, dataset.name))
    show_triggers(home, dataset)


def _set_up() -> None:
    if st.button("Set up a sync", type="primary", icon=":material/sync:"):
        places.ask(sync="edit")
        st.rerun()


def _show_settings(home: Workspace, sync: SyncView) -> None:
    with st.container(border=True):
        words, buttons = st.columns([3, 2], gap="medium", vertical_alignment="center")
        with words:
            st.markdown(f"{_next(sync)}  \n{escaped(_how(sync))}")
            st.caption(f"From {escaped(sync.source_words)}")
        with (
            buttons,
            st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"),
        ):
            _show_buttons(home, sync)


def _show_buttons(home: Workspace, sync: SyncView) -> None:
    name = sync.dataset
    if st.button("Sync now", type="primary", icon=":material/sync:", disabled=sync.job_id is not None):
        _do(lambda: syncs.sync_now(home, name))
    if sync.paused:
        if st.button("Resume", icon=":material/play_arrow:"):
            _do(lambda: syncs.resume_sync(home, name), f"{name} is synced again.")
    elif st.button("Pause", icon=":material/pause:"):
        _do(lambda: syncs.pause_sync(home, name), f"The sync of {name} rests.")
    if st.button("Edit", icon=":material/edit:"):
        places.ask(sync="edit")
        st.rerun()
    if st.button("Remove", icon=":material/delete:"):
        warning = f"**{escaped(name)}** is not synced any more and the history goes. Its versions stay as they are."
        confirm("Remove sync", warning, "Remove the sync", lambda: _remove(home, name))


def _remove(home: Workspace, name: str) -> None:
    _do(lambda: syncs.remove_sync(home, name), f"{name} is not synced any more.")


def _do(act: Callable[[], object], told: str = "") -> None:
    try:
        act()
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    if told:
        session.say(told)
    st.rerun()


def _next(sync: SyncView) -> str:
    """The rhythm, and when it comes next."""
    words = sync.schedule.words
    words = f"**{escaped(words[0].upper() + words[1:])}**"
    if sync.paused:
        look = state("paused")
        return f"{words} :{look.color}-badge[{look.icon} {look.word}]"
    return f"{words} · next {escaped(moment(sync.next_at, sync.schedule.zone))}" if sync.next_at else words


def _how(sync: SyncView) -> str:
    rows = f"rows beyond the greatest {sync.watermark} so far" if sync.watermark else "all rows of the source"
    mode = f"Appends {rows}." if sync.mode == "append" else f"A version holds {rows}."
    tries = f"Tried again up to {count(sync.retries, 'time')} when it fails." if sync.retries else "Not tried again."
    return f"{mode} {CHANGES[sync.on_schema_change]} {tries}"


def moment(when: datetime, zone: str) -> str:
    """A moment as clocks of the schedule's zone show it, and as those of the person do where they show another time.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 11, 22, 5, tzinfo=UTC), "Europe/Vienna")
    'Sun 22 Nov 2026, 06:00'
    """
    text = f"{when.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M}"
    mine = _own_zone()
    if mine is None or when.astimezone(mine).utcoffset() == when.astimezone(ZoneInfo(zone)).utcoffset():
        return text
    return f"{text} ({when.astimezone(mine):%a %H:%M} where you are)"


def _own_zone() -> ZoneInfo | None:
    name = st.context.timezone
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, KeyError):  # a browser may call itself anything
        return None


def _show_work(sync: SyncView) -> None:
    if sync.job_id is not None and follow_job(sync.job_id, "Syncing") is not None:
        st.rerun()


def _newest(home: Workspace, name: str) -> list[tuple[str, str]]:
    return [(run.id, run.status) for run in syncs.list_sync_runs(home, name, limit=1)]


@st.fragment(run_every=LOOK_SECONDS)
@guarded
def _look_again(home: Workspace, name: str, seen: list[tuple[str, str]]) -> None:
    """See what its schedule, or somebody else, begins while the page is open."""
    if _newest(home, name) != seen:
        st.rerun()


def _show_history(home: Workspace, dataset: DatasetView, sync: SyncView) -> None:
    st.subheader("History", anchor=False)
    runs = syncs.list_sync_runs(home, dataset.name)
    if not runs:
        st.caption("Nothing has been synced yet.")
        return
    _show_trouble(runs[0], sync)
    columns: list[Column[SyncRunView]] = [
        Column("When", 2, lambda it: st.caption(ago(it.finished_at or it.created_at))),
        Column("Asked by", 1.7, lambda it: st.caption(_asker(it))),
        Column("State", 1.9, _badge),
        Column("Version", 1.2, lambda it: _version(dataset, it)),
        Column("What came of it", 5.5, _told),
        Column("Took", 1.2, lambda it: st.caption(seconds(it.seconds))),
    ]
    listing(runs, columns, noun="sync", key="syncs")


def _asker(it: SyncRunView) -> str:
    return f"{ASKED_BY.get(it.asked_by, it.asked_by)} ({it.attempt})" if it.attempt > 1 else ASKED_BY[it.asked_by]


def _badge(it: SyncRunView) -> None:
    if it.status == "succeeded" and it.version is None:
        badge("cached", "Nothing new")
    else:
        badge(it.status)


def _version(dataset: DatasetView, it: SyncRunView) -> None:
    if it.version in dataset.versions:
        places.link(places.DATASETS, f"v{it.version}", dataset=dataset.name, version=it.version, view="Preview")
    else:
        st.caption(f"v{it.version}, deleted" if it.version else "–")


def _told(it: SyncRunView) -> None:
    told = (it.error or {}).get("message") if it.status != "succeeded" else it.message
    changed = f" {count(len(it.findings), 'column')} changed." if it.findings else ""
    again = f" Tried again {_soon(it)}." if it.retry_at else ""
    whole = told or "–"
    told = shorten(whole, LONGEST, placeholder=" …")
    st.caption(escaped(f"{told}{changed}{again}"), help=escaped(whole) if told.endswith(" …") else None)


def _soon(it: SyncRunView) -> str:
    return moment(it.retry_at, "UTC").rpartition(", ")[2] + " UTC" if it.retry_at else ""


def _show_trouble(last: SyncRunView, sync: SyncView) -> None:
    """What the last sync wants a person to know, in full."""
    if last.error and last.status in ("failed", "crashed"):
        show_error(last.error)
        if "connection" in sync.source:
            places.link(places.CONNECTIONS, "Connections", icon=":material/cable:")
    for finding in last.findings[:MOST_CHANGES]:
        show_finding(finding)
    if len(last.findings) > MOST_CHANGES:
        st.caption(f"{len(last.findings) - MOST_CHANGES} further columns changed.")
