"""One dataset: its heading, and a tab for each side of it."""

from collections.abc import Callable

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count, size
from engine.service.data import datasets
from engine.service.views import DatasetView
from ui import places, session
from ui.datasets.about import show_about
from ui.datasets.charts import show_charts
from ui.datasets.held import show_held
from ui.datasets.preview import show_preview
from ui.datasets.profile import show_profile
from ui.datasets.rules import show_rules
from ui.datasets.sharing import show_sharing
from ui.datasets.sync import show_sync
from ui.datasets.versions import show_versions
from ui.frame import confirm, heading
from ui.trouble import show_error
from ui.words import ago

Show = Callable[[Workspace, DatasetView], None]
TABS: dict[str, Show] = {
    "Preview": show_preview,
    "Profile": show_profile,
    "Charts": show_charts,
    "Rules": show_rules,
    "Versions": show_versions,
    "Sync": show_sync,
    "About": show_about,
}


def show_one(home: Workspace, name: str) -> None:
    """A dataset at the version that the address asks for; only the open tab is drawn."""
    dataset = datasets.get_dataset(home, name, places.asked_number("version"))
    _show_heading(home, dataset)
    opened = st.tabs(list(TABS), key="view", on_change="rerun", bind="query-params")
    for tab, show in zip(opened, TABS.values(), strict=True):
        if tab.open:
            with tab:
                show(home, dataset)


def _show_heading(home: Workspace, dataset: DatasetView) -> None:
    about = f"{count(dataset.rows, 'row')} · {count(len(dataset.columns), 'column')} · {size(dataset.bytes)}"
    about = f"v{dataset.version} · {about} · made {ago(dataset.created_at)}"
    with heading(dataset.name, about, (places.DATASETS, "Datasets")):
        show_sharing(home, dataset.name)
        if st.button(
            "Build for me", icon=":material/auto_fix_high:", help="Draw a pipeline for what you want to know."
        ):
            places.go(places.BEGIN, dataset=dataset.name)
        if st.button("New version", icon=":material/upload:"):
            places.go(places.IMPORT, name=dataset.name)
        if st.button("Delete", icon=":material/delete:"):
            confirm("Delete dataset", _warning(dataset), "Delete", lambda: _delete(home, dataset.name))
    show_held(home, dataset)
    if dataset.version != dataset.latest and not dataset.held:
        st.info(f"This is not the version that pipelines read: that is v{dataset.latest}.", icon=":material/history:")


def _warning(dataset: DatasetView) -> str:
    return (
        f"This deletes {count(len(dataset.versions), 'version')} of **{dataset.name}** with all files. It cannot be "
        "undone. A dataset that a run, model or draft needs is kept."
    )


def _delete(home: Workspace, name: str) -> None:
    try:
        datasets.delete_dataset(home, name)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"{name} is deleted.", ":material/delete:")
    places.go(places.DATASETS)
