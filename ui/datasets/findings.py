"""What was noticed about a dataset, and a click that draws the node which helps."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.building import fixes
from engine.service.views import DatasetView
from ui import places, session
from ui.trouble import guarded, show_error, show_finding

SHOWN = 8
"""Findings that are shown at once."""
MOST = 60
"""Findings that are listed at all: hundreds of columns may have hundreds of notes."""
RANK = {"error": 0, "warning": 1, "info": 2}

Finding = Mapping[str, Any]


def show_findings(home: Workspace, dataset: DatasetView, profile: Mapping[str, Any]) -> None:
    """The gravest first; those of the import, which the profile cannot know, among them."""
    found = sorted(
        fixes.together(dataset.findings, profile["findings"]), key=lambda finding: RANK.get(finding["severity"], 3)
    )
    grave = [one for one in found if one["severity"] != "info" and fixes.is_fixable(one)]
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown("**Findings**", width="content")
            if len(grave) > 1 and st.button(f"Fix all {len(grave)} warnings", icon=":material/auto_fix_high:"):
                ask_where(home, dataset, grave)
        if not found:
            st.caption("Nothing was noticed.")
        _show_some(home, dataset, found[:SHOWN], 0)
        if len(found) > SHOWN:
            with st.expander(f"{len(found) - SHOWN} more"):
                _show_some(home, dataset, found[SHOWN:MOST], SHOWN)
                if len(found) > MOST:
                    st.caption(f"and {count(len(found) - MOST, 'more note')} of the least weight")


def _show_some(home: Workspace, dataset: DatasetView, findings: Sequence[Finding], first: int) -> None:
    for place, finding in enumerate(findings, first):
        words, button = st.columns([8, 1], vertical_alignment="center", gap="small")
        with words:
            show_finding(finding)
        with button, st.container(horizontal=True, horizontal_alignment="right"):
            if fixes.is_fixable(finding) and st.button(
                "Fix", key=f"fix_{place}", icon=":material/auto_fix_high:", type="tertiary", help=finding.get("fix")
            ):
                ask_where(home, dataset, [finding])


@st.dialog("Fix with nodes")
@guarded
def ask_where(home: Workspace, dataset: DatasetView, findings: Sequence[Finding]) -> None:
    """Draw in a new pipeline, or in one that is there."""
    for finding in findings[:5]:
        show_finding(finding)
    if len(findings) > 5:
        st.caption(f"and {len(findings) - 5} more")
    readers = {one.name: one for one in fixes.readers_of(home, dataset.name)}
    new = "A new pipeline"
    reading = [name for name, one in readers.items() if one.reads_it]
    where = st.selectbox(
        "Draw it in", [new, *readers], index=1 if reading else 0, key="fix_where",
        format_func=lambda name: f"{name} (reads {dataset.name})" if name in reading else name,
    )  # fmt: skip
    name = st.text_input("Name", value=f"{dataset.name} cleaned", max_chars=120, key="fix_name") if where == new else ""
    st.caption(f"{count(len(fixes.steps_of(findings)), 'node')} behind the dataset; nothing runs before you press Run.")
    if st.button("Draw", type="primary", icon=":material/draw:", disabled=where == new and not str(name).strip()):
        pipeline_id = readers[where].pipeline_id if where in readers and where != new else None
        version = dataset.version if dataset.version != dataset.latest else None
        try:
            draft, node = fixes.draw_fixes(
                home, dataset.name, findings, name=str(name), pipeline_id=pipeline_id, version=version
            )
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        session.say("The fix is drawn. Look at it, then run.", ":material/auto_fix_high:")
        places.go(places.BUILDER, pipeline=draft.pipeline_id, node=node)
