"""The learning curve of a model: offered, followed, shown."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.modelling import learning_curves
from engine.service.views import ModelView
from ui.pictured import show_pictured
from ui.progress import follow_job
from ui.trouble import show_error
from ui.words import escaped


def show_learning_curve(home: Workspace, model: ModelView) -> None:
    """Where the model learns from rows with a target."""
    if not learning_curves.can_have_curve(model) or not model.version_id:
        return
    st.markdown("**Would more rows help?**")
    found = learning_curves.curve_of(model)
    if found is None:
        _offer(home, model)
        return
    show_pictured(found["plots"]["learning_curve"], f"learning_{model.version_id}")
    for note in found.get("notes") or ():
        st.caption(escaped(note))


def _offer(home: Workspace, model: ModelView) -> None:
    """A button, or how far the job is."""
    version_id = str(model.version_id)
    job_id = learning_curves.curve_job(home, version_id)
    job = follow_job(job_id, "Learning curve") if job_id else None
    if job_id and job is None:
        return
    if job is not None and job.status != "succeeded":
        show_error(job.error or {"message": f"The learning curve was {job.status}."})
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Draw the learning curve", icon=":material/trending_up:", key=f"learn_{version_id}"):
            try:
                learning_curves.start_curve(home, version_id)
            except PEOPLE_ERRORS as error:
                show_error(error)
                return
            st.rerun()
        st.caption(
            "Learns the model again from six growing shares of its train rows, with the same settings and the same "
            "versions of the data, and scores each on the same test rows. What is kept of the run is reused.",
            width="stretch",
        )
