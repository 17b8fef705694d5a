"""Rounds: one of them with what was compared and what is to be decided, and the list of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import streamlit as st

from engine.service.amounts import count
from engine.service.retraining import policies, rounds
from engine.service.retraining.rounds import RoundView
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui import charts, places, session
from ui.frame import Column, listing
from ui.models.who import comment_field, decided, name_field
from ui.progress import follow_job, show_run_progress
from ui.trouble import errors_shown, guarded, show_error
from ui.words import State, ago, escaped, metric, number, percent, signed

LONGEST = 150
STATES: Mapping[str, State] = {
    "queued": State("Begun", ":material/schedule:", "gray"),
    "training": State("Training", ":material/progress_activity:", "blue"),
    "comparing": State("Comparing", ":material/compare_arrows:", "blue"),
    "waiting": State("Waits for a person", ":material/pending:", "orange"),
    "publishing": State("Going live", ":material/progress_activity:", "blue"),
    "published": State("Published", ":material/check_circle:", "green"),
    "kept": State("Champion kept", ":material/shield:", "gray"),
    "failed": State("Failed", ":material/error:", "red"),
    "undone": State("Undone", ":material/undo:", "gray"),
}
CONDITIONS = {
    True: (":material/check_circle:", "green", "holds"),
    False: (":material/cancel:", "red", "does not hold"),
    None: (":material/help:", "orange", "cannot be told"),
}
OUT = {
    "learned": "{rows} that the champion may have learned from",
    "repeated": "{rows} equal to one that it may have learned from",
    "together": "{rows} of a group that it may have learned from",
    "changed": "{rows} that changed since and that it learned from",
    "refused": "{rows} that it cannot answer",
}


def show_rounds(home: Workspace, endpoint: EndpointView, found: list[RoundView]) -> None:
    """The round that is asked for, or the newest one; and the list."""
    if not found:
        return
    asked = places.asked_number("round")
    one = next((it for it in found if it.number == asked), found[0])
    _show_one(home, endpoint, one)
    if len(found) == 1:
        return
    st.subheader("All rounds", anchor=False)
    columns: list[Column[RoundView]] = [
        Column("Round", 1.2, lambda it: _link(endpoint, it)),
        Column("Begun", 1.6, lambda it: st.caption(ago(it.created_at))),
        Column("Why", 4, lambda it: st.caption(escaped(_cut(it.cause.get("words", ""))))),
        Column("State", 2.2, _badge),
        Column("Verdict", 5, lambda it: st.caption(escaped(_cut(it.verdict) or "–"))),
    ]
    listing(found, columns, noun="round", key="rounds")


def _cut(text: str) -> str:
    return shorten(text, LONGEST, placeholder=" …")


def _link(endpoint: EndpointView, it: RoundView) -> None:
    places.link(places.ENDPOINTS, f"Round {it.number}", endpoint=endpoint.name, view="Loop", round=it.number)


def _badge(it: RoundView) -> None:
    look = STATES["undone" if it.undone_at else it.state]
    st.badge(look.word, icon=look.icon, color=look.color)  # type: ignore[arg-type]


def _show_one(home: Workspace, endpoint: EndpointView, it: RoundView) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
                st.subheader(f"Round {it.number}", anchor=False, width="content")
                _badge(it)
            with st.container(horizontal=True, width="content", gap="small"):
                _show_decisions(home, endpoint, it)
        st.markdown(f"{escaped(it.cause.get('words', ''))} · {ago(it.created_at)}")
        _show_work(it)
        if it.verdict:
            st.markdown(f"**{escaped(it.verdict)}**")
        if it.error:
            show_error(it.error)
        _show_said(it)
        _show_members(it)
        if it.comparison:
            _show_comparison(it, it.comparison)


def _show_decisions(home: Workspace, endpoint: EndpointView, it: RoundView) -> None:
    if it.state == "waiting":
        if st.button("Approve", type="primary", icon=":material/check:"):
            _ask(home, endpoint, it, "approve")
        if st.button("Decline", icon=":material/close:"):
            _ask(home, endpoint, it, "decline")
    if it.can_undo and endpoint.status != "retired" and st.button("Roll back", icon=":material/undo:"):
        _ask(home, endpoint, it, "undo")


@dataclass(frozen=True)
class Decision:
    """What a person can do about a round: the act, its name, and what is said before and after."""

    act: Callable[..., RoundView]
    title: str
    before: str
    after: str
    icon: str


DECISIONS: Mapping[str, Decision] = {
    "approve": Decision(rounds.approve_round, "Approve", "goes live", "It goes live now.", ":material/check:"),
    "decline": Decision(rounds.decline_round, "Decline", "is not published", "The champion stays.", ":material/close:"),
    "undo": Decision(rounds.undo_round, "Roll back", "does not answer any more", "Rolled back.", ":material/undo:"),
}


def _ask(home: Workspace, endpoint: EndpointView, it: RoundView, verb: str) -> None:
    title = f"{DECISIONS[verb].title} round {it.number}"
    ask = st.dialog(title)(guarded(lambda: show_decision(home, endpoint, it, verb)))
    ask()


def show_decision(home: Workspace, endpoint: EndpointView, it: RoundView, verb: str) -> None:
    """The form with which somebody decides about a round."""
    decision = DECISIONS[verb]
    name = it.challenger.name if it.challenger else "The challenger"
    champion = f" {escaped(it.champion.name)} answers again." if verb == "undo" and it.champion else ""
    share = _share_words(home, endpoint) if verb == "approve" else ""
    st.markdown(f"**{escaped(name)}** {decision.before}{share}.{champion}")
    with st.form(verb, border=False):
        who, why = name_field(), comment_field("Why")
        sent = st.form_submit_button(decision.title, type="primary", icon=decision.icon)
    if sent:
        with errors_shown():
            decision.act(home, endpoint.name, it.number, by=who, comment=why)
            decided(who, decision.after, decision.icon)


def _share_words(home: Workspace, endpoint: EndpointView) -> str:
    policy = policies.get_policy(home, endpoint.name)
    canary = policy.settings.canary if policy else None
    return f" for {percent(canary)} of the traffic" if canary else " for all requests"


def _show_work(it: RoundView) -> None:
    """How far it is, while it is at work; the page is drawn again with each step."""
    if it.state == "training" and it.run_id:
        show_run_progress(it.run_id)
    elif it.state in ("comparing", "publishing") and it.job_id:
        follow_job(it.job_id, STATES[it.state].word)
    if it.is_open and it.state != "waiting":
        _wait(it.endpoint, it.number, it.state)


@st.fragment(run_every=2)
@guarded
def _wait(endpoint: str, number: int, state: str) -> None:
    if rounds.get_round(session.workspace(), endpoint, number).state != state:
        st.rerun()
    st.caption("A worker takes the next step within a few seconds.")


def _show_said(it: RoundView) -> None:
    if it.decided_by:
        comment = f": {escaped(it.comment)}" if it.comment else ""
        word = "Declined" if it.state == "kept" else "Approved"
        st.caption(f"{word} by {escaped(it.decided_by)}, {ago(it.decided_at)}{comment}")
    if it.undone_by:
        st.caption(f"Rolled back by {escaped(it.undone_by)}, {ago(it.undone_at)}")


def _show_members(it: RoundView) -> None:
    with st.container(horizontal=True, gap="small"):
        for who, word in ((it.challenger, "Challenger"), (it.champion, "Champion")):
            if who is not None:
                label = f"{word}: {who.name}"
                places.link(
                    places.MODELS, label, icon=":material/model_training:", model=who.model, version=who.version
                )
        if it.run_id:
            places.link(places.RUNS, f"Run {it.run}", icon=":material/play_circle:", run=it.run_id)
        if it.challenger and it.champion:
            pair = f"{it.challenger.model}:{it.challenger.version},{it.champion.model}:{it.champion.version}"
            places.link(places.MODELS, "Compare in full", icon=":material/compare:", compare=pair)


def _show_comparison(it: RoundView, found: Mapping[str, Any]) -> None:
    if "rows" in found:
        st.caption(escaped(_rows_words(found["rows"])))
    for note in found.get("notes", ()):
        st.caption(escaped(note))
    if it.conditions:
        _show_conditions(it)
    if "gain" not in found:
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _show_scores(it, found)
    with right:
        if found.get("group"):
            _show_groups(it, found)
        else:
            _show_metrics(found)
    if found.get("group"):
        with st.expander("All metrics", icon=":material/table:"):
            _show_metrics(found)


def _rows_words(rows: Mapping[str, Any]) -> str:
    """How many rows were compared, and what became of the others."""
    told = f"{count(rows['remain'], 'row')} of the {rows['held_out']:,} that the new run held out"
    parts = []
    if rows.get("both"):
        parts.append(f"{rows['both']:,} that both models held out")
    if rows.get("new"):
        parts.append(f"{rows['new']:,} that came after the champion was trained")
    out = [OUT[name].format(rows=f"{amount:,}") for name, amount in rows.get("out", {}).items() if name in OUT]
    kept = f": {' and '.join(parts)}." if parts else "."
    return f"{told}{kept}" + (f" Left out: {', '.join(out)}." if out else "")


def _show_conditions(it: RoundView) -> None:
    lines = []
    for condition in it.conditions:
        icon, color, word = CONDITIONS[condition.holds]
        lines.append(f"- :{color}[{icon}] **{word}** · {escaped(condition.words)}")
    st.markdown("\n".join(lines))


def _show_scores(it: RoundView, found: Mapping[str, Any]) -> None:
    """Both models with what chance leaves open."""
    import plotly.graph_objects as go

    sides = [
        (it.challenger.name if it.challenger else "challenger", found["challenger"]),
        (it.champion.name if it.champion else "champion", found["champion"]),
    ]
    error = {
        "type": "data", "symmetric": False, "thickness": 1.5, "color": charts.blue(),
        "array": [side["high"] - side["value"] for _, side in sides],
        "arrayminus": [side["value"] - side["low"] for _, side in sides],
    }  # fmt: skip
    dots = go.Scatter(
        x=[side["value"] for _, side in sides], y=[name for name, _ in sides], mode="markers", error_x=error,
        marker={"color": charts.blue(), "size": 10, "symbol": ["diamond", "circle"]},
    )  # fmt: skip
    figure = go.Figure(dots).update_xaxes(title=metric(found["metric"]), automargin=True)
    figure.update_yaxes(type="category", autorange="reversed", automargin=True)
    figure.update_layout(title=f"{metric(found['metric'])} on these rows")
    gain = found["gain"]
    told = ", ".join(f"{name} {number(side['value'])}" for name, side in sides)
    ends = f"{signed(gain['low'])} to {signed(gain['high'])}"
    sentence = f"{metric(found['metric'])}: {told}; a gain of {signed(gain['value'])}, by chance {ends}."
    charts.show(figure, sentence, f"scores_{it.id}", height=220)


def _show_groups(it: RoundView, found: Mapping[str, Any]) -> None:
    """What each group gains, with what chance leaves open; a line marks none."""
    import plotly.graph_objects as go

    column = found["group"]["column"]
    groups = [group for group in found["group"]["groups"] if "gain" in group]
    if not groups:
        st.caption(f"No {escaped(column)} has rows enough to be compared.")
        return
    error = {
        "type": "data", "symmetric": False, "thickness": 1.5, "color": charts.blue(),
        "array": [group["gain"]["high"] - group["gain"]["value"] for group in groups],
        "arrayminus": [group["gain"]["value"] - group["gain"]["low"] for group in groups],
    }  # fmt: skip
    dots = go.Scatter(
        x=[group["gain"]["value"] for group in groups],
        y=[f"{group['name']} ({group['rows']:,})" for group in groups],
        mode="markers", error_x=error, marker={"color": charts.blue(), "size": 9},
    )  # fmt: skip
    figure = go.Figure(dots).update_xaxes(title=f"gain, by {column}", automargin=True)
    figure.update_layout(title=f"What each {column} gains")
    figure.add_vline(x=0, line={"dash": "dot", "color": charts.ink(), "width": 1})
    figure.update_yaxes(type="category", autorange="reversed", automargin=True)
    worst = min(groups, key=lambda group: group["gain"]["value"])
    sentence = f"By {column}, {worst['name']} gains least: {signed(worst['gain']['value'])} {metric(worst['metric'])}."
    charts.show(figure, sentence, f"groups_{it.id}", height=max(220, 34 * len(groups) + 120))


def _show_metrics(found: Mapping[str, Any]) -> None:
    rows = [
        {
            "Metric": metric(line["metric"]),
            "Challenger": number(line["challenger"]),
            "Champion": number(line["champion"]),
        }
        for line in found["metrics"]
    ]
    st.dataframe(rows, hide_index=True, height="content", alt="All metrics of challenger and champion")
