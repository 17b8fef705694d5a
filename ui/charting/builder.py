"""The chart builder: suggestions on top, the form left, the chart right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.data import charts, datasets
from engine.service.data.charts import CHARTS, ChartSpec, ChartView, DrawnView
from engine.service.views import DatasetView
from ui import places, session
from ui.charting.boarding import ask_board
from ui.charting.drawn import show_csv, show_drawn, version_word
from ui.charting.form import Field, chart_form, fields_of
from ui.frame import empty
from ui.trouble import guarded, show_error
from ui.words import escaped

ABREAST = 4


def show_builder(home: Workspace, dataset: DatasetView, chart: ChartView | None) -> None:
    """Make a chart, or change one that is kept."""
    if st.button("All charts", icon=":material/arrow_back:", type="tertiary"):
        places.ask(chart=None)
        st.rerun()
    _builder(home, dataset, chart)


@st.fragment
@guarded
def _builder(home: Workspace, dataset: DatasetView, chart: ChartView | None) -> None:
    key = f"chart_{dataset.id}_{chart.id if chart else 'new'}"
    fields = fields_of(dataset.columns, _profile(home, dataset))
    count, begun = session.built_chart(key)
    with st.expander("Suggestions", expanded=not (chart or begun), icon=":material/lightbulb:"):
        _show_suggestions(home, dataset, fields, lambda spec: session.build_chart(key, spec), key)
    begin = begun or (chart.spec if chart else ChartSpec())
    left, right = st.columns([1, 2], gap="large")
    with left:
        given = chart_form(fields, begin, f"{key}_{count}")
    with right:
        spec = _whole(given)
        if spec is None:
            return
        view = _draw(home, dataset, spec, chart)
        if view is not None:
            _show_saving(home, dataset, chart, spec, view, f"{key}_{count}")


def _profile(home: Workspace, dataset: DatasetView) -> dict[str, Any]:
    try:
        return datasets.profile_dataset(home, dataset.name, dataset.version)
    except PEOPLE_ERRORS:  # a version without a profile can be drawn all the same
        return {}


def show_suggestions(home: Workspace, dataset: DatasetView, choose: Callable[[ChartSpec], None], key: str) -> None:
    """Charts that suit the whole table, as cards that draw on click."""
    suggested = charts.suggest_charts(home, dataset.name, (), dataset.version)
    _show_cards(suggested, choose, key)


def _show_suggestions(
    home: Workspace, dataset: DatasetView, fields: Sequence[Field], choose: Callable[[ChartSpec], None], key: str
) -> None:
    names = st.multiselect(
        "For these columns", [field.name for field in fields], key=f"{key}_for", max_selections=2,
        placeholder="The whole table; choose one or two columns for more",
    )  # fmt: skip
    suggested = charts.suggest_charts(home, dataset.name, names, dataset.version)
    if suggested:
        _show_cards(suggested, choose, f"{key}_{'_'.join(names)}")
    else:
        st.caption("Nothing to suggest for these columns: choose a kind of chart below.")


def _show_cards(suggested: Sequence[charts.Suggestion], choose: Callable[[ChartSpec], None], key: str) -> None:
    for start in range(0, len(suggested), ABREAST):
        for at, cell in enumerate(st.columns(ABREAST, gap="small")):
            if start + at < len(suggested):
                one = suggested[start + at]
                chart = CHARTS[one.spec.kind]
                cell.button(
                    escaped(_brief(one.title)), key=f"{key}_suggested_{start + at}", icon=f":material/{chart.icon}:",
                    help=escaped(f"{chart.title}: {one.title}"), width="stretch", on_click=choose, args=(one.spec,),
                    wrap=True,
                )  # fmt: skip


def _brief(title: str) -> str:
    return title if len(title) <= 60 else title[:59] + "…"


def _whole(given: dict[str, Any]) -> ChartSpec | None:
    """The chart, or what is still to be chosen."""
    chart = CHARTS[given["kind"]]
    missing = [role.label for name, role in chart.roles.items() if role.is_needed and not given.get(name)]
    if chart.measure and given.get("aggregate") != "count" and not given.get(chart.measure):
        missing.insert(0, "of")
    if missing:
        words = " and ".join(f"“{label}”" for label in missing)
        empty(f":material/{chart.icon}:", chart.title, f"Choose a column for {words}, or click a suggestion.")
        return None
    try:
        return charts.read_spec({name: value for name, value in given.items() if value is not None})
    except PEOPLE_ERRORS as error:
        show_error(error)
        return None


def _draw(home: Workspace, dataset: DatasetView, spec: ChartSpec, chart: ChartView | None) -> DrawnView | None:
    try:
        with st.spinner("Drawing…", show_time=True):
            return charts.draw_chart(home, dataset.name, spec, dataset.version)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return None


def _show_saving(
    home: Workspace, dataset: DatasetView, chart: ChartView | None, spec: ChartSpec, view: DrawnView, key: str
) -> None:
    title = chart.name if chart else charts.title_of(spec)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", title, key=f"{key}_name_{title}", max_chars=200)
        saves = st.button("Save chart", type="primary", icon=":material/save:", key=f"{key}_save")
        boards = st.button("Put on a board", icon=":material/dashboard:", key=f"{key}_board")
        copies = chart is not None and st.button("Save as another", key=f"{key}_another")
    show_drawn(view, str(name or title), f"{key}_figure", svg=session.widget_text(f"{key}_picture") == "SVG")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(escaped(f"{dataset.name} {version_word(view)}"), width="content")
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            show_picture_choice(f"{key}_picture")
            show_csv(view.drawn, str(name or title), key)
    pinned = st.checkbox(
        f"Always draw v{view.version}", bool(chart and chart.version), key=f"{key}_pinned",
        help="Otherwise the chart is drawn from the latest version.",
    )  # fmt: skip
    version = view.version if pinned else None
    if saves:
        _save(home, dataset, chart, str(name), spec, version)
    elif boards:
        ask_board(home, lambda: _kept(home, dataset, chart, str(name), spec, version), key, is_kept=False)
    elif copies:
        _save(home, dataset, None, charts.free_name(home, dataset.name, str(name)), spec, version)


def show_picture_choice(key: str) -> None:
    """What the camera above charts saves."""
    st.segmented_control(
        "The camera saves", ["PNG", "SVG"], default="PNG", format_func=":material/photo_camera: {}".format,
        key=key, required=True, label_visibility="collapsed", help="What the camera of a chart saves.",
    )  # fmt: skip


def _save(
    home: Workspace, dataset: DatasetView, chart: ChartView | None, name: str, spec: ChartSpec, version: int | None
) -> None:
    try:
        kept = _kept(home, dataset, chart, name, spec, version)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"{kept.name} is saved.", ":material/save:")
    places.ask(chart=None)
    st.rerun()


def _kept(
    home: Workspace, dataset: DatasetView, chart: ChartView | None, name: str, spec: ChartSpec, version: int | None
) -> ChartView:
    """The chart, saved; its form is done with."""
    if chart:
        kept = charts.change_chart(home, chart.id, name, spec, version)
    else:
        kept = charts.save_chart(home, dataset.name, name, spec, version)
    session.forget_chart(f"chart_{dataset.id}_{chart.id if chart else 'new'}")
    return kept
