"""The form of a policy, in plain words: who retrains, when, what the new model must show, and what happens then."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.modelling import fairness, models
from engine.service.retraining import policies
from engine.service.retraining.policies import PolicyView, TrainerView
from engine.service.retraining.policy_settings import (
    LEAST_ROWS,
    DriftTrigger,
    PerformanceTrigger,
    PolicySettings,
    Rule,
    Triggers,
    in_words,
    read_policy_settings,
)
from engine.service.schedules import read_schedule
from engine.service.scores import better
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui import places, session
from ui.datasets.sync_form import ask_schedule
from ui.trouble import show_error
from ui.words import escaped, metric

USUAL = ""
PUBLISH = {"ask": "Ask a person", "itself": "Publish it without asking"}


def ask_policy(home: Workspace, endpoint: EndpointView, policy: PolicyView | None) -> None:
    """Ask for everything that a policy says; what it means is told below, in sentences."""
    trainers = policies.trainers(home)
    if not trainers:
        st.info("No pipeline trains a model yet. Draw one first.", icon=":material/info:")
        return
    known = policy.settings if policy else PolicySettings()
    with st.container(border=True):
        st.subheader("Edit retraining" if policy else "Set up retraining", anchor=False)
        st.markdown("**Who retrains**")
        trainer, node = _ask_trainer(home, endpoint, policy, trainers)
        st.markdown("**When**")
        triggers = _ask_triggers(known.triggers, _metrics(home, endpoint))
        st.markdown("**What the new model must show**")
        rule = _ask_rule(home, endpoint, known.rule)
        st.markdown("**What happens then**")
        then = _ask_then(known)
        _save(home, endpoint, (trainer.pipeline, node), {"triggers": triggers, "rule": rule, **then})


def _ask_trainer(
    home: Workspace, endpoint: EndpointView, policy: PolicyView | None, trainers: list[TrainerView]
) -> tuple[TrainerView, str]:
    first = (policy.pipeline, policy.node) if policy else policies.trainer_of(home, endpoint.name)
    names = [it.pipeline for it in trainers]
    with st.container(horizontal=True):
        at = names.index(first[0]) if first and first[0] in names else 0
        name = st.selectbox("Pipeline", names, index=at, width=320, help="It runs as it was saved last.")
        trainer = trainers[names.index(str(name))]
        at = trainer.nodes.index(first[1]) if first and first[1] in trainer.nodes else 0
        node = st.selectbox("Its model", trainer.nodes, index=at, width=240)
    return trainer, str(node)


def _ask_triggers(known: Triggers, metrics: list[str]) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "new_data": st.checkbox("When a dataset that it reads gets a new latest version", known.new_data)
    }
    has_schedule = known.schedule is not None and known.schedule.every != "hand"
    if st.checkbox("Again and again, at a time", has_schedule):
        asked["schedule"] = read_schedule(ask_schedule(known.schedule)).model_dump(mode="json")
    if st.checkbox("When requests are not like the train rows any more", known.drift is not None):
        asked["drift"] = _ask_drift(known.drift or DriftTrigger())
    if st.checkbox("When the model does worse than in training", known.performance is not None):
        asked["performance"] = _ask_performance(known.performance or PerformanceTrigger(), metrics)
    asked["wait_hours"] = st.number_input(
        "Hours between two rounds, at least", 0.0, 8_760.0, known.wait_hours, step=1.0, width=260
    )
    return asked


def _ask_drift(known: DriftTrigger) -> dict[str, Any]:
    with st.container(horizontal=True):
        psi = st.number_input(
            "A field has drifted from this PSI on", 0.01, 10.0, known.psi, step=0.05, width=260,
            help="Population stability index: below 0.1 little has changed, above 0.25 much.",
        )  # fmt: skip
        fields = st.number_input("So many fields must have drifted", 1, 10_000, known.fields, width=260)
    return {"psi": psi, "fields": int(fields)}


def _ask_performance(known: PerformanceTrigger, metrics: list[str]) -> dict[str, Any]:
    with st.container(horizontal=True):
        name = _metric("Metric", metrics, known.metric, "performance_metric")
        fell_by = st.number_input("Worse than in training by", 0.0001, None, known.fell_by, step=0.01, width=260)
    st.caption("It is known only once outcomes were sent back.")
    return {"metric": name, "fell_by": fell_by}


def _metric(label: str, metrics: list[str], known: str | None, key: str) -> str | None:
    names = list(dict.fromkeys([USUAL, *([known] if known else []), *metrics]))
    chosen = st.selectbox(
        label, names, index=names.index(known or USUAL), width=260, key=key,
        format_func=lambda it: metric(it) if it else "The usual one",
    )  # fmt: skip
    return str(chosen) or None


def _metrics(home: Workspace, endpoint: EndpointView) -> list[str]:
    if endpoint.model is None:
        return []
    found = models.get_model(home, endpoint.model, endpoint.version).metrics
    return [name for name in found if better(name)]


def _ask_rule(home: Workspace, endpoint: EndpointView, known: Rule) -> dict[str, Any]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = _metric("Better by", _metrics(home, endpoint), known.metric, "rule_metric")
        margin = st.number_input(
            "How much, at least", None, None, known.margin, step=0.005, format="%.4f", width=200,
            help="In the metric's own unit. Below 0 the new model may be that much worse: it is fresher.",
        )  # fmt: skip
        least = st.number_input(
            "Rows to compare on, at least", LEAST_ROWS, None, known.least_rows, step=50, width=240,
            help="Rows that neither model has learned from. With fewer, a person decides.",
        )  # fmt: skip
    sure = st.checkbox(
        "Beyond chance", known.beyond_chance,
        help="The whole 95 % interval of the gain must be beyond the margin, not only the gain itself.",
    )  # fmt: skip
    asked: dict[str, Any] = {"metric": name, "margin": margin, "least_rows": int(least), "beyond_chance": sure}
    if st.checkbox("Not worse for any group", known.group is not None):
        asked |= _ask_group(home, endpoint, known)
    if st.checkbox("Most requests of late are answered as before", known.most_changed is not None):
        share = st.number_input(
            "Percent that may be answered otherwise, at most", 0.0, 100.0, 100 * (known.most_changed or 0.1), width=320
        )
        asked["most_changed"] = share / 100
    return asked


def _ask_group(home: Workspace, endpoint: EndpointView, known: Rule) -> dict[str, Any]:
    with st.container(horizontal=True):
        names = list(dict.fromkeys([*([known.group] if known.group else []), *_columns(home, endpoint)]))
        group = st.selectbox("Groups by", names, index=0 if names else None, width=260)
        tolerance = st.number_input("It may be worse by", 0.0, None, known.group_tolerance, step=0.01, width=200)
    return {"group": group, "group_tolerance": tolerance}


def _columns(home: Workspace, endpoint: EndpointView) -> list[str]:
    """Those whose names speak of people first."""
    if endpoint.model is None:
        return []
    try:
        found = fairness.group_choices(home, endpoint.model, endpoint.version)
    except PEOPLE_ERRORS:
        return [str(field["name"]) for field in endpoint.fields]
    return list(dict.fromkeys([*found.suggested, *found.columns]))


def _ask_then(known: PolicySettings) -> dict[str, Any]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        publish = st.radio(
            "A model that shows all this", list(PUBLISH), index=list(PUBLISH).index(known.publish),
            format_func=PUBLISH.__getitem__, horizontal=True,
        )  # fmt: skip
    asked: dict[str, Any] = {"publish": publish}
    if st.checkbox("Let it answer a part of the requests at first", known.canary is not None):
        share = st.number_input("Percent", 1.0, 99.0, 100 * (known.canary or 0.1), width=160)
        asked["canary"] = share / 100
    return asked


def _save(home: Workspace, endpoint: EndpointView, who: tuple[str, str], asked: dict[str, Any]) -> None:
    try:
        settings = read_policy_settings(asked)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    st.caption("  \n".join(escaped(sentence) for sentence in in_words(settings)))
    with st.container(horizontal=True):
        if st.button("Save", type="primary", icon=":material/check:"):
            try:
                policies.set_policy(home, endpoint.name, who[0], settings, node=who[1], by=session.person())
            except PEOPLE_ERRORS as error:
                show_error(error)
                return
            session.say("The policy is saved.", ":material/autorenew:")
            _leave()
        if st.button("Cancel"):
            _leave()


def _leave() -> None:
    places.ask(policy=None)
    st.rerun()
