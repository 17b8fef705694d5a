"""The door: which kind of file it is, how it would be read, and reading it."""

import gzip
import zlib
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.findings import Finding
from engine.reading import delimited
from engine.reading.encoding import detect_encoding
from engine.reading.errors import EmptyFile, NotATable, TooBig, UnreadableFile, UnsupportedFormat
from engine.reading.json_records import open_json
from engine.reading.limits import INSPECT_BYTES, MAX_UNCOMPRESSED_BYTES, PREVIEW_ROWS
from engine.reading.parquet_files import open_parquet
from engine.reading.read_as import Format, Inspection, ReadAs
from engine.reading.reading import Reading, Workspace

_GZIP = b"\x1f\x8b"
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
_EXCEL_OLD = b"\xd0\xcf\x11\xe0"


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
    try:
        read_as, findings = _detect(path, given, workspace)
        head, cut = _head_of(path, read_as, workspace)
        reading = _open(head, read_as, PREVIEW_ROWS, Workspace())
        with reading:
            preview = [
                row for batch in islice(reading.batches(), 1) for row in batch.slice(0, PREVIEW_ROWS).to_pylist()
            ]
        found = (*findings, *reading.findings, *cut)
        return Inspection(read_as=read_as, columns=reading.columns, preview=tuple(preview), findings=found)
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
        return _detect(Path(path), _checked_overrides(overrides or {}), workspace)
    finally:
        workspace.close()


def read(path: Path, read_as: ReadAs, *, batch_rows: int = 65_536) -> Reading:
    """Read a whole file as `inspect` proposed or a person decided.

    Parameters
    ----------
    path, read_as
        The file, and how to read it.
    batch_rows
        Rows of a batch, at most.

    Raises
    ------
    UnreadableFile
        Where the file cannot be read this way, with what to do.
    """
    return _open(Path(path), read_as, batch_rows, Workspace())


def _open(path: Path, read_as: ReadAs, batch_rows: int, workspace: Workspace) -> Reading:
    openers = {"parquet": open_parquet, "json": open_json, "jsonl": open_json, "csv": delimited.open_delimited}
    try:
        if read_as.format not in openers:
            raise _no_excel()
        return openers[read_as.format](_plain(path, workspace), read_as, batch_rows, workspace)
    except BaseException:
        workspace.close()
        raise


def _detect(path: Path, given: dict[str, Any], workspace: Workspace) -> tuple[ReadAs, list[Finding]]:
    compression = given.get("compression") or ("gzip" if _first_bytes(path).startswith(_GZIP) else "none")
    plain = _plain(path, workspace, compression)
    form = given.get("format") or _format_of(plain, path)
    read_as = ReadAs(**{**given, "format": form, "compression": compression})
    if form in ("json", "jsonl") and "encoding" not in given:
        encoding, findings = detect_encoding(plain)
        return read_as.model_copy(update={"encoding": encoding}), findings
    if form != "csv":
        return read_as, []
    return delimited.detect(plain, read_as, frozenset(given))


def _format_of(path: Path, called: Path) -> Format:
    """Tell the format by the first bytes; a name only where they do not tell."""
    head = _first_bytes(path)
    suffixes = [suffix.lower() for suffix in called.suffixes]
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_EXCEL_OLD) or (head.startswith(b"PK") and {".xlsx", ".xlsm", ".ods"} & set(suffixes)):
        raise _no_excel()
    for mark, what in _OTHERS:
        if head.lstrip().startswith(mark):
            raise NotATable(f"This file is {what}, not a table.", hint="Export the table as CSV, Parquet or JSON.")
    if ".parquet" in suffixes:
        raise UnreadableFile("This is no Parquet file: its first bytes are wrong.", hint="Export it again.")
    if not head.strip():
        raise EmptyFile("The file is empty.", hint="Check that the export finished, and import it again.")
    return _json_format(head, suffixes) or "csv"


def _json_format(head: bytes, suffixes: list[str]) -> Format | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if {".jsonl", ".ndjson"} & set(suffixes):
        return "jsonl"
    if ".json" in suffixes or text.startswith((b"[{", b"[\n", b"[ ", b"[\r")):
        return "jsonl" if text.startswith(b"{") and b"}\n{" in text.replace(b"\r", b"") else "json"
    return "jsonl" if text.startswith(b'{"') else None


def _plain(path: Path, workspace: Workspace, compression: str | None = None) -> Path:
    """Return the uncompressed file, unpacked within bounds where it is not."""
    if not path.is_file():
        raise UnreadableFile(f"There is no file {path.name!r}.", hint="Choose the file again.")
    if not path.stat().st_size:
        raise EmptyFile("The file is empty (0 bytes).", hint="Check that the export finished, and import it again.")
    if compression == "none" or not _first_bytes(path).startswith(_GZIP):
        return path
    target = workspace.path / "plain"
    if not target.exists():
        _unzip(path, target)
    return target


def _unzip(path: Path, target: Path) -> None:
    written = 0
    try:
        with gzip.open(path) as source, target.open("wb") as sink:
            while block := source.read(1 << 20):
                written += len(block)
                if written > MAX_UNCOMPRESSED_BYTES:
                    raise TooBig(
                        f"The file unpacks to more than {MAX_UNCOMPRESSED_BYTES >> 30} GB.",
                        hint="Unpack it, split it, and import the parts.",
                    )
                sink.write(block)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFile(
            f"The gzip file is damaged behind {written:,} unpacked bytes.", hint="Copy or download it again."
        ) from error


def _head_of(path: Path, read_as: ReadAs, workspace: Workspace) -> tuple[Path, list[Finding]]:
    """Copy the head of a long text file, cut behind a whole line."""
    plain = _plain(path, workspace, read_as.compression)
    size = plain.stat().st_size
    wide = read_as.encoding.startswith(("utf-16", "utf-32"))
    if size <= INSPECT_BYTES or read_as.format in ("parquet", "json") or wide:
        return plain, []
    head = workspace.path / "head"
    with plain.open("rb") as source, head.open("wb") as sink:
        block = source.read(INSPECT_BYTES)
        sink.write(block[: block.rfind(b"\n") + 1] or block)
    message = (
        f"The first {INSPECT_BYTES >> 20} of {size >> 20:,} MB were looked at; the rest is checked while it is read."
    )
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


def _no_excel() -> UnsupportedFormat:
    return UnsupportedFormat(
        "Excel workbooks cannot be read here yet.", hint="Save the sheet as CSV UTF-8, and import that."
    )
