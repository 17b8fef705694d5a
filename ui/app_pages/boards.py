"""Boards: the list, and one of them to arrange and share."""

from functools import partial

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.data import boards, charts, datasets
from engine.service.data.boards import BoardView, CardView
from ui import places, session
from ui.charting.builder import show_picture_choice
from ui.charting.cards import show_cards
from ui.frame import Column, badge, confirm, empty, heading, listing, search
from ui.trouble import errors_shown, show_error
from ui.words import ago, escaped

home = session.workspace()


def show_list() -> None:
    with heading("Boards"):
        if st.button("New board", type="primary", icon=":material/add:"):
            ask_new()
    words = search("boards", "boards")
    found = boards.list_boards(home, words)
    if not found and words:
        st.caption(f"No board is called anything like “{words}”.")
        return
    if not found:
        empty(
            ":material/dashboard:", "No board yet",
            "A board shows charts of your datasets on one page, and can be opened by link by people who only look.",
        )  # fmt: skip
        return
    columns: list[Column[BoardView]] = [
        Column("Name", 4, lambda it: places.link(places.BOARDS, it.name, icon=":material/dashboard:", board=it.name)),
        Column("About", 5, lambda it: st.caption(escaped(it.description[:120]) or "–")),
        Column("Cards", 1.5, lambda it: st.write(f"{it.count:,}")),
        Column("Link", 2, lambda it: badge("live", "Shared") if it.key else st.caption("Not shared")),
        Column("Made", 2, lambda it: st.caption(ago(it.created_at))),
    ]
    listing(found, columns, noun="board", key="boards")


@st.dialog("New board")
def ask_new() -> None:
    name = st.text_input("Name", max_chars=200)
    about = st.text_area("What is it about?", max_chars=10_000, height=80)
    if st.button("Make it", type="primary", disabled=not name):
        with errors_shown():
            made = boards.create_board(home, str(name), str(about or ""))
            places.go(places.BOARDS, board=made.name)


def show_one(name: str) -> None:
    board = boards.get_board(home, name)
    with heading(board.name, "", (places.BOARDS, "Boards")):
        arranging = st.toggle("Arrange", key="arrange", help="Move, resize, rewrite and remove cards.")
        if st.button("Add", icon=":material/add:"):
            ask_card(board)
        with st.popover("Share", icon=":material/share:", key="share"):
            show_sharing(board)
        if st.button("Edit", icon=":material/edit:"):
            ask_details(board)
        if st.button("Delete", icon=":material/delete:"):
            warning = f"**{escaped(name)}** is deleted and its link stops working. Its charts stay with their datasets."
            confirm("Delete board", warning, "Delete", lambda: delete(name))
    if board.description:
        st.text(board.description)
    if not board.cards:
        empty(
            ":material/add_chart:", "Nothing on this board yet",
            "Add charts that were saved with a dataset, and texts in between.",
        )  # fmt: skip
        return
    svg = session.widget_text("board_picture") == "SVG"
    show_cards(home, board, tools=(lambda card: show_tools(board, card)) if arranging else None, svg=svg)
    show_picture_choice("board_picture")


def show_tools(board: BoardView, card: CardView) -> None:
    at, last = [one.id for one in board.cards].index(card.id), len(board.cards) - 1
    what = card.title or (card.chart.name if card.chart else "the text")
    key = f"change_{card.id}"
    with st.popover(
        f"Change {escaped(what[:40])}", key=key, type="tertiary", icon=":material/tune:", on_change="rerun"
    ):
        width = st.segmented_control(
            "Width", list(boards.WIDTHS), default=card.width, format_func=boards.WIDTHS.__getitem__,
            key=f"width_{card.id}_{card.width}", required=True,
        )  # fmt: skip
        back = tool("Move back", "arrow_back", f"back_{card.id}", disabled=at == 0)
        on = tool("Move on", "arrow_forward", f"on_{card.id}", disabled=at == last)
        if tool("Rewrite its words", "edit_note", f"write_{card.id}", closes=key):
            ask_words(board, card)
        gone = tool("Take it off the board", "close", f"remove_{card.id}")
    if back or on:
        boards.move_card(home, board.name, card.id, -1 if back else 1)
    elif gone:
        boards.remove_card(home, board.name, card.id)
        session.say(f"{what} is off the board.")
    elif width and int(width) != card.width:
        boards.change_card(home, board.name, card, width=int(width), title=card.title, text=card.text)
    else:
        return
    st.rerun()


def tool(label: str, icon: str, key: str, *, disabled: bool = False, closes: str = "") -> bool:
    """A button in a popover, which stays open before a dialog unless it is closed."""
    close = partial(st.session_state.__setitem__, closes, False) if closes else None
    return st.button(label, key=key, icon=f":material/{icon}:", disabled=disabled, type="tertiary", on_click=close)


@st.dialog("Words of a card")
def ask_words(board: BoardView, card: CardView) -> None:
    title = st.text_input("Heading", card.title, max_chars=200, placeholder=card.chart.name if card.chart else "")
    text = st.text_area("Text", card.text, max_chars=10_000, help="Plain text.")
    if st.button("Keep", type="primary"):
        with errors_shown():
            boards.change_card(home, board.name, card, width=card.width, title=str(title), text=str(text))
            st.rerun()


@st.dialog("Add to the board", width="medium")
def ask_card(board: BoardView) -> None:
    kind = st.segmented_control("What", ["Chart", "Text"], default="Chart", required=True, label_visibility="collapsed")
    width = st.segmented_control(
        "Width", list(boards.WIDTHS), default=3 if kind == "Chart" else 6, format_func=boards.WIDTHS.__getitem__,
        required=True, key=f"new_width_{kind}",
    )  # fmt: skip
    if kind == "Chart":
        ask_chart(board, int(width or 3))
        return
    title = st.text_input("Heading", max_chars=200)
    text = st.text_area("Text", max_chars=10_000, help="Plain text.")
    if st.button("Add the text", type="primary", disabled=not (title or text)):
        with errors_shown():
            boards.add_text(home, board.name, str(title or ""), str(text or ""), int(width or 6))
            st.rerun()


def ask_chart(board: BoardView, width: int) -> None:
    names = [one.name for one in datasets.list_datasets(home)]
    dataset = st.selectbox("Dataset", names, index=0 if names else None, placeholder="There is no dataset yet")
    kept = charts.list_charts(home, dataset) if dataset else []
    if not kept:
        st.caption("This dataset has no chart yet.")
        if dataset:
            places.link(
                places.DATASETS, "Make one", icon=":material/add_chart:", dataset=dataset, view="Charts", chart="new"
            )
        return
    chosen = st.selectbox("Chart", kept, format_func=lambda chart: chart.name)
    if st.button("Add the chart", type="primary") and chosen:
        with errors_shown():
            boards.add_chart(home, board.name, chosen.id, width)
            st.rerun()


@st.dialog("Edit board")
def ask_details(board: BoardView) -> None:
    name = st.text_input("Name", board.name, max_chars=200)
    about = st.text_area("What is it about?", board.description, max_chars=10_000)
    if st.button("Keep", type="primary"):
        with errors_shown():
            changed = boards.change_board(home, board.name, str(name or ""), str(about or ""))
            places.go(places.BOARDS, board=changed.name)


def show_sharing(board: BoardView) -> None:
    if not board.key:
        st.caption("People who have the link can look at this board, and change nothing.")
        if st.button("Make a link", type="primary", icon=":material/link:"):
            boards.share_board(home, board.name)
            st.rerun()
        return
    st.code(link_of(board), language=None, wrap_lines=True)
    st.caption("Whoever has this link can look at the board, with the data that its charts show.")
    with st.container(horizontal=True):
        if st.button("Make another link", help="This one stops working."):
            boards.share_board(home, board.name)
            st.rerun()
        if st.button("Revoke", icon=":material/link_off:"):
            boards.revoke_link(home, board.name)
            session.say("The link opens nothing any more.", ":material/link_off:")
            st.rerun()


def link_of(board: BoardView) -> str:
    """The address that opens a board, as the browser reaches this server."""
    return places.whole_address(f"board?key={board.key}", home.settings.ui_url)


def delete(name: str) -> None:
    try:
        boards.delete_board(home, name)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"{name} is deleted.", ":material/delete:")
    places.go(places.BOARDS)


asked = places.asked("board")
if asked:
    show_one(asked)
else:
    show_list()
