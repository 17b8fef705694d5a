"""A channel as a form, a new one or one that is changed; a signing key that was made for it is shown once."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.monitoring import channels
from engine.service.monitoring.channels import ChannelView
from ui import session
from ui.alerts.looks import SEVERITIES
from ui.trouble import guarded, show_error
from ui.words import escaped

KINDS = {"email": "E-mail", "webhook": "Webhook"}
ENCRYPTION = {"starttls": "STARTTLS (port 587)", "tls": "TLS (port 465)", "none": "None"}
EXAMPLE_ADDRESS, CAMPAIGN = "https://hooks.example.com/canvasback", ":material/campaign:"
PORTS = {"starttls": 587, "tls": 465, "none": 25}
Asked = tuple[dict[str, Any], str]
"""Settings, and the secret that was typed."""


def ask_channel(home: Workspace, known: ChannelView | None = None) -> None:
    """Ask for a new channel in a dialog, or what is to be changed in one."""

    @st.dialog("Change channel" if known else "Add a channel", width="medium")
    @guarded
    def ask() -> None:
        before = session.signing_key()
        show_form(home, known)
        if session.signing_key() != before:
            st.rerun(scope="fragment")

    session.forget_signing_key()
    ask()


def show_form(home: Workspace, known: ChannelView | None = None) -> None:
    """The form; after it, the signing key of a new webhook."""
    made = session.signing_key()
    if made:
        _show_key(made)
        return
    key = f"channel_{known.name}" if known else "channel"
    kind = known.kind if known else _ask_kind()
    name = _text("Name", f"{key}_name", "on-call", known.name if known else "", most=200)
    given = _ask_server(key, known) if kind == "email" else {}
    # A form sends what was typed with the button: a password would else be lost where Tab leads to its eye.
    with st.form(f"{key}_{kind}_form", border=False, enter_to_submit=False):
        more, secret = (_ask_mail if kind == "email" else _ask_webhook)(key, known)
        how = _ask_how(key, known)
        with st.container(horizontal=True, horizontal_alignment="right"):
            cancelled = st.form_submit_button("Cancel", key=f"{key}_cancel")
            word, icon = ("Save", "check") if known else ("Add", "add")
            kept = st.form_submit_button(word, type="primary", icon=f":material/{icon}:", key=f"{key}_add")
    if cancelled:
        st.rerun()
    if kept:
        _keep(home, known, name, kind, {**given, **more}, secret, how)


def _ask_how(key: str, known: ChannelView | None) -> dict[str, Any]:
    left, right = st.columns(2)
    severities = list(SEVERITIES)[::-1]
    return {
        "least_severity": left.selectbox(
            "Told from this severity on", severities, format_func=lambda it: SEVERITIES[it].word,
            index=severities.index(known.least_severity) if known else 0, key=f"{key}_severity",
        ),
        "most_per_hour": right.number_input(
            "Messages an hour, at most", 1, 1_000, value=known.most_per_hour if known else 10, key=f"{key}_most",
            help="Further ones are held back, and told in one summary.",
        ),
    }  # fmt: skip


def _ask_kind() -> str:
    kind = st.segmented_control(
        "How", list(KINDS), default="email", format_func=KINDS.__getitem__, required=True, key="channel_kind"
    )
    return kind or "email"


def _ask_server(key: str, known: ChannelView | None) -> dict[str, Any]:
    before = known.settings if known else {}
    left, middle, right = st.columns([3, 2, 1])
    host = _text("SMTP server", f"{key}_host", "mail.example.com", before.get("host"), cell=left)
    ways = list(ENCRYPTION)
    encryption = middle.selectbox(
        "Encrypted by", ways, index=ways.index(before.get("encryption", "starttls")),
        format_func=ENCRYPTION.__getitem__, key=f"{key}_encryption",
    )  # fmt: skip
    usual = before["port"] if before.get("encryption") == encryption else PORTS[encryption]
    port = right.number_input("Port", 1, 65_535, value=usual, key=f"{key}_port_{encryption}")
    return {"host": host, "port": int(port), "encryption": encryption}


def _ask_mail(key: str, known: ChannelView | None) -> Asked:
    before = known.settings if known else {}
    left, right = st.columns(2)
    user = _text("User", f"{key}_user", "Empty: no sign-in", before.get("user"), cell=left)
    password = right.text_input(
        "Password", type="password", key=f"{key}_password", autocomplete="new-password",
        placeholder="Kept; type to replace it" if known and known.has_secret else "",
    )  # fmt: skip
    sender = _text("Sender", f"{key}_sender", "canvasback@example.com", before.get("sender"))
    to = _text(
        "Receivers", f"{key}_to", "ops@example.com, ann@example.com", ", ".join(before.get("to", ())), most=4_000
    )
    addresses = [part.strip() for part in to.replace(";", ",").split(",") if part.strip()]
    return {"user": user, "sender": sender, "to": addresses}, str(password or "")


def _ask_webhook(key: str, known: ChannelView | None) -> Asked:
    """What is asked of a webhook; its address may be a secret, so that a kept one is not shown."""
    url = _text(
        "Address", f"{key}_url", f"{known.place}  Kept; type to replace it" if known else EXAMPLE_ADDRESS, most=2_000
    )
    signing_key = st.text_input(
        "Signing key", type="password", key=f"{key}_key", autocomplete="new-password",
        placeholder="Kept; type to replace it" if known else "Empty: one is made, and shown once",
        help="Messages are signed after Standard Webhooks: whsec_ and base64.",
    )  # fmt: skip
    return {"url": url} if url or not known else {}, str(signing_key or "").strip()


def _text(label: str, key: str, placeholder: str, value: Any = "", *, most: int = 255, cell: Any = st) -> str:
    text = cell.text_input(label, value=str(value or ""), placeholder=placeholder, max_chars=most, key=key)
    return str(text or "").strip()


def _keep(
    home: Workspace,
    known: ChannelView | None,
    name: str,
    kind: str,
    given: dict[str, Any],
    secret: str,
    how: dict[str, Any],
) -> None:
    try:
        if known:
            channels.edit_channel(home, known.name, given, new_name=name, secret=secret, **how)
            made = None
        else:
            made = channels.add_channel(home, name, kind, given, secret=secret, **how).signing_key
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    if made:
        session.keep_signing_key(made)
        return
    session.say(f"{name} is {'changed' if known else 'kept'}. Send a test to see whether it arrives.", CAMPAIGN)
    st.rerun()


def _show_key(key: str) -> None:
    st.success("The channel is kept. This is its signing key:", icon=":material/check_circle:")
    st.code(key, language=None)
    st.caption(escaped("Give it to the receiver now: it is not shown again."))
    if st.button("Done", type="primary"):
        session.forget_signing_key()
        st.rerun()
