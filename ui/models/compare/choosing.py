"""Which models are compared: from a list that can be searched, by check boxes, or from one version's tab."""

from collections.abc import Sequence

import streamlit as st

from engine.service import Workspace
from engine.service.modelling.model_comparison import ChoiceView, choices
from engine.service.modelling.model_sides import LEAST, MOST
from engine.service.modelling.models import split_reference
from engine.service.views import ModelView
from ui import places, session
from ui.models.words import TASKS
from ui.running.lines import show_lines_of_versions
from ui.words import short_name

PICKED = "picked_"
LONGEST = 40


def choose_models(home: Workspace, references: Sequence[str]) -> list[str]:
    """The models to compare, to be chosen anew; the choice is written to the address."""
    offered = {it.reference: it for it in choices(home)}
    known = list(dict.fromkeys(whole for it in references if (whole := _whole(it, offered)) is not None))
    lost = [it for it in references if _whole(it, offered) is None]
    if lost:
        st.warning(f"There is no model {', '.join(lost)} any more.", icon=":material/warning:")
    chosen = st.multiselect(
        "Models", list(offered), default=known[:MOST], max_selections=MOST, format_func=lambda it: _label(offered[it]),
        key=f"compared_{','.join(known)}", placeholder="Search models and versions", label_visibility="collapsed",
    )  # fmt: skip
    if chosen != known:
        places.ask(compare=",".join(chosen) or ",")
        st.rerun()
    return list(chosen)


def show_compare_tab(home: Workspace, model: ModelView) -> None:
    """Choose what one version is compared with."""
    this = f"{model.model}:{model.version}"
    offered = {it.reference: it for it in choices(home) if it.reference != this}
    if not offered:
        st.caption("There is no other model version yet. Another run with other data or params makes one.")
        return
    alike = [it for it in offered.values() if (it.task, it.target) == (model.task, model.target)]
    near = [it.reference for it in alike if it.model == model.model][:1] or [it.reference for it in alike][:1]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect(
            f"Compare v{model.version} with", list(offered), default=near, max_selections=MOST - 1,
            format_func=lambda it: _label(offered[it]), key=f"with_{model.version_id}",
            placeholder="Search models and versions",
        )  # fmt: skip
        if st.button("Compare", type="primary", icon=":material/compare_arrows:", disabled=not chosen):
            places.go(places.MODELS, compare=",".join([this, *chosen]))
    st.markdown("**All versions of this model**")
    show_lines_of_versions(home, model.model)


def pick(model: ModelView) -> None:
    """A check box in the list of models."""
    label = f"Compare {model.model}"
    st.checkbox(label, key=f"{PICKED}{model.model}:{model.version}", label_visibility="collapsed")


def compare_picked(models: Sequence[ModelView]) -> None:
    """The button that compares what is ticked; it is there when two are."""
    picked = [f"{it.model}:{it.version}" for it in models if session.is_ticked(f"{PICKED}{it.model}:{it.version}")]
    if len(picked) < LEAST:
        return
    if len(picked) > MOST:
        st.caption(f"{len(picked)} are chosen; at most {MOST} can be compared.")
        return
    if st.button(f"Compare {len(picked)} models", type="primary", icon=":material/compare_arrows:"):
        places.go(places.MODELS, compare=",".join(picked))


def _whole(reference: str, offered: dict[str, ChoiceView]) -> str | None:
    """A reference with its version; the latest one where none is named."""
    name, number = split_reference(reference.strip())
    if number is None:
        return next((it.reference for it in offered.values() if it.model == name), None)
    return f"{name}:{number}" if f"{name}:{number}" in offered else None


def _label(it: ChoiceView) -> str:
    task = TASKS.get(it.task, it.task).lower()
    return f"{short_name(it.model, LONGEST)} v{it.version} · {it.target or task}"
