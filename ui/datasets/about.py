"""What a dataset is, where it came from, how it was read, and who uses it."""

from typing import Any

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.data import datasets, versions
from engine.service.data.versions import UserView
from engine.service.views import DatasetView
from ui import places, session
from ui.datasets.left_out import show_left_out
from ui.frame import facts
from ui.trouble import errors_shown
from ui.words import escaped, plain

HIDDEN = frozenset({"origin", "run_id", "node_id", "dataset_versions", "fingerprint", "scoring_id", "model_version_id"})
"""What is known of a source and helps nobody who reads it."""
ICONS = {
    "pipeline": ":material/account_tree:",
    "run": ":material/play_circle:",
    "model": ":material/model_training:",
    "board": ":material/dashboard:",
    "sync": ":material/sync:",
    "rule": ":material/rule:",
}
PAGES = {
    "pipeline": (places.BUILDER, "pipeline"),
    "run": (places.RUNS, "run"),
    "model": (places.MODELS, "model"),
    "rule": (places.DATASETS, "dataset"),
}
SHOWN = 20

_VALUES = ("decimal", "thousands", "date_format", "date_formats", "day_first", "null_values", "types")
_JSON = ("format", "compression", "encoding", "date_format", "day_first", "types")
_STATISTICS = ("format", "compression", "encoding", "labels", "types")
FIELDS: dict[str, tuple[str, ...]] = {
    "csv": (
        *("format", "compression", "encoding", "delimiter", "quote", "escape", "header", "header_rows", "skip_rows"),
        *("skip_closing", "skip_initial_space", "lenient", *_VALUES),
    ),
    "excel": ("format", "sheet", "cell_range", "header", "header_rows", "skip_rows", "skip_closing", *_VALUES),
    "json": _JSON,
    "jsonl": _JSON,
    "spss": _STATISTICS,
    "sas": _STATISTICS,
    "stata": _STATISTICS,
}
"""What can be told of the reading of a format."""


def show_about(home: Workspace, dataset: DatasetView) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _show_words(home, dataset)
        st.subheader("Used by", anchor=False)
        _show_users(home, dataset)
    with right:
        st.subheader("How it was read", anchor=False)
        facts({name.replace("_", " ").capitalize(): plain(value) for name, value in read_as_of(dataset).items()})
        st.subheader("Where it came from", anchor=False)
        source = {name: value for name, value in dataset.source.items() if name not in HIDDEN}
        facts({name.capitalize(): plain(value) for name, value in source.items()} or {"Source": "unknown"})
    show_left_out(home, dataset)


def read_as_of(dataset: DatasetView) -> dict[str, Any]:
    """How it was read: what files of its format have, without what was left as it is."""
    shown = FIELDS.get(str(dataset.read_as.get("format")), ("format", "compression"))
    told = {name: dataset.read_as[name] for name in shown if name in dataset.read_as}
    return {name: value for name, value in told.items() if value not in (None, {}, [])}


def _show_words(home: Workspace, dataset: DatasetView) -> None:
    """What people say of it, changed in place."""
    about = versions.about_dataset(home, dataset.name)
    with st.form(f"about_{dataset.id}", border=True):
        description = st.text_area(
            "Description", about.description, max_chars=versions.LONGEST_TEXT, height=96,
            placeholder="What a row is, where it comes from, what to watch out for.",
        )  # fmt: skip
        owner_side, tag_side = st.columns(2)
        owner = owner_side.text_input(
            "Owner", about.owner, max_chars=versions.LONGEST_OWNER, placeholder="Who looks after it"
        )
        known = sorted({tag for it in datasets.list_datasets(home) for tag in it.tags} | set(about.tags))
        tags = tag_side.multiselect(
            "Tags",
            known,
            about.tags,
            accept_new_options=True,
            max_selections=versions.MOST_TAGS,
            placeholder="Add tags",
        )
        names = [column["name"] for column in dataset.columns]
        key = st.multiselect(
            "A row is named by", names, [name for name in about.key if name in names],
            placeholder="nothing but the whole row",
            help="Columns such as a customer number. A changed row then keeps its identity from version to version: it "
            "stays in train or test, and comparisons show which cells changed.",
        )  # fmt: skip
        if st.form_submit_button("Save", type="primary", icon=":material/check:"):
            with errors_shown():
                versions.describe_dataset(home, dataset.name, description=description, owner=owner, tags=tags)
                if key != about.key:
                    versions.choose_key(home, dataset.name, key)
                session.say("Saved.")
                st.rerun()


def _show_users(home: Workspace, dataset: DatasetView) -> None:
    used = versions.users_of_dataset(home, dataset.name)
    if not used:
        st.caption("Nothing uses it yet.")
    for user in sorted(used, key=lambda it: not it.needs)[:SHOWN]:
        _show_user(user)
    if len(used) > SHOWN:
        st.caption(f"and {count(len(used) - SHOWN, 'other')}")
    places.link(places.LINEAGE, "Show lineage", icon=":material/timeline:", dataset=dataset.name)


def _show_user(user: UserView) -> None:
    label = user.label[:1].upper() + user.label[1:]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if user.kind in PAGES:
            place, part = PAGES[user.kind]
            asked: dict[str, Any] = {part: user.key, "version": user.own_version}
            places.link(place, label, icon=ICONS[user.kind], **asked)
        else:
            st.markdown(f"{ICONS.get(user.kind, '')} {escaped(label)}", width="content")
        st.caption("the latest version" if user.version is None else f"v{user.version}", width="content")
