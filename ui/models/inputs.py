"""What a request to the model needs."""

import pandas as pd
import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.views import ModelView
from ui.models.words import ANSWERS


def show_inputs(_home: Workspace, model: ModelView) -> None:
    fields = model.signature.get("inputs") or []
    table = pd.DataFrame(
        [{"Field": it["name"], "Type": it["type"], "May be missing": bool(it["nullable"])} for it in fields]
    )
    st.dataframe(table, hide_index=True, alt="Fields that the model needs")
    answer = ANSWERS.get(model.task or "", model.target)
    st.caption(f"A request to an endpoint needs {count(len(fields), 'field')}; it answers with {answer}.")
