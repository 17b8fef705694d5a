"""A dataset for people who come by link: what is in it, how good it is. Nothing to change."""

import streamlit as st

from engine.service.data import overviews
from ui import places, session
from ui.datasets.overview import show_overview
from ui.frame import empty
from ui.words import escaped

home = session.workspace()
key = places.asked("key")
if key is None:
    empty(":material/link_off:", "No dataset", "This page needs a whole link: ask whoever sent it for a new one.")
else:
    dataset = overviews.open_overview(home, key)
    st.title(escaped(dataset.name), anchor=False)
    show_overview(home, dataset)
