"""A new channel as a form; a signing key that was made for it is shown once."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.monitoring import channels
from ui import session
from ui.alerts.looks import SEVERITIES
from ui.trouble import guarded, show_error
from ui.words import escaped

KINDS = {"email": "E-mail", "webhook": "Webhook"}
ENCRYPTION = {"starttls": "STARTTLS (port 587)", "tls": "TLS (port 465)", "none": "None"}
PORTS = {"starttls": 587, "tls": 465, "none": 25}
Asked = tuple[dict[str, Any], str]
"""Settings, and the secret that was typed."""


def ask_channel(home: Workspace) -> None:
    """Ask for a new channel in a dialog."""

    @st.dialog("Add a channel", width="medium")
    @guarded
    def ask() -> None:
        before = session.signing_key()
        show_form(home)
        if session.signing_key() != before:
            st.rerun(scope="fragment")

    session.forget_signing_key()
    ask()


def show_form(home: Workspace) -> None:
    """The form; after it, the signing key of a webhook."""
    made = session.signing_key()
    if made:
        _show_key(made)
        return
    kind = st.segmented_control(
        "How", list(KINDS), default="email", format_func=KINDS.__getitem__, required=True, key="channel_kind"
    )
    name = _text("Name", "channel_name", "on-call", most=200)
    given, secret = _ask_mail() if kind == "email" else _ask_webhook()
    left, right = st.columns(2)
    severity = left.selectbox(
        "Told from this severity on", list(SEVERITIES)[::-1], format_func=lambda it: SEVERITIES[it].word,
        key="channel_severity",
    )  # fmt: skip
    most = right.number_input(
        "Messages an hour, at most", 1, 1_000, value=10, key="channel_most",
        help="Further ones are held back, and told in one summary.",
    )  # fmt: skip
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel"):
            st.rerun()
        if st.button("Add", type="primary", icon=":material/add:", disabled=not name, key="channel_add"):
            _keep(home, name, kind or "email", given, secret, severity, int(most))


def _ask_mail() -> Asked:
    left, middle, right = st.columns([3, 2, 1])
    host = _text("SMTP server", "channel_host", "mail.example.com", cell=left)
    encryption = middle.selectbox(
        "Encrypted by", list(ENCRYPTION), format_func=ENCRYPTION.__getitem__, key="channel_encryption"
    )
    port = right.number_input("Port", 1, 65_535, value=PORTS[encryption], key=f"channel_port_{encryption}")
    left, right = st.columns(2)
    user = _text("User", "channel_user", "Empty: no sign-in", cell=left)
    password = right.text_input("Password", type="password", key="channel_password", autocomplete="new-password")
    sender = _text("From", "channel_sender", "canvasback@example.com")
    to = _text("To", "channel_to", "ops@example.com, ann@example.com", most=4_000)
    addresses = [part.strip() for part in to.replace(";", ",").split(",") if part.strip()]
    given = {"host": host, "port": int(port), "encryption": encryption, "user": user, "sender": sender}
    return {**given, "to": addresses}, str(password or "")


def _ask_webhook() -> Asked:
    url = _text("Address", "channel_url", "https://hooks.example.com/canvasback", most=2_000)
    key = st.text_input(
        "Signing key", type="password", key="channel_key", placeholder="Empty: one is made, and shown once",
        help="Messages are signed after Standard Webhooks: whsec_ and base64.", autocomplete="new-password",
    )  # fmt: skip
    return {"url": url}, str(key or "").strip()


def _text(label: str, key: str, placeholder: str, *, most: int = 255, cell: Any = st) -> str:
    return str(cell.text_input(label, placeholder=placeholder, max_chars=most, key=key) or "").strip()


def _keep(home: Workspace, name: str, kind: str, given: dict[str, Any], secret: str, severity: str, most: int) -> None:
    try:
        made = channels.add_channel(home, name, kind, given, secret=secret, least_severity=severity, most_per_hour=most)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    if made.signing_key:
        session.keep_signing_key(made.signing_key)
        return
    session.say(f"{name} is kept. Send a test to see whether it arrives.", ":material/campaign:")
    st.rerun()


def _show_key(key: str) -> None:
    st.success("The channel is kept. This is its signing key:", icon=":material/check_circle:")
    st.code(key, language=None)
    st.caption(escaped("Give it to the receiver now: it is not shown again."))
    if st.button("Done", type="primary"):
        session.forget_signing_key()
        st.rerun()
