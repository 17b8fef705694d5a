"""Waiting for a look at a source in small steps: what the person does meanwhile ends the waiting and the asking."""

import threading
from concurrent.futures import Future, wait
from typing import Any

import streamlit as st

from engine.service import Workspace
from engine.service.data import datasets
from engine.sources import read_source
from ui import session

AT_ONCE_SECONDS, STEP_SECONDS = 0.3, 0.2
OFFERED_SECONDS = 2.0
"""After so long, going on without a look is offered."""

Found = dict[str, Any]


def looked_at(home: Workspace, source: Found, overrides: Found, key: str) -> Found:
    """What a source would give.

    Raises
    ------
    UnreadableFile, DataError, StorageError
    """
    look: Future[Found] = Future()
    asker = threading.Thread(target=_look, args=(look, home, source, overrides), name="look", daemon=True)
    asker.start()
    try:
        if not _has_come(look, AT_ONCE_SECONDS):
            _wait(look, source, key)
    finally:
        if not look.done():
            datasets.stop_inspecting(asker.ident)
    return look.result()


def can_be_unseen(source: Found) -> bool:
    """Whether it can be imported without a look: a database says itself how it is read."""
    return source["kind"] in ("table", "query")


def _look(look: "Future[Found]", home: Workspace, source: Found, overrides: Found) -> None:
    try:
        look.set_result(_remembered(home, source, overrides))
    except Exception as error:  # noqa: BLE001  raised again where somebody waits for it
        look.set_exception(error)


@st.cache_data(show_spinner=False, max_entries=20, ttl="1h")
def _remembered(_home: Workspace, source: Found, overrides: Found) -> Found:
    """Remembered while it is being corrected."""
    return datasets.inspect_dataset(_home, read_source(source), overrides)


def _has_come(look: "Future[Found]", seconds: float) -> bool:
    return bool(wait([look], seconds).done)


def _wait(look: "Future[Found]", source: Found, key: str) -> None:
    slot = st.empty()
    row = slot.container(horizontal=True, vertical_alignment="center")
    with row, st.spinner("Looking at the first rows…", show_time=True):
        step = st.empty()
        if can_be_unseen(source) and not _has_come(look, OFFERED_SECONDS):
            st.button("Go on without a look", icon=":material/skip_next:", on_click=session.keep_unseen, args=(key, {}))
        while not _has_come(look, STEP_SECONDS):
            step.empty()  # here ends a run of the page whose person did something else
    slot.empty()
