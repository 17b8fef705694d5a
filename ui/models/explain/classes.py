"""Which class is told of, where a model knows several."""

from typing import Any

import streamlit as st

from engine.service.views import ModelView


def known_classes(model: ModelView) -> list[str]:
    """The classes, as texts; none of a model that predicts anything else."""
    return [str(label) for label in (model.signature.get("output") or {}).get("classes") or []]


def pick_class(model: ModelView, key: str, label: str = "Class") -> str | None:
    """Let a person choose a class; the positive one is first chosen."""
    classes = known_classes(model)
    if not classes:
        return None
    positive: Any = model.signature.get("positive")
    usual = classes.index(str(positive)) if str(positive) in classes else len(classes) - 1 if len(classes) == 2 else 0
    chosen = st.selectbox(label, classes, index=usual, key=f"{key}_{model.version_id}")
    return str(chosen) if chosen is not None else None
