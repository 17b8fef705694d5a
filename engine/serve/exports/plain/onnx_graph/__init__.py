"""A fitted preparation as an ONNX graph."""

from engine.serve.exports.plain.onnx_graph.columns_graph import FEATURES, IR_VERSION, OPSETS, ColumnsGraph
from engine.serve.exports.plain.onnx_graph.graph import NoOnnx

__all__ = ["FEATURES", "IR_VERSION", "OPSETS", "ColumnsGraph", "NoOnnx"]
