"""Charts and boards on the screens: suggested, built, kept, put on a board, opened by link, and safe to look at."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from engine.charting import CHARTS, ChartSpec, draw
from engine.service import Settings, Workspace, open_workspace
from engine.service.data import boards, charts
from tests.homes import import_table
from tests.ui.conftest import Open
from tests.ui.test_pages import is_sound, words
from ui.charting.cards import rows_of
from ui.charting.figure import figure_of

EVIL = "<img src=x onerror=alert(1)>"
COLUMNS = {
    "city": ["Graz", "Linz", None, EVIL] * 30,
    "sex": ["f", "m"] * 60,
    "pay": [float(at * 37 % 101) for at in range(120)],
    "age": [18 + at * 7 % 60 for at in range(120)],
    "day": pa.array(range(18_000, 18_120), pa.int32()).cast(pa.date32()),
    "lat": [46 + at % 9 / 5 for at in range(120)],
    "lon": [10 + at % 13 / 5 for at in range(120)],
}
TABLE = pa.table(COLUMNS)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    home = tmp_path_factory.mktemp("shop")
    workspace = open_workspace(Settings(home=home))
    import_table(workspace, "people", TABLE, home)
    for name, spec in (
        ("pay by city", ChartSpec(x="city", y="pay", aggregate="median")),
        ("table", ChartSpec(kind="pivot", x="sex", y="city")),
        ("nobody", ChartSpec(x="city", conditions=[{"column": "age", "operator": "above", "values": ["200"]}])),
    ):
        charts.save_chart(workspace, "people", name, spec)
    boards.create_board(workspace, "sales", "Who *buys*")
    boards.add_text(workspace, "sales", f"Heading {EVIL}", "Ask Ana.\n**Plain** words", 6)
    for kept in charts.list_charts(workspace, "people"):
        boards.add_chart(workspace, "sales", kept.id, 2)
    yield workspace
    workspace.database.close()


def home_of(workspace: Workspace) -> Path:
    return workspace.settings.home


def pressed(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if label in button.label).click()
    return app.run()


FULL = {"x": "city", "y": "pay", "color": "sex", "facet": "city", "size": "age"}
OTHERWISE = {
    "scatter": {"x": "age"}, "bubble": {"x": "age"}, "histogram": {"x": "pay"}, "density": {"x": "pay"},
    "map": {"x": "lon", "y": "lat", "color": "pay"}, "heatmap": {"y": "sex", "color": None},
    "pyramid": {"x": "age"}, "line": {"x": "day"}, "area": {"x": "day"},
}  # fmt: skip


@pytest.mark.parametrize("is_dark", [False, True])
@pytest.mark.parametrize("kind", [kind for kind in CHARTS if kind != "pivot"])
def test_every_kind_becomes_a_figure_in_which_texts_are_texts(kind: str, is_dark: bool) -> None:
    roles = {role: (FULL | OTHERWISE.get(kind, {}))[role] for role in CHARTS[kind].roles}  # type: ignore[index]
    if CHARTS[kind].measure:  # type: ignore[index]
        roles.pop("y" if kind != "heatmap" else "color", None)
    drawn = draw(TABLE, ChartSpec(kind=kind, **roles))
    figure = figure_of(drawn, is_dark=is_dark)
    assert figure.data
    assert "<img" not in figure.to_json()
    assert 200 <= figure.layout.height <= 1400
    for trace in figure.data:
        assert len(trace.name or "") < 200


def test_what_is_left_over_in_a_heat_map_does_not_set_the_scale_of_its_colours() -> None:
    words = [f"word {at}" for at in range(200)]
    table = pa.table({"word": [*words, *["word 0", "word 1"] * 3], "flag": [True, False] * 103})
    spec = ChartSpec(kind="heatmap", x="flag", y="word", top=3)
    scaled, left_over = figure_of(draw(table, spec)).data
    assert max(figure for row in scaled.z for figure in row if figure is not None) <= 4
    assert sorted(figure for row in left_over.z for figure in row if figure is not None) == [98, 99]
    assert scaled.texttemplate == "%{z:,.0f}", "whole numbers keep their digits"
    assert (left_over.coloraxis, left_over.showscale) == (None, False)


def test_in_the_dark_what_is_left_over_does_not_shine_like_the_greatest() -> None:
    def brightness(color: str) -> int:
        return sum(int(color[at : at + 2], 16) for at in (1, 3, 5))

    table = pa.table({"word": [f"word {at}" for at in range(50)], "flag": [True, False] * 25})
    figure = figure_of(draw(table, ChartSpec(kind="heatmap", x="flag", y="word", top=3)), is_dark=True)
    scale = figure.layout.coloraxis.colorscale
    assert brightness(figure.data[1].colorscale[0][1]) < brightness(scale[len(scale) // 2][1])


def test_many_bubbles_are_smaller_than_few() -> None:
    def widest(rows: int) -> float:
        table = pa.table({name: [float(at) for at in range(1, rows + 1)] for name in "xys"})
        (trace,) = figure_of(draw(table, ChartSpec(kind="bubble", x="x", y="y", size="s"))).data
        return float((2 * max(trace.marker.size) / trace.marker.sizeref) ** 0.5)

    assert round(widest(40)) == 34
    assert 13 < widest(4_000) < 20


def test_a_dataset_suggests_charts_and_draws_the_one_that_is_clicked(shop: Workspace, open_page: Open) -> None:
    app = open_page(home_of(shop), "datasets", dataset="people", view="Charts")
    assert is_sound(app), (app.exception, app.error)
    assert {"pay by city", "table", "nobody"} <= {text.strip("*") for text in (one.value for one in app.markdown)}
    app = pressed(app, "Rows by sex")
    assert app.query_params["chart"] in ("new", ["new"])
    assert "New chart" not in [button.label for button in app.button]
    assert is_sound(app), (app.exception, app.error)
    assert "Most common is f: 60 of 120 rows, 50 %." in words(app).replace("\\", "")


def test_a_chart_is_built_by_choosing_and_kept(shop: Workspace, open_page: Open) -> None:
    app = open_page(home_of(shop), "datasets", dataset="people", view="Charts", chart="new")
    assert "Choose a column for “Along”, or click a suggestion." in words(app)
    boxes = {box.label: box for box in app.selectbox}
    boxes["Kind"].set_value("line")
    app.run()
    {box.label: box for box in app.selectbox}["Along"].set_value("day")
    app.run()
    assert is_sound(app), (app.exception, app.error)
    boxes = {box.label: box for box in app.selectbox}
    boxes["Dates by"].set_value("month")
    boxes["Rows where"].set_value("age")
    app.run()
    {box.label: box for box in app.selectbox}["age: how"].set_value("at_least")
    next(box for box in app.text_input if box.label == "Value of age").set_value("40")
    app.run()
    assert is_sound(app), (app.exception, app.error)
    name = next(box for box in app.text_input if box.label == "Name")
    assert name.value == "Rows by day"
    name.set_value("elders by month")
    app = pressed(app, "Save chart")
    assert is_sound(app), (app.exception, app.error)
    assert "chart" not in app.query_params
    (kept,) = [one for one in charts.list_charts(shop, "people") if one.name == "elders by month"]
    charts.delete_chart(shop, kept.id)
    assert (kept.spec.kind, kept.spec.x, kept.spec.every) == ("line", "day", "month")
    assert [(one.column, one.operator, one.values) for one in kept.spec.conditions] == [("age", "at_least", ("40",))]


def test_a_condition_that_cannot_be_is_told_in_words(shop: Workspace, open_page: Open) -> None:
    spec = ChartSpec(x="city", conditions=[{"column": "age", "operator": "above", "values": ["many"]}])
    kept = charts.save_chart(shop, "people", "wrong", spec)
    app = open_page(home_of(shop), "datasets", dataset="people", view="Charts", chart=kept.id)
    charts.delete_chart(shop, kept.id)
    assert not app.exception
    assert "cannot be compared with age" in app.error[0].value


def test_a_board_shows_its_cards_with_version_and_date(shop: Workspace, open_page: Open) -> None:
    app = open_page(home_of(shop), "boards", board="sales")
    assert is_sound(app), (app.exception, app.error)
    text = words(app).replace("\\", "")
    assert "people v1 of " in text
    assert "There is nothing to draw: no row fulfils the conditions." in text or any(
        "nothing to draw" in one.value for one in app.info
    )
    assert {"Add", "Edit", "Delete"} <= {button.label for button in app.button}


def test_a_link_opens_a_board_to_look_at_only(shop: Workspace, open_page: Open) -> None:
    key = boards.share_board(shop, "sales")
    app = open_page(home_of(shop), "board", key=key)
    assert is_sound(app), (app.exception, app.error)
    assert app.title[0].value == "sales"
    assert [one.value for one in app.text] == ["Who *buys*", "Ask Ana.\n**Plain** words"]
    assert not app.button, "nothing can be changed"
    assert not app.get("page_link"), "there is no way to other pages"
    assert len(app.get("plotly_chart")) == 1
    assert len(app.dataframe) == 1
    boards.revoke_link(shop, "sales")
    closed = open_page(home_of(shop), "board", key=key)
    assert "This link opens no board." in closed.error[0].value.replace("\\", "")
    assert not closed.title


@pytest.mark.parametrize("page", ["boards", "board"])
def test_the_pages_open_on_an_empty_home(page: str, tmp_path: Path, open_page: Open) -> None:
    app = open_page(tmp_path, page)
    assert is_sound(app), (app.exception, app.error)
    assert ("No board yet" if page == "boards" else "No board") in words(app)


def test_an_address_that_names_no_board_is_told_in_words(tmp_path: Path, open_page: Open) -> None:
    app = open_page(tmp_path, "boards", board="nothing")
    assert "There is no board" in app.error[0].value


def test_cards_stand_in_rows_as_many_as_fit() -> None:
    widths = [6, 2, 2, 2, 3, 2, 3, 6]
    cards = [boards.CardView(id=str(at), width=width) for at, width in enumerate(widths)]
    assert [[card.width for card in row] for row in rows_of(cards)] == [[6], [2, 2, 2], [3, 2], [3], [6]]
