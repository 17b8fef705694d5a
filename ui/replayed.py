"""What a replay showed: how many answers would change, whose, and who would be refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.service.amounts import count
from engine.service.serving import publications
from engine.service.serving.publications import PublicationView
from engine.workspace import Workspace
from ui import charts
from ui.trouble import errors_shown
from ui.words import escaped, number, percent

MOST_ANSWERS, MOST_UNSURE = 12, 3
PARTS = {"mean": "Mean", "p5": "5 %", "p25": "25 %", "p50": "Median", "p75": "75 %", "p95": "95 %"}


def show_replay(home: Workspace, publication: PublicationView) -> None:
    """The change in decisions, from the whole to single records."""
    replay = publication.replay
    if replay is None:
        st.caption("It replaces nothing that callers hear, so there was nothing to compare.")
        return
    if replay.get("error"):
        st.warning(
            f"**The versions could not be compared.**  \n{escaped(str(replay['error']))}", icon=":material/warning:"
        )
        return
    _figures(replay)
    st.caption(f"Both versions were asked {escaped(str(replay['words']))}.")
    _contract(replay)
    if not replay.get("changed"):
        return
    _answers(replay, publication.id)
    _segments(replay["segments"])
    _records(home, publication)


def _figures(replay: Mapping[str, Any]) -> None:
    refused, pace = replay["refused"], replay["pace"]
    with st.container(horizontal=True):
        if replay["share"] is None:
            st.metric("Answers that change", "–", border=True, help="The answers are of another kind.")
        else:
            low, high = replay["between"]
            st.metric(
                "Answers that change", percent(replay["share"]), border=True, delta_color="off", delta_arrow="off",
                delta=f"{replay['changed']:,} of {replay['compared']:,}",
                help=f"If other requests are like these, between {percent(low)} and {percent(high)} of them.",
            )  # fmt: skip
        st.metric(
            "Records refused", f"{refused['new']:,}", f"of {refused['rows']:,}", border=True, delta_color="off",
            delta_arrow="off", help="So many the new version would refuse if they were sent as they were.",
        )  # fmt: skip
        if pace["live"] and pace["new"]:
            st.metric(
                "Time for 1,000 records", f"{pace['new']:,.0f} ms", f"instead of {pace['live']:,.0f} ms", border=True,
                delta_color="off", delta_arrow="off", help="In batches of 1,000, on the machine that compared them.",
            )  # fmt: skip


def _contract(replay: Mapping[str, Any]) -> None:
    """What callers would notice of the fields and answers."""
    changes, refused = replay["contract"], replay["refused"]
    if changes:
        lines = "\n".join(f"- {escaped(str(it['words']))}" for it in changes)
        if replay["breaks"]:
            st.error(f"**This version breaks what callers rely on.**\n{lines}", icon=":material/link_off:")
        else:
            st.info(f"**Callers may notice**\n{lines}", icon=":material/info:")
    if refused["new"]:
        rows = [{"Field": it["field"], "Why": it["words"], "Records": it["rows"]} for it in refused["reasons"]]
        st.markdown("**Why requests would be refused**")
        st.table(pd.DataFrame(rows), border="horizontal", hide_index=True)
        callers = [it for it in refused["callers"] if it["refused"]]
        if callers:
            told = ", ".join(f"{it['key'] or 'without a key'}… ({it['refused']:,} of {it['rows']:,})" for it in callers)
            st.caption(f"Keys whose requests are among them: {escaped(told)}.")


def _answers(replay: Mapping[str, Any], key: str) -> None:
    left, right = st.columns(2, gap="large")
    if replay.get("difference"):
        with left:
            _differences(replay, key)
        with right:
            row = {title: number(replay["difference"][name]) for name, title in PARTS.items()}
            st.markdown("**How far the new answers are from the old ones**")
            st.table(pd.DataFrame([row]), border="horizontal", hide_index=True)
            st.caption(f"A difference beyond {number(replay['tolerance'])} counts as a change.")
        return
    with left:
        _mix(replay["mix"][:MOST_ANSWERS], key)
    with right:
        st.markdown("**From which answer to which**")
        rows = [
            {"From": it["from"], "To": it["to"], "Answers": f"{it['rows']:,}"} for it in replay["moves"][:MOST_ANSWERS]
        ]
        st.table(pd.DataFrame(rows), border="horizontal", hide_index=True)
        moved = replay.get("probability")
        if moved:
            st.caption(
                f"Probabilities move by {percent(moved['mean'])} on average, in 5 % of the records by more than "
                f"{percent(moved['p95'])}, at most by {percent(moved['largest'])}."
            )
        if replay.get("agreement") is not None:
            st.caption(
                "Numbers of groups mean nothing in themselves. As groups, the two agree by "
                f"{number(replay['agreement'])} (1 is the same, 0 is chance)."
            )


def _mix(mix: Sequence[Mapping[str, Any]], key: str) -> None:
    """How often each answer is given, before and after."""
    import plotly.graph_objects as go

    names = [str(it["answer"]) for it in mix]
    figure = go.Figure(
        [
            go.Bar(y=names, x=[it["before"] for it in mix], name="now", orientation="h", marker_color=charts.blue()),
            go.Bar(
                y=names, x=[it["after"] for it in mix], name="new", orientation="h", marker_color=charts.ORANGE,
                marker_pattern_shape="/",
            ),
        ]
    )  # fmt: skip
    figure.update_yaxes(type="category", autorange="reversed").update_xaxes(title="records")
    figure.update_layout(title="How often each answer is given", legend={"orientation": "h", "y": -0.3})
    most = max(mix, key=lambda it: abs(it["after"] - it["before"]))
    sentence = f"“{most['answer']}” is answered {count(most['after'], 'time')} instead of {most['before']:,}."
    charts.show(figure, sentence, f"mix_{key}", height=max(220, 46 * len(names) + 130))


def _differences(replay: Mapping[str, Any], key: str) -> None:
    import plotly.graph_objects as go

    edges, counts = replay["histogram"]["edges"], replay["histogram"]["counts"]
    width = edges[1] - edges[0]
    figure = go.Figure(
        go.Bar(x=[edge + width / 2 for edge in edges[:-1]], y=counts, width=width, marker_color=charts.blue())
    )
    for border in (-replay["tolerance"], replay["tolerance"]):
        figure.add_vline(x=border, line={"dash": "dot", "color": charts.ORANGE})
    figure.update_xaxes(title="new answer minus old answer").update_yaxes(title="records")
    figure.update_layout(title="Differences")
    mean = number(replay["difference"]["mean_absolute"])
    sentence = f"Answers differ by {mean} on average; what lies between the dotted lines counts as the same."
    charts.show(figure, sentence, f"difference_{key}", height=280)


def _segments(segments: Sequence[Mapping[str, Any]]) -> None:
    st.markdown("**Where most changes**")
    if not segments:
        st.caption("No segment of one or two columns changes more than the others.")
        return
    sure = [it for it in segments if it["is_significant"]]
    if not sure:
        st.caption("No segment changes more than the others beyond chance; these come nearest.")
    rows = [
        {
            "Segment": it["slice"],
            "Records": f"{it['rows']:,}",
            "Change": percent(it["changed"]),
            "Elsewhere": percent(it["elsewhere"]),
        }
        for it in sure or segments[:MOST_UNSURE]
    ]
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True)


def _records(home: Workspace, publication: PublicationView) -> None:
    with st.expander("Records whose answer changes", icon=":material/table_rows:"), errors_shown():
        found = publications.changed_records(home, publication.id)
        if not found:
            st.caption("They are not kept any more.")
            return
        frame = pd.DataFrame([{"Now": it["before"], "New": it["after"], **_told(it["record"])} for it in found])
        st.dataframe(frame, hide_index=True, alt="Records whose answer would change, with both answers")


def _told(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record beside the two answers, whatever its fields are called."""
    return {f"{name} " if name in ("Now", "New") else name: value for name, value in record.items()}
