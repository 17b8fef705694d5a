"""Notes and tags of a model, and of one of its versions."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from engine.service import Workspace
from engine.service.modelling import model_words
from engine.service.modelling.registry import VersionView
from engine.service.views import ModelView
from ui.models.who import decided, name_field
from ui.trouble import errors_shown, guarded
from ui.words import escaped


def ask_model_words(home: Workspace, model: ModelView) -> None:
    """What is said of a model as a whole."""

    def keep(**said: Any) -> None:
        model_words.describe_model(home, model.model, **said)

    _ask(f"Notes on {model.model}", model.description, model.tags, keep)


def ask_version_words(home: Workspace, name: str, version: VersionView) -> None:
    """What is said of one version."""

    def keep(**said: Any) -> None:
        model_words.describe_version(home, name, version.version, **said)

    _ask(f"Notes on v{version.version}", version.description, version.tags, keep)


def show_tags(tags: Mapping[str, str]) -> None:
    """Tags as badges, inside a horizontal container."""
    for key, value in tags.items():
        st.badge(escaped(f"{key} = {value}" if value else key), icon=":material/sell:", color="gray")


def _ask(title: str, description: str, tags: Mapping[str, str], keep: Callable[..., None]) -> None:
    @st.dialog(title)
    @guarded
    def ask() -> None:
        with st.form("words", border=False):
            text = st.text_area(
                "Description", description, max_chars=model_words.LONGEST_DESCRIPTION,
                placeholder="What it is for, what to watch out for",
            )  # fmt: skip
            written = st.text_area(
                "Tags", model_words.written_tags(tags), height=80, placeholder="team=sales, reviewed",
                help="A key with a value, or only a word; between commas. The list of models can be narrowed by them.",
            )  # fmt: skip
            who = name_field()
            sent = st.form_submit_button("Save", type="primary", icon=":material/check:")
        if sent:
            with errors_shown():
                keep(description=str(text or ""), tags=model_words.read_tags(str(written or "")), by=who)
                decided(who, "Saved.", ":material/check:")

    ask()
