"""A model card: sections of texts, facts, tables and bars; and how it looks as a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.work.page.document import head_of
from engine.work.page.drawing import Bar, bars
from engine.work.page.elements import Element, element, listed, paragraphs
from engine.work.page.tables import scrolled

UNWRITTEN = "Not written yet."


@dataclass(frozen=True)
class Text:
    """What people wrote, plain; an empty line begins a new paragraph."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Names and values."""

    pairs: Mapping[str, str]


@dataclass(frozen=True)
class Lines:
    """A list of things to know."""

    lines: Sequence[str]


@dataclass(frozen=True)
class Grid:
    """A table: the first column names a row, the others are figures where `is_figures`."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    is_figures: bool = True


@dataclass(frozen=True)
class Bars:
    """Figures that are compared by their length."""

    caption: str
    bars: Sequence[tuple[str, float]]


Block = Text | Facts | Lines | Grid | Bars


@dataclass(frozen=True)
class Section:
    """A part of a card under its heading."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Card:
    """The card of one version of a model.

    Parameters
    ----------
    about
        What it is, in one line.
    """

    model: str
    version: int
    about: str
    sections: Sequence[Section]

    @property
    def title(self) -> str:
        """What stands on top."""
        return f"{self.model} v{self.version}"


def card_html(card: Card) -> str:
    """The card as a page that loads nothing and runs nothing; every text in it is escaped."""
    top = element(
        "header",
        element("h1", element("bdi", card.model), f" v{card.version}"),
        element("p", card.about, class_="origin"),
    )
    sections = (_section(place, section) for place, section in enumerate(card.sections, 1))
    footer = element("footer", "Written by Canvasback. The page is whole: it loads nothing and runs nothing.")
    body = element("body", element("main", top, *sections, footer))
    return f"<!DOCTYPE html>\n{element('html', head_of(f'Model card: {card.title}'), body, lang='en')}\n"


def _section(place: int, section: Section) -> Element:
    heading = element("h2", section.title, id=f"heading-{place}")
    parts = [part for block in section.blocks for part in _parts(block)]
    return element("section", heading, *parts, aria_labelledby=f"heading-{place}")


def _parts(block: Block) -> list[Element]:
    match block:
        case Text(text):
            return paragraphs(text) or [element("p", UNWRITTEN, class_="missing")]
        case Facts(pairs):
            rows = (element("div", element("dt", name), element("dd", value)) for name, value in pairs.items())
            return [element("dl", *rows)]
        case Lines(lines):
            return [listed(*lines)]
        case Bars(caption, drawn):
            told = f"{caption} Most: {drawn[0][0]}."
            return [element("figure", element("figcaption", caption), bars([Bar(*bar) for bar in drawn], told))]
        case Grid():
            return [_table(block)]


def _table(grid: Grid) -> Element:
    mark = {"class_": "number"} if grid.is_figures else {}
    first, *others = grid.head
    heads = [element("th", first, scope="col"), *(element("th", name, scope="col", **mark) for name in others)]
    lines = (
        element("tr", element("th", name, scope="row"), *(element("td", figure, **mark) for figure in figures))
        for name, *figures in grid.rows
    )
    caption = element("caption", grid.caption)
    table = element("table", caption, element("thead", element("tr", *heads)), element("tbody", *lines))
    return scrolled(table, grid.caption)
