"""The drawn graph: pipelines, nodes and edges as frozen values; YAML in and out."""

from engine.graph.in_effect import InEffect, in_effect, passes
from engine.graph.node import Edge, Node, component_of, makes_new_rows, spec_ports
from engine.graph.pipeline import FORMAT, Pipeline
from engine.graph.redrawing import Redrawing

__all__ = [
    "FORMAT",
    "Edge",
    "InEffect",
    "Node",
    "Pipeline",
    "Redrawing",
    "component_of",
    "in_effect",
    "makes_new_rows",
    "passes",
    "spec_ports",
]
