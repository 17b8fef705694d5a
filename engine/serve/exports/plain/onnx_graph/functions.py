"""Functions of columns, by what computes them in scikit-learn's pipeline."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.preprocessing import FunctionTransformer

from engine.serve.exports.plain.columns import Column, Made
from engine.serve.exports.plain.functions import NOTHING
from engine.serve.exports.plain.onnx_graph.graph import Graph, NoOnnx, Settings, Write
from engine.serve.exports.plain.onnx_graph.times import UNITS

TEXTS = ("object", "str")


def _operator(name: str) -> Write:
    return lambda graph, of, settings, column: graph.node(name, *of)


def _folded(name: str) -> Write:
    def write(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
        found = of[0]
        for other in of[1:]:
            found = graph.node(name, found, other)
        return found

    return _only_numbers(write)


def _by_kind(numbers: Write, texts: Write) -> Write:
    def write(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
        return (texts if column.kind == "text" else numbers)(graph, of, settings, column)

    return write


def _joined(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    found = of[0]
    for other in of[1:]:
        found = graph.node("StringConcat", found, other)
    return found


def _text_where(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    """A text times 1 is the text, and times 0 is none."""
    (text,) = (name for name, each in zip(of, column.of, strict=True) if each.kind == "text")
    (flag,) = (name for name in of if name != text)
    is_it = graph.node("Greater", flag, graph.constant([[0.5]]))
    return graph.node("Where", is_it, text, graph.constant([[""]], "str"))


def _choose(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    """The text at a place."""
    from onnx import TensorProto

    texts = [text or "" for text in settings["choices"]]
    place = graph.node("Cast", of[0], to=TensorProto.INT64)
    return graph.node(
        "LabelEncoder", place, domain="ai.onnx.ml", keys_int64s=[*range(len(texts))], values_strings=texts,
        default_string="",
    )  # fmt: skip


def _only_numbers(write: Write) -> Write:
    def checked(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
        if column.kind == "text":
            raise NoOnnx(column.label)
        return write(graph, of, settings, column)

    return checked


def _cast(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    """Numbers stay 64-bit numbers; a time is the number of units since 1970."""
    wanted, given = settings["dtype"], _dtype_of(column.of[0])
    if "text" in (column.kind, column.of[0].kind):
        return _as_text(graph, of[0], wanted, given, column)
    if wanted == "object":
        return of[0]
    if wanted == "float64":
        return graph.as_double(of[0])
    if wanted == "int64":
        return graph.node("Mul", graph.node("Sign", of[0]), graph.node("Floor", graph.node("Abs", of[0])))
    convert = UNITS.get((given, wanted))
    if convert is None:
        raise NoOnnx(column.label)
    return convert(graph, of[0])


def _as_text(graph: Graph, value: str, wanted: str, given: str, column: Made) -> str:
    from onnx import TensorProto

    if column.of[0].kind == "text" and wanted in TEXTS:
        return value
    if wanted == "str" and given == "int64":
        return graph.node("Cast", graph.node("Cast", value, to=TensorProto.INT64), to=TensorProto.STRING)
    raise NoOnnx(column.label)


def _dtype_of(column: Column) -> str:
    """What a column was cast to; empty for one that was not."""
    transformer = column.transformer if isinstance(column, Made) else None
    if isinstance(transformer, FunctionTransformer) and transformer.func is np.asarray:
        return str((transformer.kw_args or {})["dtype"])
    return ""


def _interp(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    """Only its nodes are ever looked up; anything else is missing."""
    found = graph.constant([[np.nan]])
    for node, value in zip(settings["xp"], settings["fp"], strict=True):
        is_it = graph.node("Equal", of[0], graph.constant([[node]]))
        found = graph.node("Where", is_it, graph.constant([[value]]), found)
    return found


def _nan_max(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    least = graph.constant([[-np.inf]])
    return graph.node("Max", *(graph.node("Where", graph.node("IsNaN", each), least, each) for each in of))


def _nan_to_num(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    if settings["nan"] == NOTHING:
        return of[0]  # a time that is missing stays NaN
    if not np.isnan(settings["nan"]):
        raise NoOnnx(column.label)
    is_least = graph.node("Equal", of[0], graph.constant([[-np.inf]]))
    return graph.node("Where", is_least, graph.constant([[np.nan]]), of[0])


def _full(graph: Graph, of: list[str], settings: Settings, column: Made) -> str:
    return graph.node("Expand", graph.constant([[settings["fill_value"]]]), graph.node("Shape", of[0]))


FUNCTIONS: Mapping[Any, Write] = {
    np.asarray: _cast,
    np.ravel: lambda graph, of, settings, column: of[0],
    np.choose: _choose,
    np.sum: _by_kind(_folded("Add"), _joined),
    np.prod: _by_kind(_folded("Mul"), _text_where),
    np.diff: _only_numbers(lambda graph, of, settings, column: graph.node("Sub", of[1], of[0])),
    np.min: _folded("Min"),
    np.max: _folded("Max"),
    np.nanmax: _nan_max,
    np.nan_to_num: _nan_to_num,
    np.interp: _interp,
    np.full_like: _full,
    np.isnan: _operator("IsNaN"),
    np.isinf: _operator("IsInf"),
    np.sign: _operator("Sign"),
    np.abs: _operator("Abs"),
    np.floor: _operator("Floor"),
    np.ceil: _operator("Ceil"),
    np.rint: _operator("Round"),
    np.sqrt: _operator("Sqrt"),
    np.exp: _operator("Exp"),
    np.log: _operator("Log"),
    np.sin: _operator("Sin"),
    np.cos: _operator("Cos"),
    np.reciprocal: _operator("Reciprocal"),
    np.square: lambda graph, of, settings, column: graph.node("Mul", of[0], of[0]),
}
