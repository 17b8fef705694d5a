"""Searches that go on: their trials as they come, the time that is left, and a button that keeps the best."""

from __future__ import annotations

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.amounts import count, seconds
from engine.service.running import runs, searches
from engine.service.running.searches import SearchView
from engine.service.views import RunView
from ui import session
from ui.trials import show_trials
from ui.trouble import guarded, show_error
from ui.words import escaped


def show_searches(run: RunView) -> None:
    """The searches of an unfinished run, told anew every two seconds; all of it is kept by the server."""
    if not run.is_finished:
        _search_ticks(run.id)


@st.fragment(run_every=2)
@guarded
def _search_ticks(run_id: str) -> None:
    home = session.workspace()
    run = runs.get_run(home, run_id)
    for one in searches.searching(run):
        with st.container(border=True):
            _show(run_id, one)


def _show(run_id: str, one: SearchView) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{escaped(one.title)}** searches · {_so_far(one)}", width="content")
        stop = st.button(
            "Stop and keep the best", icon=":material/flag:", key=f"stop_{run_id}_{one.node}",
            help="Ends the search after the fit at hand; the run goes on with what was found.",
        )  # fmt: skip
    if stop:
        try:
            searches.stop_search(session.workspace(), run_id, one.node)
        except PEOPLE_ERRORS as error:
            show_error(error)
        else:
            st.toast("The search ends after the fit at hand.", icon=":material/flag:")
    done = _done(one)
    if done is not None:
        st.progress(done, text=_left(one))
    if one.recalled:
        st.caption(f"{count(one.recalled, 'trial is', 'trials are')} known from an attempt that was cut short.")
    show_trials(one.search, f"live_{run_id}_{one.node}")


def _so_far(one: SearchView) -> str:
    of = f" of {one.most_trials:,}" if one.most_trials else ""
    return f"{one.trials:,}{of} {'trial' if one.trials == 1 and not of else 'trials'} in {seconds(one.spent)}"


def _left(one: SearchView) -> str:
    if not one.remaining_seconds:
        return "The last fits: the best learns from all train rows"
    return f"about {seconds(one.remaining_seconds)} left"


def _done(one: SearchView) -> float | None:
    if one.remaining_seconds is None:
        return None
    return min(one.spent / max(one.spent + one.remaining_seconds, 1e-9), 1.0)
