"""Two runs side by side."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.service.amounts import memory, seconds, size
from engine.service.running import runs
from engine.service.running.comparison import ComparisonView, NodePairView, ScoreView, compare_runs
from engine.service.scores import LOWER_IS_BETTER
from engine.service.views import NodeRunView, RunView
from ui import places, session
from ui.frame import heading
from ui.measured import FIGURES
from ui.score_change import show_score_change
from ui.words import ago, metric, number, plain, signed, state

MOST = 50


def choose_other(run: RunView) -> None:
    """Choose a run of the same pipeline to compare this one with."""
    others = [it for it in runs.list_runs(session.workspace(), run.pipeline_id, limit=MOST) if it.id != run.id]
    if not others:
        return
    labels = {it.id: f"Run {it.number} · {_state(it)} · {seconds(it.seconds)} · {ago(it.created_at)}" for it in others}
    chosen = st.selectbox(
        "Compare with",
        list(labels),
        format_func=labels.__getitem__,
        index=None,
        placeholder="Compare with another run",
        key=f"compare_{run.id}",
        label_visibility="collapsed",
        width=340,
    )
    if chosen:
        places.go(places.RUNS, run=run.id, beside=chosen)


def _state(run: RunView) -> str:
    return state(run.status).word.lower()


def show_comparison(run_id: str, other_id: str) -> None:
    """The older run at the left, the newer one at the right."""
    found = compare_runs(session.workspace(), *sorted((run_id, other_id)))
    left, right = found.left, found.right
    back = (places.RUNS, f"Run {right.number}")
    with heading(f"{right.pipeline} · run {left.number} and run {right.number}", back=back, run=right.id):
        for run in (left, right):
            places.link(places.RUNS, f"Open run {run.number}", icon=":material/play_circle:", run=run.id)
    if found.pace:
        st.markdown(f"Run {right.number}: **{found.pace.in_words}**.")
    sides = _names(found)
    st.subheader("Totals", anchor=False)
    _table(_totals(left, right, sides))
    show_differences(found, sides)
    if found.scores:
        st.subheader("Metrics", anchor=False)
        many = len({it.node for it in found.scores}) > 1
        _table([_score(it, sides, of=f"{it.title}: " if many else "") for it in found.scores])
    show_score_change(session.workspace(), left, right)
    st.subheader("Nodes", anchor=False)
    show_pairs(found, sides)


def _table(rows: list[dict[str, str]]) -> None:
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True)


def _names(found: ComparisonView) -> tuple[str, str]:
    left, right = found.left, found.right
    if left.pipeline_id == right.pipeline_id:
        return f"Run {left.number}", f"Run {right.number}"
    return f"{left.pipeline} run {left.number}", f"{right.pipeline} run {right.number}"


def _totals(left: RunView, right: RunView, sides: tuple[str, str]) -> list[dict[str, str]]:
    measures = {
        "Took": ("seconds", seconds),
        "CPU time": ("cpu_seconds", seconds),
        "Peak memory": ("memory_mb", memory),
        "Read": ("bytes_read", size),
        "Kept": ("bytes_written", size),
        "Spilled to disk": ("bytes_spilled", size),
    }
    rows = []
    for name, (field, written) in measures.items():
        before, after = getattr(left, field), getattr(right, field)
        rows.append(
            {"Measure": name, sides[0]: written(before), sides[1]: written(after), "Difference": _change(before, after)}
        )
    done = [f"{run.computed or 0} computed, {run.reused} reused" for run in (left, right)]
    return [*rows, {"Measure": "Nodes", sides[0]: done[0], sides[1]: done[1], "Difference": ""}]


def _change(before: float | None, after: float | None) -> str:
    """How much more or less it was.

    >>> _change(4, 3), _change(2, 5), _change(3, 3), _change(None, 1)
    ('25 % less', '2.5 times as much', 'the same', '–')
    """
    if before is None or after is None:
        return "–"
    if before == after:
        return "the same"
    if not before or after / before >= 2:
        return f"{after / before:.1f} times as much" if before else "more"
    share = f"{100 * abs(after / before - 1):.0f}"
    return "about the same" if share == "0" else f"{share} % {'more' if after > before else 'less'}"


def show_differences(found: ComparisonView, sides: tuple[str, str]) -> None:
    """What was decided otherwise before the runs began."""
    st.subheader("What was different", anchor=False)
    if not found.differences:
        st.caption("Nothing: the same drawing, parameters, data and limits.")
        return
    rows = [{"What": it.what, sides[0]: _value(it.left), sides[1]: _value(it.right)} for it in found.differences]
    _table(rows)


def _value(value: Any) -> str:
    return "–" if value is None else plain(value)


def _score(score: ScoreView, sides: tuple[str, str], of: str) -> dict[str, str]:
    row = {"Metric": f"{of}{metric(score.metric)}", sides[0]: number(score.left), sides[1]: number(score.right)}
    return row | {"Difference": _gain(score)}


def _gain(score: ScoreView) -> str:
    if score.left is None or score.right is None:
        return "–"
    by = score.right - score.left
    if by == 0:
        return "the same"
    is_better = (by < 0) == (score.metric in LOWER_IS_BETTER)
    change = signed(by) if abs(by) >= 0.01 else f"{'+' if by > 0 else '−'}{abs(by):.4f}"
    return f"{change}, {'better' if is_better else 'worse'}"


def show_pairs(found: ComparisonView, sides: tuple[str, str]) -> None:
    """Node by node."""
    rows = [_pair(pair, sides) for pair in found.nodes]
    figures = {f"{name} · {side}": column for name, column in FIGURES.items() for side in sides}
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        alt="What each node did in both runs",
        placeholder="–",
        height="content",
        column_config={**figures, "Node": st.column_config.TextColumn(pinned=True)},
    )


def _pair(pair: NodePairView, sides: tuple[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {"Node": pair.title, "Result": _result(pair, sides)}
    for name, field in (("Took", "seconds"), ("Rows out", "rows_out"), ("Memory", "memory_mb")):
        row |= {f"{name} · {side}": getattr(node, field, None) for side, node in _beside(pair, sides)}
    return row


def _beside(pair: NodePairView, sides: tuple[str, str]) -> list[tuple[str, NodeRunView | None]]:
    return [(sides[0], pair.left), (sides[1], pair.right)]


def _result(pair: NodePairView, sides: tuple[str, str]) -> str:
    if pair.left is None or pair.right is None:
        return f"only in {(sides[0] if pair.left else sides[1]).lower()}"
    words = "same" if pair.is_same_result else "changed"
    reused = [side.lower() for side, node in _beside(pair, sides) if node and node.cached]
    return f"{words}, reused in {' and '.join(reused)}" if reused else words
