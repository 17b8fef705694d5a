"""The drawn graph: pipelines, nodes and edges as frozen values; YAML in and out."""

from engine.graph.pipeline import FORMAT, Edge, Node, Pipeline, component_of, spec_ports

__all__ = ["FORMAT", "Edge", "Node", "Pipeline", "component_of", "spec_ports"]
