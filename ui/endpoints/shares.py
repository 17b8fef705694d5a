"""Who answers how much of an endpoint's traffic: shown as a bar, changed in numbers that add up to 100 %."""

from __future__ import annotations

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.modelling import registry
from engine.service.serving import deployments
from engine.service.serving.deployments import PartView, RevisionView
from engine.workspace import Workspace
from ui import charts, places, session
from ui.models.who import name_field
from ui.trouble import guarded, show_error
from ui.words import escaped, percent

PATTERNS = ("", "/", "x", ".", "\\", "+", "-")
MOST_OTHERS = 8
"""Of the newest versions of the models that answer, so many more are offered."""


def show_shares(now: RevisionView) -> None:
    """A bar of the shares, and who only listens."""
    if len(now.answering) > 1:
        _bar(now.answering)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for part in now.answering:
            told = part.name if len(now.answering) == 1 else f"{part.name} · {percent(part.share)}"
            places.link(places.MODELS, told, icon=":material/model_training:", model=part.model, version=part.version)
        for part in now.shadows:
            places.link(
                places.MODELS, f"{part.name} · shadow", icon=":material/visibility:", model=part.model,
                version=part.version, help="It is asked every request, too, and nobody hears it.",
            )  # fmt: skip


def _bar(parts: list[PartView]) -> None:
    import plotly.graph_objects as go

    figure = go.Figure()
    for place, part in enumerate(parts):
        figure.add_bar(
            x=[part.share], y=[""], orientation="h", name=part.name, text=f"{part.name}<br>{percent(part.share)}",
            textposition="inside", insidetextanchor="middle", textangle=0, hoverinfo="text",
            insidetextfont={"color": charts.on_group(place)},
            marker={
                "color": charts.GROUPS[place % len(charts.GROUPS)],
                "pattern": {"shape": PATTERNS[place % len(PATTERNS)], "fillmode": "overlay", "fgopacity": 0.2},
            },
        )  # fmt: skip
    figure.update_layout(
        barmode="stack", showlegend=False, height=64, margin={"l": 0, "r": 0, "t": 0, "b": 0}, bargap=0.1
    )
    figure.update_xaxes(range=[0, 1], visible=False, fixedrange=True).update_yaxes(visible=False, fixedrange=True)
    words = ", ".join(f"{part.name} answers {percent(part.share)}" for part in parts)
    st.plotly_chart(figure, config=charts.CONFIG, key="shares", alt=f"{words}.")


def ask_shares(home: Workspace, name: str, now: RevisionView) -> None:
    """Change who answers how much."""
    ask = st.dialog("Change the traffic", width="medium")(guarded(lambda: show_form(home, name, now)))
    ask()


def show_form(home: Workspace, name: str, now: RevisionView) -> None:
    """A number for each version, and whether the sum is the whole."""
    st.caption(
        "Each request is answered by one version. Requests of one caller stay with it where the settings say so."
    )
    offered = _offered(home, now)
    shares: dict[tuple[str, int], float] = {}
    shadows: list[tuple[str, int]] = []
    for part, aliases in offered:
        chosen, is_shadow = _line(part, aliases)
        shares[part.model, part.version] = chosen
        if is_shadow and not chosen:
            shadows.append((part.model, part.version))
    total = sum(shares.values())
    if abs(total - 100) > 0.01:
        more = "too much" if total > 100 else "missing"
        st.warning(f"Together that is {total:g} %: {abs(100 - total):g} % {more}.", icon=":material/functions:")
    note = str(st.text_input("Why", max_chars=500, key="traffic_note") or "")
    who = name_field()
    if st.button("Change", type="primary", icon=":material/call_split:", disabled=abs(total - 100) > 0.01):
        session.keep_person(who)
        _change(home, name, {key: share / 100 for key, share in shares.items() if share}, shadows, note)


def _line(part: PartView, aliases: list[str]) -> tuple[float, bool]:
    label, field, shadow = st.columns([3, 2, 2], vertical_alignment="center")
    state = "shadow" if part.role == "shadow" else f"now {percent(part.share)}" if part.share else "not used"
    label.markdown(f"**{escaped(part.name)}**  \n:gray[{' · '.join([state, *map(escaped, aliases)])}]")
    chosen = field.number_input(
        f"Share of {part.name}, %", min_value=0.0, max_value=100.0, value=round(100 * part.share, 2), step=5.0,
        key=f"share_{part.version_id}", label_visibility="collapsed", format="%g",
    )  # fmt: skip
    is_shadow = shadow.checkbox(
        "Shadow", value=part.role == "shadow", key=f"shadow_{part.version_id}", disabled=bool(chosen),
        help="It is asked, too, and nobody hears it.",
    )  # fmt: skip
    return float(chosen or 0.0), bool(is_shadow)


def _offered(home: Workspace, now: RevisionView) -> list[tuple[PartView, list[str]]]:
    """The versions of this revision, then the newest others of the same models, each with its aliases."""
    used = {part.version_id for part in now.parts}
    known = {
        it.version_id: (model, it)
        for model in dict.fromkeys(part.model for part in now.parts)
        for it in registry.list_versions(home, model)
    }
    others = [
        PartView(model=model, version=it.version, version_id=it.version_id, role="none", share=0.0, parity={})
        for model, it in known.values()
        if it.version_id not in used and not it.retired
    ]
    offered = [*now.parts, *others[:MOST_OTHERS]]
    return [(part, known[part.version_id][1].aliases if part.version_id in known else []) for part in offered]


def _change(
    home: Workspace, name: str, shares: dict[tuple[str, int], float], shadows: list[tuple[str, int]], note: str
) -> None:
    try:
        job = deployments.change_traffic(home, name, shares, shadows=shadows, note=note, by=session.person())
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    if job is not None:
        places.go(places.ENDPOINTS, endpoint=name, job=job)
    session.say("The traffic is shared out anew.", ":material/call_split:")
    st.rerun()
