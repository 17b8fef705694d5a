"""The bin: what was deleted and can be restored."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.modelling import model_bin
from engine.service.modelling.model_bin import BIN_DAYS, BinView
from ui import places, session
from ui.frame import Column, empty, heading, listing
from ui.trouble import errors_shown, guarded, show_error
from ui.words import ago, escaped


def show_bin(home: Workspace) -> None:
    about = f"Deleted models and versions, for {BIN_DAYS} days. Their files stay until then."
    with heading("Bin", about, (places.MODELS, "Models")):
        pass
    found = model_bin.list_bin(home)
    if not found:
        empty(":material/delete:", "The bin is empty", "Models and versions that you delete can be restored from here.")
        return
    columns: list[Column[BinView]] = [
        Column("Name", 3, _show_name),
        Column("Deleted", 2, lambda it: st.caption(ago(it.deleted_at))),
        Column("By", 2, lambda it: st.text("–" if it.deleted_by == "local" else it.deleted_by)),
        Column("Kept until", 1.6, lambda it: st.caption(f"{it.until:%d %b %Y}")),
        Column("", 1.4, lambda it: _show_restore(home, it)),
    ]
    listing(found, columns, noun="line", key="bin")


def _show_name(it: BinView) -> None:
    if it.version is None:
        st.markdown(f"**{escaped(it.model)}** :gray[with {count(it.versions, 'version')}]")
    else:
        st.markdown(f"**{escaped(it.model)}** v{it.version}")


def _show_restore(home: Workspace, it: BinView) -> None:
    if st.button("Restore", key=f"restore_{it.key}", icon=":material/restore_from_trash:", type="tertiary"):
        _restore(home, it)


def _restore(home: Workspace, it: BinView) -> None:
    try:
        back = model_bin.restore(home, it.key, by=session.person())
    except PEOPLE_ERRORS as error:
        if error.code == "conflict":
            _ask_name(home, it, error.message)
        else:
            show_error(error)
        return
    session.say(f"{back.model} is back.", ":material/restore_from_trash:")
    places.go(places.MODELS, model=back.model, version=back.version)


def _ask_name(home: Workspace, it: BinView, taken: str) -> None:
    @st.dialog("Restore under another name")
    @guarded
    def ask() -> None:
        st.markdown(f"{escaped(taken)}.")
        with st.form("restore", border=False):
            name = st.text_input("Name", value=f"{it.model} (restored)", max_chars=200, required=True)
            sent = st.form_submit_button("Restore", type="primary", icon=":material/restore_from_trash:")
        if sent:
            with errors_shown():
                back = model_bin.restore(home, it.key, name=str(name or ""), by=session.person())
                session.say(f"{back.model} is back.", ":material/restore_from_trash:")
                places.go(places.MODELS, model=back.model)

    ask()
