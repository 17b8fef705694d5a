"""Put a chart on a board: one that is there, or a new one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.data import boards
from engine.service.data.charts import ChartView
from ui import places, session
from ui.trouble import show_error


@st.dialog("Put on a board")
def ask_board(home: Workspace, keep: Callable[[], ChartView], key: str, *, is_kept: bool) -> None:
    """Ask which board, and how wide.

    Parameters
    ----------
    keep
        Gives the chart, saved: what is not kept cannot be on a board.
    """
    if not is_kept:
        st.caption("The chart is saved with its dataset, as it is drawn now.")
    names = [board.name for board in boards.list_boards(home)]
    name = st.selectbox(
        "Board", names, index=0 if names else None, accept_new_options=True, key=f"board_for_{key}",
        placeholder="Type the name of a new board", help="Choose one, or type the name of a new one.",
    )  # fmt: skip
    width = st.segmented_control(
        "Width", list(boards.WIDTHS), default=3, format_func=boards.WIDTHS.__getitem__, required=True,
        key=f"width_for_{key}",
    )  # fmt: skip
    label = "Put it there" if is_kept else "Save and put it there"
    if st.button(label, type="primary", icon=":material/dashboard:", disabled=not name):
        _put(home, keep, str(name).strip(), int(width or 3), is_new=name not in names)


def _put(home: Workspace, keep: Callable[[], ChartView], board: str, width: int, *, is_new: bool) -> None:
    try:
        if is_new:
            boards.create_board(home, board)
        chart = keep()
        boards.add_chart(home, board, chart.id, width)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"{chart.name} is on {board}.", ":material/dashboard:")
    places.go(places.BOARDS, board=board)
