"""A board as people see it who come by link: nothing to change, no way to anywhere else."""

import streamlit as st

from engine.service.data import boards
from ui import places, session
from ui.charting.builder import show_picture_choice
from ui.charting.cards import show_cards
from ui.frame import empty
from ui.words import escaped

home = session.workspace()
key = places.asked("key")
if key is None:
    empty(":material/link_off:", "No board", "This page needs a whole link: ask whoever sent it for a new one.")
else:
    board = boards.open_shared(home, key)
    st.title(escaped(board.name), anchor=False)
    if board.description:
        st.text(board.description)
    if board.cards:
        show_cards(home, board, svg=session.widget_text("shared_picture") == "SVG")
        show_picture_choice("shared_picture")
    else:
        st.caption("Nothing is on this board yet.")
