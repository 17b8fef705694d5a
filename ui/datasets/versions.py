"""The versions of a dataset."""

import streamlit as st

from engine.service import Workspace, datasets
from engine.service.amounts import size
from engine.service.views import DatasetView
from ui import places
from ui.frame import Column, listing
from ui.words import when


def show_versions(home: Workspace, dataset: DatasetView) -> None:
    numbers = sorted(dataset.versions, reverse=True)
    columns: list[Column[DatasetView]] = [
        Column("Version", 2, _version_link),
        Column("Rows", 2, lambda it: st.write(f"{it.rows:,}")),
        Column("Columns", 2, lambda it: st.write(f"{len(it.columns):,}")),
        Column("Size", 2, lambda it: st.write(size(it.bytes))),
        Column("Imported", 3, lambda it: st.caption(when(it.created_at))),
    ]
    shown = [datasets.get_dataset(home, dataset.name, number) for number in numbers[:50]]
    listing(shown, columns, noun="version", key="versions")
    st.caption("A version never changes. A pipeline reads the latest one unless its dataset node names another.")


def _version_link(it: DatasetView) -> None:
    places.link(places.DATASETS, f"v{it.version}", dataset=it.name, version=it.version, view="Versions")
