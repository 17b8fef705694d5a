"""What each model costs: time to train, size, time for an answer."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count, seconds, size
from engine.service.modelling.model_comparison import ModelComparisonView
from engine.service.modelling.model_paces import PaceView, measure_pace
from ui.models.compare.tables import side_table
from ui.trouble import show_error

LEAST = 1e-3


def show_costs(home: Workspace, found: ModelComparisonView) -> None:
    names = [side.name for side in found.sides]
    rows = [
        ("Training", [seconds(side.seconds) for side in found.sides]),
        ("Size on disk", [size(side.bytes) for side in found.sides]),
        ("Columns that a record needs", [f"{len(side.fields):,}" for side in found.sides]),
    ]
    paces: list[PaceView] = []
    try:
        paces = [_pace(home, str(home.home.path), side.version_id) for side in found.sides]
    except PEOPLE_ERRORS as error:
        show_error(error)
    if paces:
        rows.append(("Time per row, many at once", [_short(pace.row_seconds) for pace in paces]))
        rows.append(("Time for a single row", [_short(pace.one_seconds) for pace in paces]))
    side_table("Cost", names, rows, alt="What each model costs", right=True)
    if paces:
        most = max(pace.rows for pace in paces)
        st.caption(
            f"Answers were timed now, on this computer, with up to {count(most, 'row')} that were kept with each "
            "model: the median of three times, through the code that answers requests."
        )


@st.cache_data(show_spinner="Timing the models …", max_entries=50)
def _pace(_home: Workspace, home: str, version_id: str) -> PaceView:
    return measure_pace(_home, version_id)


def _short(value: float) -> str:
    """A time that may be far below a millisecond."""
    return (
        seconds(value)
        if value >= 10 * LEAST
        else f"{1e3 * value:.2g} ms"
        if value >= LEAST
        else f"{1e6 * value:.0f} µs"
    )
