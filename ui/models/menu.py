"""What can be done to a version, in one menu: the same in the heading and in the list of versions."""

from collections.abc import Callable, Mapping

import streamlit as st

from engine.service import Workspace
from engine.service.modelling.registry import VersionView
from engine.service.views import ModelView
from ui.models.deleting import ask_delete, ask_delete_model, ask_retire, take_back
from ui.models.describing import ask_model_words, ask_version_words
from ui.models.naming import ask_alias, ask_stage
from ui.models.signing import ask_approve, ask_reject, ask_requirement

Acts = Mapping[str, Callable[[], None]]
ICONS = {
    "Aliases": ":material/alternate_email:",
    "Stage": ":material/stairs:",
    "Approve": ":material/verified:",
    "Reject": ":material/gpp_bad:",
    "Notes and tags": ":material/edit_note:",
    "Retire": ":material/block:",
    "Take back": ":material/undo:",
    "Delete this version": ":material/delete:",
    "Notes on the model": ":material/sell:",
    "Ask for approvals": ":material/rule_settings:",
    "Stop asking for approvals": ":material/rule_settings:",
    "Delete the model": ":material/delete_forever:",
}


def show_version_menu(home: Workspace, name: str, version: VersionView) -> None:
    """In the list of versions."""
    _show(_of_version(home, name, version), f"menu_{version.version_id}", "tertiary")


def show_menu(home: Workspace, model: ModelView, version: VersionView) -> None:
    """In the heading: the version's acts, then those of the model."""
    asking = "Stop asking for approvals" if model.needs_sign_off else "Ask for approvals"
    of_model: Acts = {
        "Notes on the model": lambda: ask_model_words(home, model),
        asking: lambda: ask_requirement(home, model),
        "Delete the model": lambda: ask_delete_model(home, model),
    }
    _show({**_of_version(home, model.model, version), **of_model}, f"more_{version.version_id}", "secondary")


def _of_version(home: Workspace, name: str, version: VersionView) -> Acts:
    named: Acts = {
        "Aliases": lambda: ask_alias(home, name, version),
        "Stage": lambda: ask_stage(home, name, version),
        "Notes and tags": lambda: ask_version_words(home, name, version),
    }
    signed: Acts = {
        "Approve": lambda: ask_approve(home, name, version),
        "Reject": lambda: ask_reject(home, name, version),
        "Retire": lambda: ask_retire(home, name, version),
    }
    unused: Acts = {"Take back": lambda: take_back(home, name, version)}
    deleted: Acts = {"Delete this version": lambda: ask_delete(home, name, version)}
    return {**named, **(unused if version.retired else signed), **deleted}


def _show(acts: Acts, key: str, type: str) -> None:
    chosen = st.menu_button(
        "More", list(acts), key=key, type=type, format_func=lambda name: f"{ICONS[name]} {name}"  # type: ignore[arg-type]
    )  # fmt: skip
    if chosen:
        acts[str(chosen)]()
