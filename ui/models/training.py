"""What a person must know of how a model was trained, to read its scores rightly."""

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from engine.service.amounts import count
from engine.service.views import ModelView
from ui.words import number


def show_training(model: ModelView) -> None:
    """One sentence for each thing that is not as usual; nothing where all is."""
    told = [*sentences(model.signature, is_searched=bool(model.report.get("search")))]
    if told:
        st.caption(" ".join(told))


def sentences(signature: Mapping[str, Any], *, is_searched: bool) -> Iterator[str]:
    """In the order in which training goes."""
    rows = signature.get("rows") or {}
    if is_searched and rows.get("folds"):
        yield (
            f"The search was made anew inside each of the {rows['folds']} folds (nested cross-validation): no score "
            "knows a choice that its own rows had a say in. The trials shown are those of the search on all rows."
        )
    if rows.get("watched"):
        yield f"Training ended by {count(rows['watched'], 'validation row')} that it did not learn from."
    threshold = signature.get("threshold")
    if threshold is not None:
        said = repr(signature.get("positive")) if signature.get("positive") is not None else "the positive class"
        yield f"It says {said} from a probability of {number(threshold)} on, and so does an endpoint."
