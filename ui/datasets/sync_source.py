"""Where a sync takes its rows from: where the version came from, or another place that can be read again."""

from typing import Any

import streamlit as st

from engine.service import Workspace
from engine.service.views import DatasetView
from engine.sources import DataSource
from ui.importing.origins import ORIGINS
from ui.words import escaped

KNOWN = "The place it comes from"
STANDING = {it.label: it.choose for name, it in ORIGINS.items() if name != "upload"}
"""What is there tomorrow, too."""


def ask_source(
    home: Workspace, dataset: DatasetView, known: DataSource | None, overrides: dict[str, Any]
) -> tuple[DataSource | None, dict[str, Any]]:
    """The source, and how it is read; what is known of that holds for the known source alone."""
    names = [*([KNOWN] if known else []), *STANDING]
    key = f"sync_from_{dataset.id}"
    chosen = st.segmented_control(
        "Where from", names, default=names[0], required=True, key=key, label_visibility="collapsed"
    )
    if chosen == KNOWN and known is not None:
        st.caption(escaped(", ".join(f"{name} {value}" for name, value in known.told.items())))
        return known, overrides
    return STANDING[str(chosen)](home), {}
