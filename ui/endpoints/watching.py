"""Whether an endpoint's callers still send what its model learned from, and whether it still answers well."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.monitor.window import Window, chosen_window, recent_window
from engine.service.amounts import count
from engine.service.monitoring import watching
from engine.service.monitoring.watch_reports import WatchReport, get_report
from engine.service.monitoring.watching import WatchState
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui import places
from ui.endpoints.watched_answers import show_answers
from ui.endpoints.watched_fields import show_fields
from ui.endpoints.watched_over_time import show_over_time
from ui.endpoints.watched_scores import show_performance
from ui.endpoints.watched_traffic import show_traffic
from ui.frame import empty
from ui.progress import follow_job
from ui.trouble import errors_shown, show_error
from ui.words import ago, escaped, number, short_name

LATEST, CHOOSE, TRAINING, BEFORE = "Latest", "Choose …", "Training rows", "The window before"
LENGTHS = {
    "Last hour": timedelta(hours=1),
    "Last 24 hours": timedelta(days=1),
    "Last 7 days": timedelta(days=7),
    "Last 30 days": timedelta(days=30),
}
PARTS = ("Fields", "Answers", "Performance", "Traffic")


def show_watch(home: Workspace, endpoint: EndpointView) -> None:
    """A verdict, then fields, answers, performance and traffic; any two windows beside each other."""
    state = watching.watch_state(home, endpoint.name)
    if not state.has_log:
        _nothing(state)
        show_traffic(home, endpoint.name)
        return
    with errors_shown():
        report = _chosen(home, state)
        if report is not None:
            _show(home, state, report)


def _nothing(state: WatchState) -> None:
    if not state.log:
        empty(
            ":material/visibility_off:", "The log is off",
            "What is asked and answered is not kept, so drift cannot be seen. Turn the log on under Settings.",
        )  # fmt: skip
        return
    empty(
        ":material/monitoring:", "Nothing asked yet",
        "Ask the endpoint, under Try it or from a program: what comes in is compared with the rows its model learned "
        "from, every hour by itself.",
    )  # fmt: skip


def _chosen(home: Workspace, state: WatchState) -> WatchReport | None:
    """The window that is looked at, measured if it has to be; None while that is under way."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        which = str(st.selectbox("Window", [LATEST, *LENGTHS, CHOOSE], key="watch_window", width=170))
        beside = str(st.selectbox("Beside", [TRAINING, BEFORE, CHOOSE], key="watch_beside", width=190))
        names = {
            it.id: short_name(f"{it.words}{'' if it.role == 'live' else f' ({it.role})'}", 28) for it in state.versions
        }
        version = (
            st.selectbox("Version", list(names), format_func=names.__getitem__, key="watch_version", width=260)
            if len(names) > 1
            else next(iter(names), None)
        )
        window = _range("watch_from", "watch_to", "Window from") if which == CHOOSE else None
        against = _range("beside_from", "beside_to", "Beside, from") if beside == CHOOSE else None
        is_asked = st.button("Measure", icon=":material/straighten:", help="Measure this window now.")
    running = places.asked("measuring")
    if is_asked:
        wanted = window or recent_window(LENGTHS.get(which, timedelta(days=1)))
        other = against if beside == CHOOSE else wanted.before() if beside == BEFORE else None
        if (which == CHOOSE and window is None) or (beside == CHOOSE and other is None):
            st.warning("Choose both days.", icon=":material/date_range:")
            return None
        running = watching.start_watch(home, state.endpoint, wanted, other, version)
        places.ask(measuring=running, measured=None)
    if running:
        return _follow(home, state, running)
    measured = places.asked("measured")
    if measured:
        return get_report(home, state.endpoint, measured)
    return _latest(home, state)


def _follow(home: Workspace, state: WatchState, running: str) -> WatchReport | None:
    job = follow_job(running, "Measuring")
    if job is None:
        return None
    found = (job.result or {}).get("points") or []
    places.ask(measuring=None, measured=found[0] if job.status == "succeeded" and found else None)
    if job.status == "succeeded" and found:
        return get_report(home, state.endpoint, found[0])
    show_error(job.error or {"message": f"The window was not measured: the job was {job.status}."})
    return _latest(home, state)


def _latest(home: Workspace, state: WatchState) -> WatchReport | None:
    if state.latest is None or not state.latest.has_report:
        about = "Every hour is measured by itself; choose a window and press Measure to see one now."
        empty(":material/monitoring:", "Not measured yet", about)
        show_traffic(home, state.endpoint)
        return None
    return get_report(home, state.endpoint, state.latest.id)


def _range(first: str, second: str, label: str) -> Window | None:
    start = st.date_input(label, value=None, key=first, width=140)
    end = st.date_input("to, that day included", value=None, key=second, width=170)
    if not start or not end:
        return None
    try:
        return chosen_window(str(start), str(end))
    except PEOPLE_ERRORS as error:
        show_error(error)
        return None


def _show(home: Workspace, state: WatchState, report: WatchReport) -> None:
    _verdict(report)
    _tiles(report)
    chosen = st.segmented_control(
        "Show", PARTS, default=PARTS[0], key="watch_part", required=True, label_visibility="collapsed",
        bind="query-params",
    )  # fmt: skip
    if chosen == "Fields":
        show_over_time(home, state.endpoint, report)
        show_fields(home, state.endpoint, report)
    elif chosen == "Answers":
        show_answers(report)
    elif chosen == "Performance":
        show_performance(home, state.endpoint, report)
    else:
        show_traffic(home, state.endpoint)


def _verdict(report: WatchReport) -> None:
    point, text = report.point, escaped(report.verdict)
    if not report.measured.drift.is_enough:
        st.info(text, icon=":material/hourglass_empty:")
    elif point.findings:
        st.warning(text, icon=":material/trending_up:")
    else:
        st.success(text, icon=":material/check_circle:")
    beside = "the rows it learned from" if point.against == "training" else f"{_span(point.against)}"
    told = f"{point.version.words}, {point.window.words()} ({ago(point.ends_at)}), beside {beside}."
    notes = " ".join(report.measured.notes)
    st.caption(escaped(f"{told} {notes}"))


def _span(name: str) -> str:
    start, end = (datetime.fromisoformat(part) for part in name.split("/"))
    return Window(start, end).words()


def _tiles(report: WatchReport) -> None:
    measured, point = report.measured, report.point
    drifting, every = len(measured.drift.drifting), len(measured.drift.fields)
    with st.grid(4, min_column_width=190, gap="small"):
        st.metric("Rows", f"{measured.rows:,}", border=True)
        st.metric("Fields that drift", f"{drifting} of {every}", border=True)
        st.metric(
            "Answers moved by", f"PSI {number(point.prediction_psi)}" if point.prediction_psi is not None else "–",
            border=True, help="Population stability index of what the model answers: 0.1 is some, 0.25 much.",
        )  # fmt: skip
        domain = measured.domain
        st.metric(
            "Told apart by a classifier", f"AUC {domain.auc:.2f}" if domain else "–", border=True,
            help="How well a small model tells these rows from the others; 0.5 is not at all, 1 always."
            + (f" 99 % interval: {domain.low:.2f} to {domain.high:.2f}." if domain else ""),
        )  # fmt: skip
    if domain and domain.tells_apart and domain.fields:
        named = ", ".join(name for name, _ in domain.fields[:3])
        st.caption(escaped(f"What tells the classifier most: {named}."))
    if point.outcomes:
        st.caption(f"The truth of {count(point.outcomes, 'row')} is known: see Performance.")
