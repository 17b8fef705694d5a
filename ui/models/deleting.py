"""Retire a version, delete it or its model: who depends on it is told before anything happens."""

from collections.abc import Callable

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.modelling import model_bin, models
from engine.service.modelling.model_bin import BIN_DAYS, DependantsView
from engine.service.modelling.registry import VersionView
from engine.service.views import ModelView
from ui import places, session
from ui.models.who import comment_field, decided, name_field
from ui.trouble import errors_shown, guarded
from ui.words import escaped


def ask_retire(home: Workspace, name: str, version: VersionView) -> None:
    @st.dialog(f"Retire v{version.version}")
    @guarded
    def ask() -> None:
        st.write(
            f"**{escaped(name)} v{version.version}** stays, with everything that is known of it, but it cannot be "
            "published, approved or rolled back to until it is taken back."
        )
        _show_dependants(model_bin.dependants(home, name, version.version), "What it answers now goes on.")
        with st.form("retire", border=False):
            who = name_field()
            comment = comment_field("Why it should not be used any more")
            sent = st.form_submit_button("Retire", type="primary", icon=":material/block:")
        if sent:
            with errors_shown():
                model_bin.retire(home, name, version.version, by=who, comment=comment)
                decided(who, f"v{version.version} is retired.", ":material/block:")

    ask()


def take_back(home: Workspace, name: str, version: VersionView) -> None:
    """Let a retired version be published again."""
    with errors_shown():
        model_bin.take_back(home, name, version.version, by=session.person())
        session.say(f"v{version.version} can be published again.", ":material/undo:")
        st.rerun()


def ask_delete(home: Workspace, name: str, version: VersionView) -> None:
    """Move one version to the bin."""

    def act(who: str) -> None:
        models.delete_model_version(home, name, version.version, who or "local")
        session.say(f"{name} v{version.version} is in the bin.", ":material/delete:")
        places.go(places.MODELS, **({"model": name, "view": "Versions"} if _has_others(home, name) else {}))

    _ask(home, f"Delete v{version.version}", f"{name} v{version.version}", (name, version.version), act)


def ask_delete_model(home: Workspace, model: ModelView) -> None:
    """Move a model with all its versions to the bin."""

    def act(who: str) -> None:
        model_bin.delete_model(home, model.model, by=who)
        session.say(f"{model.model} is in the bin.", ":material/delete:")
        places.go(places.MODELS)

    what = f"{model.model} with {count(len(model.versions), 'version')}"
    _ask(home, "Delete model", what, (model.model, False), act)


def _has_others(home: Workspace, name: str) -> bool:
    return any(it.model == name for it in models.list_models(home, search=name))


def _ask(home: Workspace, title: str, what: str, which: tuple[str, int | bool], act: Callable[[str], None]) -> None:
    @st.dialog(title)
    @guarded
    def ask() -> None:
        found = model_bin.dependants(home, *which)
        if found.keep_it:
            st.markdown(f"**{escaped(what)}** cannot be deleted while an endpoint uses it.")
            _show_dependants(found, "Retire the endpoint first, or retire the version instead of deleting it.")
            if st.button("Close"):
                st.rerun()
            return
        st.markdown(f"**{escaped(what)}** goes to the bin, from where it can be restored for {BIN_DAYS} days.")
        _show_dependants(found, "")
        who = name_field()
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Keep it"):
                st.rerun()
            if st.button("Delete", type="primary", icon=":material/delete:"):
                session.keep_person(who)
                with errors_shown():
                    act(who)

    ask()


def _show_dependants(found: DependantsView, then: str) -> None:
    if not found.lines:
        st.caption("Nothing depends on it.")
        return
    lines = "\n".join(f"- {escaped(line)}" for line in found.lines)
    st.warning(f"{lines}\n\n{then}" if then else lines, icon=":material/account_tree:")
