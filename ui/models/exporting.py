"""The model for other programs: a card for each format, what it is for, what was proved, and how it is used."""

from __future__ import annotations

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import size
from engine.service.data import exports
from engine.service.modelling import model_exports
from engine.service.modelling.model_exports import FormatView
from engine.service.views import JobView, ModelView
from ui.made import MOST_BYTES
from ui.progress import follow_job
from ui.trouble import show_error

ICONS = {
    "skops": ":material/deployed_code:",
    "onnx": ":material/hub:",
    "mlflow": ":material/experiment:",
    "bundle": ":material/inventory_2:",
}


def show_export(home: Workspace, model: ModelView) -> None:
    """Four cards, two in a row."""
    st.caption(
        "Take this model elsewhere. Before a file is handed out it answers up to 1,000 stored rows, also with gaps "
        "and texts never seen, and must say what the model says."
    )
    formats = model_exports.list_formats(home, model.model, model.version or 1)
    for start in range(0, len(formats), 2):
        for column, view in zip(st.columns(2, gap="medium"), formats[start : start + 2], strict=False):
            with column, st.container(border=True, height="stretch"):
                _show_card(home, model, view)


def _show_card(home: Workspace, model: ModelView, view: FormatView) -> None:
    st.markdown(f"#### {ICONS[view.name]} {view.title}")
    st.markdown(view.about)
    st.caption(f"Needs {view.needs}.")
    if view.job_id and not view.result:
        job = follow_job(view.job_id, f"Exporting {view.title}")
        if job is None:
            return
        if job.status == "succeeded":  # it may have ended since the formats were listed
            made = model_exports.exported(home, model.model, model.version or 1, view.name)
            view = view.model_copy(update={"result": made})
        _show_failure(job)
    if view.result:
        _show_result(home, view)
        return
    if view.reason:
        st.warning(view.reason, icon=":material/block:")
    if st.button(
        "Export", key=f"export_{view.name}", icon=":material/ios_share:", disabled=bool(view.reason),
        help=f"Write and prove {view.title}", type="secondary",
    ):  # fmt: skip
        model_exports.start_model_export(home, model.model, model.version, view.name)
        st.rerun()


def _show_failure(job: JobView) -> None:
    if job.status != "succeeded":
        show_error(job.error or {"message": f"The export was {job.status}."})


def _show_result(home: Workspace, view: FormatView) -> None:
    """What was proved, the file, and the lines that use it."""
    result = view.result
    assert result is not None  # noqa: S101  the caller has looked
    proof = result["proof"]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge("Proved", icon=":material/verified:", color="green")
        largest = f"{proof['max_difference']:.1g}" if proof["max_difference"] else "0"
        st.markdown(f"{proof['rows']:,} rows, largest difference {largest}", width="content")
    if int(result["bytes"]) > MOST_BYTES:
        st.caption("Too large for a browser: `canvasback model export` writes it where you say.")
    else:
        path = exports.exported_file(home, result)
        st.download_button(
            f"Download {result['filename']} ({size(result['bytes'])})", path.read_bytes, result["filename"],
            result["media_type"], key=f"download_{view.name}", icon=":material/download:", type="primary",
            on_click="ignore",
        )  # fmt: skip
    st.code(result["use"], language="python" if view.name in ("skops", "onnx") else "bash", wrap_lines=True)
    with st.expander("What has to be installed"):
        st.code(" ".join(result["needs"]), language=None, wrap_lines=True)
