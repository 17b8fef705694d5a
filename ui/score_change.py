"""Why the score changed from one run to another: a waterfall, a sentence, a table."""

from __future__ import annotations

from itertools import accumulate

import pandas as pd
import streamlit as st

from engine.errors import PEOPLE_ERRORS, Incomparable
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.running import score_changes
from engine.service.running.run_pairs import ScoredNodeView
from engine.service.running.score_changes import PartView, ScoreChangeView
from engine.service.scores import better
from engine.service.views import RunView
from ui import charts
from ui.progress import follow_job
from ui.trouble import show_error
from ui.words import escaped, metric, number, signed

GOOD, BAD, NEITHER, ENDS = "#009E73", "#D55E00", "#56B4E9", "#7A7A7A"
MOST_LETTERS = 26


def show_score_change(home: Workspace, left: RunView, right: RunView) -> None:
    """Split the difference of a metric, or offer to."""
    if not (left.is_finished and right.is_finished):
        return
    st.subheader("Why did the score change?", anchor=False)
    try:
        nodes = score_changes.scored_nodes(home, left.id, right.id)
    except Incomparable as refusal:
        st.info(f"{escaped(refusal.message)} {escaped(refusal.hint)}", icon=":material/balance:")
        return
    node = _choose_node(nodes, left, right)
    known = score_changes.score_change_progress(home, left.id, right.id, node.node)
    if known.job_id and not _has_ended(home, known.job_id, left, right):
        return
    if known.is_kept:
        _show_parts(home, left, right, node)
    else:
        _offer(home, left, right, node)


def _choose_node(nodes: list[ScoredNodeView], left: RunView, right: RunView) -> ScoredNodeView:
    if len(nodes) == 1:
        return nodes[0]
    names = {it.node: it for it in nodes}
    chosen = st.selectbox(
        "Model", list(names), format_func=lambda key: names[key].title, key=f"why_{left.id}_{right.id}", width=320
    )
    return names.get(chosen or "", nodes[0])


def _has_ended(home: Workspace, job_id: str, left: RunView, right: RunView) -> bool:
    """Show the reruns while they go on, and what stopped them."""
    job = follow_job(job_id, f"Run {left.number} and run {right.number}, mixed")
    if job is None:
        return False
    if job.status != "succeeded":
        show_error(job.error or {"message": f"The reruns were {job.status}."})
    return True


def _offer(home: Workspace, left: RunView, right: RunView, node: ScoredNodeView) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Split the difference", icon=":material/stacked_bar_chart:", type="primary"):
            try:
                score_changes.start_score_change(home, left.id, right.id, node.node)
            except PEOPLE_ERRORS as error:
                show_error(error)
                return
            st.rerun()
        st.caption(
            f"Runs mixtures of run {left.number} and run {right.number}: the data of one with the params of the other, "
            "and so on; 16 at most. What is kept from earlier runs is reused, and no model is made.",
            width="stretch",
        )


def _show_parts(home: Workspace, left: RunView, right: RunView, node: ScoredNodeView) -> None:
    name = _choose_metric(node, left, right)
    found = score_changes.find_score_change(home, left.id, right.id, node.node, name)
    if found is None:
        return
    sentence = score_changes.in_words(found, metric(found.metric), number)
    st.info(escaped(sentence), icon=":material/difference:")
    _waterfall(found)
    _table(found)
    for note in found.notes:
        st.caption(f":material/info: {escaped(note)}")
    st.caption(
        f"{count(found.reruns, 'mixture')} of both runs computed something; the others were kept results. A part is "
        "the mean of what the change made in every order of changing one thing after the other (Shapley), so that the "
        "parts add up to the whole difference."
    )


def _choose_metric(node: ScoredNodeView, left: RunView, right: RunView) -> str | None:
    if len(node.metrics) == 1:
        return node.metrics[0]
    return st.selectbox(
        "Metric", node.metrics, index=node.metrics.index(score_changes.telling(node)), format_func=metric,
        key=f"why_metric_{left.id}_{right.id}_{node.node}", width=320,
    )  # fmt: skip


def _waterfall(found: ScoreChangeView) -> None:
    import plotly.graph_objects as go

    names = [_wrapped(part.name) for part in found.parts]
    ends = [f"run {found.left_number}", f"run {found.right_number}"]
    amounts = [part.amount for part in found.parts]
    rising, falling = _colours(found.metric)
    figure = go.Figure(
        go.Waterfall(
            x=[ends[0], *names, ends[1]],
            y=[found.before, *amounts, found.after],
            measure=["absolute", *["relative"] * len(amounts), "total"],
            text=[number(found.before), *map(signed, amounts), number(found.after)],
            textposition="outside",
            increasing={"marker": {"color": rising}},
            decreasing={"marker": {"color": falling}},
            totals={"marker": {"color": ENDS}},
            connector={"line": {"width": 1, "dash": "dot", "color": ENDS}},
            hovertemplate="%{x}: %{text}<extra></extra>",
        )
    )
    figure.update_yaxes(title=metric(found.metric), range=_around(found)).update_xaxes(type="category")
    judged = "; green is better, vermillion worse" if better(found.metric) else ""
    sentence = f"From {ends[0]} at the left to {ends[1]} at the right, part by part{judged}."
    charts.show(figure, sentence, f"why_{found.left_run}_{found.right_run}_{found.node}_{found.metric}", height=380)


def _colours(name: str) -> tuple[str, str]:
    """Of what rises and what falls: by what is better, where anything is."""
    return {"higher": (GOOD, BAD), "lower": (BAD, GOOD)}.get(better(name), (NEITHER, NEITHER))


def _around(found: ScoreChangeView) -> list[float]:
    """Where something happens: small differences of large scores must be seen."""
    steps = accumulate((part.amount for part in found.parts), initial=found.before)
    levels = [*steps, found.after]
    low, high = min(levels), max(levels)
    room = 0.35 * (high - low) or abs(high) * 0.05 or 1.0
    return [low - room, high + room]


def _wrapped(text: str) -> str:
    """A name under a bar, in lines."""
    lines: list[str] = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) > MOST_LETTERS:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    shown = [line if len(line) <= MOST_LETTERS + 8 else f"{line[: MOST_LETTERS + 7]}…" for line in lines[:3]]
    return "<br>".join(line.replace("<", "‹") for line in shown)


def _table(found: ScoreChangeView) -> None:
    rows = [_row(part, found) for part in found.parts]
    whole = {"What": "together", "Part": _judged(found.change, found.metric), "What changed": ""}
    st.table(pd.DataFrame([*rows, whole]), border="horizontal", hide_index=True)


def _row(part: PartView, found: ScoreChangeView) -> dict[str, str]:
    about = "; ".join(part.changes) or ("nothing that was drawn or read accounts for it" if part.is_rest else "")
    return {"What": part.name, "Part": _judged(part.amount, found.metric), "What changed": about}


def _judged(amount: float, name: str) -> str:
    judged = better(name)
    if not amount or not judged:
        return signed(amount)
    return f"{signed(amount)}, {'better' if (amount > 0) == (judged == 'higher') else 'worse'}"
