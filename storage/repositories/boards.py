"""Boards: cards in an order, opened by link while they are shared."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, func, select

from storage.errors import NotFound
from storage.repositories.base import NamedRepository
from storage.schema import Board, BoardCard


class BoardEntry(NamedTuple):
    """One line of the list of boards."""

    board: Board
    cards: int


class Boards(NamedRepository[Board]):
    entity = Board
    noun = "board"

    def add(self, name: str, description: str = "") -> Board:
        """Make an empty board; `NameTaken` when there is one of that name."""
        return self._add_named(Board(name=name, description=description))

    def list(self, *, search: str = "", limit: int = 200) -> Sequence[BoardEntry]:
        """Return boards with how many cards they have, newest first, in one query."""
        query = (
            select(Board, func.count(BoardCard.id))
            .outerjoin(BoardCard, BoardCard.board_id == Board.id)
            .where(Board.name.icontains(search, autoescape=True))
            .group_by(Board.id)
            .order_by(Board.created_at.desc(), Board.id.desc())
            .limit(limit)
        )
        return [BoardEntry(*row) for row in self._session.execute(query)]

    def describe(self, key: str, description: str) -> Board:
        """Say what a board is about."""
        board = self.get(key)
        board.description = description
        return board

    def set_share(self, key: str, share: str | None) -> Board:
        """Let half of a link open a board; None revokes it."""
        board = self.get(key)
        board.share = share
        self._session.flush()
        return board

    def shared(self, share: str) -> Board | None:
        """Return the board that half of a link belongs to."""
        return self._session.scalars(select(Board).where(Board.share == share)).first()

    def delete(self, key: str) -> None:
        """Forget a board; its charts stay."""
        self._change(delete(Board).where(Board.id == self.get(key).id))

    def cards(self, board_id: str) -> Sequence[BoardCard]:
        """Return the cards of a board in their order."""
        query = select(BoardCard).where(BoardCard.board_id == board_id).order_by(BoardCard.position, BoardCard.id)
        return self._session.scalars(query).all()

    def add_card(
        self, board_id: str, width: int, *, chart_id: str | None = None, title: str = "", text: str = ""
    ) -> BoardCard:
        """Put a card at the end of a board."""
        self._get(Board, board_id, self.noun, lock=True)
        position = self._next(BoardCard.position, BoardCard.board_id, board_id)
        card = BoardCard(board_id=board_id, chart_id=chart_id, position=position, width=width, title=title, text=text)
        self._session.add(card)
        self._session.flush()
        return card

    def change_card(self, board_id: str, card_id: str, *, width: int, title: str, text: str) -> BoardCard:
        """Change how a card looks and what it says."""
        card = self._card(board_id, card_id)
        card.width, card.title, card.text = width, title, text
        return card

    def move_card(self, board_id: str, card_id: str, by: int) -> None:
        """Move a card some places on, or back; the others make room."""
        self._get(Board, board_id, self.noun, lock=True)
        cards = [*self.cards(board_id)]
        card = self._card(board_id, card_id)
        at = cards.index(card)
        cards.insert(max(0, min(len(cards) - 1, at + by)), cards.pop(at))
        for position, one in enumerate(cards, 1):
            one.position = position

    def remove_card(self, board_id: str, card_id: str) -> None:
        """Take a card away."""
        self._change(delete(BoardCard).where(BoardCard.id == self._card(board_id, card_id).id))

    def holding(self, chart_id: str) -> Sequence[str]:
        """Return the names of the boards that a chart is on."""
        query = select(Board.name).join(BoardCard, BoardCard.board_id == Board.id)
        return self._session.scalars(query.where(BoardCard.chart_id == chart_id).order_by(Board.name).distinct()).all()

    def _card(self, board_id: str, card_id: str) -> BoardCard:
        card = self._session.get(BoardCard, card_id)
        if card is None or card.board_id != board_id:
            raise NotFound("There is no such card on this board", hint="Reload the page.")
        return card
