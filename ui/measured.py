"""What a run took: totals beside other runs, a timeline, and every node's figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.service.amounts import count, memory, seconds, size
from engine.service.running.comparison import PaceView, StandingView
from engine.service.views import NodeRunView, RunView
from ui.building.exchange import NODE_STATES
from ui.timeline import show_timeline
from ui.words import state

FIGURES: dict[str, Any] = {
    "Rows in": st.column_config.NumberColumn(format="localized"),
    "Rows out": st.column_config.NumberColumn(format="localized"),
    "Began": st.column_config.NumberColumn(format="%.2f s", help="Seconds since the run began."),
    "Took": st.column_config.NumberColumn(format="%.2f s", help="On the clock."),
    "CPU": st.column_config.NumberColumn(format="%.2f s", help="Of all processor cores together."),
    "Memory": st.column_config.NumberColumn(format="%.0f MB", help="The most that the run held while this node ran."),
    "Read": st.column_config.NumberColumn(format="bytes", help="From files."),
    "Kept": st.column_config.NumberColumn(format="bytes", help="Written to the cache, to be reused."),
    "Spilled": st.column_config.NumberColumn(format="bytes", help="Put on disk because memory was short."),
}


def show_totals(run: RunView, standing: StandingView) -> None:
    """The run's totals, and how it did beside the run before and the fastest."""
    with st.grid(4, min_column_width=160, gap="small"):
        st.metric("Took", seconds(run.seconds), border=True)
        st.metric("CPU time", seconds(run.cpu_seconds), border=True, help="Of all processor cores together.")
        st.metric("Peak memory", memory(run.memory_mb), border=True)
        st.metric(
            "Reused",
            f"{run.reused} of {len(run.nodes)}",
            border=True,
            help="Nodes whose result was there already, because nothing had changed.",
        )
    st.markdown("  \n".join([*_standing(standing), *_moved(run)]))


def _standing(standing: StandingView) -> Iterator[str]:
    if standing.previous:
        yield f"{_icon(standing.previous)} {standing.previous.in_words}, the run before."
    fastest = standing.fastest
    if fastest and fastest.seconds < fastest.other_seconds:
        yield f":material/trophy: The fastest run so far that computed as much; run {fastest.number} was next."
    elif fastest and (standing.previous is None or fastest.run_id != standing.previous.run_id):
        yield f"{_icon(fastest)} {fastest.in_words}, the fastest that computed as much."


def _icon(pace: PaceView) -> str:
    return f":material/{'trending_down' if pace.change > 0 else 'trending_up'}:"


def _moved(run: RunView) -> Iterator[str]:
    """What was read and written, and how the run was bound."""
    spilled = f"{size(run.bytes_spilled)} spilled to disk" if run.bytes_spilled else "nothing spilled to disk"
    moved = [f"{size(run.bytes_read)} read, {size(run.bytes_written)} kept, {spilled}"] if run.computed else []
    limits = [f"{name.replace('_', ' ')} {value}" for name, value in run.limits.items()]
    backend = ["Spark"] if run.backend == "spark" else ["DuckDB"] if moved else []
    if told := [*moved, *backend, *limits]:
        yield f":material/swap_vert: {' · '.join(told)}"


def show_nodes(run: RunView) -> None:
    """The timeline, and below it the same and more as a table."""
    show_timeline(run.nodes, f"timeline_{run.id}")
    words = [state(name).word for name in ("done", "cached", "running", "waiting", "failed", "skipped", "cancelled")]
    titles = {node.node: node.title for node in run.nodes}
    st.dataframe(
        _without_empty(pd.DataFrame([_row(node, titles) for node in run.nodes])),
        hide_index=True,
        alt="What each node of the run did and took",
        placeholder="–",
        height="content",
        column_config={
            **FIGURES,
            "Node": st.column_config.TextColumn(pinned=True),
            "State": st.column_config.MultiselectColumn(
                options=words, color=["green", "green", "blue", "gray", "red", "gray", "gray"], width="small"
            ),
            "Within": st.column_config.TextColumn(help="The node in whose query this one was computed."),
        },
    )
    st.caption(_about(run.nodes))


def _about(nodes: Sequence[NodeRunView]) -> str:
    fused = sum(node.stage is not None and not node.cached for node in nodes)
    within = f" {count(fused, 'of them was', 'of them were')} computed within another node's query." if fused else ""
    return f"{count(len(nodes), 'node')}.{within}"


def _row(node: NodeRunView, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "Node": node.title,
        "State": [state("cached" if node.cached else NODE_STATES.get(node.status, node.status)).word],
        "Within": titles.get(node.stage or "") if not node.cached else None,
        "Rows in": node.rows_in,
        "Rows out": node.rows_out,
        "Began": node.started,
        "Took": node.seconds,
        "CPU": node.cpu_seconds,
        "Memory": node.memory_mb,
        "Read": node.bytes_read or None,
        "Kept": (node.bytes_written or None) if not node.cached else None,
        "Spilled": node.bytes_spilled or None,
    }


def _without_empty(frame: pd.DataFrame) -> pd.DataFrame:
    """Without the columns that say nothing in this run."""
    return frame.drop(columns=[name for name in ("Within", *FIGURES) if frame[name].isna().all()])
