"""Tensors whose data stand behind the JSON of a request, as they are in memory.

Source: the binary tensor data extension of the Open Inference Protocol (NVIDIA Triton).
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.errors import InvalidRecord

HEADER = "Inference-Header-Content-Length"
SIZE = "binary_data_size"
TYPES = {
    "BOOL": "?",
    "INT8": "<i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "UINT8": "<u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
LENGTH = struct.Struct("<I")


def with_data(inputs: Sequence[Mapping[str, Any]], rest: bytes) -> list[dict[str, Any]]:
    """Tensors with their data as lists.

    Parameters
    ----------
    rest
        What stands behind the JSON: the data of each binary tensor, in their order.

    Raises
    ------
    InvalidRecord
        Naming the tensor.
    """
    made, at = [], 0
    for tensor in inputs:
        size = tensor.get("parameters", {}).get(SIZE)
        if size is None:
            made.append({**tensor})
            continue
        if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= len(rest) - at:
            raise _wrong(tensor, f"{SIZE!r} is not what was sent")
        made.append({**tensor, "data": _values(tensor, rest[at : at + size])})
        at += size
    if at != len(rest):
        raise InvalidRecord(f"{len(rest) - at:,} bytes behind the JSON belong to no input.", field="inputs")
    return made


def _values(tensor: Mapping[str, Any], raw: bytes) -> list[Any]:
    if tensor["datatype"] == "BYTES":
        return _texts(tensor, raw)
    kind = TYPES.get(tensor["datatype"])
    if kind is None:
        raise _wrong(tensor, "has a datatype that there is not")
    if len(raw) % np.dtype(kind).itemsize:
        raise _wrong(tensor, "has bytes that are no whole number of values")
    values = np.frombuffer(raw, kind)
    if not kind.startswith("<f"):
        return list(values.tolist())
    # What is missing has no other way to be told in numbers.
    return [None if np.isnan(value) else float(value) for value in values]


def _texts(tensor: Mapping[str, Any], raw: bytes) -> list[Any]:
    """Each with its length before it."""
    found, at = [], 0
    while at < len(raw):
        end = at + LENGTH.size + (LENGTH.unpack_from(raw, at)[0] if len(raw) - at >= LENGTH.size else len(raw))
        if end > len(raw):
            raise _wrong(tensor, "has texts that are longer than what was sent")
        try:
            found.append(raw[at + LENGTH.size : end].decode())
        except UnicodeDecodeError as error:
            raise _wrong(tensor, "has texts that are no UTF-8") from error
        at = end
    return found


def _wrong(tensor: Mapping[str, Any], message: str) -> InvalidRecord:
    name = str(tensor["name"])[:100]
    return InvalidRecord(f"Input {name!r}: {message}.", field=name)
