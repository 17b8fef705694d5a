"""Never silently wrong: a spoiled text table is read as it was meant, or a finding names what spoiled it."""

import random
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from engine.reading import EmptyFile, detect, read

CORPUS = Path(__file__).parents[1] / "data" / "polluted.tar.xz"
"""30 files of the Pollock benchmark (HPI), each with one defect, and what is meant by them."""

DEFECTS = {
    "file_escape_char_0x00": "unescaped_quotes",
    "file_field_delimiter_0x20": "no_consistent_delimiter",
    "file_header_multirow_2": "header_of_several_lines",
    "file_header_multirow_3": "header_of_several_lines",
    "file_header_only": "no_rows",
    "file_multitable_less": "second_table",
    "file_multitable_more": "second_table",
    "file_multitable_same": "repeated_header",
    "file_no_header": "no_header",
    "file_preamble": "preamble",
    "file_quotation_char_0x27": "unescaped_quotes",
    "row_extra_quote10_col3": "rejected_lines",
    "row_extra_quote60_col8": "rejected_lines",
    "row_field_delimiter_10_0x20": "rejected_lines",
    "row_field_delimiter_50_0x20": "rejected_lines",
    "row_less_sep_row10_col5": "rejected_lines",
    "row_less_sep_row40_col1": "rejected_lines",
    "row_more_sep_row10_col5": "rejected_lines",
    "row_more_sep_row50_col2": "rejected_lines",
}
"""The defects that cannot be read away, and the finding that names each."""


def load(path: Path) -> tuple[pa.Table, dict[str, int]]:
    """The table, and each finding with the number of its line, where it has one."""
    read_as, noticed = detect(path)
    reading = read(path, read_as)
    table = pa.Table.from_batches(list(reading.batches()), reading.schema)
    return table, {finding.code: finding.detail.get("count", 0) for finding in (*noticed, *reading.findings)}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("polluted")
    with tarfile.open(CORPUS) as archive:
        archive.extractall(folder, filter="data")
    return folder


def test_every_polluted_file_is_read_as_meant_or_its_defect_is_named(corpus: Path) -> None:
    names = sorted(path.stem for path in (corpus / "csv").iterdir())
    assert len(names) == 30
    for name in names:
        polluted, clean = corpus / "csv" / f"{name}.csv", corpus / "clean" / f"{name}.csv"
        if name == "file_no_payload":
            with pytest.raises(EmptyFile):
                detect(polluted)
            continue
        table, codes = load(polluted)
        if name in DEFECTS:
            assert DEFECTS[name] in codes, name
        else:
            assert table.equals(load(clean)[0]), name


HEADER = "id,day,price,note,paid"
ROWS = 60
Spoil = Callable[[list[str], random.Random], str | bytes]
"""Spoils the lines of a table, in which the row with the id n is line n."""


def lines() -> list[str]:
    rows = [
        f'{n},2024-{1 + n % 12:02}-{1 + n % 28:02},{n * 1.25:.2f},"item {n}, size {n % 7}",{("no", "yes")[n % 2]}'
        for n in range(1, ROWS + 1)
    ]
    return [HEADER, *rows]


def text(parts: list[str]) -> str:
    return "\n".join(parts) + "\n"


def one_line(change: Callable[[str, random.Random], str]) -> Spoil:
    def spoil(table: list[str], dice: random.Random) -> str:
        place = dice.randrange(1, len(table))
        table[place] = change(table[place], dice)
        return text(table)

    return spoil


def at(line: str, place: int, new: str, instead_of: int = 0) -> str:
    return line[:place] + new + line[place + instead_of :]


def outside(line: str, char: str, dice: random.Random) -> int:
    """The place of a character that is in no quoted text."""
    quoted = range(line.index('"'), line.rindex('"'))
    return dice.choice([i for i, found in enumerate(line) if found == char and i not in quoted])


def cell(number: int, new: str) -> Callable[[str, random.Random], str]:
    def change(line: str, _dice: random.Random) -> str:
        head, note, tail = line.split('"')
        cells = head.split(",")
        cells[number] = new
        return f'{",".join(cells)}"{note}"{tail}'

    return change


def cut(table: list[str], dice: random.Random) -> str:
    whole = text(table)
    return whole[: dice.randrange(len(whole) // 2, len(whole) - 1)]


def mixed_ends(table: list[str], dice: random.Random) -> str:
    return "".join(line + dice.choice(["\n", "\r\n"]) for line in table)


def joined(table: list[str], dice: random.Random) -> str:
    place = dice.randrange(1, len(table) - 1)
    return text([*table[:place], table[place] + table[place + 1], *table[place + 2 :]])


def inserted(new: str) -> Spoil:
    def spoil(table: list[str], dice: random.Random) -> str:
        table.insert(dice.randrange(2, len(table)), new)
        return text(table)

    return spoil


SPOILED: dict[str, Spoil] = {
    "a quote is lost": one_line(lambda line, dice: at(line, dice.choice([line.index('"'), line.rindex('"')]), "", 1)),
    "a quote too many": one_line(lambda line, dice: at(line, dice.randrange(len(line)), '"')),
    "an apostrophe": one_line(lambda line, dice: at(line, dice.randrange(len(line)), "'")),
    "a delimiter too many": one_line(lambda line, dice: at(line, outside(line, ",", dice), ",,", 1)),
    "a delimiter is lost": one_line(lambda line, dice: at(line, outside(line, ",", dice), "", 1)),
    "another delimiter": one_line(lambda line, _: line.replace(",", ";")),
    "a NUL byte": one_line(lambda line, dice: at(line, dice.randrange(len(line)), "\0")),
    "a line in two": one_line(lambda line, dice: at(line, outside(line, ",", dice), "\n")),
    "two lines in one": joined,
    "mixed line ends": mixed_ends,
    "cut off": cut,
    "a header repeated": inserted(HEADER),
    "an empty line": inserted(""),
    "a line of text": inserted("see the annex for what follows"),
    "a total": lambda table, _: text([*table, "Total,,4575.00,,"]),
    "a mark at the beginning": lambda table, _: b"\xef\xbb\xbf" + text(table).encode(),
    "a mark in the middle": one_line(lambda line, _: "\ufeff" + line),
    "another encoding": one_line(lambda line, dice: at(line, line.rindex('"'), dice.choice("éßÿ"))),
    "text among numbers": one_line(cell(2, "free")),
    "another decimal sign": one_line(cell(2, '"12,5"')),
    "another date format": one_line(cell(1, "31.12.2023")),
    "a date that is none": one_line(cell(1, "2024-02-31")),
    "lines before the header": lambda table, _: text(["Sales, as of today", "", *table]),
    "a number too long": one_line(cell(0, "123456789012345678901234567890")),
    "endless line": one_line(lambda line, _: line + "," * 3_000),
}


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    path = tmp_path_factory.mktemp("truth") / "table.csv"
    path.write_text(text(lines()))
    table, codes = load(path)
    assert not codes
    return table


def check(folder: Path, truth: pa.Table, kind: str, seed: int) -> None:
    """The table is as it was meant; or a finding is there, and at most the spoiled lines are affected."""
    spoiled = SPOILED[kind](lines(), random.Random(f"{kind} {seed}"))  # noqa: S311
    path = folder / "spoiled.csv"
    encoding = "cp1252" if kind == "another encoding" else "utf-8"
    path.write_bytes(spoiled if isinstance(spoiled, bytes) else spoiled.encode(encoding))
    table, codes = load(path)
    if table.equals(truth) or (kind == "an apostrophe" and differs_by_one_letter(table, truth)):
        return
    assert codes, f"{kind}, {seed}: silently another table"
    whole = {tuple(map(str, row.values())) for row in truth.to_pylist()}
    kept = [row for row in table.to_pylist() if tuple(map(as_meant, row.values())) in whole]
    most = 32 if kind == "cut off" else 3
    assert len(kept) >= ROWS - most, f"{kind}, {seed}: {len(kept)} of {ROWS} rows are left, {codes}"


def differs_by_one_letter(table: pa.Table, truth: pa.Table) -> bool:
    """An apostrophe in a text is a letter like others: nobody can know that it is not meant."""
    return str(table.to_pydict()).replace('"', "'").replace("'", "") == str(truth.to_pydict()).replace("'", "")


def as_meant(value: object) -> str:
    """A value as it would be in its column, where another value made text of it."""
    told = str(value)
    return str(float(told)) if re.fullmatch(r"[0-9]+[.][0-9]+", told) else told


@pytest.mark.parametrize("kind", SPOILED)
def test_a_spoiled_table_is_never_silently_another(tmp_path: Path, truth: pa.Table, kind: str) -> None:
    check(tmp_path, truth, kind, 0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SPOILED)
def test_hundreds_of_spoiled_tables_are_never_silently_another(tmp_path: Path, truth: pa.Table, kind: str) -> None:
    for seed in range(1, 41):
        check(tmp_path, truth, kind, seed)
