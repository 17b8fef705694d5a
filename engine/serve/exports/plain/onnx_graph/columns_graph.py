"""The same columns as an ONNX graph: each is computed once, in double precision; a missing text is an empty one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.preprocessing import FunctionTransformer

from engine.serve.exports.plain.columns import Column, Given, Made
from engine.serve.exports.plain.functions import NOTHING
from engine.serve.exports.plain.onnx_graph.fitted import FITTED
from engine.serve.exports.plain.onnx_graph.functions import FUNCTIONS
from engine.serve.exports.plain.onnx_graph.graph import Graph, NoOnnx
from engine.serve.exports.plain.onnx_graph.places import placed
from engine.serve.exports.plain.onnx_trees import Thresholds

OPSETS = {"": 20, "ai.onnx.ml": 3}
IR_VERSION = 9
FEATURES = "__cb_features"


class ColumnsGraph(Graph):
    """The graph of a model's columns."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs: dict[str, Given] = {}
        self._made: dict[Column, str] = {}

    def value(self, column: Column) -> str:
        """The tensor of a column, of shape (n_rows, width)."""
        if column not in self._made:
            self._made[column] = self._given(column) if isinstance(column, Given) else self._made_at(column)
        return self._made[column]

    def model(self, columns: Sequence[Column], thresholds: Thresholds, *, is_narrow: bool = False) -> Any:
        """The graph that makes these columns, side by side, as 32-bit numbers called `FEATURES`.

        A feature with thresholds leaves as how many of them it exceeds, itself in 32 bits where the matrix is narrow.
        """
        from onnx import TensorProto, helper

        parts = [self.value(column) for column in columns]
        joined = self.node("Concat", *parts, axis=1)
        if thresholds and is_narrow:
            joined = self.as_double(self.node("Cast", joined, to=TensorProto.FLOAT))
        if thresholds:
            joined = placed(self, joined, sum(map(_width, columns)), thresholds)
        self.nodes.append(helper.make_node("Cast", [joined], [FEATURES], to=TensorProto.FLOAT))
        kinds = {"text": TensorProto.STRING}
        inputs = [
            helper.make_tensor_value_info(name, kinds.get(given.kind, TensorProto.DOUBLE), [None, 1])
            for name, given in self.inputs.items()
        ]
        outputs = [helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, [None, sum(map(_width, columns))])]
        graph = helper.make_graph(self.nodes, "preparation", inputs, outputs, self.constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)

    def _given(self, column: Given) -> str:
        self.inputs[column.name] = column
        if column.kind != "time":
            return column.name
        # A missing time is NaN, or what NumPy makes of one as a number.
        is_gap = self.node("LessOrEqual", column.name, self.constant([[NOTHING]]))
        return self.node("Where", is_gap, self.constant([[np.nan]]), column.name)

    def _made_at(self, column: Made) -> str:
        try:
            return self._computed(column)
        except NoOnnx as error:
            if error.node is None and column.node is not None:
                raise NoOnnx(str(error), column.node) from error
            raise

    def _computed(self, column: Made) -> str:
        transformer = column.transformer
        if column.place is not None:
            raise NoOnnx(column.label)
        if isinstance(transformer, FunctionTransformer):
            write = FUNCTIONS.get(transformer.func)
            if write is None:
                raise NoOnnx(column.label)
            return write(self, [self.value(each) for each in column.of], transformer.kw_args or {}, column)
        write_fitted = next((how for kind, how in FITTED.items() if isinstance(transformer, kind)), None)
        if write_fitted is None:
            raise NoOnnx(column.label)
        return write_fitted(self, self.value(column.of[0]), transformer, column)


def _width(column: Column) -> int:
    return column.width if isinstance(column, Made) else 1
