"""A model card as Markdown. Every text is escaped, so that no name of a column becomes a link or a table."""

import re
from collections.abc import Sequence
from html import escape

from engine.work.page.card import UNWRITTEN, Bars, Block, Card, Facts, Grid, Lines, Text
from engine.work.page.values import number

_MARKS = re.compile(r"[\\`*_\[\]|~$#]")
_BEGINNING = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)", re.MULTILINE)


def card_markdown(card: Card) -> str:
    """The card, for a wiki, a repository or a reader of Markdown."""
    parts = [f"# {escaped(card.title)}", escaped(card.about)]
    for section in card.sections:
        parts += [f"## {escaped(section.title)}", *(_block(block) for block in section.blocks)]
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    r"""A text without any meaning to Markdown, on one line or several.

    >>> escaped("a|b <i> [x](y)"), escaped("1. first")
    ('a\\|b &lt;i&gt; \\[x\\](y)', '1\\. first')
    """
    plain = _MARKS.sub(lambda mark: f"\\{mark[0]}", escape(text, quote=False))
    return _BEGINNING.sub(lambda found: f"{found[1]}{found[2][:-1]}\\{found[2][-1]}", plain)


def _block(block: Block) -> str:
    match block:
        case Text(text):
            return escaped(text.strip()) or f"*{UNWRITTEN}*"
        case Facts(pairs):
            return "\n".join(f"- **{_cell(name)}:** {_cell(value)}" for name, value in pairs.items())
        case Lines(lines):
            return "\n".join(f"- {_cell(line)}" for line in lines)
        case Bars(caption, drawn):
            rows = [[name, number(value)] for name, value in drawn]
            return f"{_cell(caption)}\n\n{_rows(['Column', 'Loss'], rows, is_figures=True)}"
        case Grid(caption, head, rows, is_figures):
            return f"{_cell(caption)}\n\n{_rows(head, rows, is_figures=is_figures)}"


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]], *, is_figures: bool = False) -> str:
    rule = ["---", *("---:" if is_figures else "---" for _ in head[1:])]
    lines = [[_cell(cell) for cell in head], rule, *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(escaped(text).split())
