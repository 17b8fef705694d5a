"""Which version is looked at."""

import streamlit as st

from engine.service.views import ModelView
from ui import places


def pick_version(model: ModelView) -> None:
    numbers = sorted(model.versions, reverse=True)
    chosen = st.selectbox(
        "Version", numbers, index=numbers.index(model.version or 0), format_func=lambda number: f"v{number}",
        key=f"version_of_{model.model}_{model.version}", label_visibility="collapsed", width=90,
    )  # fmt: skip
    if chosen != model.version:
        places.go(places.MODELS, model=model.model, version=chosen)
