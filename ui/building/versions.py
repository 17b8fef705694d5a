"""The saved versions of a pipeline: what changed, how they did, and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count, seconds
from engine.service.building import pipeline_versions, pipelines
from engine.service.building.pipeline_versions import DRAFT, LONGEST_LABEL, LONGEST_NOTE, ORIGIN, PipelineVersionView
from engine.service.views import RunView
from ui import places, session
from ui.building.duplicating import ask_duplicate
from ui.frame import Column, badge, empty, listing
from ui.trouble import guarded, show_error
from ui.words import escaped, metric, number, when

MODEL = ":material/model_training:"
NOTE_LETTERS = 90
RESTORE, NAME, DUPLICATE = "Restore", "Label and note", "Duplicate"
ICONS = {RESTORE: ":material/history:", NAME: ":material/label:", DUPLICATE: ":material/content_copy:"}


def show_versions(home: Workspace, pipeline_id: str, latest: RunView | None) -> None:
    """Where the pipeline came from and what came of it, then every version."""
    _show_relatives(home, pipeline_id)
    found = pipeline_versions.list_versions(home, pipeline_id)
    if not found:
        empty(
            ":material/save:",
            "No saved version yet",
            "What you draw is saved by itself, as the draft. A run keeps a version; “Save version” keeps one with a "
            "label and a note.",
        )
        return
    _show_actions(home, pipeline_id, found)
    columns: list[Column[PipelineVersionView]] = [
        Column("", 0.35, partial(_show_tick, pipeline_id)),
        Column("Version", 2.6, _show_words),
        Column("Changed", 1.9, partial(_show_changed, home, pipeline_id)),
        Column("Saved", 1.7, _show_origin),
        Column("Runs", 1.5, _show_runs),
        Column("Time", 1.3, _show_times),
        Column("Best score", 1.9, _show_score),
        Column("", 0.8, partial(_show_menu, home, pipeline_id)),
    ]
    listing(found, columns, noun="version", key="versions")
    st.caption(
        "Changed since the version before. Times are of the runs that computed something: the median, then the "
        "shortest. A version never changes, and none is deleted."
    )


def _show_relatives(home: Workspace, pipeline_id: str) -> None:
    origin = pipeline_versions.origin_of(home, pipeline_id)
    branches = pipeline_versions.branches_of(home, pipeline_id)
    if origin:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(":material/call_split: Duplicated from", width="content")
            if origin.is_deleted:
                st.markdown(f"{escaped(origin.name)} v{origin.version} (deleted)", width="content")
            else:
                _jump(f"{origin.name} v{origin.version}", ":material/account_tree:", pipeline=origin.pipeline_id)
            _jump("What changed since", ":material/difference:", pipeline=pipeline_id, before=ORIGIN, after=DRAFT)
    if branches:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(":material/call_split: Duplicates of it:", width="content")
            for it in branches:
                _jump(f"{it.name} (from v{it.version})", ":material/account_tree:", pipeline=it.pipeline_id)


def _jump(label: str, icon: str | None = None, **asked: str) -> None:
    """To this page for another thing: a link to the page it stands on would look as if it led nowhere."""
    if st.button(escaped(label), icon=icon, type="tertiary", key=f"jump_{'_'.join(asked.values())}"):
        places.go(places.BUILDER, **asked)


def _tick(pipeline_id: str, it: PipelineVersionView) -> str:
    return f"tick_{pipeline_id}_{it.version}"


def _show_actions(home: Workspace, pipeline_id: str, found: list[PipelineVersionView]) -> None:
    ticked = sorted(it.version for it in found if session.is_ticked(_tick(pipeline_id, it)))
    unsaved = pipeline_versions.unsaved_changes(home, pipeline_id) if len(ticked) < 2 else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if len(ticked) > 1:
            label = f"Compare v{ticked[0]} with v{ticked[-1]}" if len(ticked) == 2 else "Compare two"
            sides = (f"v{ticked[0]}", f"v{ticked[-1]}")
        else:
            chosen = ticked[0] if ticked else found[0].version
            label, sides = f"Compare v{chosen} with the draft", (f"v{chosen}", DRAFT)
        is_ready = len(ticked) in (1, 2)
        if st.button(
            label, icon=":material/difference:", disabled=len(ticked) > 2, type="primary" if is_ready else "secondary"
        ):
            places.go(places.BUILDER, pipeline=pipeline_id, before=sides[0], after=sides[1])
        st.caption(_told(ticked, found[0].version, unsaved), width="content")


def _told(ticked: list[int], latest: int, unsaved: str | None) -> str:
    if len(ticked) > 2:
        return "Tick only two."
    if len(ticked) == 2:
        return "Added, removed and changed nodes, on the canvas."
    return f"The draft beside v{latest}: {unsaved}. Tick one or two versions to compare others."


def _show_tick(pipeline_id: str, it: PipelineVersionView) -> None:
    st.checkbox(f"Compare v{it.version}", key=_tick(pipeline_id, it), label_visibility="collapsed")


def _show_words(it: PipelineVersionView) -> None:
    label = f" · **{escaped(it.label)}**" if it.label else ""
    st.markdown(f"v{it.version}{label}")
    if it.note:
        note = " ".join(it.note.split())
        shown = note if len(note) <= NOTE_LETTERS else f"{note[: NOTE_LETTERS - 1]}…"
        st.caption(escaped(shown), help=escaped(it.note) if shown != note else None)


def _show_changed(home: Workspace, pipeline_id: str, it: PipelineVersionView) -> None:
    words = pipeline_versions.changes_since(home, pipeline_id, it.version)
    if it.version == 1:
        st.caption(words.capitalize())
        return
    _jump(words.capitalize(), pipeline=pipeline_id, before=f"v{it.version - 1}", after=f"v{it.version}")


def _show_origin(it: PipelineVersionView) -> None:
    st.caption(f"{when(it.created_at)}  \n{pipeline_versions.maker_words(it.made_by)}")


def _show_runs(it: PipelineVersionView) -> None:
    if not it.runs:
        st.caption("Never run")
        return
    places.link(places.RUNS, f"{count(it.runs, 'run')}, last {it.last_number}", run=it.last_run)
    badge(it.last_status)


def _show_times(it: PipelineVersionView) -> None:
    if it.median_seconds is None:
        st.caption("–")
        return
    st.markdown(seconds(it.median_seconds))
    if it.best_seconds != it.median_seconds:
        st.caption(f"best {seconds(it.best_seconds)}")


def _show_score(it: PipelineVersionView) -> None:
    best = it.best_score
    if best is None:
        st.caption("No model")
        return
    st.markdown(f"{escaped(metric(best.metric))} **{number(best.value)}**")
    places.link(places.MODELS, f"{best.model} v{best.model_version}", model=best.model, version=best.model_version)
    more = sum(len(numbers) for numbers in it.models.values()) - 1
    if more:
        with st.popover(f"and {count(more, 'model')} more", type="tertiary"):
            _link_models(it)


def _link_models(it: PipelineVersionView) -> None:
    """Every model that this version of the pipeline made."""
    for name, numbers in it.models.items():
        for at in numbers:
            places.link(places.MODELS, f"{name} v{at}", icon=MODEL, model=name, version=at)


def _show_menu(home: Workspace, pipeline_id: str, it: PipelineVersionView) -> None:
    acts: dict[str, Callable[[], None]] = {
        RESTORE: lambda: _restore(home, pipeline_id, it.version),
        NAME: lambda: _ask_words(home, pipeline_id, it),
        DUPLICATE: lambda: _ask_duplicate(home, pipeline_id, it.version),
    }
    chosen = st.menu_button(
        "More", list(acts), key=f"more_{pipeline_id}_{it.version}", type="tertiary",
        format_func=lambda name: f"{ICONS[name]} {name}",
    )  # fmt: skip
    if chosen:
        acts[str(chosen)]()


def _restore(home: Workspace, pipeline_id: str, number: int) -> None:
    try:
        kept = pipeline_versions.restore_version(home, pipeline_id, number)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"v{number} is the draft again. What was there is v{kept}.", ":material/history:")
    st.rerun()


def _ask_duplicate(home: Workspace, pipeline_id: str, number: int) -> None:
    ask_duplicate(home, pipeline_id, pipelines.get_draft(home, pipeline_id).name, f"v{number}")


def _ask_words(home: Workspace, pipeline_id: str, it: PipelineVersionView) -> None:
    @st.dialog(f"Label and note of v{it.version}")
    @guarded
    def ask() -> None:
        with st.form("version_words", border=False):
            label, note = _word_fields(it.label, it.note)
            sent = st.form_submit_button("Save", type="primary", icon=":material/check:")
        if sent:
            pipeline_versions.describe_version(home, pipeline_id, it.version, label=label, note=note)
            st.rerun()

    ask()


@st.dialog("Save version")
@guarded
def ask_note(home: Workspace, pipeline_id: str) -> None:
    with st.form("save_version", border=False):
        label, note = _word_fields("", "")
        sent = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if sent:
        number = pipeline_versions.save_named(home, pipeline_id, label, note)
        session.say(f"Saved as version {number}.", ":material/save:")
        st.rerun()


def _word_fields(label: str, note: str) -> tuple[str, str]:
    told = st.text_input("Label", value=label, max_chars=LONGEST_LABEL, placeholder="as presented, baseline, …")
    words = st.text_area("Note", value=note, max_chars=LONGEST_NOTE, placeholder="What changed, and why")
    return str(told or ""), str(words or "")
