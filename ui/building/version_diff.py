"""Two versions of a pipeline on one canvas, with an address of its own; and as a list."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.building import pipeline_versions, pipelines
from engine.service.building.drawn_changes import DrawnDiffView
from engine.service.building.pipeline_versions import DRAFT, ORIGIN, OriginView, PipelineVersionView, side_name
from ui import places
from ui.building import exchange
from ui.building.diff_drawing import as_diff, union
from ui.building.duplicating import ask_duplicate
from ui.building.told_columns import told_facts
from ui.canvas import canvas, said
from ui.frame import empty, heading
from ui.trouble import guarded, show_error
from ui.words import escaped

HEIGHT = 540
MOST_LETTERS = 40


def show_version_diff(home: Workspace, pipeline_id: str, before: str, after: str) -> None:
    """What became of the drawing from one side to the other; the sides are in the address."""
    draft = pipelines.get_draft(home, pipeline_id)
    with heading(f"{draft.name}: what changed"):
        if st.button("Back to the pipeline", icon=":material/arrow_back:"):
            places.go(places.BUILDER, pipeline=pipeline_id, view="Versions")
        if st.button("Duplicate", icon=":material/content_copy:", help="Go on from the right side under a new name."):
            ask_duplicate(home, pipeline_id, draft.name, after)
    try:
        before, after = side_name(before), side_name(after)
        _choose(home, pipeline_id, before, after)
        found = pipeline_versions.compare_versions(home, pipeline_id, before, after)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    st.markdown(f":material/difference: From **{found.before}** to **{found.after}**: {escaped(_told(found))}.")
    if not (found.nodes or found.wires or found.params or found.others):
        empty(":material/check_circle:", "No difference", "Both are the same drawing. Choose others above.")
        return
    _show_canvas(home, pipeline_id, before, after)
    show_list(found)


def show_list(found: DrawnDiffView) -> None:
    """Everything that the canvas shows, as a text."""
    lines = found.lines
    with st.expander(f"As a list ({len(lines)})", icon=":material/list:", expanded=len(lines) <= 12):
        st.markdown("\n".join(f"- {escaped(line)}" for line in lines))


def _told(found: DrawnDiffView) -> str:
    return found.in_words if found.matters else f"{found.in_words}; a run comes to the same"


def _choose(home: Workspace, pipeline_id: str, before: str, after: str) -> None:
    """Both sides, to be chosen anew."""
    names = _names(home, pipeline_id)
    key = f"diff_{pipeline_id}_{before}_{after}"  # of these sides: another address begins with other choices
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        left = _select("From", names, before, f"{key}_from")
        right = _select("To", names, after, f"{key}_to")
        if st.button("Swap", icon=":material/swap_horiz:"):
            left, right = after, before
    if (left, right) != (before, after):
        places.ask(before=left, after=right)
        st.rerun()


def _select(label: str, names: dict[str, str], chosen: str, key: str) -> str:
    options = list(names)
    index = options.index(chosen) if chosen in names else None
    found = st.selectbox(label, options, index=index, format_func=names.__getitem__, key=key, width=300)
    return str(found or chosen)


def _names(home: Workspace, pipeline_id: str) -> dict[str, str]:
    """Each side in the words of the address, with what people call it."""
    origin = pipeline_versions.origin_of(home, pipeline_id)
    told = {DRAFT: "The draft"} | {
        f"v{it.version}": _name(it) for it in pipeline_versions.list_versions(home, pipeline_id)
    }
    return told | ({ORIGIN: _origin(origin)} if origin else {})


def _name(it: PipelineVersionView) -> str:
    words = " ".join((it.label or it.note).split())
    return f"v{it.version}{f' · {_short(words)}' if words else ''}"


def _origin(origin: OriginView) -> str:
    return f"{_short(origin.name)} v{origin.version}, where it came from"


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


@st.fragment
@guarded
def _show_canvas(home: Workspace, pipeline_id: str, before: str, after: str) -> None:
    doc = f"diff_{pipeline_id}_{before}_{after}"
    last = said(doc)
    knows = last.intent.knows if last.intent else None
    canvas(doc, diff_data(home, pipeline_id, before, after, doc=doc, knows=knows), height=HEIGHT)


def diff_data(
    home: Workspace, pipeline_id: str, before: str, after: str, *, doc: str, knows: str | None = None
) -> dict[str, Any]:
    """Everything the canvas shows of two versions: ``EditorData`` of its protocol, read only."""
    left, right = (pipeline_versions.read_side(home, pipeline_id, side) for side in (before, after))
    found = pipeline_versions.compare_versions(home, pipeline_id, before, after)
    reviews = [pipelines.review_pipeline(home, side).facts for side in (left, right)]
    catalogue, _ = exchange.catalogue()
    return {
        "doc": doc,
        "name": f"{found.before} → {found.after}",
        "rev": pipelines.get_draft(home, pipeline_id).rev,
        "by": "server",
        "ack": 0,
        "readonly": True,
        "graph": union(left, right, found),
        "diff": as_diff(found),
        "catalogue": None if knows == catalogue["digest"] else catalogue,
        "trial": None,
        **told_facts({key: facts for known in reviews for key, facts in known.items()}),
        "problems": [],
        "options": {},
        "run": None,
    }
