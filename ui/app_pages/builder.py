"""The builder of the pipeline that the address names."""

import streamlit as st

from ui import places, session
from ui.building.one import show_one
from ui.frame import heading

asked = places.asked("pipeline")
if asked:
    show_one(session.workspace(), asked)
else:
    with heading("Pipeline", back=(places.PIPELINES, "Pipelines")):
        pass
    st.caption("Choose a pipeline from the list.")
