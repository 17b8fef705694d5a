"""Where a version stands, under its heading: stage, aliases, tags, what it answers, its sign-off."""

import streamlit as st

from engine.service import Workspace
from engine.service.modelling.registry import VersionView
from engine.service.views import ModelView
from ui import places
from ui.models.describing import show_tags
from ui.models.naming import alias_badge, stage_badge
from ui.models.signing import show_sign_off
from ui.words import escaped


def show_standing(home: Workspace, model: ModelView, version: VersionView) -> None:
    tags = {**model.tags, **model.version_tags}
    if model.retired or model.stage != "none" or model.own_aliases or tags or model.endpoints:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if model.retired:
                st.badge("Retired", icon=":material/block:", color="red")
            if model.stage != "none":
                stage_badge(model.stage)
            for alias in model.own_aliases:
                alias_badge(alias)
            if model.endpoints:
                st.badge("Live", icon=":material/check_circle:", color="green")
            for endpoint in model.endpoints:
                places.link(places.ENDPOINTS, endpoint, icon=":material/api:", endpoint=endpoint)
            show_tags(tags)
    show_sign_off(home, model, version)
    said = [escaped(text) for text in dict.fromkeys((model.description, model.version_description)) if text]
    if said:
        st.markdown("  \n".join(said))


def why_not_published(model: ModelView) -> str | None:
    """What keeps a version from being published; None where nothing does."""
    if model.retired:
        return "This version is retired. Take it back under More, or publish another one."
    if model.lacks_sign_off:
        return "This version needs an approval first: Approve, below, by somebody who answers for the model."
    return None
