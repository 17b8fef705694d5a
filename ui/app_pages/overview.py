"""A dataset for people who only read: what is in it, how good it is, whether its rules are kept. Nothing to change."""

import streamlit as st

from engine.service.data.datasets import get_dataset
from ui import places, session
from ui.datasets.overview import show_overview
from ui.frame import empty

name = places.asked("dataset")
if name is None:
    empty(":material/link_off:", "No dataset", "This page needs a whole link: ask whoever sent it for a new one.")
else:
    home = session.workspace()
    dataset = get_dataset(home, name)
    st.title(dataset.name, anchor=False)
    show_overview(home, dataset)
