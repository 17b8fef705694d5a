"""The tab Loop: when the model learns anew, what came of it, and everything that happened."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.retraining import policies, rounds
from engine.service.retraining.policies import PolicyView
from engine.service.retraining.rounds import RoundView
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui import places, session
from ui.datasets.sync import moment
from ui.endpoints.loop_policy import ask_policy
from ui.endpoints.loop_rounds import show_rounds
from ui.endpoints.loop_timeline import show_timeline
from ui.frame import confirm, empty
from ui.models.who import comment_field, name_field
from ui.trouble import errors_shown, guarded, show_error
from ui.words import escaped, state

PARTS = ("Retraining", "Timeline")
BUSY = "A round is open: it ends first."


def show_loop(home: Workspace, endpoint: EndpointView) -> None:
    """Retraining, or the timeline."""
    part = st.segmented_control(
        "Show", PARTS, default=PARTS[0], key="loop", bind="query-params", label_visibility="collapsed", required=True
    )
    if part == "Timeline":
        show_timeline(home, endpoint)
    else:
        _show_retraining(home, endpoint)


def _show_retraining(home: Workspace, endpoint: EndpointView) -> None:
    policy = policies.get_policy(home, endpoint.name)
    if places.asked("policy") == "edit" and endpoint.status != "retired":
        ask_policy(home, endpoint, policy)
        return
    found = rounds.list_rounds(home, endpoint.name)
    if policy is None:
        empty(
            ":material/autorenew:", "Nothing retrains for this endpoint",
            "Say when a pipeline trains a new model for it, and what the new one must show before it goes live. Both "
            "are compared on rows that neither has learned from.",
            _set_up if endpoint.status != "retired" else None,
        )  # fmt: skip
    else:
        _show_policy(home, endpoint, policy, found)
    show_rounds(home, endpoint, found)


def _set_up() -> None:
    if st.button("Set up retraining", type="primary", icon=":material/autorenew:"):
        places.ask(policy="edit")
        st.rerun()


def _show_policy(home: Workspace, endpoint: EndpointView, policy: PolicyView, found: list[RoundView]) -> None:
    with st.container(border=True):
        words, buttons = st.columns([3, 2], gap="medium", vertical_alignment="top")
        with words:
            st.markdown(f"Pipeline **{escaped(policy.pipeline)}**, node {escaped(policy.node)} {_when(policy)}")
            st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in policy.words))
        with buttons, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            if endpoint.status != "retired":
                _show_buttons(home, policy, is_busy=bool(found and found[0].is_open))


def _when(policy: PolicyView) -> str:
    if policy.paused:
        look = state("paused")
        return f":{look.color}-badge[{look.icon} {look.word}]"
    schedule = policy.settings.triggers.schedule
    return f"· next {escaped(moment(policy.next_at, schedule.zone))}" if policy.next_at and schedule else ""


def _show_buttons(home: Workspace, policy: PolicyView, *, is_busy: bool) -> None:
    name = policy.endpoint
    if st.button(
        "Retrain now",
        type="primary",
        icon=":material/model_training:",
        disabled=is_busy,
        help=BUSY if is_busy else None,
    ):
        _ask_retrain(home, name)
    if policy.paused:
        if st.button("Resume", icon=":material/play_arrow:"):
            _do(lambda: policies.resume_policy(home, name, by=session.person()), "Rounds begin by themselves again.")
    elif st.button("Pause", icon=":material/pause:"):
        _do(lambda: policies.pause_policy(home, name, by=session.person()), "No round begins by itself.")
    if st.button("Edit", icon=":material/edit:"):
        places.ask(policy="edit")
        st.rerun()
    if st.button("Remove", icon=":material/delete:"):
        warning = f"No model is trained for **{escaped(name)}** any more. The rounds and what answers stay as they are."
        confirm("Remove retraining", warning, "Remove", lambda: _remove(home, name))


def _remove(home: Workspace, name: str) -> None:
    _do(lambda: policies.remove_policy(home, name, by=session.person()), "Nothing retrains for it any more.")


def _ask_retrain(home: Workspace, name: str) -> None:
    @st.dialog("Retrain now")
    @guarded
    def ask() -> None:
        st.write("The pipeline runs up to its model; what it comes to is compared with the model that answers now.")
        with st.form("retrain", border=False):
            who, why = name_field(), comment_field("Why now")
            sent = st.form_submit_button("Retrain", type="primary", icon=":material/model_training:")
        if sent:
            with errors_shown():
                begun = rounds.retrain_now(home, name, by=who, note=why)
                session.keep_person(who)
                session.say(f"Round {begun.number} has begun.", ":material/model_training:")
                st.rerun()

    ask()


def _do(act: Callable[[], object], told: str) -> None:
    try:
        act()
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(told)
    st.rerun()
