"""Lineage: what came from what, as a picture and as a table."""

import pandas as pd
import streamlit as st

from engine.service.amounts import count
from engine.service.lineage import STAGES, get_lineage
from ui import lineage as drawn
from ui import places, session
from ui.frame import empty, heading

home = session.workspace()

with heading(
    "Lineage",
    "From left to right: dataset, pipeline, run, model, endpoint, answered dataset. Click one to open its page.",
):
    pass
asked = {
    "dataset": places.asked("dataset"),
    "pipeline_id": places.asked("pipeline"),
    "run_id": places.asked("run"),
    "model": places.asked("model"),
    "endpoint": places.asked("endpoint"),
}
found = get_lineage(home, **asked)  # type: ignore[arg-type]
if any(asked.values()):
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        what, name = next((key, value) for key, value in asked.items() if value)
        label = next((node.label for node in found.nodes if node.key == name), name)
        st.caption(f"Only what belongs to the {what.removesuffix('_id')} {label}.", width="content")
        places.link(places.LINEAGE, "Show everything")
if not found.nodes:
    empty(
        ":material/timeline:", "Nothing to show yet", "The first run draws the first line, from a dataset to a model."
    )
    st.stop()
clicked = drawn.picture(found)
chosen = next((node for node in found.nodes if node.id == clicked), None)
if session.is_new_click(clicked) and chosen is not None:
    place, key = places.of_stage(chosen.stage)
    places.go(place, **{key: chosen.key})
stages = [count(len(drawn.columns(found)[stage]), drawn.WORDS.get(stage, stage)) for stage in STAGES]
st.caption(
    f"■ {stages[0]} · ⬢ {stages[1]} · ● {stages[2]} · ◆ {stages[3]} · ★ {stages[4]} · ■ {stages[5]} that they answered"
)
table = st.expander("As a table", icon=":material/table:")
table.dataframe(pd.DataFrame(drawn.rows(found)), hide_index=True, alt="What came from what, one line per arrow")
