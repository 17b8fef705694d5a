"""Build for me: what somebody wants to know of a dataset, and the pipeline that would be drawn for it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.building import beginnings
from engine.service.building.beginnings import Answer, Goal, Kind, Outlook, Preview, Task
from engine.service.data import datasets
from ui import places, session
from ui.beginning.thumbnail import picture
from ui.trouble import show_error
from ui.words import escaped

KINDS: dict[Kind, tuple[str, str]] = {
    "predict": (":material/target: Predict a column", "Learn from rows whose answer is known, and answer for others."),
    "forecast": (":material/trending_up: Forecast a number", "Learn from the past how a number goes on."),
    "groups": (":material/groups: Find groups", "Put rows together that are alike; nothing has to be known before."),
    "odd_rows": (":material/troubleshoot: Find odd rows", "Find the few rows that are unlike all others."),
}
TASKS: dict[Task, str] = {"classification": "one of its values", "regression": "a number"}
SHOWN = 12
"""Reasons why columns cannot be predicted that are listed."""


def show_building(home: Workspace, into: str | None) -> None:
    """The questions on the left, what would be drawn on the right."""
    with st.container(border=True):
        st.subheader(":material/auto_fix_high: Build for me", anchor=False)
        there = [one for one in datasets.list_datasets(home) if one.latest is not None and one.rows]
        if not there:
            st.caption("Bring a dataset, and a pipeline is drawn for what you want to know of it.")
            if st.button("Import a dataset", icon=":material/upload:"):
                places.go(places.IMPORT)
            return
        left, right = st.columns([4, 5], gap="large")
        with left:
            dataset, goal = _questions(home, [one.name for one in there])
        with right:
            if goal is not None:
                _show_plan(home, dataset, goal, into)


def _questions(home: Workspace, names: list[str]) -> tuple[str, Goal | None]:
    asked = places.asked("dataset")
    first = names.index(asked) if asked in names else 0
    dataset = st.selectbox("Dataset", names, index=first, key="build_dataset")
    kind: Kind = st.radio(
        "What do you want to know?", list(KINDS), format_func=lambda one: KINDS[one][0],
        captions=[about for _, about in KINDS.values()], key="build_kind",
    )  # fmt: skip
    try:
        outlook = beginnings.look_at(home, dataset)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return dataset, None
    if kind == "predict":
        return dataset, _prediction(outlook)
    if kind == "forecast":
        return dataset, _forecast(outlook)
    return dataset, Goal(kind)


def _prediction(outlook: Outlook) -> Goal | None:
    able = [one.name for one in outlook.answers if one.task]
    if not able:
        st.warning("No column of this dataset can be predicted.", icon=":material/warning:")
        _show_refused(outlook)
        return None
    likely = {one.answer.name: one.reasons for one in outlook.suggestions}
    names = [*likely, *(name for name in able if name not in likely)]
    target = st.selectbox(
        "Column to predict", names, key=f"build_target_{outlook.dataset}",
        format_func=lambda name: f"{name}  (likely)" if name in list(likely)[:2] else name,
    )  # fmt: skip
    answer = outlook.answer(target)
    reasons = likely.get(target)
    st.caption(f"{answer.why}{f' Likely, because {_joined(reasons)}.' if reasons else ''}")
    _show_refused(outlook)
    return Goal("predict", target, _task(answer))


def _joined(reasons: Sequence[str]) -> str:
    *others, last = reasons
    return f"{', '.join(others)} and {last}" if others else last


def _task(answer: Answer) -> Task | None:
    if len(answer.tasks) < 2:
        st.caption(f"It is predicted as {TASKS[answer.tasks[0]]}.")
        return None
    return st.segmented_control(
        "Predict it as", list(answer.tasks), default=answer.tasks[0], key=f"build_task_{answer.name}", required=True,
        format_func=lambda task: TASKS[task],
    )  # fmt: skip


def _show_refused(outlook: Outlook) -> None:
    """Why the other columns are not among those that can be chosen."""
    refused = [one for one in outlook.answers if not one.task]
    if not refused:
        return
    with st.expander(f"{count(len(refused), 'column')} cannot be predicted"):
        for one in refused[:SHOWN]:
            st.caption(f"**{escaped(one.name)}**: {escaped(one.why)}")
        if len(refused) > SHOWN:
            st.caption(f"and {len(refused) - SHOWN} more")


def _forecast(outlook: Outlook) -> Goal | None:
    if not outlook.times or not outlook.numbers:
        lacking = "dates without gaps" if not outlook.times else "numbers"
        st.warning(f"A forecast needs a column of {lacking}, and there is none.", icon=":material/warning:")
        return None
    likely = [one.answer.name for one in outlook.suggestions if one.answer.name in outlook.numbers]
    numbers = [*likely, *(name for name in outlook.numbers if name not in likely)]
    target = st.selectbox("Number to forecast", numbers, key=f"build_number_{outlook.dataset}")
    time = st.selectbox("When each row was", outlook.times, key=f"build_time_{outlook.dataset}")
    return Goal("forecast", target, time=time)


def _show_plan(home: Workspace, dataset: str, goal: Goal, into: str | None) -> None:
    try:
        plan = beginnings.preview(home, dataset, goal)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    st.markdown(f"**{escaped(plan.summary)}**")
    st.image(picture(plan.pipeline), width="stretch", alt=f"{len(plan.steps)} nodes, which are listed below")
    _show_steps(plan)
    name = _name(dataset, goal) if not into else ""
    drawn = st.button("Draw it", type="primary", icon=":material/draw:", disabled=not into and not name.strip())
    st.caption("Nothing runs before you press Run. Every node can be changed.")
    if drawn:
        try:
            draft = beginnings.build(home, dataset, goal, name, pipeline_id=into)
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        session.say("Drawn. Under each node stands why it is there.", ":material/auto_fix_high:")
        places.go(places.BUILDER, pipeline=draft.pipeline_id)


def _name(dataset: str, goal: Goal) -> str:
    usual = f"{dataset} {goal.target or goal.kind.replace('_', ' ')}"
    return str(st.text_input("Name", value=usual[:120], max_chars=120, key=f"build_name_{usual}") or "")


def _show_steps(plan: Preview) -> None:
    with st.container(height=330, border=False, gap="xxsmall"):
        for place, (title, why) in enumerate(plan.steps, 1):
            st.markdown(f"{place}\\. **{escaped(title)}**  \n:small[:gray[{escaped(why)}]]")
    if plan.left_out:
        with st.expander(f"{count(len(plan.left_out), 'column')} left out"):
            for one in plan.left_out:
                st.caption(f"**{escaped(one.column)}** {escaped(one.why)}")
    for problem in plan.problems:
        st.warning(problem, icon=":material/warning:")
