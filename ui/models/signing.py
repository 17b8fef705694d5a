"""Sign-offs: what was said of a version, and approving or rejecting it."""

import streamlit as st

from engine.service import Workspace
from engine.service.modelling import registry
from engine.service.modelling.registry import EventView, VersionView
from engine.service.views import ModelView
from ui.models.who import comment_field, decided, name_field
from ui.trouble import errors_shown, guarded
from ui.words import ago, escaped

LOOKS = {
    "approved": ("Approved", ":material/verified:", "green"),
    "rejected": ("Rejected", ":material/gpp_bad:", "red"),
    None: ("No approval yet", ":material/pending:", "orange"),
}


def show_sign_off(home: Workspace, model: ModelView, version: VersionView) -> None:
    """In the heading: whether this version is approved, by whom; and the buttons, where that is asked for."""
    if not model.needs_sign_off and model.sign_off is None:
        return
    word, icon, color = LOOKS[model.sign_off]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(word, icon=icon, color=color)  # type: ignore[arg-type]
        st.caption(_told(home, model), width="content")
        if model.needs_sign_off and not model.retired:
            if model.sign_off != "approved" and st.button("Approve", icon=":material/verified:"):
                ask_approve(home, model.model, version)
            if model.sign_off != "rejected" and st.button("Reject", icon=":material/gpp_bad:"):
                ask_reject(home, model.model, version)


def _told(home: Workspace, model: ModelView) -> str:
    last = next((it for it in registry.list_events(home, model.model, model.version) if it.kind == "sign_off"), None)
    if last is not None:
        return sign_off_words(last)
    return "It is published only after somebody who answers for the model has approved it."


def sign_off_words(it: EventView) -> str:
    """Who said so, when and why."""
    comment = f": {escaped(' '.join(it.comment.split()))}" if it.comment else ""
    return f"by {escaped(it.by)}, {ago(it.at)}{comment}"


def ask_approve(home: Workspace, name: str, version: VersionView) -> None:
    ask = st.dialog(f"Approve v{version.version}")(guarded(lambda: show_approval(home, name, version)))
    ask()


def ask_reject(home: Workspace, name: str, version: VersionView) -> None:
    ask = st.dialog(f"Reject v{version.version}")(guarded(lambda: show_rejection(home, name, version)))
    ask()


def show_approval(home: Workspace, name: str, version: VersionView) -> None:
    """The form with which somebody approves a version."""
    st.markdown(f"You answer for **{escaped(name)} v{version.version}** being published.")
    with st.form("approve", border=False):
        who = name_field(is_needed=True)
        comment = comment_field("What you looked at")
        sent = st.form_submit_button("Approve", type="primary", icon=":material/verified:")
    if sent:
        with errors_shown():
            registry.approve(home, name, version.version, by=who, comment=comment, seen=version.seen)
            decided(who, f"v{version.version} is approved.", ":material/verified:")


def show_rejection(home: Workspace, name: str, version: VersionView) -> None:
    """The form with which somebody rejects a version; what it answers is told first."""
    if version.live:
        st.warning(
            f"It answers {escaped(', '.join(version.live))}, and goes on answering: a rejection takes nothing "
            "down. Publish another version there, or roll back.",
            icon=":material/api:",
        )
    with st.form("reject", border=False):
        who = name_field(is_needed=True)
        comment = comment_field("What has to change before it can be approved", label="Reason")
        sent = st.form_submit_button("Reject", type="primary", icon=":material/gpp_bad:")
    if sent:
        with errors_shown():
            registry.reject(home, name, version.version, by=who, comment=comment, seen=version.seen)
            decided(who, f"v{version.version} is rejected.", ":material/gpp_bad:")


def ask_requirement(home: Workspace, model: ModelView) -> None:
    """Ask for approvals from now on, or stop asking."""
    wanted = not model.needs_sign_off

    @st.dialog("Ask for approvals" if wanted else "Stop asking for approvals")
    @guarded
    def ask() -> None:
        if wanted:
            st.write(
                f"From now on a version of **{escaped(model.model)}** is published, rolled back to or put into "
                "production only when somebody has approved it. What answers now goes on answering."
            )
        else:
            st.write(f"Any version of **{escaped(model.model)}** can then be published without an approval.")
        with st.form("requirement", border=False):
            who = name_field(is_needed=True)
            verb = "Ask for approvals" if wanted else "Stop asking"
            sent = st.form_submit_button(verb, type="primary", icon=":material/rule_settings:")
        if sent:
            with errors_shown():
                registry.require_sign_off(home, model.model, wanted, by=who)
                told = "Versions need an approval now." if wanted else "Versions need no approval any more."
                decided(who, told, ":material/rule_settings:")

    ask()
