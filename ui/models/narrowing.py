"""Narrow the list of models by what people said and decided; and what of it a line shows."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from engine.service import Workspace
from engine.service.modelling import model_bin, models
from engine.service.modelling.registry import STAGE_NAMES
from engine.service.views import ModelView
from ui import places
from ui.frame import search
from ui.models.naming import STAGE_LOOKS
from ui.models.words import TASKS
from ui.words import escaped

MOST_SHOWN = 3


@dataclass(frozen=True)
class Narrowed:
    """What the list is narrowed to; empty where it is not."""

    search: str = ""
    task: str = ""
    stage: str = ""
    alias: str = ""
    tag: str = ""

    def models(self, home: Workspace) -> list[ModelView]:
        """The models that fit."""
        return models.list_models(home, self.search, task=self.task, stage=self.stage, alias=self.alias, tag=self.tag)


def ask_narrowed(home: Workspace) -> Narrowed:
    """Ask for words, and what else there is to narrow the list by; all of it is in the address."""
    every = models.list_models(home)
    if not every:
        return Narrowed()
    tags = sorted({key for it in every for key in it.tags})
    aliases = sorted({alias for it in every for alias in it.aliases})
    tasks = [task for task in TASKS if any(it.task == task for it in every)]
    stages: list[str] = [stage for stage in STAGE_NAMES[1:] if any(stage in it.stages for it in every)]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        return Narrowed(
            search=search("models", "models"),
            task=_choose("Task", "All tasks", tasks if len(tasks) > 1 else [], TASKS),
            stage=_choose("Stage", "Any stage", stages, {it: STAGE_LOOKS[it][0] for it in stages}),
            alias=_choose("Alias", "Any alias", aliases, {it: f"@{it}" for it in aliases}),
            tag=_choose("Tag", "Any tag", tags, {}),
        )


def show_names(it: ModelView) -> None:
    """The aliases and stages of a model, each with its version."""
    named = [f":violet-badge[@{escaped(alias)} v{number}]" for alias, number in it.aliases.items()]
    staged = [
        f":{STAGE_LOOKS[stage][2]}-badge[{STAGE_LOOKS[stage][1]} {STAGE_LOOKS[stage][0]} v{number}]"
        for stage, number in it.stages.items()
        if stage != "archived"
    ]
    told = [*staged, *named]
    if not told:
        st.caption("–")
        return
    more = f" :gray[and {len(told) - MOST_SHOWN} more]" if len(told) > MOST_SHOWN else ""
    st.markdown(" ".join(told[:MOST_SHOWN]) + more)


def show_bin_button(home: Workspace) -> None:
    """The way to the bin, where there is something in it."""
    found = model_bin.list_bin(home)
    if found and st.button(f"Bin ({len(found)})", icon=":material/delete:"):
        places.go(places.MODELS, bin="yes")


def _choose(label: str, every: str, options: list[str], names: Mapping[str, str]) -> str:
    if not options:
        return ""
    chosen = st.selectbox(
        label, options, index=None, placeholder=every, key=f"models_{label.lower()}", bind="query-params",
        label_visibility="collapsed", width=170, format_func=lambda one: names.get(one, one),
    )  # fmt: skip
    return chosen or ""
