"""The form of a sync: from where, when, and what is done with the rows."""

from datetime import UTC, datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.data import syncs
from engine.service.data.syncs import MOST_RETRIES, SyncView
from engine.service.schedules import EVERY, MONTHS, WEEKDAYS, Every, Schedule, read_schedule, zones
from engine.service.views import DatasetView
from engine.sources import DataSource, read_source
from ui import places, session
from ui.datasets.sync_source import ask_source
from ui.trouble import show_error

FORETOLD = 3
"""Times that are told while a schedule is chosen."""
RHYTHMS = {name: words.capitalize() for name, words in EVERY.items()}
MODES = {"replace": "Replace the rows there are", "append": "Are added to the rows there are"}
CHANGES = {"report": "Take them over and tell me", "block": "Stop, and make no version"}


def ask_sync(home: Workspace, dataset: DatasetView, sync: SyncView | None) -> None:
    """Ask how a dataset is synced; what is asked next depends on the answers before."""
    with st.container(border=True):
        st.subheader("Edit the sync" if sync else "Set up a sync", anchor=False)
        st.markdown("**Where from**")
        source, overrides = ask_source(home, dataset, *_known(home, dataset, sync))
        st.markdown("**When**")
        asked = ask_schedule(sync.schedule if sync else None)
        st.markdown("**How**")
        how = _ask_how(dataset, sync)
        with st.container(horizontal=True):
            if st.button("Save", type="primary", icon=":material/check:", disabled=source is None) and source:
                _save(home, dataset, source, {"overrides": overrides, **how}, asked)
            if st.button("Cancel"):
                _leave()


def _known(home: Workspace, dataset: DatasetView, sync: SyncView | None) -> tuple[DataSource | None, dict[str, Any]]:
    """The source of the sync, or the one that the version came from."""
    if sync is not None:
        return read_source(sync.source), sync.overrides
    return syncs.suggested_source(home, dataset.name) or (None, {})


def ask_schedule(known: Schedule | None) -> dict[str, Any]:
    """When something is done again and again, with the next times; to be read by `read_schedule`."""
    first = known or Schedule(zone=_here())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        every = cast(Every, _choice("Rhythm", RHYTHMS, first.every, 170))
        asked: dict[str, Any] = {"every": every}
        if every == "hand":
            return asked
        if every == "cron":
            asked["cron"] = st.text_input(
                "Cron expression", first.cron or "30 6 * * 1-5", max_chars=100, width=200,
                help="Minute, hour, day of the month, month and weekday: 30 6 * * 1-5 is 06:30 from Monday to Friday.",
            )  # fmt: skip
        if every == "week":
            asked["weekday"] = _choice("Day", dict(enumerate(WEEKDAYS)), first.weekday, 150)
        if every in ("quarter", "year"):
            asked["month"] = _ask_month(every, first)
        if every in ("month", "quarter", "year"):
            asked["day"] = int(
                st.number_input("Day of the month", 1, 31, first.day, width=150, help="Or the last one before it.")
            )
        if every == "hour":
            asked["at"] = time(0, int(st.number_input("Minute", 0, 59, first.at.minute, width=110)))
        elif every != "cron":
            label = "First at" if every in ("6 hours", "12 hours") else "At"
            asked["at"] = st.time_input(label, first.at, step=300, width=130)
        names = zones() if first.zone in zones() else [first.zone, *zones()]
        asked["zone"] = st.selectbox("Time zone", names, index=names.index(first.zone), width=240)
    _foretell(asked)
    return asked


def _ask_month(every: Every, first: Schedule) -> int:
    if every == "year":
        return int(_choice("Month", dict(enumerate(MONTHS, start=1)), first.month, 150))
    sets = {month: ", ".join(name[:3] for name in MONTHS[month - 1 :: 3]) for month in (1, 2, 3)}
    return int(_choice("Months", sets, (first.month - 1) % 3 + 1, 190))


def _foretell(asked: dict[str, Any]) -> None:
    """The schedule in words with the next times, or what is wrong with it."""
    try:
        schedule = read_schedule(asked)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    words = schedule.words
    coming = [datetime.now(UTC)]
    while len(coming) <= FORETOLD and (following := schedule.next_after(coming[-1])):
        coming.append(following)
    zone = ZoneInfo(schedule.zone)
    shown = ", ".join(f"{when.astimezone(zone):%a %d %b %Y %H:%M}" for when in coming[1:])
    st.caption(f"{words[0].upper()}{words[1:]}. Next: {shown}.")


def _ask_how(dataset: DatasetView, sync: SyncView | None) -> dict[str, Any]:
    left, right = st.columns(2, gap="medium")
    with left:
        mode = _choice("The rows that come", MODES, sync.mode if sync else "replace", None)
        columns = syncs.growing_columns(dataset.columns)
        known = sync.watermark if sync else None
        names = ["", *dict.fromkeys([*([known] if known else []), *columns])]
        watermark = st.selectbox(
            "Only rows that are new by", names, index=names.index(known or ""),
            format_func=lambda name: name or "– all rows, each time –",
            help="A column that only grows, such as a number or the time of the last change: only rows beyond its "
            "greatest value in the latest version are fetched.",
        )  # fmt: skip
    with right:
        changes = _choice("When columns change", CHANGES, sync.on_schema_change if sync else "report", None)
        retries = st.number_input(
            "Tries after a failure", 0, MOST_RETRIES, sync.retries if sync else 3,
            help="After 1, 2, 4, … minutes.",
        )  # fmt: skip
    if mode == "append" and not watermark:
        st.info("Every sync appends all rows that the source has then.", icon=":material/info:")
    if mode == "replace" and watermark:
        st.info(
            "Each version then holds only what was new; earlier rows are in earlier versions.", icon=":material/info:"
        )
    return {"mode": mode, "watermark": watermark or None, "on_schema_change": changes, "retries": int(retries)}


def _choice(label: str, options: dict[Any, str], known: Any, width: int | None) -> Any:
    names = list(options)
    at = names.index(known) if known in names else 0
    return st.selectbox(label, names, index=at, format_func=options.__getitem__, width=width or "stretch")


def _here() -> str:
    """The zone that the browser says it is in."""
    zone = st.context.timezone
    return zone if zone in zones() else "UTC"


def _save(
    home: Workspace, dataset: DatasetView, source: DataSource, how: dict[str, Any], asked: dict[str, Any]
) -> None:
    try:
        with st.spinner("Looking at the source…"):
            sync = syncs.set_sync(home, dataset.name, source, read_schedule(asked), **how)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"{dataset.name} is synced: {sync.schedule.words}.", ":material/sync:")
    _leave()


def _leave() -> None:
    places.ask(sync=None)
    st.rerun()
