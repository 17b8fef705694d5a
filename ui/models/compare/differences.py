"""What makes the models differ: params, data, and what was drawn."""

from collections.abc import Sequence

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.modelling.model_comparison import ModelComparisonView
from engine.service.modelling.model_sides import RowView
from ui import places
from ui.models.compare.tables import side_table


def show_params(_home: Workspace, found: ModelComparisonView) -> None:
    _rows("Param", found, found.params, "compare_params")
    if found.drawings:
        st.markdown("**What was drawn otherwise**")
        for it in found.drawings:
            places.link(
                places.BUILDER, f"{it.pipeline}: v{it.before} and v{it.after}", icon=":material/difference:",
                pipeline=it.pipeline_id, before=f"v{it.before}", after=f"v{it.after}",
            )  # fmt: skip


def show_data(_home: Workspace, found: ModelComparisonView) -> None:
    _rows("Data", found, found.data, "compare_data")
    for name in dict.fromkeys(it.dataset for side in found.sides for it in side.data):
        versions = sorted({it.version for side in found.sides for it in side.data if it.dataset == name})
        if len(versions) > 1:
            label = f"{name}: what changed from v{versions[0]} to v{versions[-1]}"
            places.link(places.DATASETS, label, icon=":material/difference:", dataset=name, view="Versions")


def _rows(what: str, found: ModelComparisonView, rows: Sequence[RowView], key: str) -> None:
    same = sum(not row.differs for row in rows)
    everything = bool(same) and st.toggle(f"Show {count(same, 'line')} that are the same", key=key)
    shown = [(row.what, row.values) for row in rows if everything or row.differs]
    if not shown:
        st.caption("They do not differ here.")
        return
    side_table(what, [side.name for side in found.sides], shown, alt=f"{what} of each model")
