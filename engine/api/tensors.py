"""Records as tensors of the Open Inference Protocol, and answers too."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import InvalidRecord
from engine.serve.fields import Field
from engine.serve.modelfile import ModelFile
from engine.serve.scorer import Scored

DATATYPES = {
    "integer": "INT64",
    "number": "FP64",
    "text": "BYTES",
    "boolean": "BOOL",
    "date": "BYTES",
    "moment": "BYTES",
    "clock": "BYTES",
}
"""Family of a field → datatype."""
WHOLE = ("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64")
FLOATS = ("FP16", "FP32", "FP64")
TAKEN = {"integer": WHOLE, "number": (*FLOATS, *WHOLE), "boolean": ("BOOL",)}
MEMBERS = {"name", "shape", "datatype", "parameters", "data"}
DEEPEST = 3


def input_tensors(inputs: Any) -> Sequence[Mapping[str, Any]]:
    """The tensors of a request, checked as far as they can be without knowing the model.

    Raises
    ------
    InvalidRecord
    """
    if not isinstance(inputs, list) or not inputs:
        raise InvalidRecord("'inputs' must be a list of at least one tensor.", field="inputs")
    for place, tensor in enumerate(inputs):
        if not isinstance(tensor, Mapping) or not isinstance(tensor.get("name"), str):
            raise InvalidRecord(f"Input {place}: must be an object with a name.", field="inputs")
        if not {"name", "shape", "datatype"} <= set(tensor) <= MEMBERS:
            raise _wrong(tensor, "must have name, shape, datatype and data, and may have parameters")
        if not isinstance(tensor.get("parameters", {}), Mapping):
            raise _wrong(tensor, "'parameters' must be an object")
        if not isinstance(tensor["datatype"], str):
            raise _wrong(tensor, "'datatype' must be a text")
        _rows(tensor)
    name, times = Counter(tensor["name"] for tensor in inputs).most_common(1)[0]
    if times > 1:
        raise InvalidRecord(f"The input {name[:100]!r} is there {times:,} times.", field=name[:100])
    return inputs


def records_of_tensors(inputs: Any, fields: Sequence[Field]) -> list[dict[str, Any]]:
    """The records that tensors hold: one tensor for each field, one value for each record.

    Raises
    ------
    InvalidRecord
        Naming the input.
    """
    known = {field.name: field for field in fields}
    columns: dict[str, list[Any]] = {}
    for tensor in input_tensors(inputs):
        field = known.get(tensor["name"])
        taken = TAKEN.get(field.family, ("BYTES",)) if field else ()
        if field and tensor["datatype"] not in taken:
            raise _wrong(tensor, f"must have the datatype {DATATYPES[field.family]}")
        columns[tensor["name"]] = _values(tensor)
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in list(lengths.items())[:5])
        raise InvalidRecord(f"The inputs do not have the same number of values: {told}.", field="inputs")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def output_tensors(model: ModelFile, scored: Scored | None = None, ids: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What a model answers, as tensors; without answers, as they are described."""
    rows = -1 if scored is None else len(scored.labels)
    found: list[tuple[str, str, list[int], Any, dict[str, Any]]] = [
        ("prediction", _label_type(model), [rows], scored and scored.labels, {})
    ]
    if model.classes:
        chances = None if scored is None or scored.probabilities is None else scored.probabilities.ravel().tolist()
        classes = {"classes": ",".join(map(str, model.classes))}
        found.append(("probabilities", "FP64", [rows, len(model.classes)], chances, classes))
    if model.task == "anomaly":
        found.append(("score", "FP64", [rows], scored and scored.scores, {}))
    found.append(("id", "BYTES", [rows], list(ids), {}))
    return [
        {
            "name": name,
            "datatype": datatype,
            "shape": shape,
            **({"parameters": parameters} if parameters else {}),
            **({} if scored is None else {"data": data}),
        }
        for name, datatype, shape, data, parameters in found
    ]


def _label_type(model: ModelFile) -> str:
    if model.task == "clustering":
        return "INT64"
    if model.task == "anomaly" or all(isinstance(label, bool) for label in model.classes or [0]):
        return "BOOL"
    if not model.classes:
        return "FP64"
    return "INT64" if all(isinstance(label, int) for label in model.classes) else "BYTES"


def _rows(tensor: Mapping[str, Any]) -> int:
    """How many records a tensor has: it is a column, [n] or [n, 1]."""
    shape = tensor["shape"]
    sizes = shape if isinstance(shape, list) else []
    if not sizes or not all(isinstance(size, int) and not isinstance(size, bool) and size >= 0 for size in sizes):
        raise _wrong(tensor, "'shape' must be a list of sizes")
    if len(sizes) > DEEPEST or math.prod(sizes[1:]) != 1:
        raise _wrong(tensor, f"must have one value for each record: the shape [{sizes[0]}] or [{sizes[0]}, 1]")
    return int(sizes[0])


def _values(tensor: Mapping[str, Any]) -> list[Any]:
    data = tensor.get("data")
    for _ in range(DEEPEST):
        if isinstance(data, list) and data and all(isinstance(item, list) for item in data):
            data = [value for item in data for value in item]
    if not isinstance(data, list):
        raise _wrong(tensor, "'data' must be a list of values")
    rows = _rows(tensor)
    if len(data) != rows:
        raise _wrong(tensor, f"has {len(data)} values, but its shape says {rows}")
    return data


def _wrong(tensor: Mapping[str, Any], message: str) -> InvalidRecord:
    name = str(tensor["name"])[:100]
    return InvalidRecord(f"Input {name!r}: {message}.", hint="GET /v2/models/… tells the inputs.", field=name)
