"""Datasets: the list, and one of them with its rows, profile, versions and origin."""

from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import datasets
from engine.service.amounts import count, size
from engine.service.lineage import get_lineage
from engine.service.views import DatasetView
from ui import charts, places, session
from ui.frame import Column, confirm, empty, facts, heading, listing, search
from ui.grid import show_pages
from ui.profiled import show_columns
from ui.trouble import show_error, show_finding
from ui.words import ago, number, percent, plain, when

home = session.workspace()

SHOWN = 8
"""Findings that are shown at once."""


def show_list() -> None:
    with heading("Datasets"):
        if st.button("Import", type="primary", icon=":material/upload:"):
            places.go(places.IMPORT)
    words = search("datasets", "datasets")
    found = datasets.list_datasets(home, search=words)
    if not found and words:
        st.caption(f"No dataset is called anything like “{words}”.")
        return
    if not found:
        empty(":material/table:", "No dataset yet", "Import a CSV, Parquet or JSON file to begin.", _first)
        return
    columns: list[Column[DatasetView]] = [
        Column("Name", 4, lambda it: places.link(places.DATASETS, it.name, icon=":material/table:", dataset=it.name)),
        Column("Version", 1.3, lambda it: st.write(f"v{it.version}" if it.version else "–")),
        Column("Rows", 1.7, lambda it: st.write(f"{it.rows:,}" if it.rows is not None else "–")),
        Column("Columns", 1.5, lambda it: st.write(f"{len(it.columns):,}")),
        Column("Size", 1.5, lambda it: st.write(size(it.bytes))),
        Column("Findings", 2.2, _noticed),
        Column("Imported", 2.2, lambda it: st.caption(ago(it.created_at))),
    ]
    listing(found, columns, noun="dataset", key="datasets")


def _first() -> None:
    if st.button("Import a dataset", type="primary", icon=":material/upload:"):
        places.go(places.IMPORT)
    if st.button("Use sample data", icon=":material/science:"):
        places.go(places.PIPELINES, new="sample")


def _noticed(it: DatasetView) -> None:
    grave = sum(finding.get("severity") != "info" for finding in it.findings)
    if grave:
        st.badge(f"{grave} to look at", icon=":material/warning:", color="orange")
    else:
        st.caption(count(len(it.findings), "note") if it.findings else "None")


def show_one(name: str) -> None:
    dataset = datasets.get_dataset(home, name, places.asked_number("version"))
    about = f"{count(dataset.rows, 'row')} · {count(len(dataset.columns), 'column')} · {size(dataset.bytes)}"
    with heading(dataset.name, f"v{dataset.version} · {about} · imported {ago(dataset.created_at)}", _back()):
        if st.button("Use in a pipeline", icon=":material/account_tree:"):
            places.go(places.PIPELINES, new=dataset.name)
        if st.button("New version", icon=":material/upload:"):
            places.go(places.IMPORT, name=dataset.name)
        if st.button("Delete", icon=":material/delete:"):
            confirm("Delete dataset", _warning(dataset), "Delete", lambda: _delete(dataset.name))
    if dataset.version != max(dataset.versions, default=dataset.version):
        st.info(f"This is an older version; the latest is v{max(dataset.versions)}.", icon=":material/history:")
    preview, profile, versions, about_it = st.tabs(
        ["Preview", "Profile", "Versions", "About"], key="view", on_change="rerun", bind="query-params"
    )
    if preview.open:
        with preview:
            show_pages(
                lambda offset, limit: datasets.preview_dataset(home, name, dataset.version, offset, limit),
                key=f"rows_{dataset.id}_{dataset.version}",
                alt=f"Rows of {name} v{dataset.version}",
            )
    if profile.open:
        with profile:
            show_profile(dataset)
    if versions.open:
        with versions:
            show_versions(dataset)
    if about_it.open:
        with about_it:
            show_origin(dataset)


def _back() -> tuple[str, str]:
    return places.DATASETS, "Datasets"


def _warning(dataset: DatasetView) -> str:
    return (
        f"This deletes {count(len(dataset.versions), 'version')} of **{dataset.name}** with all files. It cannot be "
        "undone. A dataset that a run, model or draft needs is kept."
    )


def _delete(name: str) -> None:
    try:
        datasets.delete_dataset(home, name)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"{name} is deleted.", ":material/delete:")
    places.go(places.DATASETS)


def show_profile(dataset: DatasetView) -> None:
    profile = datasets.profile_dataset(home, dataset.name, dataset.version)
    left, right = st.columns([1, 3], gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.metric("Quality score", f"{profile['quality_score']:.0f} of 100", help="100 minus what is listed here.")
        st.caption(f"{count(profile['duplicates'], 'duplicate row')}")
        for deduction in profile["deductions"]:
            st.caption(f"−{deduction['points']:.1f} · {deduction['reason']}")
        if not profile["deductions"]:
            st.caption("Nothing to deduct.")
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Findings**")
        _show_findings(profile.get("findings") or dataset.findings)
    st.subheader("Columns", anchor=False)
    show_columns(profile)
    _show_column(profile)
    _show_correlations(profile)


def _show_findings(findings: Any) -> None:
    if not findings:
        st.caption("Nothing was noticed.")
    rank = {"error": 0, "warning": 1, "info": 2}
    ordered = sorted(findings, key=lambda finding: rank.get(finding["severity"], 3))
    for finding in ordered[:SHOWN]:
        show_finding(finding)
    if len(ordered) > SHOWN:
        with st.expander(f"{len(ordered) - SHOWN} more"):
            for finding in ordered[SHOWN:]:
                show_finding(finding)


def _show_column(profile: dict[str, Any]) -> None:
    by_name = {column["name"]: column for column in profile["columns"]}
    if not by_name:
        return
    first = next((place for place, column in enumerate(by_name.values()) if column["histogram"]), 0)
    name = st.selectbox("Look closer at", list(by_name), index=first, key="column", bind="query-params", width=320)
    column = by_name.get(name)
    if column is None:
        return
    picture, figures = st.columns([3, 2], gap="medium")
    with picture:
        charts.column(column, profile["rows"])
    with figures:
        facts(_figures(column, max(profile["rows"], 1)))


def _figures(column: dict[str, Any], rows: int) -> dict[str, str]:
    approximate = "about " if column["distinct_approximate"] else ""
    found = {
        "Type": column["type"],
        "Missing": f"{column['missing']:,} ({percent(column['missing'] / rows)})",
        "Distinct": f"{approximate}{column['distinct']:,}",
        "Mean": number(column["mean"]),
        "Standard deviation": number(column["std"]),
        "Quartiles": _quartiles(column["quantiles"]),
        "Outliers": column["outliers"],
        "Zeros": column["zeros"],
        "Length": _length(column),
    }
    return {name: str(value) for name, value in found.items() if value not in (None, "", "–")}


def _quartiles(quantiles: dict[str, float] | None) -> str:
    return " · ".join(number(quantiles[name]) for name in ("p25", "p50", "p75")) if quantiles else ""


def _length(column: dict[str, Any]) -> str:
    if column["max_length"] is None:
        return ""
    return f"{column['min_length']} to {count(column['max_length'], 'character')}"


def _show_correlations(profile: dict[str, Any]) -> None:
    strong = sorted(profile["correlations"], key=lambda pair: -abs(pair["value"]))
    if not strong:
        return
    with st.expander("Correlations", icon=":material/grid_on:"):
        charts.correlations(strong)


def show_versions(dataset: DatasetView) -> None:
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


def show_origin(dataset: DatasetView) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("How it was read", anchor=False)
        facts({name.replace("_", " ").capitalize(): plain(value) for name, value in dataset.read_as.items()})
    with right:
        st.subheader("Where it came from", anchor=False)
        facts({name.capitalize(): plain(value) for name, value in dataset.source.items()} or {"Source": "unknown"})
        st.subheader("Used by", anchor=False)
        _show_users(dataset.name)


def _show_users(name: str) -> None:
    used = [node for node in get_lineage(home, dataset=name).nodes if node.stage in ("pipeline", "model", "endpoint")]
    if not used:
        st.caption("Nothing has used it in a run yet.")
    for node in used[:20]:
        place, key = places.of_stage(node.stage)
        places.link(place, f"{node.stage.capitalize()} {node.label}", **{key: node.key})
    places.link(places.LINEAGE, "Show lineage", icon=":material/timeline:", dataset=name)


asked = places.asked("dataset")
if asked:
    show_one(asked)
else:
    show_list()
