"""Boards: charts and texts on one page, opened by link for people who only look."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from engine.errors import DataError, MissingThing
from engine.service import links
from engine.service.data.charts import ChartView, read_spec
from engine.service.views import View
from engine.workspace import Workspace
from storage.schema import Board, BoardCard
from storage.unit_of_work import UnitOfWork

WIDTHS: dict[int, str] = {2: "Third", 3: "Half", 6: "Full"}
"""Of a card, in sixths of the page."""
MOST_CARDS, LONGEST_TEXT, LONGEST_TITLE = 60, 10_000, 200
TO = "board"


class CardView(View):
    """One card of a board: a chart or a text."""

    id: str
    width: int
    title: str = ""
    text: str = ""
    chart: ChartView | None = None


class BoardView(View):
    """A board.

    Parameters
    ----------
    key
        What opens it by link; None where it is not shared.
    count
        How many cards it has, where only that is known.
    """

    id: str
    name: str
    description: str = ""
    key: str | None = None
    created_at: datetime | None = None
    count: int = 0
    cards: tuple[CardView, ...] = ()


def list_boards(workspace: Workspace, search: str = "") -> list[BoardView]:
    """Boards without their cards, newest first."""
    with workspace.database.read() as uow:
        return [_view(workspace, entry.board, count=entry.cards) for entry in uow.boards.list(search=search)]


def get_board(workspace: Workspace, name: str) -> BoardView:
    """One board with its cards.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        return _whole(workspace, uow, uow.boards.by_name(name))


def open_shared(workspace: Workspace, key: str) -> BoardView:
    """The board that a link opens.

    Raises
    ------
    MissingThing
        In the same words for a link that was revoked, that is wrong, and that never was.
    """
    half = links.half_of(workspace, key, TO)
    with workspace.database.read() as uow:
        board = uow.boards.shared(half) if half else None
        if board is None:
            raise MissingThing(
                "This link opens no board.", hint="It was revoked, or is incomplete: ask whoever sent it for a new one."
            )
        return _whole(workspace, uow, board)


def create_board(workspace: Workspace, name: str, description: str = "") -> BoardView:
    """Make an empty board.

    Raises
    ------
    NameTaken, BadName
    """

    def write(uow: UnitOfWork) -> Board:
        board = uow.boards.add(name.strip(), _text(description))
        uow.audit.record("local", "board made", f"board {board.name}")
        return board

    return _view(workspace, workspace.database.transact(write))


def change_board(workspace: Workspace, name: str, new_name: str, description: str) -> BoardView:
    """Rename a board, and say what it is about.

    Raises
    ------
    NameTaken, BadName, NotFound
    """

    def write(uow: UnitOfWork) -> Board:
        board = uow.boards.by_name(name)
        if new_name.strip() != name:
            uow.boards.rename(board.id, new_name.strip())
        return uow.boards.describe(board.id, _text(description))

    return _view(workspace, workspace.database.transact(write))


def delete_board(workspace: Workspace, name: str) -> None:
    """Forget a board; its charts stay with their datasets."""

    def write(uow: UnitOfWork) -> None:
        uow.boards.delete(uow.boards.by_name(name).id)
        uow.audit.record("local", "board deleted", f"board {name}")

    workspace.database.transact(write)


def share_board(workspace: Workspace, name: str) -> str:
    """Make a link to a board; a link that was there stops working.

    Returns
    -------
    str
        What the link ends in.
    """
    half = links.new_half()

    def write(uow: UnitOfWork) -> None:
        uow.boards.set_share(uow.boards.by_name(name).id, half)
        uow.audit.record("local", "board shared", f"board {name}")

    workspace.database.transact(write)
    return links.whole(workspace, half, TO)


def revoke_link(workspace: Workspace, name: str) -> None:
    """Let no link open a board any more."""

    def write(uow: UnitOfWork) -> None:
        uow.boards.set_share(uow.boards.by_name(name).id, None)
        uow.audit.record("local", "board link revoked", f"board {name}")

    workspace.database.transact(write)


def add_chart(workspace: Workspace, name: str, chart_id: str, width: int = 3) -> None:
    """Put a chart at the end of a board.

    Raises
    ------
    NotFound, DataError
    """
    _add(workspace, name, width, chart_id=chart_id)


def add_text(workspace: Workspace, name: str, title: str, text: str, width: int = 6) -> None:
    """Put a heading or a note at the end of a board.

    Raises
    ------
    NotFound, DataError
    """
    _check_words(title, text)
    _add(workspace, name, width, title=title.strip(), text=text)


def change_card(workspace: Workspace, name: str, card: CardView, *, width: int, title: str, text: str) -> None:
    """Change a card's width, heading and text."""
    if card.chart is None:
        _check_words(title, text)
    _check_width(width)

    def write(uow: UnitOfWork) -> None:
        board = uow.boards.by_name(name)
        uow.boards.change_card(board.id, card.id, width=width, title=_title(title), text=_text(text))

    workspace.database.transact(write)


def move_card(workspace: Workspace, name: str, card_id: str, by: Literal[-1, 1]) -> None:
    """Move a card one place towards the begin, or the end."""
    workspace.database.transact(lambda uow: uow.boards.move_card(uow.boards.by_name(name).id, card_id, by))


def remove_card(workspace: Workspace, name: str, card_id: str) -> None:
    """Take a card off a board; its chart stays with its dataset."""
    workspace.database.transact(lambda uow: uow.boards.remove_card(uow.boards.by_name(name).id, card_id))


def _add(
    workspace: Workspace, name: str, width: int, *, chart_id: str | None = None, title: str = "", text: str = ""
) -> None:
    _check_width(width)

    def write(uow: UnitOfWork) -> None:
        board = uow.boards.by_name(name)
        if chart_id is not None:
            uow.charts.get(chart_id)
        if len(uow.boards.cards(board.id)) >= MOST_CARDS:
            raise DataError(f"{name} has {MOST_CARDS} cards already.", hint="Make another board.")
        uow.boards.add_card(board.id, width, chart_id=chart_id, title=_title(title), text=_text(text))

    workspace.database.transact(write)


def _check_width(width: int) -> None:
    if width not in WIDTHS:
        raise DataError(f"A card cannot be {width} sixths wide.", hint="Choose a third, half or full.", field="width")


def _check_words(title: str, text: str) -> None:
    if not title.strip() and not text.strip():
        raise DataError("A text card needs words.", hint="Write a heading or a note.", field="text")


def _title(text: str) -> str:
    if len(text) > LONGEST_TITLE:
        raise DataError(f"A heading has at most {LONGEST_TITLE} characters.", hint="Shorten it.", field="title")
    return text.strip()


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise DataError(f"A text has at most {LONGEST_TEXT:,} characters.", hint="Shorten it.", field="text")
    return text


def _whole(workspace: Workspace, uow: UnitOfWork, board: Board) -> BoardView:
    return _view(workspace, board, cards=[_card(uow, card) for card in uow.boards.cards(board.id)])


def _card(uow: UnitOfWork, card: BoardCard) -> CardView:
    chart = None
    if card.chart_id is not None:
        row = uow.charts.get(card.chart_id)
        dataset = uow.datasets.get(row.dataset_id).name
        chart = ChartView(
            id=row.id, name=row.name, dataset=dataset, spec=read_spec(row.spec), version=row.version,
            drawn_on=row.drawn_on,
        )  # fmt: skip
    return CardView(id=card.id, width=card.width, title=card.title, text=card.text, chart=chart)


def _view(workspace: Workspace, board: Board, count: int = 0, cards: Sequence[CardView] | None = None) -> BoardView:
    key = links.whole(workspace, board.share, TO) if board.share else None
    return BoardView(
        id=board.id,
        name=board.name,
        description=board.description,
        key=key,
        created_at=board.created_at,
        count=len(cards) if cards is not None else count,
        cards=tuple(cards or ()),
    )
