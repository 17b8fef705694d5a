"""Packed files: which packing it is by the first bytes, and unpacked within bounds."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import copy
from pathlib import Path
from typing import IO, NamedTuple

import pyarrow as pa

from engine.reading import limits
from engine.reading.errors import NotATable, TooBig, UnreadableFile
from engine.reading.read_as import Compression
from storage.disk import writing

MARKS: tuple[tuple[bytes, Compression], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
ENDINGS = (".gz", ".gzip", ".bz2", ".xz", ".zst", ".zip")
BLOCK_BYTES = 1 << 20
XZ_MEMORY_BYTES = 256 << 20  # its own largest preset asks for 65 MB
_BOOK_PARTS = {"[Content_Types].xml", "mimetype"}
_LITTER = ("__MACOSX/", ".DS_Store")
_ENCRYPTED = 0x1
_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, RuntimeError)


class Unpacked(NamedTuple):
    """The plain file, what it is called (inside a ZIP archive it has a name of its own), and whether all is there."""

    path: Path
    called: str
    is_whole: bool = True


def packing_of(path: Path) -> Compression:
    """Tell how a file is packed; a workbook is a ZIP archive too, but is read as it is."""
    with path.open("rb") as file:
        head = file.read(8)
    found: Compression = next((name for mark, name in MARKS if head.startswith(mark)), "none")
    return "none" if found == "zip" and is_book(path) else found


def is_book(path: Path) -> bool:
    """Whether a ZIP archive is the workbook of a spreadsheet program."""
    with suppress(zipfile.BadZipFile, OSError), zipfile.ZipFile(path) as archive:
        return bool(_BOOK_PARTS & set(archive.namelist()))
    return False


def unpack(path: Path, packing: Compression, target: Path, most: int | None = None) -> Unpacked:
    """Write the plain content of a packed file, as long as it stays within bounds.

    Parameters
    ----------
    most
        Bytes after which a look has seen enough; None for all of it.

    Raises
    ------
    UnreadableFile, TooBig, DiskFull
    """
    called = path.name
    written = 0
    try:
        with path.open("rb") as file, target.open("wb") as sink:
            if packing == "zip":
                called, blocks = _only_part(file)
            else:
                blocks = _BLOCKS[packing](file)
            for block in blocks:
                written += len(block)
                if written > limits.MAX_UNCOMPRESSED_BYTES:
                    raise _too_big()
                with writing(target):
                    sink.write(block)
                if most is not None and written > most:
                    return Unpacked(target, called, is_whole=False)
    except _BROKEN as error:
        raise UnreadableFile(
            f"The {packing} file is damaged behind {written:,} unpacked bytes.", hint="Copy or download it again."
        ) from error
    return Unpacked(target, called)


def measure_parts(path: Path, most_bytes: int) -> None:
    """Unpack every part of a ZIP archive without keeping it: what its directory says of sizes may be a lie.

    Raises
    ------
    TooBig
        When the parts have more bytes together.
    BadZipFile, zlib.error
    """
    size = 0
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            for block in _part(archive, info):
                size += len(block)
                if size > most_bytes:
                    raise _too_big(most_bytes)


def _only_part(file: IO[bytes]) -> tuple[str, Iterator[bytes]]:
    archive = zipfile.ZipFile(file)
    parts = [info for info in archive.infolist() if not info.is_dir() and not _is_litter(info.filename)]
    if len(parts) != 1:
        names = ", ".join(Path(info.filename).name[:60] for info in parts[:5])
        raise NotATable(
            f"The ZIP archive holds {len(parts):,} files ({names}{' …' if len(parts) > 5 else ''})."
            if parts
            else "The ZIP archive holds no file.",
            hint="Unpack it, and choose one of them, or several that become one table."
            if parts
            else "Check that the export finished, and import it again.",
        )
    if parts[0].flag_bits & _ENCRYPTED:
        raise UnreadableFile("The ZIP archive is protected by a password.", hint="Unpack it, and import the file.")
    return Path(parts[0].filename).name, _part(archive, parts[0])


def _is_litter(name: str) -> bool:
    return name.startswith(_LITTER[0]) or name.endswith(_LITTER[1])


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    honest = copy(info)
    honest.file_size = limits.MAX_UNCOMPRESSED_BYTES + 2 * BLOCK_BYTES  # to see more than the directory admits
    honest.CRC = None  # type: ignore[assignment]  # is compared below, where all of it is there
    size = crc = 0
    with archive.open(honest) as stream:
        while block := stream.read(BLOCK_BYTES):
            size, crc = size + len(block), zlib.crc32(block, crc)
            yield block
    if (size, crc) != (info.file_size, info.CRC):
        raise zipfile.BadZipFile("the directory and the content differ")


def _read_all(stream: IO[bytes]) -> Iterator[bytes]:
    with stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _xz(file: IO[bytes]) -> Iterator[bytes]:
    """The module's own file object would let the file say how much memory it takes."""
    decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY_BYTES)
    pending = b""
    while True:
        if decoder.eof:
            pending = decoder.unused_data.lstrip(b"\0") or file.read(BLOCK_BYTES)
            if not pending:
                return
            decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY_BYTES)
        elif decoder.needs_input:
            pending = file.read(BLOCK_BYTES)
            if not pending:
                raise EOFError
        yield decoder.decompress(pending, BLOCK_BYTES)
        pending = b""


def _zstd(file: IO[bytes]) -> Iterator[bytes]:
    return _read_all(pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd"))


_BLOCKS: dict[str, Callable[[IO[bytes]], Iterator[bytes]]] = {
    "gzip": lambda file: _read_all(gzip.GzipFile(fileobj=file)),  # type: ignore[arg-type]
    "bzip2": lambda file: _read_all(bz2.BZ2File(file)),
    "xz": _xz,
    "zstd": _zstd,
}


def _too_big(most: int | None = None) -> TooBig:
    return TooBig(
        f"The file unpacks to more than {(most or limits.MAX_UNCOMPRESSED_BYTES) / (1 << 30):.3g} GB.",
        hint="Unpack it, split it, and import the parts.",
    )
