"""A canary: promoted or taken back by hand, or by a rule, and how it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.serving import canaries, deployments
from engine.service.serving.canaries import CanaryView
from engine.service.serving.deployments import RevisionView
from engine.workspace import Workspace
from ui import session
from ui.frame import confirm
from ui.models.who import name_field
from ui.trouble import errors_shown, guarded, show_error
from ui.words import ago, escaped, number, percent

LOOKS = {
    "watching": ("Watched", ":material/visibility:", "blue"),
    "promoted": ("Promoted", ":material/check_circle:", "green"),
    "taken back": ("Taken back", ":material/undo:", "orange"),
    "undecided": ("Undecided", ":material/help:", "orange"),
    "failed": ("Failed", ":material/error:", "red"),
    "ended": ("Rule ended", ":material/block:", "gray"),
}
COMPARED = {
    "failed": "Failed requests",
    "refused": "Refused requests",
    "latency": "Time, 95th percentile",
    "performance": "Performance",
}


def show_canary_acts(home: Workspace, name: str, now: RevisionView) -> None:
    """Promote or take back the version with the smaller share."""
    canary, main = now.answering[-1], now.answering[0]
    which = (canary.model, canary.version)
    if st.button("Promote", icon=":material/upgrade:", type="primary"):
        confirm(
            "Promote", f"**{escaped(canary.name)}** answers every request from now on.", "Promote",
            lambda: _do(lambda: deployments.promote(home, name, which, by=session.person()), "Promoted."),
        )  # fmt: skip
    if st.button("Take back", icon=":material/undo:"):
        confirm(
            "Take back", f"**{escaped(canary.name)}** answers no more; {escaped(main.name)} answers every request.",
            "Take back",
            lambda: _do(lambda: deployments.take_back(home, name, which, by=session.person()), "Taken back."),
        )  # fmt: skip
    if st.button("Rule", icon=":material/rule:", help="Let it be promoted by itself when it is not worse."):
        ask_rule(home, name)


def show_canary(home: Workspace, name: str, rule: CanaryView, *, is_now: bool) -> None:
    """What the rule found, and what came of it."""
    word, icon, color = LOOKS[rule.status]
    verdict = rule.verdict or {}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(word, icon=icon, color=color)  # type: ignore[arg-type]
        st.markdown(f"Rule for {escaped(rule.version)}", width="content")
        if rule.status != "watching":
            st.caption(escaped(str(verdict.get("words", ""))), width="content")
        if rule.status == "watching" and st.button("Remove the rule", type="tertiary"):
            with errors_shown():
                canaries.let_be(home, name, by=session.person())
                st.rerun()
    if verdict.get("error"):
        show_error(verdict["error"])
    if rule.status == "watching":
        limit = f" or {rule.rule.hours:g} hours" if rule.rule.hours else ""
        share = min(1.0, verdict.get("records", 0) / rule.rule.records)
        st.progress(share, text=f"{verdict.get('records', 0):,} of {rule.rule.records:,} records{limit}")
    elif not is_now:
        st.caption(f"{ago(rule.ended_at)}, in revision {rule.revision}")
    if verdict.get("findings"):
        rows = [_row(it) for it in verdict["findings"]]
        st.table(pd.DataFrame(rows), border="horizontal", hide_index=True)


def _row(finding: Mapping[str, Any]) -> dict[str, str]:
    what = finding["what"]

    def shown(value: float | None) -> str:
        if value is None:
            return "–"
        return (
            f"{number(value)} ms" if what == "latency" else percent(value) if what != "performance" else number(value)
        )

    return {
        "Compared": COMPARED.get(what, what),
        "With the canary": shown(finding["canary"]),
        "Without": shown(finding["main"]),
        "": ":material/check: not worse" if finding["passed"] else ":material/close: worse",
    }


def ask_rule(home: Workspace, name: str) -> None:
    """Say when the canary is promoted by itself."""
    ask = st.dialog("Promote by a rule")(guarded(lambda: _show_rule(home, name)))
    ask()


def _show_rule(home: Workspace, name: str) -> None:
    st.caption(
        "The canary is looked at every minute. It is taken back as soon as it is clearly worse, and promoted once it "
        "has answered enough and is not."
    )
    with st.form("rule", border=False):
        left, right = st.columns(2)
        records = left.number_input("Answered records", min_value=30, value=1_000, step=500)
        hours = right.number_input("Or after so many hours", min_value=0.5, value=None, placeholder="never")
        slower = left.number_input("Time, at most times", min_value=1.0, value=1.5, step=0.1)
        failed = right.number_input("More errors, at most %", min_value=0.0, max_value=100.0, value=1.0, step=0.5)
        worse = left.number_input(
            "Lower performance, at most %", min_value=0.0, max_value=100.0, value=2.0, step=0.5,
            help="Where outcomes are known: percentage points of right answers, or percent of the mean error.",
        )  # fmt: skip
        who = name_field()
        sent = st.form_submit_button("Put it under this rule", type="primary", icon=":material/rule:")
    if sent:
        session.keep_person(who)
        asked: dict[str, Any] = {
            "records": int(records or 1_000), "hours": hours, "slower": slower, "failed": float(failed or 0) / 100,
            "worse": float(worse or 0) / 100,
        }  # fmt: skip
        _do(lambda: canaries.watch_canary(home, name, by=session.person(), **asked), "The canary is under a rule.")


def _do(act: Callable[[], object], said: str) -> None:
    try:
        act()
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(said)
    st.rerun()
