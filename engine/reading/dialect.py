"""Which delimiter, quote and escape a text table uses.

Every plausible dialect reads the beginning of the file, and the one that gives the most lines the same number of fields
wins. One bad line costs a dialect one line, where DuckDB's sniffer gives the whole dialect up and reads one column.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.findings import Finding
from engine.reading.read_as import ReadAs
from engine.reading.records import Lines, Records

DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x01", "\x1f", ":", " ")
_SAMPLE_LINES = 500
_CONSISTENT = 0.5
_TIME = re.compile(r"(?<![0-9.-])[0-9]{1,2}:[0-9]{2}(?![0-9.])")


@dataclass(frozen=True)
class Attempt:
    """How one dialect reads the sample."""

    read_as: ReadAs
    width: int
    consistency: float
    starts_well: bool
    first: tuple[str, ...] = ()
    has_times: bool = False

    @property
    def rank(self) -> tuple[float, bool, int]:
        # Where apostrophes quote, a backslash before one proves little: it must read clearly more lines.
        # And words of a text may be as many in every line.
        doubt = 0.05 if self.read_as.quote == "'" and self.read_as.escape == "\\" else 0.0
        doubt += 0.05 if self.read_as.delimiter == " " else 0.1 if self.has_times else 0.0
        return round(self.consistency - doubt, 2), self.starts_well, self.width


def detect_dialect(lines: Sequence[str], read_as: ReadAs, fixed: frozenset[str]) -> tuple[ReadAs, list[Finding]]:
    """Choose the dialect; what is in `fixed` was chosen by a person and stays."""
    sample = list(lines[:_SAMPLE_LINES])
    attempts = [attempt(sample, candidate) for candidate in _candidates(sample, read_as, fixed)]
    plausible = [one for one in attempts if _is_plausible(one)]
    if plausible:
        best = max(plausible, key=lambda one: (one.rank, one.read_as.delimiter != " "))
        return _with_spaces(sample, best.read_as, fixed), []
    near = max(attempts, key=lambda one: one.width * one.starts_well, default=None)
    findings = _no_delimiter(sample, near, fixed) or _one_column(attempts, fixed)
    raw = {"quote": ""} if findings and "quote" not in fixed else {}
    whole = read_as if "delimiter" in fixed else read_as.model_copy(update={"delimiter": _absent(sample), **raw})
    return whole, findings


def attempt(sample: Sequence[str], read_as: ReadAs) -> Attempt:
    """Read the sample in one dialect."""
    records = Records(Lines(iter(sample)), read_as)
    found = [cells for _, cells in records if len(cells) > 1 or "".join(cells).strip()]
    widths = [len(cells) for cells in found]
    if not widths:
        return Attempt(read_as, 1, 0.0, False)
    (width, fitting), *_ = Counter(widths).most_common(1)
    if len(widths) > 1 and widths[0] == widths[1] and widths.count(widths[0]) >= 0.25 * len(widths):
        width, fitting = widths[0], max(fitting, widths.count(widths[0]))
    has_times = read_as.delimiter == ":" and any(_TIME.search(line) for line in sample)
    consistency = fitting / (len(widths) + records.report.rejected_count)
    return Attempt(read_as, width, consistency, width in widths[:1], tuple(found[0]), has_times)


def _candidates(sample: Sequence[str], read_as: ReadAs, fixed: frozenset[str]) -> Iterator[ReadAs]:
    text = "".join(sample)
    delimiters = [read_as.delimiter] if "delimiter" in fixed else [char for char in DELIMITERS if char in text]
    quotes = [read_as.quote] if "quote" in fixed else [char for char in "\"'" if char in text] or ['"']
    for quote in quotes:
        backslashed = "escape" not in fixed and bool(quote) and text.count(f"\\{quote}") > text.count(quote * 2)
        escapes = [read_as.escape] if "escape" in fixed else [quote, "\\"] if backslashed else [quote]
        for escape in escapes:
            for delimiter in delimiters:
                one = read_as.model_copy(update={"delimiter": delimiter, "quote": quote, "escape": escape})
                yield one
                if "skip_initial_space" not in fixed and quote and f"{delimiter} {quote}" in text and delimiter != " ":
                    yield one.model_copy(update={"skip_initial_space": True})


def _is_plausible(one: Attempt) -> bool:
    if one.width < 2:
        return False
    if one.read_as.delimiter == ":":  # as in times, which are no fields
        are_fields = one.starts_well or (one.width > 3 and not one.has_times)
        return one.consistency >= 0.9 and are_fields and not all(cell.strip().isdigit() for cell in one.first)
    needed = 0.9 if one.read_as.delimiter == " " else _CONSISTENT
    return one.consistency >= needed and (one.starts_well or not _is_prose(one))


def _is_prose(one: Attempt) -> bool:
    """Sentences have commas and spaces too; a first line without any says that they are no delimiters."""
    return one.read_as.delimiter == " " or (one.read_as.delimiter == "," and one.width <= 3)


def _with_spaces(sample: Sequence[str], read_as: ReadAs, fixed: frozenset[str]) -> ReadAs:
    """Count a space after every delimiter as part of it."""
    if "skip_initial_space" in fixed or read_as.skip_initial_space or read_as.delimiter in " \t":
        return read_as
    spaced = sum(line.count(read_as.delimiter + " ") for line in sample[:50])
    every = sum(line.count(read_as.delimiter) for line in sample[:50])
    first = sample[0].count(read_as.delimiter + " ") == sample[0].count(read_as.delimiter) > 0
    return read_as.model_copy(update={"skip_initial_space": first and spaced > 0.9 * every})


def _absent(sample: Sequence[str]) -> str:
    text = "".join(sample)
    return next((char for char in (",", ";", "\t", "|", "\x1f") if char not in text), "\x1e")


def _no_delimiter(sample: Sequence[str], near: Attempt | None, fixed: frozenset[str]) -> list[Finding]:
    if near is None or near.width < 2 or "delimiter" in fixed:
        return []
    char, share = near.read_as.delimiter, near.consistency
    return [
        Finding(
            code="no_consistent_delimiter",
            severity="error",
            message=f"The first line has {near.width} fields separated by {char!r}, but only {share:.0%} of the lines "
            "have as many. Each line was read as one column.",
            fix="Choose the delimiter yourself, or export the file again with quotes around text.",
            detail={"delimiter": char, "width": near.width, "share": round(share, 4), "first_line": sample[0][:200]},
        )
    ]


def _one_column(attempts: Sequence[Attempt], fixed: frozenset[str]) -> list[Finding]:
    """Nearly all lines have as many fields, and only the first one keeps them from being read so."""
    regular = [one for one in attempts if one.width > 2 and one.consistency >= 0.9 and one.read_as.delimiter != ":"]
    if not regular or "delimiter" in fixed:
        return []
    best = max(regular, key=lambda one: one.rank)
    char = best.read_as.delimiter
    return [
        Finding(
            code="no_consistent_delimiter",
            severity="warning",
            message=f"{best.consistency:.0%} of the lines have {best.width} fields separated by {char!r}, but the "
            "first line has not. Each line was read as one column.",
            fix="Choose the delimiter yourself if these are fields, and skip the first line if it is no header.",
            detail={"delimiter": char, "width": best.width, "share": round(best.consistency, 4)},
        )
    ]
