"""What the next run of a drawing may use, where it is not what the settings say."""

from __future__ import annotations

import streamlit as st

from engine.limits import RunLimits, bounds, read_limits
from ui import session

LABELS = {
    "memory_mb": "Memory in MB",
    "timeout_seconds": "Time in seconds",
    "threads": "Threads",
    "temp_mb": "Temporary disk space in MB",
}
UNSET = {"threads": "all cores", "temp_mb": "what is free"}


def ask_limits(pipeline_id: str) -> None:
    """A button with one field for each limit; an empty field leaves it to the settings."""
    asked = chosen_limits(pipeline_id).asked()
    with st.popover(f"Limits ({len(asked)})" if asked else "Limits", icon=":material/speed:"):
        st.caption("For the next runs of this pipeline. Where a field is empty, the settings count.")
        for name, label in LABELS.items():
            least, most = bounds(name)
            st.number_input(
                label,
                value=None,
                min_value=int(least),
                max_value=int(most),
                step=1,
                placeholder=_default(name),
                help=RunLimits.model_fields[name].description,
                key=_key(pipeline_id, name),
            )


def chosen_limits(pipeline_id: str) -> RunLimits:
    """What the fields hold, before or after they are drawn."""
    return read_limits(**{name: session.widget_value(_key(pipeline_id, name)) for name in LABELS})


def _default(name: str) -> str:
    value = getattr(session.workspace().settings, f"run_{name}")
    return UNSET[name] if value is None else f"{value:,.0f}"


def _key(pipeline_id: str, name: str) -> str:
    return f"limit_{pipeline_id}_{name}"
