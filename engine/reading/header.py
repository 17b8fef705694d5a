"""Where the table begins: lines before it, the lines with the names, and the first row."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.findings import Finding
from engine.reading.read_as import ReadAs
from engine.reading.report import skipped_lines
from engine.reading.values import is_data, shape_of

_LOOK_AHEAD = 20
_MAX_HEADER_ROWS = 3

Cells = list[str]


@dataclass(frozen=True)
class Head:
    """The beginning of a table, settled.

    Parameters
    ----------
    names
        As they are in the file; empty where the file has none.
    header_line
        The cells of the last header line: a repetition of them further down is no row.
    width
        Fields of a regular record.
    skip_rows, skip_lines
        Physical lines before the header, and before the first row.
    header_rows
        Lines of names.
    """

    names: Cells
    header_line: Cells
    width: int
    skip_rows: int
    header_rows: int
    skip_lines: int
    findings: list[Finding]


def find_head(records: Sequence[tuple[int, Cells]], read_as: ReadAs, fixed: frozenset[str]) -> Head:
    """Find the header among the first records, each with the number of its line."""
    findings: list[Finding] = []
    width = usual_width([cells for _, cells in records])
    start = _index_behind(records, read_as.skip_rows) if "skip_rows" in fixed else _preamble(records, width, findings)
    body, before = records[start:], _line_before(records, start)
    has_header = read_as.header if "header" in fixed else bool(body) and _is_header(body, width, findings)
    if not has_header or not body:
        return Head([], [], width, before, 0, before, findings)
    rows = read_as.header_rows if "header_rows" in fixed else _header_rows(body, read_as, findings)
    names = _join([cells for _, cells in body[:rows]])
    width, names = _settle_width(names, width, [cells for _, cells in body[rows:]], findings)
    skip_lines = _last_line(*body[rows - 1])
    return Head(names, body[rows - 1][1], width, before, rows, skip_lines, findings)


def usual_width(records: Sequence[Cells]) -> int:
    """Return how many fields most records have; where two regular lines begin the file, theirs."""
    widths = [len(cells) for cells in records] or [1]
    usual = Counter(widths).most_common(1)[0][0]
    agrees = len(widths) > 2 and widths[0] == widths[1] == widths[2] and widths[0] > 1
    return widths[0] if agrees else usual


def _preamble(records: Sequence[tuple[int, Cells]], width: int, findings: list[Finding]) -> int:
    """Count the records before the header: they are sparse or narrow, and a full line of names follows."""
    for index, (_, cells) in enumerate(records[:_LOOK_AHEAD]):
        if len(cells) == width and _filled(cells) > width / 3 and not (index and _are_data(cells)):
            if index:
                findings.append(_skipped(records[:index]))
            return index
        if len(cells) == width and _are_data(cells):
            return 0
        if len(cells) > max(1, width // 2) and _filled(cells) > width / 3:
            return 0
    return 0


def _is_header(body: Sequence[tuple[int, Cells]], width: int, findings: list[Finding]) -> bool:
    first = body[0][1]
    if not any(is_data(cell) for cell in first if cell.strip()):
        return True
    below = [cells for _, cells in body[1:201] if len(cells) == len(first)]
    alike = sum(_continues(first[i], [cells[i] for cells in below]) for i in range(len(first)))
    if below and not alike:  # years as names, over a column of numbers that are none of these
        return True
    findings.append(
        Finding(
            code="no_header",
            severity="warning",
            message=f"The first line holds values, not names, so the columns are called column_1 to column_{width}.",
            fix="Name the columns, or say that the first line is a header.",
            detail={"first_line": [cell[:100] for cell in first[:20]]},
        )
    )
    return False


def _continues(first: str, below: Sequence[str]) -> bool:
    shape = shape_of(below, ())
    return is_data(first) and (shape != "text" or not below)


def _header_rows(body: Sequence[tuple[int, Cells]], read_as: ReadAs, findings: list[Finding]) -> int:
    """Count header lines: below the first, a line of words over columns of numbers or dates is one more."""
    rows = 1
    while rows < min(_MAX_HEADER_ROWS, len(body) - 1) and _is_more_header(body, rows, read_as):
        rows += 1
    if rows > 1:
        lines = [line for line, _ in body[:rows]]
        findings.append(
            Finding(
                code="header_of_several_lines",
                severity="warning",
                message=f"The names stand in {rows} lines ({lines[0]} to {lines[-1]}); they were joined.",
                fix="Set header_rows to 1 if the second line is data.",
                detail={"lines": lines},
            )
        )
    return rows


def _is_more_header(body: Sequence[tuple[int, Cells]], row: int, read_as: ReadAs) -> bool:
    cells = body[row][1]
    if len(cells) != len(body[0][1]) or any(is_data(cell) for cell in cells if cell.strip()):
        return False
    if cells == body[0][1]:
        return True
    below = [other for _, other in body[row + 1 : row + 200] if len(other) == len(cells)]
    if len(below) < 2:
        return False
    shapes = [shape_of([other[i] for other in below], read_as.null_values) for i in range(len(cells))]
    typed = [i for i, shape in enumerate(shapes) if shape in ("number", "moment", "boolean")]
    words = sum(bool(cells[i].strip()) and cells[i] not in read_as.null_values for i in typed)
    return words > 0 and words >= len(typed) / 2


def _join(rows: Sequence[Cells]) -> Cells:
    """Join the names of several lines; a name that repeats itself is said once."""
    width = max(map(len, rows))
    padded = [row + [""] * (width - len(row)) for row in rows]
    return [
        " ".join(dict.fromkeys(cell.strip() for cell in column if cell.strip())) for column in zip(*padded, strict=True)
    ]


def _settle_width(names: Cells, width: int, rows: Sequence[Cells], findings: list[Finding]) -> tuple[int, Cells]:
    """Let header and rows agree on the number of columns."""
    if not rows or len(names) == width:
        return len(names), names
    if len(names) == width + 1 and not names[-1]:
        return width, names[:-1]
    findings.append(
        Finding(
            code="header_width",
            severity="error",
            message=f"The header has {len(names)} names, but the rows have {width} fields.",
            fix="Compare names and values in the preview: they may be shifted.",
            detail={"names": len(names), "fields": width},
        )
    )
    return width, [*names[:width], *[""] * (width - len(names))]


def _index_behind(records: Sequence[tuple[int, Cells]], line: int) -> int:
    return next((index for index, (first, _) in enumerate(records) if first > line), len(records))


def _line_before(records: Sequence[tuple[int, Cells]], index: int) -> int:
    if index < len(records):
        return records[index][0] - 1
    return records[-1][0] if records else 0


def _last_line(line: int, cells: Cells) -> int:
    """The physical line that a record ends with: names in quotes may go over several."""
    return line + sum(len(cell.splitlines()) - 1 for cell in cells if "\n" in cell or "\r" in cell)


def _filled(cells: Cells) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _are_data(cells: Cells) -> bool:
    return any(is_data(cell) for cell in cells if cell.strip())


def _skipped(records: Sequence[tuple[int, Cells]]) -> Finding:
    lines = {line: " ".join(cells).strip()[:200] for line, cells in records}
    first = next(iter(lines))
    return Finding(
        code="preamble",
        severity="warning",
        message=f"{skipped_lines(len(lines))} before the header, as no part of the table: {lines[first]!r} …",
        fix="Say how many lines come before the header if the table begins elsewhere.",
        detail={"lines": {str(line): text for line, text in lines.items()}},
    )
