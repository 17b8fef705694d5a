"""All versions of a model, side by side, and what was decided about them."""

import pandas as pd
import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.modelling import registry
from engine.service.modelling.registry import EventView, VersionView
from engine.service.views import ModelView
from ui import places
from ui.frame import Column, listing
from ui.models.describing import show_tags
from ui.models.menu import show_version_menu
from ui.models.naming import STAGE_LOOKS, alias_badge, stage_badge
from ui.models.signing import LOOKS
from ui.scores import score_line
from ui.words import ago, escaped, when

NOTE_LETTERS = 90
WORDS = {
    "alias": "Alias",
    "stage": "Stage",
    "sign_off": "Sign-off",
    "retired": "Retirement",
    "bin": "Bin",
    "approvals": "Approvals",
}


def show_versions(home: Workspace, model: ModelView) -> None:
    found = registry.list_versions(home, model.model)
    columns: list[Column[VersionView]] = [
        Column("Version", 2.4, lambda it: _show_name(model, it)),
        Column("Score", 2.4, lambda it: st.markdown(score_line(it.metrics, it.baseline))),
        Column("Stage and sign-off", 1.8, _show_stage),
        Column("Aliases and tags", 2.2, _show_names),
        Column("Answers", 1.6, _show_endpoints),
        Column("Trained", 1.2, lambda it: st.caption(ago(it.created_at))),
        Column("", 1.1, lambda it: show_version_menu(home, model.model, it)),
    ]
    listing(found, columns, noun="version", key="versions")
    _show_history(home, model.model)


def _show_name(model: ModelView, it: VersionView) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if it.version == model.version:
            st.markdown(f"**v{it.version}**", width="content")
            st.caption("this one", width="content")
        elif st.button(f"v{it.version}", key=f"open_{it.version_id}", type="tertiary"):
            places.go(places.MODELS, model=model.model, version=it.version, view="Versions")
    if it.description:
        text = " ".join(it.description.split())
        st.caption(escaped(text if len(text) <= NOTE_LETTERS else f"{text[: NOTE_LETTERS - 1]}…"))


def _show_stage(it: VersionView) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        if it.retired:
            st.badge("Retired", icon=":material/block:", color="red")
        if it.stage != "none":
            stage_badge(it.stage)
        if it.sign_off is not None:
            word, icon, color = LOOKS[it.sign_off]
            st.badge(word, icon=icon, color=color)  # type: ignore[arg-type]
        if not it.retired and it.stage == "none" and it.sign_off is None:
            st.caption("–")


def _show_names(it: VersionView) -> None:
    if not it.aliases and not it.tags:
        st.caption("–")
        return
    with st.container(horizontal=True, gap="xsmall"):
        for alias in it.aliases:
            alias_badge(alias)
        show_tags(it.tags)


def _show_endpoints(it: VersionView) -> None:
    for endpoint in it.live:
        places.link(places.ENDPOINTS, endpoint, icon=":material/api:", endpoint=endpoint)
    if it.earlier:
        told = f"before: {', '.join(it.earlier)}"
        st.caption(escaped(told), help="A roll back of these endpoints brings it back.")
    if not it.live and not it.earlier:
        st.caption("–")


def _show_history(home: Workspace, name: str) -> None:
    events = registry.list_events(home, name)
    if not events:
        st.caption("Nobody has decided anything yet. Aliases, stages and sign-offs are under More, and kept here.")
        return
    with st.expander(f"History: {count(len(events), 'decision')}", icon=":material/history:", expanded=True):
        table = pd.DataFrame([_told(it) for it in events])
        widths = {"When": 150, "Version": 70, "What": 300, "Who": 150}
        columns = {name: st.column_config.Column(width=width) for name, width in widths.items()}
        alt = "What was decided about the versions, newest first"
        st.dataframe(table, hide_index=True, column_config=columns, alt=alt)


def _told(it: EventView) -> dict[str, str]:
    return {
        "When": when(it.at),
        "Version": f"v{it.version}",
        "What": f"{WORDS[it.kind]}: {change_words(it)}",
        "Who": "somebody" if it.by == "local" else it.by,
        "Why": it.comment,
    }


def change_words(it: EventView) -> str:
    """What a decision changed.

    >>> from datetime import datetime
    >>> change_words(EventView(version=1, kind="alias", before="", after="best", by="", comment="", at=datetime.min))
    'best set'
    """
    if it.kind == "stage":
        return f"{STAGE_LOOKS[it.before][0].lower()} → {STAGE_LOOKS[it.after][0].lower()}"
    if it.kind == "alias":
        return f"{it.after} set" if it.after else f"{it.before} taken away"
    if it.kind == "bin":
        return "deleted" if it.after else "restored"
    if it.kind == "approvals":
        return "needed from now on" if it.after else "no longer needed"
    return it.after if it.after else "taken back"
