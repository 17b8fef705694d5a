"""A scan of the bytes that proves a text table regular, so that any correct parser reads the same from it.

Inside or outside quotes is a running parity of quote bytes. That is exact as long as every quote opens right behind,
and closes right before, a delimiter or a line's end: which the scan checks too. Anything else ends the proof, and the
file is read line by line instead (`records.py`).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.reading.limits import MAX_FIELD_CHARS
from engine.reading.read_as import ReadAs
from engine.reading.reading import Tell, untold

_BLOCK_BYTES = 1 << 22
_LF, _CR = 10, 13

Bytes = NDArray[np.uint8]
Places = NDArray[np.intp]


def prove_regular(path: Path, read_as: ReadAs, width: int, skip_lines: int, tell: Tell = untold) -> int | None:
    """Count the records behind `skip_lines` lines; None where some record is not perfectly regular."""
    if read_as.encoding not in ("utf-8", "utf-8-sig") or not read_as.quote or read_as.escape != read_as.quote:
        return None
    if read_as.encoding == "utf-8-sig" and not skip_lines:
        return None
    if read_as.skip_initial_space or read_as.delimiter == " " or not (read_as.quote + read_as.delimiter).isascii():
        return None
    records, rest, size = 0, b"", max(1, path.stat().st_size)
    with path.open("rb") as file:
        for _ in range(skip_lines):
            if b"\r" in file.readline(MAX_FIELD_CHARS).removesuffix(b"\r\n"):
                return None
        while block := file.read(_BLOCK_BYTES):
            proved = _prove_block(rest + block, read_as, width)
            if proved is None:
                return None
            count, rest = proved
            records += count
            tell(file.tell() / size)
            if len(rest) > MAX_FIELD_CHARS * 16:
                return None
    if not rest.strip(b"\r\n"):
        return records
    last = _prove_block(rest + b"\n", read_as, width)
    return None if last is None or last[1] else records + last[0]


def _prove_block(block: bytes, read_as: ReadAs, width: int) -> tuple[int, bytes] | None:
    """Prove the whole records of a block; return their number and the bytes behind them."""
    data = np.frombuffer(block, dtype=np.uint8)
    quotes = _quotes(data, block, read_as)
    ends = _outside(np.flatnonzero(data == _LF), quotes)
    if not len(ends):
        return 0, block
    stop = int(ends[-1]) + 1
    data, rest = data[:stop], block[stop:]
    delimiters = _outside(np.flatnonzero(data == ord(read_as.delimiter)), quotes)
    if _has_stray_bytes(data, block) or _has_stray_quotes(data, quotes[quotes < stop], read_as):
        return None
    if not _have_width(ends, delimiters, data, width):
        # Empty lines at the very end are no records; the caller sees them as an unfinished rest.
        return _without_trailing_blanks(block, rest, read_as, width)
    return len(ends), rest


def _quotes(data: Bytes, block: bytes, read_as: ReadAs) -> Places:
    """Where quotes are; most files have none, and a search for one byte is quicker than a comparison of all."""
    quote = read_as.quote.encode()
    return np.flatnonzero(data == quote[0]) if quote in block else np.empty(0, dtype=np.intp)


def _outside(places: Places, quotes: Places) -> Places:
    """Those before which an even number of quotes stands."""
    return places[np.searchsorted(quotes, places) % 2 == 0] if len(quotes) else places


def _without_trailing_blanks(block: bytes, rest: bytes, read_as: ReadAs, width: int) -> tuple[int, bytes] | None:
    trimmed = block.rstrip(b"\r\n")
    if rest or len(block) - len(trimmed) < 2:
        return None
    end = block.find(b"\n", len(trimmed)) + 1
    proved = _prove_block(block[:end], read_as, width) if block[end:] else None
    return (proved[0], block[end:]) if proved and not proved[1] else None


def _has_stray_bytes(data: Bytes, block: bytes) -> bool:
    if b"\0" in block and not data.all():
        return True
    if b"\r" not in block:
        return False
    returns = np.flatnonzero(data == _CR)
    return bool((data[np.minimum(returns + 1, len(data) - 1)] != _LF).any())


def _has_stray_quotes(data: Bytes, quotes: Places, read_as: ReadAs) -> bool:
    if not len(quotes):
        return False
    quote, delimiter = ord(read_as.quote), ord(read_as.delimiter)
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[np.maximum(opening - 1, 0)]
    after = data[np.minimum(closing + 1, len(data) - 1)]
    opens_well = (before == delimiter) | (before == _LF) | (before == quote) | (opening == 0)
    closes_well = (after == delimiter) | (after == _LF) | (after == _CR) | (after == quote)
    return not (opens_well.all() and closes_well.all())


def _have_width(ends: Places, delimiters: Places, data: Bytes, width: int) -> bool:
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts
    if width == 1 and bool(((lengths == 0) | ((lengths == 1) & (data[starts] == _CR))).any()):
        return False
    if len(delimiters) != len(ends) * (width - 1):
        return False
    of_record = delimiters.reshape(len(ends), width - 1)
    fit = width == 1 or bool((of_record[:, -1] < ends).all() and (of_record[1:, 0] > ends[:-1]).all())
    return fit and bool((lengths < MAX_FIELD_CHARS).all())
