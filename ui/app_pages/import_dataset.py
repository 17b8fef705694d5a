"""Import a dataset: choose where it comes from, see how it is read, correct that, name it."""

import hashlib

import streamlit as st

from engine.service.amounts import count
from engine.service.data import datasets
from ui import places, session
from ui.frame import heading
from ui.importing.naming import ask_name
from ui.importing.origins import choose_origin
from ui.importing.reading import show_reading
from ui.progress import follow_job, show_end
from ui.trouble import errors_shown

home = session.workspace()


def show_job(job_id: str) -> None:
    job = follow_job(job_id, "Importing")
    if job is None:
        st.caption("You can close this page; the import goes on.")
        return
    if job.status == "succeeded" and job.result:
        rows = count(job.result.get("rows"), "row")
        session.say(f"{job.result['dataset']} v{job.result['version']} is here: {rows}.")
        if job.result.get("held"):
            asked = {"version": job.result["version"], "view": "Rules"}
            places.go(places.DATASETS, dataset=job.result["dataset"], **asked)
        places.go(places.DATASETS, dataset=job.result["dataset"], view="Profile")
    show_end(job, "The import")
    with st.container(horizontal=True):
        if st.button("Try again", icon=":material/refresh:", help="Import the same once more."):
            places.go(places.IMPORT, job=datasets.import_again(home, job_id))
        if st.button("Choose anew", icon=":material/edit:"):
            places.go(places.IMPORT)


def show_wizard() -> None:
    with errors_shown():
        source = choose_origin(home)
        if source is not None:
            key = hashlib.sha256(source.model_dump_json().encode()).hexdigest()[:12]
            ask_name(home, source, show_reading(home, source, key), key)


with heading("Import a dataset", back=(places.DATASETS, "Datasets")):
    pass
running = places.asked("job")
if running:
    show_job(running)
else:
    show_wizard()
