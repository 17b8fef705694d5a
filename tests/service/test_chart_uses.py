"""Charts and boards as people use them: drawn, kept, pinned, mended, put on boards, opened by link."""

import csv
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from engine.charting import ChartSpec
from engine.errors import DataError, MissingThing, UnknownColumn
from engine.service.data import boards, charts, datasets
from engine.workspace import Workspace
from storage.errors import BadName, InUse, NameTaken, NotFound
from tests.homes import import_table

PEOPLE = {"city": ["Graz", "Graz", "Linz", "=1+1"], "MonthlyCharges": [1.5, 2.5, 4.0, -1.0]}
MEDIAN = ChartSpec(x="city", y="MonthlyCharges", aggregate="median")


@pytest.fixture
def shop(home: Workspace, tmp_path: Path) -> Workspace:
    import_table(home, "people", pa.table(PEOPLE), tmp_path)
    return home


def renamed(home: Workspace, folder: Path) -> None:
    import_table(home, "people", pa.table({"city": ["Wien"], "monthly_charges": [9.0]}), folder)


def test_a_chart_follows_the_latest_version_unless_it_is_pinned(shop: Workspace, tmp_path: Path) -> None:
    count = ChartSpec(x="city")
    charts.save_chart(shop, "people", "pinned", count, version=1)
    charts.save_chart(shop, "people", "free", count)
    renamed(shop, tmp_path)
    rows = {
        one.name: charts.draw_chart(shop, "people", one.spec, one.version) for one in charts.list_charts(shop, "people")
    }
    assert {name: (view.version, view.drawn.rows) for name, view in rows.items()} == {"pinned": (1, 4), "free": (2, 1)}
    assert all(view.of is not None for view in rows.values())


def test_a_column_that_vanished_is_told_with_its_heir_and_mended(shop: Workspace, tmp_path: Path) -> None:
    kept = charts.save_chart(shop, "people", "pay", MEDIAN)
    renamed(shop, tmp_path)
    with pytest.raises(UnknownColumn, match="MonthlyCharges"):
        charts.draw_chart(shop, "people", kept.spec)
    (gone,) = charts.missing_columns(shop, kept)
    assert (gone.name, gone.likely) == ("MonthlyCharges", "monthly_charges")
    mended = charts.change_chart(shop, kept.id, kept.name, kept.spec.renamed(gone.name, gone.likely or ""))
    assert (
        charts.draw_chart(shop, "people", mended.spec).drawn.sentence
        == "Median of monthly_charges is highest for Wien (9)."
    )
    assert charts.missing_columns(shop, mended) == []


def test_charts_are_named_copied_and_deleted(shop: Workspace) -> None:
    kept = charts.save_chart(shop, "people", " pay ", MEDIAN)
    assert charts.get_chart(shop, kept.id) == kept
    assert kept.spec == MEDIAN
    with pytest.raises(NameTaken):
        charts.save_chart(shop, "people", "pay", MEDIAN)
    with pytest.raises(BadName):
        charts.save_chart(shop, "people", "", MEDIAN)
    assert [charts.duplicate_chart(shop, kept.id).name for _ in range(2)] == ["pay (copy)", "pay (2)"]
    assert charts.free_name(shop, "people", "pay") == "pay (3)"
    charts.delete_chart(shop, kept.id)
    assert [one.name for one in charts.list_charts(shop, "people")] == ["pay (copy)", "pay (2)"]
    with pytest.raises(NotFound):
        charts.get_chart(shop, kept.id)


def test_what_is_drawn_is_a_csv_file_without_formulas(shop: Workspace) -> None:
    view = charts.draw_chart(shop, "people", MEDIAN)
    rows = list(csv.reader(io.StringIO(charts.as_csv(view.drawn).decode("utf-8-sig"))))
    assert rows[0] == ["city", "median of MonthlyCharges", "rows"]
    assert ["Graz", "2.0", "2"] in rows
    assert ["'=1+1", "-1.0", "1"] in rows


def test_a_dataset_suggests_charts_from_its_profile(shop: Workspace) -> None:
    assert charts.suggest_charts(shop, "people")
    assert {one.spec.kind for one in charts.suggest_charts(shop, "people", ["MonthlyCharges"])} >= {"histogram", "box"}


@pytest.mark.parametrize(
    "given", [{"kind": "sql"}, {"x": ["a"]}, {"surprise": 1}, {"conditions": [{"column": "a", "operator": "exec"}]}]
)
def test_a_form_that_is_no_chart_is_refused_in_words(given: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="The chart's ") as caught:
        charts.read_spec(given)
    assert caught.value.field


def test_a_board_holds_charts_and_texts_in_an_order(shop: Workspace) -> None:
    kept = charts.save_chart(shop, "people", "pay", MEDIAN)
    boards.create_board(shop, "sales", "what we sell")
    boards.add_chart(shop, "sales", kept.id, 2)
    boards.add_text(shop, "sales", "Heading", "<b>plain</b>\nwords")
    board = boards.get_board(shop, "sales")
    text = board.cards[1]
    boards.move_card(shop, "sales", text.id, -1)
    boards.change_card(shop, "sales", text, width=3, title="New", text="words")
    first, second = boards.get_board(shop, "sales").cards
    assert (first.title, first.text, first.width, first.chart) == ("New", "words", 3, None)
    assert second.chart == kept
    boards.remove_card(shop, "sales", first.id)
    assert boards.change_board(shop, "sales", "turnover", "").name == "turnover"
    assert [(one.name, one.count) for one in boards.list_boards(shop)] == [("turnover", 1)]
    charts.delete_chart(shop, kept.id)
    assert boards.get_board(shop, "turnover").cards == ()
    boards.delete_board(shop, "turnover")
    assert boards.list_boards(shop) == []


def test_what_is_no_card_is_refused(shop: Workspace) -> None:
    boards.create_board(shop, "sales")
    kept = charts.save_chart(shop, "people", "pay", MEDIAN)
    for act in (
        lambda: boards.add_text(shop, "sales", " ", ""),
        lambda: boards.add_text(shop, "sales", "x" * 201, ""),
        lambda: boards.add_text(shop, "sales", "a", "x" * 10_001),
        lambda: boards.add_chart(shop, "sales", kept.id, 5),
    ):
        with pytest.raises(DataError):
            act()
    with pytest.raises(NotFound):
        boards.add_chart(shop, "sales", "nothing")
    assert boards.get_board(shop, "sales").cards == ()


def test_a_link_opens_its_board_until_it_is_revoked(shop: Workspace) -> None:
    boards.create_board(shop, "sales")
    assert boards.get_board(shop, "sales").key is None
    first = boards.share_board(shop, "sales")
    assert boards.open_shared(shop, first).name == "sales"
    assert boards.get_board(shop, "sales").key == first
    second = boards.share_board(shop, "sales")
    with shop.database.read() as uow:
        stored = uow.boards.by_name("sales").share or ""
    wrong = [first, "", "x", stored, second[:-1], second + "0", stored + "0" * 32, second.upper(), "ü" * 60]
    messages = set()
    for key in wrong:
        with pytest.raises(MissingThing) as caught:
            boards.open_shared(shop, key)
        messages.add(str(caught.value))
    assert len(messages) == 1
    assert boards.open_shared(shop, second).name == "sales"
    boards.revoke_link(shop, "sales")
    with pytest.raises(MissingThing):
        boards.open_shared(shop, second)


def test_a_dataset_whose_chart_a_board_shows_is_kept(shop: Workspace) -> None:
    kept = charts.save_chart(shop, "people", "pay", MEDIAN)
    boards.create_board(shop, "sales")
    boards.add_chart(shop, "sales", kept.id)
    assert charts.boards_of(shop, kept.id) == ["sales"]
    with pytest.raises(InUse, match="board sales"):
        datasets.delete_dataset(shop, "people")
    boards.delete_board(shop, "sales")
    datasets.delete_dataset(shop, "people")
