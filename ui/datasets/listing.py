"""The list of datasets."""

from collections import Counter

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count, size
from engine.service.data import datasets, rules, syncs
from engine.service.data.syncs import SyncBadge
from engine.service.views import DatasetView
from ui import places
from ui.frame import Column, empty, heading, listing, search
from ui.words import ago, escaped

MOST_TAGS = 16
"""Tags that can be chosen, the most frequent ones."""


def show_list(home: Workspace) -> None:
    with heading("Datasets"):
        if st.button("Import", type="primary", icon=":material/upload:"):
            places.go(places.IMPORT)
    words = search("datasets", "datasets")
    found = _tagged(datasets.list_datasets(home, search=words))
    if not found and words:
        st.caption(f"No dataset is called anything like “{words}”.")
        return
    if not found:
        empty(":material/table:", "No dataset yet", "Import a CSV, Parquet or JSON file to begin.", _first)
        return
    held = rules.held_versions(home, [it.id for it in found])
    badges = syncs.sync_badges(home)
    columns: list[Column[DatasetView]] = [
        Column("Name", 4, _named),
        Column("Version", 1.3, lambda it: st.write(f"v{it.version}" if it.version else "–")),
        Column("Rows", 1.7, lambda it: st.write(f"{it.rows:,}" if it.rows is not None else "–")),
        Column("Columns", 1.5, lambda it: st.write(f"{len(it.columns):,}")),
        Column("Size", 1.5, lambda it: st.write(size(it.bytes))),
        Column("Findings", 2.2, lambda it: _noticed(it, held.get(it.id))),
        Column("Imported", 2.2, lambda it: st.caption(ago(it.created_at))),
    ]
    if badges:
        columns.append(Column("Synced", 2, lambda it: _synced(badges.get(it.name))))
    listing(found, columns, noun="dataset", key="datasets")


def _tagged(found: list[DatasetView]) -> list[DatasetView]:
    """Those with the tags that are chosen; the choice is in the address."""
    often = Counter(tag for it in found for tag in it.tags)
    if not often:
        return found
    tags = [tag for tag, _ in often.most_common(MOST_TAGS)]
    chosen = st.pills(
        "Tags", tags, selection_mode="multi", key="tags", bind="query-params", label_visibility="collapsed"
    )
    return [it for it in found if set(chosen or ()) <= set(it.tags)]


def _named(it: DatasetView) -> None:
    with st.container(gap="xxsmall"):
        places.link_name(
            places.DATASETS, it.name, icon=":material/table:", dataset=it.name, help=it.description or None
        )
        about = " ".join([*(f":gray-badge[{escaped(tag)}]" for tag in it.tags[:4]), escaped(it.owner)]).strip()
        if about:
            st.caption(about)


def _first() -> None:
    if st.button("Import a dataset", type="primary", icon=":material/upload:"):
        places.go(places.IMPORT)
    if st.button("Use sample data", icon=":material/science:"):
        places.go(places.BEGIN, of="templates")


def _synced(it: SyncBadge | None) -> None:
    if it is None:
        st.caption("–")
    elif it.paused:
        st.badge("paused", icon=":material/pause_circle:", color="gray")
    elif it.status in ("failed", "crashed"):
        st.badge(f"{it.rhythm}, failed", icon=":material/sync_problem:", color="red")
    else:
        st.badge(it.rhythm, icon=":material/sync:", color="blue")


def _noticed(it: DatasetView, held: int | None) -> None:
    if held:
        st.badge(f"v{held} is held", icon=":material/front_hand:", color="red")
        if not it.findings:
            return
    grave = sum(finding.get("severity") != "info" for finding in it.findings)
    if grave:
        st.badge(f"{grave} to look at", icon=":material/warning:", color="orange")
    else:
        st.caption(count(len(it.findings), "note") if it.findings else "None")
