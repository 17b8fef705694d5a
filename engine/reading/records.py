"""The careful way to read a text table: one record at a time, and a broken line never takes others with it.

A record that does not fit costs only itself. Where an unclosed quote swallowed the lines after it, those lines are
given back and read again.
"""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TextIO

from engine.reading.closing import REASON as CLOSING
from engine.reading.left_out import MOST_CHARS, LeftOut
from engine.reading.limits import KEPT_REJECTED, MAX_FIELD_CHARS, MAX_LINE_CHARS
from engine.reading.read_as import ReadAs, Rejected

csv.field_size_limit(MAX_FIELD_CHARS)

_CLIP_CHARS = 200
_BACKSLASHED = re.compile(r"\\([\"'\\])")

Cells = list[str]


class Lines:
    """The physical lines of a text, which can be given back.

    A line of more than ``MAX_LINE_CHARS`` is cut there, so memory stays bounded.
    """

    def __init__(self, source: Iterator[str], number: int = 0) -> None:
        self._source = source
        self._returned: deque[str] = deque()
        self.number = number
        self.taken: list[str] = []

    @classmethod
    def of(cls, stream: TextIO) -> "Lines":
        return cls(iter(partial(stream.readline, MAX_LINE_CHARS), ""))

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._source)
        self.number += 1
        self.taken.append(line)
        return line

    def give_back_all_but_first(self) -> None:
        rest = self.taken[1:]
        self._returned.extendleft(reversed(rest))
        self.number -= len(rest)
        del self.taken[1:]


@dataclass
class Report:
    """What was noticed while records were read."""

    rejected: list[Rejected] = field(default_factory=list)
    rejected_count: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    repaired: list[int] = field(default_factory=list)
    repaired_count: int = 0
    stray_lines: list[int] = field(default_factory=list)
    stray_count: int = 0
    widths: Counter[int] = field(default_factory=Counter)
    blank: int = 0
    closing: int = 0
    repeated_headers: list[int] = field(default_factory=list)
    fitted: dict[str, list[int]] = field(default_factory=dict)
    fitted_count: Counter[str] = field(default_factory=Counter)
    left_out: LeftOut | None = None

    def reject(self, line: int, text: str, code: str, reason: str) -> None:
        self.rejected_count += 1
        self.reasons[code] += 1
        shown = text.rstrip("\r\n").replace("\0", "␀")
        if len(self.rejected) < KEPT_REJECTED:
            self.rejected.append(Rejected(line=line, text=shown[:_CLIP_CHARS], reason=reason))
        if self.left_out is not None:
            self.left_out.add(Rejected(line=line, text=shown[:MOST_CHARS], reason=reason))

    def fit(self, line: int, code: str) -> None:
        """Note that a line was made to fit."""
        self.fitted_count[code] += 1
        lines = self.fitted.setdefault(code, [])
        if len(lines) < KEPT_REJECTED:
            lines.append(line)

    def stray(self, line: int) -> None:
        self.stray_count += 1
        if len(self.stray_lines) < KEPT_REJECTED:
            self.stray_lines.append(line)

    def close(self, line: int, text: str) -> None:
        """Leave a row below the table out, as was asked."""
        self.closing += 1
        self.reject(line, text, "closing", CLOSING)

    def repair(self, line: int) -> None:
        self.repaired_count += 1
        if len(self.repaired) < KEPT_REJECTED:
            self.repaired.append(line)


class Records:
    """The records of a text table, each with the number of its first line.

    Parameters
    ----------
    lines
        The physical lines, behind what is to be skipped.
    read_as
        Delimiter, quote and escape.
    width
        How many cells a record must have; None accepts any number.
    header
        A record equal to this is a header repeated in the middle, and no data.
    left_out
        Where lines that do not fit are kept.
    """

    def __init__(
        self,
        lines: Lines,
        read_as: ReadAs,
        width: int | None = None,
        header: Sequence[str] | None = None,
        left_out: LeftOut | None = None,
    ) -> None:
        self.report = Report(left_out=left_out)
        self._lines = lines
        self._read_as = read_as
        self._width = width
        self._header = list(header) if header else None
        self._reader = _reader(self._unescaped(lines), read_as)

    def __iter__(self) -> Iterator[tuple[int, Cells]]:
        blank_before = 0
        for line, cells in self._parsed():
            if _is_blank(cells, self._width):
                blank_before += 1
                continue
            yield from self._blank_cells(line, blank_before)
            blank_before = 0
            yield line, cells

    def _parsed(self) -> Iterator[tuple[int, Cells]]:
        """Yield what fits, and report what does not."""
        lines, width, header = self._lines, self._width, self._header
        while True:
            lines.taken.clear()
            first = lines.number + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield from self._broken(first, error)
                continue
            if "\0" in lines.taken[0] or (width is not None and len(cells) != width):
                yield from self._misfit(first, cells)
            elif cells == header:
                self._repeat_of_header(first)
            elif width is None or not self._tears_quotes(cells) or (self._read_as.lenient and len(lines.taken) == 1):
                yield first, cells
            else:
                self._lines.give_back_all_but_first()
                self._reject_quotes(first)

    def _tears_quotes(self, cells: Cells) -> bool:
        """Say whether a quote in plain text opens in one cell and closes in another: then a delimiter was text."""
        quote = self._read_as.quote
        if quote != '"' or quote not in self._lines.taken[0] or quote not in "".join(cells):
            return False
        text = "".join(self._unescaped(iter(self._lines.taken)))
        stray = [cell for cell in cells if quote in cell and _quoted(cell, quote) not in text]
        if stray:
            self.report.stray(self._lines.number)
        odd = [cell for cell in stray if cell.count(quote) % 2]
        return len(odd) > 1 and not odd[0].endswith(quote)

    def _blank_cells(self, line: int, count: int) -> Iterator[tuple[int, Cells]]:
        """In a table of one column, an empty line between others is a missing value."""
        if self._width == 1:
            for before in range(count, 0, -1):
                yield line - before, [""]
        else:
            self.report.blank += count

    def _unescaped(self, lines: Iterator[str]) -> Iterator[str]:
        if self._read_as.escape != "\\":
            return lines
        return (_BACKSLASHED.sub(self._doubled, line) for line in lines)

    def _doubled(self, match: re.Match[str]) -> str:
        char = match.group(1)
        return char * 2 if char == self._read_as.quote else match.group(0) if char != "\\" else char

    def _broken(self, first: int, error: csv.Error) -> Iterator[tuple[int, Cells]]:
        self._lines.give_back_all_but_first()
        text = self._lines.taken[0]
        if (cells := self._repaired(text)) is not None:
            self.report.repair(first)
            yield first, cells
            return
        if "field larger" in str(error) or len(text) > MAX_FIELD_CHARS:
            self._drop_rest_of_line(text)
            self.report.reject(first, text, "field_too_long", f"a field has more than {MAX_FIELD_CHARS:,} characters")
        elif self._is_lenient:
            self.report.fit(first, "broken_quotes")
            yield first, self._fitted(first, text.rstrip("\r\n").split(self._read_as.delimiter))
        else:
            self._reject_quotes(first)

    @property
    def _is_lenient(self) -> bool:
        return self._read_as.lenient and self._width is not None

    def _fitted(self, line: int, cells: Cells) -> Cells:
        """Pad what is short; of what is long, join the surplus to the last cell, so that nothing is lost."""
        width = self._width or len(cells)
        if len(cells) < width:
            self.report.fit(line, "padded")
            return [*cells, *[""] * (width - len(cells))]
        if len(cells) > width:
            surplus = [cell for cell in cells[width:] if cell.strip()]
            self.report.fit(line, "joined" if surplus else "cut")
            return [*cells[: width - 1], self._read_as.delimiter.join([cells[width - 1], *surplus])]
        return cells

    def _reject_quotes(self, line: int) -> None:
        reason = "a quote is opened or closed in the wrong place"
        self.report.reject(line, self._lines.taken[0], "broken_quotes", reason)

    def _misfit(self, first: int, cells: Cells) -> Iterator[tuple[int, Cells]]:
        text = self._lines.taken[0]
        if "\0" in text and self._is_lenient:
            self.report.fit(first, "nul_byte")
            cells = [cell.replace("\0", "") for cell in cells]
            yield first, self._fitted(first, cells)
            return
        if "\0" in text:
            self.report.reject(first, text, "nul_byte", "the line holds a NUL byte")
            return
        if _is_blank(cells, self._width):
            yield first, []
            return
        if len(self._lines.taken) > 1 and self._swallowed_a_record():
            yield from self._broken(first, csv.Error())
            return
        if self._is_lenient:
            yield first, self._fitted(first, cells)
            return
        self.report.widths[len(cells)] += 1
        code = "too_many_fields" if len(cells) > (self._width or 0) else "too_few_fields"
        fields = "1 field" if len(cells) == 1 else f"{len(cells)} fields"
        self.report.reject(first, "".join(self._lines.taken), code, f"{fields} instead of {self._width}")

    def _swallowed_a_record(self) -> bool:
        return any(self._fits(line) for line in self._lines.taken[1:101])

    def _fits(self, line: str) -> bool:
        try:
            return any(len(cells) == self._width for cells in _reader([line], self._read_as))
        except csv.Error:
            return False

    def _repaired(self, text: str) -> Cells | None:
        """Read one line whose quotes inside text are not escaped; None where that gives another number of cells."""
        if self._width is None or not self._read_as.quote or len(text) > MAX_FIELD_CHARS:
            return None
        cells = split_loosely(text.rstrip("\r\n"), self._read_as)
        return cells if cells is not None and len(cells) == self._width else None

    def _drop_rest_of_line(self, text: str) -> None:
        while len(text) == MAX_LINE_CHARS and not text.endswith(("\n", "\r")):
            text = next(self._lines, "")
            self._lines.number -= 1

    def _repeat_of_header(self, line: int) -> None:
        self.report.repeated_headers.append(line)
        self.report.reject(line, "".join(self._lines.taken), "repeated_header", "repeats the header")


def split_loosely(line: str, read_as: ReadAs) -> Cells | None:
    """Split a line where a quote closes a field only in front of a delimiter; None where one never closes.

    >>> split_loosely('1,"a 5" nail",2', ReadAs())
    ['1', 'a 5" nail', '2']
    """
    quote, delimiter = read_as.quote, read_as.delimiter
    cells, position = [], 0
    while True:
        if read_as.skip_initial_space:
            position += len(line[position:]) - len(line[position:].lstrip(" "))
        if line.startswith(quote, position):
            end = line.find(quote + delimiter, position + 1)
            if end < 0:
                end = len(line) - 1
                if end <= position or not line.endswith(quote):
                    return None
            cells.append(line[position + 1 : end].replace(quote * 2, quote))
            end += 1
        else:
            end = line.find(delimiter, position)
            end = len(line) if end < 0 else end
            cells.append(line[position:end])
        if end >= len(line):
            return cells
        position = end + 1


def _reader(lines: Iterator[str] | list[str], read_as: ReadAs) -> Iterator[Cells]:
    return csv.reader(
        lines,
        delimiter=read_as.delimiter,
        quotechar=read_as.quote or None,
        quoting=csv.QUOTE_MINIMAL if read_as.quote else csv.QUOTE_NONE,
        skipinitialspace=read_as.skip_initial_space,
        strict=True,
    )


def _quoted(cell: str, quote: str) -> str:
    return quote + cell.replace(quote, quote * 2) + quote


def _is_blank(cells: Cells, width: int | None) -> bool:
    return len(cells) != width and not any(cell.strip() for cell in cells) and len(cells) <= 1
