"""Charts stay with their dataset, boards keep their cards in order: on SQLite and on PostgreSQL."""

from collections.abc import Callable

import pytest

from storage.database import Database
from storage.errors import BadName, NameTaken, NotFound
from storage.schema import Board, Chart
from storage.unit_of_work import UnitOfWork
from tests.storage.things import a_dataset_version


def a_chart(uow: UnitOfWork, name: str = "pay", dataset: str = "telco") -> Chart:
    version = a_dataset_version(uow, dataset)
    return uow.charts.add(version.dataset_id, name, {"kind": "bar", "x": "age"}, drawn_on=version.number)


def a_board(uow: UnitOfWork, *texts: str) -> tuple[Board, list[str]]:
    board = uow.boards.add("sales", "what we sell")
    return board, [uow.boards.add_card(board.id, 3, title=text).id for text in texts]


def test_a_chart_is_kept_changed_and_deleted(database: Database) -> None:
    with database.write() as uow:
        chart = a_chart(uow)
        a_chart(uow, "pay", "other")  # names are unique within a dataset only
    with database.write() as uow:
        uow.charts.change(chart.id, "wages", {"kind": "pie"}, drawn_on=2, version=1)
    with database.read() as uow:
        kept = uow.charts.get(chart.id)
        assert (kept.name, kept.spec, kept.version, kept.drawn_on) == ("wages", {"kind": "pie"}, 1, 2)
        assert kept.updated_at >= kept.created_at
        assert [uow.charts.pinned(kept.dataset_id, number) for number in (1, 2)] == [["wages"], []]
        assert uow.charts.names(kept.dataset_id) == {"wages"}
    with database.write() as uow:
        uow.charts.delete(chart.id)
    with pytest.raises(NotFound), database.read() as uow:
        uow.charts.get(chart.id)


def test_a_name_is_taken_once_in_a_dataset(database: Database) -> None:
    with database.write() as uow:
        a_chart(uow, "pay")
        other = a_chart(uow, "age")
    with pytest.raises(NameTaken, match="pay"), database.write() as uow:
        a_chart(uow, "pay")
    with pytest.raises(NameTaken), database.write() as uow:
        uow.charts.change(other.id, "pay", {}, drawn_on=1, version=None)
    with pytest.raises(BadName), database.write() as uow:
        a_chart(uow, " ")


def test_cards_keep_their_order(database: Database) -> None:
    with database.write() as uow:
        board, (first, second, third) = a_board(uow, "a", "b", "c")
    for card, by, order in (
        (third, -1, "acb"),
        (first, 1, "cab"),
        (first, 5, "cba"),
        (first, 1, "cba"),
        (third, -9, "cba"),
    ):
        with database.write() as uow:
            uow.boards.move_card(board.id, card, by)
        with database.read() as uow:
            assert "".join(one.title for one in uow.boards.cards(board.id)) == order
    with database.write() as uow:
        uow.boards.remove_card(board.id, second)
        uow.boards.change_card(board.id, first, width=6, title="A", text="first")
    with database.read() as uow:
        assert [(one.title, one.width) for one in uow.boards.cards(board.id)] == [("c", 3), ("A", 6)]
        assert [(entry.board.name, entry.cards) for entry in uow.boards.list()] == [("sales", 2)]


def test_a_card_of_another_board_is_not_touched(database: Database) -> None:
    with database.write() as uow:
        _, (card,) = a_board(uow, "a")
        other = uow.boards.add("other")
    acts: list[Callable[[UnitOfWork], object]] = [
        lambda uow: uow.boards.move_card(other.id, card, 1),
        lambda uow: uow.boards.remove_card(other.id, card),
        lambda uow: uow.boards.change_card(other.id, card, width=2, title="", text=""),
    ]
    for act in acts:
        with pytest.raises(NotFound), database.write() as uow:
            act(uow)


def test_a_deleted_chart_leaves_its_boards_and_a_deleted_dataset_takes_its_charts(database: Database) -> None:
    with database.write() as uow:
        board, _ = a_board(uow, "a")
        charts = [a_chart(uow, name) for name in ("pay", "age")]
        for chart in charts:
            uow.boards.add_card(board.id, 2, chart_id=chart.id)
    with database.write() as uow:
        assert uow.boards.holding(charts[0].id) == ["sales"]
        uow.charts.delete(charts[0].id)
    with database.write() as uow:
        assert [card.chart_id for card in uow.boards.cards(board.id)] == [None, charts[1].id]
        uow.datasets.delete(charts[1].dataset_id)
    with database.read() as uow:
        assert uow.datasets.find("telco") is None
        assert [card.title for card in uow.boards.cards(board.id)] == ["a"]


def test_a_link_is_found_until_it_is_revoked(database: Database) -> None:
    with database.write() as uow:
        board, _ = a_board(uow)
        uow.boards.set_share(board.id, "half of a link")
    with database.write() as uow:
        found = uow.boards.shared("half of a link")
        assert found is not None
        assert found.id == board.id
        assert uow.boards.shared("") is None
        uow.boards.set_share(board.id, None)
    with database.write() as uow:
        assert uow.boards.shared("half of a link") is None
        uow.boards.delete(board.id)
    with database.read() as uow:
        assert uow.boards.find("sales") is None
