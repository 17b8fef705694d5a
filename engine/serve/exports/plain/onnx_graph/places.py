"""Numbers by how many thresholds they exceed, so that trees which compare in 32 bits decide as with 64."""

from engine.serve.exports.plain.onnx_graph.graph import Graph
from engine.serve.exports.plain.onnx_trees import Thresholds


def placed(graph: Graph, matrix: str, width: int, thresholds: Thresholds) -> str:
    """The matrix with these features as places; a missing number stays missing, the other features as they are."""
    columns = []
    for feature in range(width):
        column = graph.node("Gather", matrix, graph.constant([feature], "int64"), axis=1)
        columns.append(_placed(graph, column, thresholds, feature) if feature in thresholds else column)
    return graph.node("Concat", *columns, axis=1)


def _placed(graph: Graph, column: str, thresholds: Thresholds, feature: int) -> str:
    exceeds = graph.as_double(graph.node("Greater", column, graph.constant([thresholds[feature]])))
    place = graph.node("ReduceSum", exceeds, graph.constant([1], "int64"), keepdims=1)
    return graph.node("Where", graph.node("IsNaN", column), column, place)
