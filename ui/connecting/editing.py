"""The form of a connection: the fields of its kind, a test of what was typed, and keeping it."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.data import connections
from engine.service.data.connections import ConnectionView, is_file
from ui import session
from ui.connecting.kinds import ENCRYPTION, NAMES, PORTS, answer_words, kind_words
from ui.trouble import guarded, show_error
from ui.words import escaped

Asked = tuple[dict[str, Any], str | None]
"""Settings, and a password if one was typed."""
FOLDERS = "In a folder of CANVASBACK_FILE_FOLDERS."
READER = "An account that may only read is best."
AMAZON = "Empty for Amazon's own."


def ask_connection(home: Workspace, known: ConnectionView | None = None) -> None:
    """Ask for a new connection, or what is to be changed in one."""

    @st.dialog("Change connection" if known else "Add a connection", width="medium")
    @guarded
    def ask() -> None:
        _form(home, known)

    ask()


def _form(home: Workspace, known: ConnectionView | None) -> None:
    key = f"connection_{known.name if known else ''}"
    if known:
        name, kind = known.name, known.kind
        st.caption(f"{escaped(name)} · {kind_words(kind)}")
    else:
        left, right = st.columns(2)
        name = _text(left, "Name", f"{key}_name", placeholder="shop", most=120)
        kind = _ask_kind(home, right, key)
    # A form sends what was typed with the button: a password would else be lost where Tab leads to its eye.
    with st.form(f"{key}_{kind}_form", border=False, enter_to_submit=False):
        given, password = FORMS["s3" if kind == "s3" else "file" if is_file(kind) else "server"](
            kind, known.settings if known else {}, bool(known and known.has_password), f"{key}_{kind}"
        )
        writes = kind != "s3" and st.toggle(
            "Outputs of pipelines may write through it", value=bool(known and known.writes), key=f"{key}_writes"
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            tested = st.form_submit_button("Test", icon=":material/network_check:", key=f"{key}_test")
            kept = st.form_submit_button("Keep", type="primary", icon=":material/check:", key=f"{key}_keep")
    try:
        if tested:
            with st.spinner("Asking…"):
                answer = connections.try_connection(home, kind, given, password, name if known else None)
            st.success(f"It answers: {escaped(answer_words(answer))}", icon=":material/check_circle:")
        if kept:
            _keep(home, known, name, kind, given, password, writes=writes)
    except PEOPLE_ERRORS as error:
        show_error(error)


def _ask_kind(home: Workspace, cell: DeltaGenerator, key: str) -> str:
    allowed = connections.kinds_allowed(home)
    ordered = [*(kind for kind in NAMES if kind in allowed), *(kind for kind in allowed if kind not in NAMES)]
    return cell.selectbox("Kind", ordered, format_func=kind_words, key=f"{key}_kind") or ordered[0]


def _file_form(kind: str, before: dict[str, Any], is_kept: bool, key: str) -> Asked:
    path = _text(st, "Path of the file", f"{key}_database", before.get("database"), "/srv/data/shop.db", FOLDERS)
    return {"database": path}, None


def _server_form(kind: str, before: dict[str, Any], is_kept: bool, key: str) -> Asked:
    left, right = st.columns([3, 1])
    host = _text(left, "Host", f"{key}_host", before.get("host"), "db.example.com")
    port = right.number_input(
        "Port", 1, 65_535, value=before.get("port"), step=1, key=f"{key}_port",
        placeholder=str(PORTS.get(kind, "usual")),
    )  # fmt: skip
    left, right = st.columns(2)
    database = _text(left, "Database", f"{key}_database", before.get("database"), "shop")
    user = _text(right, "User", f"{key}_user", before.get("user"), "reader", READER)
    left, right = st.columns(2)
    password = _password(left, "Password", f"{key}_password", is_kept=is_kept)
    known = connections.encryptions(kind)
    encryption = right.selectbox(
        "Encrypted", known, index=known.index(before.get("encryption", "prefer")),
        format_func=lambda how: ENCRYPTION[how], key=f"{key}_encryption",
    )  # fmt: skip
    given = {"host": host, "port": int(port) if port else None, "database": database, "user": user}
    return {**given, "encryption": encryption}, password


def _store_form(kind: str, before: dict[str, Any], is_kept: bool, key: str) -> Asked:
    left, right = st.columns(2)
    bucket = _text(left, "Bucket", f"{key}_bucket", before.get("bucket"), "company-data")
    region = _text(right, "Region", f"{key}_region", before.get("region"), "eu-central-1")
    endpoint = _text(st, "Endpoint", f"{key}_endpoint", before.get("endpoint"), "https://minio.example.com", AMAZON)
    left, right = st.columns(2)
    key_id = _text(left, "Access key id", f"{key}_key_id", before.get("key_id"), "", "Empty for a public bucket.")
    secret = _password(right, "Secret of the key", f"{key}_password", is_kept=is_kept)
    return {"bucket": bucket, "region": region, "endpoint": endpoint, "key_id": key_id}, secret


def _text(
    cell: Any, label: str, key: str, value: Any = "", placeholder: str = "", help: str = "", most: int = 1_000
) -> str:
    text = cell.text_input(
        label, value=str(value or ""), placeholder=placeholder, help=help or None, max_chars=most, key=key
    )
    return str(text or "").strip()


def _password(cell: DeltaGenerator, label: str, key: str, *, is_kept: bool) -> str | None:
    kept = "Kept; type to replace it" if is_kept else ""
    return cell.text_input(label, type="password", key=key, placeholder=kept, autocomplete="new-password") or None


def _keep(
    home: Workspace,
    known: ConnectionView | None,
    name: str,
    kind: str,
    given: dict[str, Any],
    password: str | None,
    *,
    writes: bool,
) -> None:
    if known:
        connections.edit_connection(home, name, given, password=password, writes=writes)
    else:
        connections.add_connection(home, name, kind, **given, password=password, writes=writes)
    session.say(f"{name} is {'changed' if known else 'kept'}.")
    st.rerun()


FORMS: Mapping[str, Callable[[str, dict[str, Any], bool, str], Asked]] = {
    "file": _file_form,
    "server": _server_form,
    "s3": _store_form,
}
