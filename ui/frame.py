"""The parts that every screen is made of: heading, empty state, list, facts, confirmation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from engine.service.amounts import count
from ui import places
from ui.trouble import guarded
from ui.words import State, escaped, state

T = TypeVar("T")

PER_PAGE = 20
TITLE_PIXELS = 110
"""Of the title of a column on a phone."""


@contextmanager
def heading(title: str, about: str = "", back: tuple[str, str] | None = None, **asked: Any) -> Any:
    """A page's title; what is drawn inside stands at its right end.

    Parameters
    ----------
    back
        Place and label of the page this one belongs to.
    asked
        What that page shows, in its address.
    """
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(horizontal=True, width="content", vertical_alignment="center", gap="small"):
            if back:
                places.link(back[0], back[1], icon=":material/arrow_back:", **asked)
            st.title(title, width="content", anchor=False)
        with st.container(horizontal=True, width="content", vertical_alignment="center", gap="small"):
            yield
    if about:
        st.caption(about)


def empty(icon: str, title: str, about: str, action: Callable[[], None] | None = None) -> None:
    """What stands where there is nothing yet: what would be here, and what to do next."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown(f"### {icon} {title}", text_alignment="center", width="content")
        st.caption(about, text_alignment="center", width="content")
        if action:
            with st.container(horizontal=True, horizontal_alignment="center"):
                action()
        st.space("small")


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column of a list: its title, how wide it is beside the others, and how a thing is drawn in it."""

    title: str
    width: float
    draw: Callable[[T], Any]


def listing(things: Sequence[T], columns: Sequence[Column[T]], *, noun: str, key: str) -> None:
    """A list of things, 20 to a page."""
    pages = -(-len(things) // PER_PAGE)
    on_phone = is_phone(st.context.headers.get("User-Agent", ""))
    # Under each other, on a narrow screen, the cells of a row stand nearer to each other than to the next row.
    slot = st.container(border=not on_phone, gap="small")
    page = st.pagination(pages, key=f"{key}_page", bind="query-params") if pages > 1 else 1
    with slot:
        draw = _draw_cards if on_phone else _draw_rows
        draw(things[(page - 1) * PER_PAGE : page * PER_PAGE], columns)
    if pages > 1:
        st.caption(count(len(things), noun))


def is_phone(user_agent: str) -> bool:
    """Whether a browser says of itself that it runs on a phone, as all of them do there.

    >>> is_phone("Mozilla/5.0 (Linux; Android 14) Mobile Safari"), is_phone("Mozilla/5.0 (X11; Linux x86_64)")
    (True, False)
    """
    return "Mobi" in user_agent


def _draw_rows(things: Sequence[T], columns: Sequence[Column[T]]) -> None:
    widths = [column.width for column in columns]
    for cell, column in zip(st.columns(widths, gap="xsmall"), columns, strict=True):
        cell.caption(column.title)
    for thing in things:
        cells = st.columns(widths, gap="xsmall", vertical_alignment="center")
        for cell, column in zip(cells, columns, strict=True):
            with cell:
                column.draw(thing)


def _draw_cards(things: Sequence[T], columns: Sequence[Column[T]]) -> None:
    """A card for each thing, with the title of a column beside what it holds: columns do not fit beside each other."""
    for thing in things:
        with st.container(border=True, gap="xsmall"):
            for column in columns:
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    if column.title:
                        st.caption(column.title, width=TITLE_PIXELS)
                    with st.container(width="stretch"):
                        column.draw(thing)


def search(noun: str, key: str) -> str:
    """A search box; its words are in the address."""
    text = st.text_input(
        f"Search {noun}", key=key, placeholder=f"Search {noun}", label_visibility="collapsed", width=320,
        type="search", bind="query-params",
    )  # fmt: skip
    return str(text or "").strip()


def badge(name: str | None, word: str = "") -> None:
    """A state as icon, word and colour."""
    look: State = state(name)
    st.badge(word or look.word, icon=look.icon, color=look.color)  # type: ignore[arg-type]


def facts(pairs: Mapping[str, Any]) -> None:
    """Names and values, one under the other."""
    st.table({name: str(value) for name, value in pairs.items()}, border="horizontal", width="content")


def menu(about: str, acts: Mapping[str, Callable[[], None]], key: str) -> None:
    """What can be done with a thing, behind three dots; it closes before what was chosen is done.

    Parameters
    ----------
    about
        The name of the thing.
    acts
        Icon and words of each act, as ``:material/edit: Edit``, and what does it.
    """
    told = f"What can be done with {escaped(about)}"
    chosen = st.menu_button("", list(acts), key=key, icon=":material/more_vert:", help=told, type="tertiary")
    if chosen is not None:
        acts[chosen]()


def confirm(title: str, warning: str, verb: str, act: Callable[[], None]) -> None:
    """Ask before something is taken away; `act` runs in the dialog and should end with a switch or rerun."""

    @st.dialog(title)
    @guarded
    def ask() -> None:
        st.write(warning)
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Keep it"):
                st.rerun()
            if st.button(verb, type="primary"):
                act()

    ask()
