"""The builder of the pipeline that the address names."""

import streamlit as st

from ui import places, session
from ui.building.one import show_one
from ui.building.version_diff import show_version_diff
from ui.frame import heading

asked = places.asked("pipeline")
before, after = places.asked("before"), places.asked("after")
if asked and before and after:
    show_version_diff(session.workspace(), asked, before, after)
elif asked:
    show_one(session.workspace(), asked)
else:
    with heading("Pipeline", back=(places.PIPELINES, "Pipelines")):
        pass
    st.caption("Choose a pipeline from the list.")
