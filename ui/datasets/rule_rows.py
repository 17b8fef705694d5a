"""What one rule found: in words, over the versions, and the rows that fail."""

from __future__ import annotations

import streamlit as st

from engine.service import Workspace
from engine.service.data import rules
from engine.service.data.rule_views import RuleView
from engine.service.views import DatasetView
from ui import charts, places
from ui.datasets.rule_look import failing_words
from ui.grid import show_pages
from ui.trouble import errors_shown
from ui.words import escaped, percent


def show_rule(home: Workspace, dataset: DatasetView, rule: RuleView) -> None:
    """A rule from close by."""
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader(escaped(rule.title), anchor=False, width="content")
            if st.button("Close", icon=":material/close:", type="tertiary", key="close_rule"):
                places.ask(rule=None)
                st.rerun()
        words, picture = st.columns([3, 2], gap="medium") if len(rule.history) > 1 else (st.container(), None)
        with words:
            _show_words(dataset, rule)
        if picture is not None:
            with picture:
                _show_history(rule)
        if rule.failing:
            _show_rows(home, dataset, rule)


def _show_words(dataset: DatasetView, rule: RuleView) -> None:
    if rule.told:
        text = escaped(rule.told[:1].upper() + rule.told[1:])
        st.markdown(text + "." + (f" :gray[→ {escaped(rule.hint)}]" if rule.hint else ""))
    elif rule.state == "kept":
        fails = "Few enough rows break it" if rule.failing else "No row breaks it"
        st.markdown(f"{fails} in v{dataset.version}.")
    else:
        st.markdown(f"v{dataset.version} was not checked against it as it is now.")
    st.caption(f"When it is broken, it {'holds the version back' if rule.severity == 'stop' else 'is told'}.")


def _show_history(rule: RuleView) -> None:
    import plotly.graph_objects as go

    names = [f"v{one.version}" for one in rule.history]
    bad = [one.state != "kept" for one in rule.history]
    figure = go.Figure(
        go.Bar(
            x=names,
            y=[one.share if one.state != "unfit" else 1.0 for one in rule.history],
            marker_color=[charts.ORANGE if broken else charts.blue() for broken in bad],
            marker_pattern_shape=["/" if broken else "" for broken in bad],
            hovertext=[failing_words(one.failing, one.share) for one in rule.history],
            hoverinfo="x+text",
        )
    )
    figure.update_yaxes(tickformat=".2~%", rangemode="tozero", nticks=4)
    figure.update_layout(bargap=0.5)
    times = sum(bad)
    sentence = (
        f"It was broken in {times} of {len(bad)} versions that were checked (hatched bars); bars are rows that fail."
    )
    charts.show(figure, sentence, f"history_{rule.id}", height=170)


def _show_rows(home: Workspace, dataset: DatasetView, rule: RuleView) -> None:
    marked = [name for name in rule.columns if name]
    about = f"**Rows that fail** · {failing_words(rule.failing, rule.share)}"
    st.markdown(
        about
        + (f" · the coloured {'column is' if len(marked) == 1 else 'columns are'} what it looks at" if marked else "")
    )
    with errors_shown():
        show_pages(
            lambda offset, limit: rules.failing_rows(home, dataset.name, rule.id, dataset.version, offset, limit),
            key=f"failing_{rule.id}_{dataset.version}",
            alt=f"Rows of {dataset.name} v{dataset.version} that break the rule {rule.title}",
            marked=marked,
        )
    if len(marked) > 1:
        st.caption(
            " · ".join(
                f"{escaped(name)}: {percent(number / max(dataset.rows or 1, 1))}"
                for name, number in rule.columns.items()
            )
        )
    if rule.failing > rules.KEPT_ROWS:
        st.caption(f"The first {rules.KEPT_ROWS:,} are kept.")
