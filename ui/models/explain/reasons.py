"""The reasons of one answer: from the mean of other rows, column by column, to what the model says of this one."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd
import streamlit as st

from engine.service.modelling.what_if import AnswerView, ExplainedView, ReasonsView
from ui import charts
from ui.words import escaped, number, percent, plain, short_name, signed

ENDS = "#7A7A7A"
SHOWN = 9
LONGEST = 34


def show_answer(now: AnswerView, before: AnswerView | None = None) -> None:
    """The answer, and how far it is from the one before."""
    likeliest = next(iter(now.probabilities.items()), None)
    if likeliest is None:
        value = now.prediction if now.score is None else now.score
        earlier = None if before is None else before.prediction if before.score is None else before.score
        label = "Prediction" if now.score is None else "Score (above 0: an anomaly)"
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        moved = value - earlier if is_number and isinstance(earlier, int | float) else 0.0
        _tile(label, number(value) if is_number else str(value), signed(moved) if moved else None, moved)
        return
    name, chance = likeliest
    moved, told = 0.0, None
    if before is not None and before.probabilities and before.probabilities != now.probabilities:
        moved = chance - before.probabilities[name]
        told = f"{_points(moved)}; before: {before.prediction} ({percent(_top(before))})"
    _tile("Prediction", f"{now.prediction} · {percent(now.probabilities[str(now.prediction)])}", told, moved)


def _tile(label: str, value: str, told: str | None, moved: float) -> None:
    """The arrow is said apart: of a text, only a hyphen would turn it down."""
    arrow: Literal["up", "down"] = "up" if moved > 0 else "down"
    st.metric(label, value, told, delta_color="off", delta_arrow=arrow if moved else "off", border=True)


def _top(answer: AnswerView) -> float:
    return answer.probabilities[str(answer.prediction)]


def show_waterfall(found: ReasonsView, key: str) -> None:
    """The reasons as steps."""
    import plotly.graph_objects as go

    shown, rest = found.reasons[:SHOWN], found.reasons[SHOWN:]
    steps = [(_named(reason.column, reason.value), reason.contribution) for reason in shown]
    if rest:
        steps.append((f"{len(rest)} other columns", sum(reason.contribution for reason in rest)))
    names = ["mean of other rows", *(name for name, _ in steps), "this row"]
    told = [_amount(found.base, found), *(_step(value, found) for _, value in steps), _amount(found.answer, found)]
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            y=_apart(names),
            x=[found.base, *(value for _, value in steps), found.answer],
            measure=["absolute", *["relative"] * len(steps), "total"],
            text=told,
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": charts.blue()}},
            decreasing={"marker": {"color": charts.ORANGE}},
            totals={"marker": {"color": ENDS}},
            connector={"line": {"width": 1, "dash": "dot", "color": ENDS}},
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    low, high = _ends(found, steps)
    room = 0.18 * (high - low) or 0.1
    of = "" if found.of is None else f" of {found.of}"
    figure.update_xaxes(
        title=f"{found.unit}{of}", range=[low - room, high + room],
        tickformat=".0%" if found.unit == "probability" else None,
    )  # fmt: skip
    figure.update_yaxes(type="category", autorange="reversed", automargin=True)
    charts.show(figure, _sentence(found), key, height=max(240, 30 * len(names) + 70))


def _ends(found: ReasonsView, steps: list[tuple[str, float]]) -> tuple[float, float]:
    levels = [found.base]
    for _, value in steps:
        levels.append(levels[-1] + value)
    return min(levels), max(levels)


def _sentence(found: ReasonsView) -> str:
    if not found.reasons or not found.reasons[0].contribution:
        return "No column moves this answer away from the mean."
    first = found.reasons[0]
    verb = "raises" if first.contribution > 0 else "lowers"
    of = "" if found.of is None else f" of {found.of}"
    most = _step(abs(first.contribution), found).lstrip("+")
    return (
        f"{_named(first.column, first.value)} {verb} the {found.unit}{of} most, by {most}; "
        "blue steps raise it, orange ones lower it, and all of them together lead to the answer."
    )


def show_moves(now: ReasonsView, before: ReasonsView) -> None:
    """Which reasons are others than before."""
    earlier = {reason.column: reason for reason in before.reasons}
    moved = sorted(now.reasons, key=lambda it: -abs(it.contribution - earlier[it.column].contribution))[:5]
    lines: list[dict[str, Any]] = [
        {
            "Column": reason.column,
            "Value": _changed(earlier[reason.column].value, reason.value),
            "Before": _step(earlier[reason.column].contribution, before),
            "Now": _step(reason.contribution, now),
        }
        for reason in moved
        if abs(reason.contribution - earlier[reason.column].contribution) > 1e-9
    ]
    if lines:
        st.caption("Reasons that moved most")
        st.table(pd.DataFrame(lines), border="horizontal", hide_index=True)


def show_reasons(found: ExplainedView, before: ExplainedView | None, key: str) -> None:
    """Answer and reasons, beside those before where something was changed."""
    show_answer(found.answer, before.answer if before else None)
    if found.reasons is None:
        st.info(escaped(found.refused), icon=":material/info:")
        return
    show_waterfall(found.reasons, key)
    if before and before.reasons and before.reasons.of == found.reasons.of:
        show_moves(found.reasons, before.reasons)
    st.caption(f"Found {found.reasons.how}.")


def _changed(before: Any, now: Any) -> str:
    return _value(now) if before == now else f"{_value(before)} → {_value(now)}"


def _amount(value: float, found: ReasonsView) -> str:
    return percent(value) if found.unit == "probability" else number(value)


def _step(value: float, found: ReasonsView) -> str:
    return _points(value) if found.unit == "probability" else signed(value)


def _points(value: float) -> str:
    return f"{100 * value:+.1f} points".replace("-", "−")


def _named(column: str, value: Any) -> str:
    return f"{short_name(column, LONGEST)} = {_value(value)}"


def _value(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return plain(value)
    return number(value) if isinstance(value, float) else _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _apart(names: list[str]) -> list[str]:
    """Equal names would fall on one another."""
    return [
        f"{name} ({names[:nth].count(name) + 1})" if name in names[:nth] else name for nth, name in enumerate(names)
    ]
