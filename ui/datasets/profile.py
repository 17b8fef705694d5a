"""What a dataset holds: in short, what to look at, and from there to columns, pairs, gaps, comparisons, a report."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.data import profiles
from engine.service.views import DatasetView
from ui import places, profile_charts
from ui.datasets.columns import show_all_columns
from ui.datasets.compare import show_compare
from ui.datasets.findings import show_findings
from ui.datasets.full_report import show_full_report
from ui.progress import follow_job, show_end
from ui.trouble import errors_shown
from ui.words import escaped, number

Profile = Mapping[str, Any]
Show = Callable[[Workspace, DatasetView, Profile], None]


def show_profile(home: Workspace, dataset: DatasetView) -> None:
    job = places.asked("measuring")
    if job and not _is_measured(job):
        return
    if not profiles.has_profile(home, dataset.name, dataset.version):
        _offer_measuring(home, dataset, "This version was not measured yet.")
        return
    found = profiles.get_profile(home, dataset.name, dataset.version)
    profile = found.model_dump(mode="json")
    if not profiles.is_whole(found):
        _offer_measuring(home, dataset, "This profile is from an earlier time: some figures are not in it.")
    _show_short(profile)
    show_findings(home, dataset, profile)
    part = st.segmented_control(
        "Part of the profile", list(PARTS), default="Columns", key="part", bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    with errors_shown():
        PARTS.get(part or "Columns", show_all_columns)(home, dataset, profile)


def _is_measured(job_id: str) -> bool:
    job = follow_job(job_id, "Measuring")
    if job is None:
        return False
    if job.status != "succeeded":
        show_end(job, "The measuring")
    else:
        places.ask(measuring=None)
    return True


def _offer_measuring(home: Workspace, dataset: DatasetView, why: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f":material/info: {why}", width="content")
        if st.button("Measure it now", icon=":material/query_stats:"):
            places.ask(measuring=profiles.start_measuring(home, dataset.name, dataset.version))
            st.rerun()


def _show_short(profile: Profile) -> None:
    left, right = st.columns([1, 3], gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.metric("Quality score", f"{profile['quality_score']:.0f} of 100", help="100 minus what is listed here.")
        for deduction in profile["deductions"]:
            st.caption(f"−{deduction['points']:.1f} · {escaped(deduction['reason'])}")
        if not profile["deductions"]:
            st.caption("Nothing to deduct.")
    with right, st.container(border=True, height="stretch"):
        st.markdown("**In short**")
        sentences = profile["summary"] or [f"The table has {count(profile['rows'], 'row')}."]
        st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in sentences))
        if profile["duplicates"]:
            st.caption(f"{count(profile['duplicates'], 'duplicate row')}")


def show_pairs(home: Workspace, dataset: DatasetView, profile: Profile) -> None:
    """What goes together: with a target, and pair by pair."""
    _show_target(home, dataset)
    st.subheader("Pairs of columns", anchor=False)
    every = [{"measure": "pearson", **pair} for pair in profile["correlations"]] + list(profile["associations"])
    found = [measure for measure in profile_charts.MEASURES if any(pair["measure"] == measure for pair in every)]
    if not found:
        st.caption("There are no two columns whose values could go together: it takes numbers, or few categories.")
        return
    measure = st.selectbox("Measure", found, format_func=profile_charts.measure_words, key="measure", width=360)
    is_whole = measure == "pearson" or profile["sampled_rows"] == profile["rows"]
    rows = "all rows" if is_whole else f"{count(profile['sampled_rows'], 'row')} drawn from all over"
    profile_charts.matrix([pair for pair in every if pair["measure"] == measure], measure, rows)
    if len(profile["columns"]) > profiles.MOST_PAIRED:
        st.caption(f"Pairs are measured among the first {profiles.MOST_PAIRED} numbers and as many categories.")


def _show_target(home: Workspace, dataset: DatasetView) -> None:
    st.subheader("What tells a column", anchor=False)
    names = profiles.targets_of(profiles.get_profile(home, dataset.name, dataset.version))
    if not names:
        st.caption("There is no number and no category that others could tell.")
        return
    target = st.selectbox(
        "Column to predict", names, index=None, key="target", bind="query-params", width=360,
        placeholder="Choose a column",
    )  # fmt: skip
    if target is None:
        st.caption(
            "Choose what you want to predict: the other columns are ranked by how much they go together with it."
        )
        return
    with st.spinner("Looking at the rows…"), errors_shown():
        found = profiles.associations(home, dataset.name, dataset.version, target)
        if not found:
            st.caption("No other column can be measured beside it.")
            return
        profile_charts.target(found, target)
        _warn_of_answers(found, target)


def _warn_of_answers(found: Any, target: str) -> None:
    answers = [one.column for one in found if one.tells_all]
    if answers:
        st.warning(
            f"{escaped(', '.join(answers[:5]))} alone tells {escaped(target)}: it may hold the answer, or be written "
            "down after it. Leave it out unless it is known before.",
            icon=":material/warning:",
        )


def show_missing(home: Workspace, dataset: DatasetView, profile: Profile) -> None:
    """Where values are missing, and which columns lack them together."""
    if not any(column["missing"] for column in profile["columns"]):
        st.caption("No value is missing.")
        return
    profile_charts.missing(profile["columns"], max(profile["rows"], 1))
    patterns = profile["missing_patterns"]
    if len(patterns) < 2 and not any(len(pattern["columns"]) > 1 for pattern in patterns):
        return
    st.markdown("**Missing together**")
    st.dataframe(
        [
            {
                "Rows": pattern["count"],
                "Share": 100 * pattern["count"] / max(profile["rows"], 1),
                "Columns that are missing": ", ".join(pattern["columns"]),
            }
            for pattern in patterns
        ],
        hide_index=True,
        alt="Columns that are missing together",
        column_config={
            "Rows": st.column_config.NumberColumn(format="localized", width="small"),
            "Share": st.column_config.ProgressColumn(min_value=0, max_value=100, format="%.1f %%", width="small"),
        },
    )
    complete = profile["rows"] - sum(pattern["count"] for pattern in patterns)
    st.caption(f"The most frequent combinations; {number(max(complete, 0))} rows lack nothing, or something rarer.")


PARTS: dict[str, Show] = {
    "Columns": show_all_columns,
    "Going together": show_pairs,
    "Missing values": show_missing,
    "Compare": show_compare,
    "Full report": show_full_report,
}
