"""The cards of a board, side by side as wide as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import streamlit as st

from engine.service import Workspace
from engine.service.data.boards import BoardView, CardView
from ui.charting.drawn import show_kept
from ui.words import escaped

WHOLE = 6
Tools = Callable[[CardView], None]


def show_cards(home: Workspace, board: BoardView, *, tools: Tools | None = None, svg: bool = False) -> None:
    """Show a board.

    Parameters
    ----------
    tools
        Draws what changes a card; None where people only look.
    """
    for row in rows_of(board.cards):
        free = WHOLE - sum(card.width for card in row)
        widths = [card.width for card in row] + ([free] if free else [])
        for cell, card in zip(st.columns(widths, gap="medium"), row, strict=False):
            with cell:
                _show_card(home, card, tools, svg=svg)


def rows_of(cards: Sequence[CardView]) -> Iterator[list[CardView]]:
    """Cards in rows, as many as fit beside each other."""
    row: list[CardView] = []
    for card in cards:
        if row and sum(one.width for one in row) + card.width > WHOLE:
            yield row
            row = []
        row.append(card)
    if row:
        yield row


def _show_card(home: Workspace, card: CardView, tools: Tools | None, *, svg: bool) -> None:
    with st.container(border=card.chart is not None or tools is not None, gap="small", height="stretch"):
        if tools:
            tools(card)
        if card.title or card.chart:
            st.subheader(escaped(card.title or (card.chart.name if card.chart else "")), anchor=False)
        if card.text:
            st.text(card.text)
        if card.chart:
            show_kept(home, card.chart, f"card_{card.id}", svg=svg, mends=tools is not None)
