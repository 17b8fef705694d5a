"""The door: which kind of file it is, how it would be read, and reading it."""

from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.findings import Finding
from engine.reading import arrow_files, books, delimited
from engine.reading.arrow_files import open_arrow
from engine.reading.books import detect_book, open_book
from engine.reading.encoding import detect_encoding
from engine.reading.errors import EmptyFile, NotATable, UnreadableFile, UnsupportedFormat
from engine.reading.json_records import open_json
from engine.reading.limits import HEADER_ROWS, INSPECT_BYTES, INSPECT_ROWS, PREVIEW_ROWS
from engine.reading.packed import Unpacked, is_book, packing_of, unpack
from engine.reading.parquet_files import open_parquet
from engine.reading.read_as import Compression, Format, Inspection, ReadAs
from engine.reading.reading import Reading, Tell, Workspace, untold
from engine.reading.statistics_files import ENDINGS as STATISTICS
from engine.reading.statistics_files import ending_of, open_statistics

_ARROW_ENDINGS = {".arrow", ".arrows", ".feather", ".ipc"}
_TYPED_ENDINGS = {".parquet", *_ARROW_ENDINGS, *books.ENDINGS, *STATISTICS}
_OTHERS = (
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"<!DOCTYPE html", "a web page"),
    (b"<html", "a web page"),
)
_OPENERS: dict[Format, Callable[..., Reading]] = {
    "csv": delimited.open_delimited,
    "json": open_json,
    "jsonl": open_json,
    "parquet": open_parquet,
    "arrow": open_arrow,
    "excel": open_book,
    "spss": open_statistics,
    "sas": open_statistics,
    "stata": open_statistics,
}
_BY_LINES = frozenset({"csv", "jsonl"})
"""Formats whose first bytes are a table of their own."""
_BY_ROWS = frozenset({"excel", "spss", "sas", "stata"})
"""Formats of which the first rows can be read, but not the first bytes."""


def inspect(path: Path, overrides: Mapping[str, Any] | None = None) -> Inspection:
    """Say how a file would be read, with its columns and first rows.

    Parameters
    ----------
    path
        The file. Beyond 64 MiB only its head is looked at, which a finding says.
    overrides
        Fields of `ReadAs` that a person chose.

    Raises
    ------
    UnreadableFile
        Where no table can be made of it, with what to do.
    """
    path, given = Path(path), _checked_overrides(overrides or {})
    workspace = Workspace()
    workspace.kept["most_unpacked"] = INSPECT_BYTES
    try:
        read_as, findings = _detect(path, given, workspace, INSPECT_ROWS)
        if not _has_head(read_as) and _unpack_rest(path, workspace):
            read_as, findings = _detect(path, given, workspace, INSPECT_ROWS)
        head, cut = _head_of(path, read_as, workspace)
        with _open(head, read_as, PREVIEW_ROWS, workspace, INSPECT_ROWS) as reading:
            preview = [
                row for batch in islice(reading.batches(), 1) for row in batch.slice(0, PREVIEW_ROWS).to_pylist()
            ]
        return Inspection(
            read_as=read_as,
            columns=reading.columns,
            preview=tuple(preview),
            findings=(*findings, *reading.findings, *cut),
            sheets=reading.sheets,
            date_formats=reading.date_formats,
            empty=tuple(sorted(reading.empty)),
            rejected=reading.rejected,
            rejected_count=reading.rejected_count,
        )
    finally:
        workspace.close()


def detect(path: Path, overrides: Mapping[str, Any] | None = None) -> tuple[ReadAs, list[Finding]]:
    """How a file is to be read, without looking at its rows.

    Parameters
    ----------
    overrides
        Fields of `ReadAs` that a person chose.

    Raises
    ------
    UnreadableFile
        Where no table can be made of it, with what to do.
    """
    workspace = Workspace()
    try:
        return _detect(Path(path), _checked_overrides(overrides or {}), workspace, HEADER_ROWS)
    finally:
        workspace.close()


def read(path: Path, read_as: ReadAs, *, batch_rows: int = 65_536, tell: Tell = untold) -> Reading:
    """Read a whole file as `inspect` proposed or a person decided.

    Parameters
    ----------
    path, read_as
        The file, and how to read it.
    batch_rows
        Rows of a batch, at most.
    tell
        Is told which share of a text file was looked at: all of it is, before its first row comes.

    Raises
    ------
    UnreadableFile
        Where the file cannot be read this way, with what to do.
    """
    return _open(Path(path), read_as, batch_rows, Workspace(tell))


def _open(path: Path, read_as: ReadAs, batch_rows: int, workspace: Workspace, most_rows: int | None = None) -> Reading:
    some = {"most_rows": most_rows} if read_as.format in _BY_ROWS else {}
    try:
        plain = _plain(path, workspace).path
        return _OPENERS[read_as.format](plain, read_as, batch_rows, workspace, **some)
    except BaseException:
        workspace.close()
        raise


def _detect(path: Path, given: dict[str, Any], workspace: Workspace, most_rows: int) -> tuple[ReadAs, list[Finding]]:
    plain = _plain(path, workspace, given.get("compression"))
    form = given.get("format") or _format_of(plain.path, plain.called)
    if form not in _BY_LINES and _unpack_rest(path, workspace):
        plain = _plain(path, workspace)
    read_as = ReadAs(**{**given, "format": form, "compression": workspace.kept["packing"]})
    if form in ("json", "jsonl") and "encoding" not in given:
        encoding, findings = detect_encoding(plain.path)
        return read_as.model_copy(update={"encoding": encoding}), findings
    if form == "excel":
        return detect_book(plain.path, read_as, frozenset(given), workspace, most_rows)
    if form != "csv":
        return read_as, []
    return delimited.detect(plain.path, read_as, frozenset(given))


def _format_of(path: Path, called: str) -> Format:
    """Tell the format by the first bytes; a name only where they do not tell."""
    head = _first_bytes(path)
    suffixes = [suffix.lower() for suffix in Path(called).suffixes]
    if typed := _typed_format(path, head, suffixes):
        return typed
    for mark, what in _OTHERS:
        if head.lstrip().startswith(mark):
            raise NotATable(f"This file is {what}, not a table.", hint="Export the table as CSV, Parquet or JSON.")
    claimed = next((suffix for suffix in suffixes if suffix in _TYPED_ENDINGS), None)
    if claimed:
        raise UnreadableFile(f"This is no {claimed} file: its first bytes are wrong.", hint="Export it again.")
    if not head.strip():
        raise EmptyFile("The file is empty.", hint="Check that the export finished, and import it again.")
    return _json_format(head, suffixes) or "csv"


def _typed_format(path: Path, head: bytes, suffixes: list[str]) -> Format | None:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(arrow_files.MARK) or (
        head.startswith(arrow_files.STREAM_MARK) and _ARROW_ENDINGS & set(suffixes)
    ):
        return "arrow"
    if head.startswith(b"FEA1"):
        raise UnsupportedFormat("This is the first version of Feather.", hint="Write it again as Feather version 2.")
    if head.startswith(books.OLD_MARK) or (
        head.startswith(b"PK") and (set(books.ENDINGS) & set(suffixes) or is_book(path))
    ):
        return "excel"
    ending = ending_of(head, suffixes)
    return STATISTICS[ending][0] if ending else None


def _json_format(head: bytes, suffixes: list[str]) -> Format | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if {".jsonl", ".ndjson"} & set(suffixes):
        return "jsonl"
    if ".json" in suffixes or text.startswith((b"[{", b"[\n", b"[ ", b"[\r")):
        return "jsonl" if text.startswith(b"{") and b"}\n{" in text.replace(b"\r", b"") else "json"
    return "jsonl" if text.startswith(b'{"') else None


def _plain(path: Path, workspace: Workspace, packing: Compression | None = None) -> Unpacked:
    """Return the unpacked file, unpacked within bounds where it is not; once for each workspace."""
    if known := workspace.kept.get(f"plain {path}"):
        found: Unpacked = known
        return found
    if not path.is_file():
        raise UnreadableFile(f"There is no file {path.name!r}.", hint="Choose the file again.")
    if not path.stat().st_size:
        raise EmptyFile("The file is empty (0 bytes).", hint="Check that the export finished, and import it again.")
    packing = packing or ("none" if set(books.ENDINGS) & {path.suffix.lower()} else packing_of(path))
    workspace.kept["packing"] = packing
    most: int | None = workspace.kept.get("most_unpacked")
    plain = Unpacked(path, path.name) if packing == "none" else unpack(path, packing, workspace.path / "plain", most)
    workspace.kept[f"plain {path}"] = plain
    return plain


def _unpack_rest(path: Path, workspace: Workspace) -> bool:
    """Unpack all of a file that cannot be looked at by its head; whether there was more."""
    if _plain(path, workspace).is_whole:
        return False
    workspace.kept["most_unpacked"] = None
    del workspace.kept[f"plain {path}"]
    _plain(path, workspace, workspace.kept["packing"])
    return True


def _has_head(read_as: ReadAs) -> bool:
    """Whether the first lines are a table of their own."""
    return read_as.format in _BY_LINES and not read_as.encoding.startswith(("utf-16", "utf-32"))


def _head_of(path: Path, read_as: ReadAs, workspace: Workspace) -> tuple[Path, list[Finding]]:
    """Copy the head of a long text file, cut behind a whole line."""
    plain = _plain(path, workspace)
    size = plain.path.stat().st_size
    if size <= INSPECT_BYTES or not _has_head(read_as):
        return path, []
    head = workspace.path / "head"
    with plain.path.open("rb") as source, head.open("wb") as sink:
        block = source.read(INSPECT_BYTES)
        sink.write(block[: block.rfind(b"\n") + 1] or block)
    workspace.kept["is_cut"] = True
    of = f"of {size >> 20:,} MB" if plain.is_whole else "MB of what it unpacks to"
    message = f"The first {INSPECT_BYTES >> 20} {of} were looked at; the rest is checked while it is read."
    return head, [Finding(code="head_inspected", severity="info", message=message)]


def _checked_overrides(overrides: Mapping[str, Any]) -> dict[str, Any]:
    try:
        ReadAs(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise UnreadableFile(
            f"{name} cannot be {first['input']!r}: {first['msg']}.", hint="Choose another value.", field=name
        ) from error
    return dict(overrides)


def _first_bytes(path: Path) -> bytes:
    if not path.is_file():
        raise UnreadableFile(f"There is no file {path.name!r}.", hint="Choose the file again.")
    with path.open("rb") as file:
        return file.read(4096)
