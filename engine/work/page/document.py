"""A page as a whole: one file that can be kept and sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.work.page.elements import Element, element, listed, paragraphs, style
from engine.work.page.models import GivenModel, model_parts
from engine.work.page.style import STYLE
from engine.work.page.tables import GivenTable, table_parts

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What a browser may do with the page: show it, and load or run nothing."""


@dataclass(frozen=True)
class Page:
    """What stands on a page.

    Parameters
    ----------
    text
        Plain, with paragraphs.
    origin
        Where it comes from, in one line.
    """

    title: str
    text: str
    origin: str
    models: Sequence[GivenModel] = ()
    tables: Sequence[GivenTable] = ()

    def as_html(self) -> str:
        """The page; every text in it is escaped."""
        return f"<!DOCTYPE html>\n{element('html', head_of(self.title), self._body(), lang='en')}\n"

    def _body(self) -> Element:
        names = [table.title for table in self.tables]
        titles = [f"{m.title} (model)" if m.title in names else m.title for m in self.models] + names
        parts = [*map(model_parts, self.models), *map(table_parts, self.tables)]
        sections = (_section(place, *each) for place, each in enumerate(zip(titles, parts, strict=True), 1))
        contents = element("nav", _contents(titles), aria_label="Contents") if len(titles) > 1 else None
        header = element(
            "header", element("h1", self.title), element("p", self.origin, class_="origin"), *paragraphs(self.text)
        )
        footer = element("footer", "Written by Canvasback. The page is whole: it loads nothing and runs nothing.")
        return element("body", element("main", header, contents, *sections, footer))


def head_of(title: str) -> Element:
    """What a browser is told before it shows a page."""
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        style(STYLE),
    )


def _section(place: int, title: str, parts: Sequence[Element]) -> Element:
    heading = element("h2", title, id=f"heading-{place}")
    return element("section", heading, *parts, id=f"part-{place}", aria_labelledby=f"heading-{place}")


def _contents(titles: Sequence[str]) -> Element:
    return listed(*(element("a", title, href=f"#part-{place}") for place, title in enumerate(titles, 1)))
