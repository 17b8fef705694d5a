"""The form of a connection: the fields of its kind, a test of what was typed, and keeping it."""

from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace, connections
from engine.service.connections import ConnectionView, is_file
from ui import session
from ui.connecting.kinds import ENCRYPTION, NAMES, PORTS, fields_of, kind_words
from ui.trouble import guarded, show_error
from ui.words import escaped


def ask_connection(home: Workspace, known: ConnectionView | None = None) -> None:
    """Ask for a new connection, or what is to be changed in one."""

    @st.dialog("Change connection" if known else "Add a connection", width="medium")
    @guarded
    def ask() -> None:
        _form(home, known)

    ask()


def _form(home: Workspace, known: ConnectionView | None) -> None:
    key = f"connection_{known.name if known else ''}"
    kind = known.kind if known else _ask_kind(home, key)
    if known:
        st.caption(f"{escaped(known.name)} · {kind_words(kind)}")
        name = known.name
    else:
        name = str(st.text_input("Name", key=f"{key}_name", max_chars=120, placeholder="shop") or "").strip()
    given = _ask_settings(kind, known.settings if known else {}, f"{key}_{kind}")
    password = None if is_file(kind) else _ask_password(kind, known, f"{key}_{kind}_password")
    writes = kind != "s3" and st.toggle(
        "Outputs of pipelines may write through it", value=bool(known and known.writes), key=f"{key}_writes"
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        tested = st.button("Test", icon=":material/network_check:", key=f"{key}_test")
        kept = st.button("Keep", type="primary", icon=":material/check:", disabled=not name, key=f"{key}_keep")
    try:
        if tested:
            with st.spinner("Asking…"):
                answer = connections.try_connection(home, kind, given, password, name if known else None)
            st.success(f"It answers: {escaped(answer)}", icon=":material/check_circle:")
        if kept:
            _keep(home, known, name, kind, given, password, writes=writes)
    except PEOPLE_ERRORS as error:
        show_error(error)


def _ask_kind(home: Workspace, key: str) -> str:
    allowed = connections.kinds_allowed(home)
    ordered = [*(kind for kind in NAMES if kind in allowed), *(kind for kind in allowed if kind not in NAMES)]
    return st.selectbox("Kind", ordered, format_func=kind_words, key=f"{key}_kind") or ordered[0]


def _ask_settings(kind: str, before: dict[str, Any], key: str) -> dict[str, Any]:
    given: dict[str, Any] = {}
    in_file = is_file(kind)
    fields = fields_of(kind, is_file=in_file)
    for start in range(0, len(fields), 2):
        for cell, field in zip(st.columns(2 if len(fields) > 1 else 1), fields[start : start + 2], strict=False):
            text = cell.text_input(
                field.label, value=str(before.get(field.name, "")), placeholder=field.placeholder,
                help=field.help or None, max_chars=1_000, key=f"{key}_{field.name}",
            )  # fmt: skip
            given[field.name] = str(text or "").strip()
        if start == 2 and kind != "s3":
            break
    if kind == "s3" or in_file:
        return given
    left, right = st.columns(2)
    port = left.number_input(
        "Port", 1, 65_535, value=before.get("port"), step=1, key=f"{key}_port",
        placeholder=str(PORTS.get(kind, "the usual one")),
    )  # fmt: skip
    encryption = right.selectbox(
        "Encrypted", list(ENCRYPTION), index=list(ENCRYPTION).index(before.get("encryption", "prefer")),
        format_func=ENCRYPTION.get, key=f"{key}_encryption",
    )  # fmt: skip
    return {**given, "port": int(port) if port else None, "encryption": encryption}


def _ask_password(kind: str, known: ConnectionView | None, key: str) -> str | None:
    kept = "Kept; type to replace it" if known and known.has_password else ""
    label = "Secret of the key" if kind == "s3" else "Password"
    text = st.text_input(label, type="password", key=key, placeholder=kept, autocomplete="new-password")
    return str(text) if text else None


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
