"""Delimiters, line ends, encodings and defects in any mixture: read as it was meant, or a finding is there."""

import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from engine.reading import UnreadableFile, detect, read

DELIMITERS = (",", ";", "\t", "|", "~", ":")
ENDS = ("\n", "\r\n", "\r")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32")
HEAD = ["id", "day", "price", "note", "paid"]

Rows = list[list[str]]
Defect = Callable[[list[str], Rows, str, random.Random], list[str]]
"""Spoils the lines of a table; changes the rows where other values are meant then."""


def body(number: int) -> Rows:
    return [
        [str(n), f"2024-{1 + n % 12:02}-{1 + n % 28:02}", f"{n * 1.25:.2f}", f"Straße, {n}", ("no", "yes")[n % 2]]
        for n in range(1, number + 1)
    ]


def line_of(cells: list[str], delimiter: str) -> str:
    return delimiter.join(f'"{cell}"' if delimiter in cell or "," in cell else cell for cell in cells)


def changed(column: int, value: str) -> Defect:
    def spoil(lines: list[str], rows: Rows, delimiter: str, _: random.Random) -> list[str]:
        rows[-2][column] = value
        return [*lines[:-2], line_of(rows[-2], delimiter), lines[-1]]

    return spoil


def inserted(*new: str, place: int) -> Defect:
    def spoil(lines: list[str], _rows: Rows, delimiter: str, _dice: random.Random) -> list[str]:
        where = place if place >= 0 else len(lines) + 1 + place
        return [*lines[:where], *(one.replace(",", delimiter) for one in new), *lines[where:]]

    return spoil


def ragged(change: Callable[[str, str], str]) -> Defect:
    def spoil(lines: list[str], _rows: Rows, delimiter: str, dice: random.Random) -> list[str]:
        at = dice.randrange(2, len(lines))
        return [*lines[:at], change(lines[at], delimiter), *lines[at + 1 :]]

    return spoil


DEFECTS: dict[str, Defect] = {
    "none": lambda lines, *_: lines,
    "no header": lambda lines, *_: lines[1:],
    "late text": changed(0, "n/k"),
    "late date": changed(1, "unknown"),
    "preamble": inserted("Sales report", "created today", place=0),
    "comment": inserted("# exported by a tool", place=0),
    "several headers": inserted("master,master,detail,detail,detail", place=0),
    "footer": inserted("", "Total rows: 40", place=-1),
    "second table": inserted("", "a,b,c", "1,2,3", "4,5,6", place=-1),
    "empty lines": inserted("", "", place=9),
    "header again": inserted(",".join(HEAD), place=12),
    "short line": ragged(lambda line, delimiter: delimiter.join(line.split(delimiter)[:2])),
    "long line": ragged(lambda line, delimiter: f"{line}{delimiter}more"),
    "NUL": ragged(lambda line, _: f"{line[:1]}\0{line[1:]}"),
    "lost quote": ragged(lambda line, _: line.replace('"', "", 1)),
    "trailing delimiters": lambda lines, _rows, delimiter, _dice: [line + delimiter for line in lines],
}


def load(path: Path) -> tuple[pa.Table, set[str]]:
    read_as, noticed = detect(path)
    reading = read(path, read_as)
    table = pa.Table.from_batches(list(reading.batches()), reading.schema)
    return table, {finding.code for finding in (*noticed, *reading.findings)}


def told(value: object) -> str:
    text = {True: "yes", False: "no", None: ""}.get(value, value) if isinstance(value, bool | None) else value
    return f"{text:.2f}" if isinstance(text, float) else str(text).removesuffix(" 00:00:00")


def check(folder: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    kind, delimiter = list(DEFECTS)[seed % len(DEFECTS)], dice.choice(DELIMITERS)
    end, encoding = dice.choice(ENDS), dice.choice(ENCODINGS)
    rows = body(40)
    lines = DEFECTS[kind]([line_of(cells, delimiter) for cells in (HEAD, *rows)], rows, delimiter, dice)
    path = folder / "mixed.csv"
    path.write_bytes((end.join(lines) + dice.choice(["", end])).encode(encoding))
    what = f"{seed}: {kind}, {delimiter!r}, {end!r}, {encoding}"
    try:
        table, codes = load(path)
    except UnreadableFile:
        assert kind not in ("none", "late text", "late date"), what
        return
    found = [[told(value) for value in row.values()][: len(HEAD)] for row in table.to_pylist()]
    if found == rows:
        return
    assert codes, f"{what}: silently another table"
    meant = {tuple(row) for row in rows}
    kept = sum(tuple(row) in meant for row in found)
    assert kept >= 36 or codes & {"no_consistent_delimiter", "second_table", "encoding_guessed"}, (
        f"{what}: {kept}, {codes}"
    )


@pytest.mark.parametrize("seed", range(len(DEFECTS) * 2))
def test_mixed_pollution_is_never_silently_another_table(tmp_path: Path, seed: int) -> None:
    check(tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(100, 500, 50))
def test_hundreds_of_mixtures_are_never_silently_another_table(tmp_path: Path, first: int) -> None:
    for seed in range(first, first + 50):
        check(tmp_path, seed)


def test_a_table_without_a_header_and_with_returns_at_its_ends_is_read(tmp_path: Path) -> None:
    """DuckDB trips over some of them."""
    for end in ("", "\r\n"):
        path = tmp_path / "bare.csv"
        path.write_bytes(("\r\n".join(f'{n},2024-01-02,"it, {n}",yes' for n in range(8)) + end).encode())
        table, codes = load(path)
        assert (table.num_rows, table.num_columns) == (8, 4)
        assert "no_header" in codes


def test_times_and_sentences_are_no_fields(tmp_path: Path) -> None:
    for text in ("time\n12:30:00\n12:45:10\n13:00:00\n", "12:30\n12:45\n13:00\n", "note\nfirst: one\nsecond two\n"):
        path = tmp_path / "one.csv"
        path.write_text(text)
        assert load(path)[0].num_columns == 1


def test_one_column_is_told_where_all_lines_but_the_first_have_several_fields(tmp_path: Path) -> None:
    path = tmp_path / "spaces.csv"
    path.write_text("exported\n" + "\n".join(f"{n} {n * 2} {n * 3} x" for n in range(30)) + "\n")
    table, codes = load(path)
    assert table.num_columns == 4 or "no_consistent_delimiter" in codes
