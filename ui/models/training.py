"""What a person must know of how a model was trained, to read its scores rightly."""

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from engine.service.amounts import count
from engine.service.views import ModelView
from ui.words import number

HELD_OUT = {
    "prepared alone": "Within its training, rows were held out in turn; nothing drawn before it learned from them.",
    "prepared together": (
        "Within its training, rows were held out in turn. Nodes drawn before it, such as Impute or Encode, learned "
        "from these rows too, so it may trust its parts a little too far. Its scores are not touched: they are of "
        "rows that nothing learned from."
    ),
}


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
    if not is_searched and signature.get("held_out"):
        yield HELD_OUT[signature["held_out"]]
    threshold = signature.get("threshold")
    if threshold is not None:
        said = repr(signature.get("positive")) if signature.get("positive") is not None else "the positive class"
        yield f"It says {said} from a probability of {number(threshold)} on, and so does an endpoint."
