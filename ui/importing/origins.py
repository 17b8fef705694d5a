"""The first step: where the rows come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from engine.service import Workspace
from engine.sources import DataSource
from ui import places
from ui.importing.database import choose_rows
from ui.importing.objects import choose_object
from ui.importing.path import choose_path
from ui.importing.upload import choose_upload
from ui.importing.url import choose_url


@dataclass(frozen=True)
class Origin:
    """One kind of place, and how one chooses there."""

    label: str
    icon: str
    choose: Callable[[Workspace], DataSource | None]


ORIGINS: Mapping[str, Origin] = {
    "upload": Origin("Upload", ":material/upload:", choose_upload),
    "path": Origin("Path on the server", ":material/folder_open:", choose_path),
    "url": Origin("Address", ":material/language:", choose_url),
    "database": Origin("Database", ":material/database:", choose_rows),
    "store": Origin("Object store", ":material/cloud:", choose_object),
}


def choose_origin(home: Workspace) -> DataSource | None:
    """What the person wants to import; None before that is chosen. The kind of place is in the address."""
    asked = places.asked("origin")
    chosen = st.segmented_control(
        "Where from", list(ORIGINS), default=asked if asked in ORIGINS else "upload", required=True, key="origin",
        format_func=lambda name: f"{ORIGINS[name].icon} {ORIGINS[name].label}",
    )  # fmt: skip
    places.ask(origin=chosen)
    return ORIGINS[chosen or "upload"].choose(home)
