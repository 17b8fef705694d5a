"""Elements of a page. Texts are escaped when it is written, so that no value can become markup."""

import re
from dataclasses import dataclass
from html import escape

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""What HTML has no place for."""
EMPTY = frozenset(("meta", "line", "rect", "polyline"))
"""What has no content: of these, those of SVG are closed."""


@dataclass(frozen=True)
class Element:
    """An element, and what is in it in its order."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    children: "tuple[Element | str, ...]"

    def __str__(self) -> str:
        """The element as HTML."""
        told = "".join(f' {name}="{_escaped(value)}"' for name, value in self.attributes)
        if self.tag in EMPTY:
            return f"<{self.tag}{told}{'' if self.tag == 'meta' else '/'}>"
        inside = "".join(str(child) if isinstance(child, Element) else _escaped(child) for child in self.children)
        return f"<{self.tag}{told}>{inside}</{self.tag}>"


@dataclass(frozen=True)
class Style(Element):
    """Our own style sheet: the one text that is not escaped."""

    def __str__(self) -> str:
        return f"<style>{self.children[0]}</style>"


Child = Element | str | None


def element(tag: str, *children: Child, **attributes: str | float) -> Element:
    """An element; ``class_`` and ``aria_label`` are the attributes ``class`` and ``aria-label``.

    >>> str(element("p", "a < b ", element("b", "& c"), class_='"x"'))
    '<p class="&quot;x&quot;">a &lt; b <b>&amp; c</b></p>'
    """
    named = tuple((name.rstrip("_").replace("_", "-"), str(value)) for name, value in attributes.items())
    return Element(tag, named, tuple(child for child in children if child is not None))


def style(sheet: str) -> Element:
    """How the page looks."""
    return Style("style", (), (sheet,))


def listed(*items: Child) -> Element:
    """A list of things."""
    return element("ul", *(element("li", item) for item in items))


def paragraphs(text: str) -> list[Element]:
    """A text as people write it: an empty line begins a new paragraph."""
    return [element("p", part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def _escaped(text: str) -> str:
    return escape(CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text))
