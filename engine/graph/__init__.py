"""The drawn graph: pipelines, nodes and edges as frozen values; YAML in and out."""

from engine.graph.node import Edge, Node, component_of, makes_new_rows, spec_ports
from engine.graph.pipeline import Pipeline
from engine.graph.reading import FORMAT
from engine.graph.redrawing import Redrawing

__all__ = ["FORMAT", "Edge", "Node", "Pipeline", "Redrawing", "component_of", "makes_new_rows", "spec_ports"]
