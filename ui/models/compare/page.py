"""Two to eight models side by side: the verdict, and a tab for each side of it."""

from collections.abc import Callable, Sequence

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.modelling import models
from engine.service.modelling.model_comparison import ModelComparisonView, compare_models
from engine.service.modelling.model_sides import LEAST, SideView, read_references, read_sides
from ui import places
from ui.frame import empty, heading
from ui.models.compare.choosing import choose_models
from ui.models.compare.costs import show_costs
from ui.models.compare.curves import show_curves
from ui.models.compare.differences import show_data, show_params
from ui.models.compare.disagreement import show_disagreement
from ui.models.compare.importance import show_importance
from ui.models.compare.scores import choose_metric, show_scores
from ui.models.standing import why_not_published
from ui.models.words import TASKS
from ui.publishing import ask_publish
from ui.running.notes import tag_words
from ui.trouble import show_error
from ui.words import ago, escaped

MOST_CARDS = 4
NOTE = 120
"""Letters of a note."""
Show = Callable[[Workspace, ModelComparisonView], None]
TABS: dict[str, Show] = {
    "Scores": show_scores,
    "Disagreement": show_disagreement,
    "Curves": show_curves,
    "Importance": show_importance,
    "Params": show_params,
    "Data": show_data,
    "Cost": show_costs,
}


def show_compare(home: Workspace, written: str) -> None:
    """The models that the address names; what is chosen anew is written there."""
    with heading("Compare models", back=(places.MODELS, "Models")):
        decided = st.container(width="content")
    references = choose_models(home, read_references(written))
    if len(references) < LEAST:
        empty(":material/compare_arrows:", "Choose another model", "A comparison is of two to eight models.")
        return
    try:
        sides = read_sides(home, references)
        metric = places.asked("by")
        found = _compared(
            home, str(home.home.path), tuple(side.version_id for side in sides), tuple(references), metric
        )
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    st.markdown(f"#### {escaped(found.verdict)}")
    for note in found.data_notes:
        st.markdown(f":material/info: {escaped(note)}")
    if found.answers:
        with decided:
            choose_metric(found.answers)
    _show_models(home, found.sides)
    opened = st.tabs(list(TABS), key="side", on_change="rerun", bind="query-params")
    for tab, show in zip(opened, TABS.values(), strict=True):
        if tab.open:
            with tab:
                show(home, found)


@st.cache_data(show_spinner="Comparing on the rows that none of them saw …", max_entries=30)
def _compared(
    _home: Workspace, home: str, version_ids: Sequence[str], references: Sequence[str], metric: str | None
) -> ModelComparisonView:
    """A model version never changes, so that what was compared once is remembered."""
    return compare_models(_home, references, metric)


def _show_models(home: Workspace, sides: Sequence[SideView]) -> None:
    """Each model with a link to it; of many, on demand."""
    if len(sides) <= MOST_CARDS:
        _cards(home, sides)
        return
    with st.expander(f"The {len(sides)} models: notes and tags, and to publish one", icon=":material/model_training:"):
        for first in range(0, len(sides), MOST_CARDS):
            _cards(home, sides[first : first + MOST_CARDS])


def _cards(home: Workspace, sides: Sequence[SideView]) -> None:
    for cell, side in zip(st.columns(MOST_CARDS, gap="small"), sides, strict=False):
        with cell, st.container(border=True, gap="xxsmall", height="stretch"):
            places.link(
                places.MODELS, side.name, icon=":material/model_training:", help=f"{side.model} v{side.version}",
                model=side.model, version=side.version,
            )  # fmt: skip
            told = f"{side.kind} · {TASKS.get(side.task, side.task).lower()}"
            st.caption(f"{escaped(told)}{f' of {escaped(side.target)}' if side.target else ''}")
            st.caption(f"Run {side.run} · {ago(side.created_at)}")
            if side.tags:
                st.markdown(tag_words(side.tags))
            if side.note:
                st.caption(escaped(side.note if len(side.note) <= NOTE else f"{side.note[: NOTE - 1]}…"))
            _offer_publish(home, side)


def _offer_publish(home: Workspace, side: SideView) -> None:
    """Whoever has compared models may publish the better one at once."""
    withheld = why_not_published(models.get_model(home, side.model, side.version))
    if st.button(
        "Publish", icon=":material/publish:", key=f"publish_{side.version_id}", disabled=bool(withheld), help=withheld
    ):
        ask_publish(side.model, side.version)
