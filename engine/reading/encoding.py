"""Which characters the bytes of a text file mean."""

import codecs
from pathlib import Path

from engine.findings import Finding
from engine.reading.errors import NotATable, UnreadableFile
from engine.reading.read_as import ReadAs

_BLOCK_BYTES = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect_encoding(path: Path) -> tuple[str, list[Finding]]:
    """Name the codec that reads the whole file, with a finding where it had to be guessed."""
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, []
    if wide := _utf16_without_mark(head):
        return wide, [_guessed(wide, None)]
    _refuse_binary(head)
    bad_line = first_undecodable_line(path, "utf-8")
    if bad_line is None:
        return "utf-8", []
    name = "cp1252" if first_undecodable_line(path, "cp1252") is None else "latin-1"
    return name, [_guessed(name, bad_line)]


def first_undecodable_line(path: Path, encoding: str) -> int | None:
    """Return the number of the first line that the codec cannot read; None where it reads all."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            line += block.count(b"\n")
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return line
    return None


def _utf16_without_mark(head: bytes) -> str | None:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    pairs = max(len(head) // 2, 1)
    if odd > 0.7 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.7 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return None


def _refuse_binary(head: bytes) -> None:
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x1b\x01\x1f" for byte in head)
    if control > 0.05 * len(head):
        raise NotATable(
            "This file is not text: it holds bytes that no table has.",
            hint="Export it as CSV, Parquet or JSON from the program that made it, and import that.",
        )


def _guessed(encoding: str, bad_line: int | None) -> Finding:
    where = f" Line {bad_line} is the first that is not UTF-8." if bad_line else ""
    return Finding(
        code="encoding_guessed",
        severity="warning",
        message=f"The file is not UTF-8, so it was read as {encoding}.{where}",
        fix="Look at accents and umlauts in the preview, and choose another encoding if they look wrong.",
        detail={"encoding": encoding, "line": bad_line},
    )


def wrong_encoding(read_as: ReadAs) -> UnreadableFile:
    """What is told when bytes do not fit the codec that was chosen."""
    return UnreadableFile(
        f"The text cannot be read as {read_as.encoding}.",
        hint="Choose another encoding, or leave it open to have it detected.",
        field="encoding",
    )
