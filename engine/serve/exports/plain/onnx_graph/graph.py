"""A graph in the making: operators and constants, and what has none."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine.serve.exports.plain.columns import Made


class NoOnnx(Exception):
    """Something has no operator in ONNX; the message says what, `node` at which node."""

    def __init__(self, what: str, node: str | None = None) -> None:
        super().__init__(what)
        self.node = node


class Graph:
    """A graph in the making."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._names = (f"__cb_{number}" for number in itertools.count())

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add an operator; returns its output."""
        from onnx import helper

        output = next(self._names)
        self.nodes.append(helper.make_node(operator, list(inputs), [output], domain=domain, **attributes))
        return output

    def constant(self, values: Any, dtype: str = "float64") -> str:
        """Add a constant."""
        from onnx import numpy_helper

        name = next(self._names)
        array = np.array(values, dtype=object if dtype == "str" else dtype)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def as_double(self, tensor: str) -> str:
        """The same as 64-bit numbers."""
        from onnx import TensorProto

        return self.node("Cast", tensor, to=TensorProto.DOUBLE)

    def coded(self, text: str, values: Mapping[str, float], other: float) -> str:
        """A number for each of some texts."""
        found = self.node(
            "LabelEncoder", text, domain="ai.onnx.ml", keys_strings=list(values),
            values_floats=[float(value) for value in values.values()], default_float=float(other),
        )  # fmt: skip
        return self.as_double(found)


Settings = Mapping[str, Any]
Write = Callable[[Graph, list[str], Settings, Made], str]
"""Writes a function of columns; returns the tensor."""
WriteFitted = Callable[[Graph, str, Any, Made], str]
"""Writes a fitted transformer of one column."""
