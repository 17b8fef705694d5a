"""The templates, each with a picture of its drawing, what it does and what comes out."""

from __future__ import annotations

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.building import beginnings
from engine.service.building.beginnings import Template
from engine.service.data import datasets
from ui import places, session
from ui.beginning.thumbnail import thumbnail
from ui.trouble import guarded, show_error

SAMPLE, OWN = "Sample data", "My data"


def show_gallery(home: Workspace, into: str | None) -> None:
    """A card for each template."""
    st.subheader(":material/dashboard_customize: Templates", anchor=False)
    st.caption("Each comes with invented data and runs at once; or take your own.")
    with st.grid(3, min_column_width=300, gap="small"):
        for one in beginnings.templates():
            _show_card(home, one, into)


def _show_card(home: Workspace, one: Template, into: str | None) -> None:
    with st.container(border=True, gap="small"):
        st.image(thumbnail(one.key), width="stretch", alt=f"{len(one.steps)} nodes in {len(one.stages)} stages")
        st.markdown(f"#### :{one.color}[:material/{one.icon}:] {one.title}")
        st.write(one.about)
        st.caption(f":material/output: {one.gives}")
        if st.button("Use it", key=f"template_{one.key}", icon=":material/arrow_forward:", width="stretch"):
            ask_template(home, one.key, into)


@st.dialog("Begin with a template")
@guarded
def ask_template(home: Workspace, key: str, into: str | None) -> None:
    """On which data, and under which name."""
    one = beginnings.template(key)
    st.markdown(f"**{one.title}**  \n:small[{one.about}]")
    names = [it.name for it in datasets.list_datasets(home) if it.latest is not None and it.rows]
    whose = SAMPLE
    if names:
        whose = st.segmented_control(
            "Data", [SAMPLE, OWN], default=OWN if places.asked("dataset") in names else SAMPLE, key="template_data",
            required=True,
        )  # fmt: skip
    dataset, columns, ready = (None, {}, True) if whose == SAMPLE else _own(home, one, names)
    name = "" if into else st.text_input("Name", value=_usual(one, dataset), max_chars=120, key=f"name_{key}_{dataset}")
    able = ready and bool(into or str(name or "").strip())
    if st.button("Draw it", type="primary", icon=":material/draw:", disabled=not able):
        try:
            draft = beginnings.begin_with_template(
                home, key, str(name), dataset=dataset, columns=columns, pipeline_id=into
            )
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        session.say("Drawn. Look at it, then press Run.", f":material/{one.icon}:")
        places.go(places.BUILDER, pipeline=draft.pipeline_id)


def _usual(one: Template, dataset: str | None) -> str:
    return f"{dataset}: {one.title.lower()}"[:120] if dataset else one.title.lower()


def _own(home: Workspace, one: Template, names: list[str]) -> tuple[str, dict[str, str], bool]:
    """A dataset, and which of its columns has which role; columns that are called alike are chosen already."""
    asked = places.asked("dataset")
    dataset = st.selectbox("Dataset", names, index=names.index(asked) if asked in names else 0, key="template_dataset")
    chosen: dict[str, str] = {}
    ready = True
    for role in beginnings.fits(home, one.key, dataset):
        if not role.columns:
            st.warning(f"{role.title}: {role.about}. {dataset} has no such column.", icon=":material/warning:")
            ready = False
            continue
        chosen[role.key] = st.selectbox(
            role.title, role.columns, help=f"{role.about}.", key=f"role_{one.key}_{dataset}_{role.key}"
        )
    if one.goal:
        st.caption("The steps are drawn anew to fit your columns.")
    return dataset, chosen, ready
