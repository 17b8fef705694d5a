"""The drawn graph: pipelines, nodes and edges as frozen values; YAML in and out."""

from engine.graph.changes import NodeChange, ParamChange, PipelineDiff, defaults_of, diff
from engine.graph.in_effect import InEffect, in_effect, passes
from engine.graph.node import Edge, Node, component_of, makes_new_rows, spec_ports
from engine.graph.parameters import Parameter, references
from engine.graph.pipeline import Pipeline
from engine.graph.reading import FORMAT
from engine.graph.redrawing import Redrawing

__all__ = [
    "FORMAT",
    "Edge",
    "InEffect",
    "Node",
    "NodeChange",
    "ParamChange",
    "Parameter",
    "Pipeline",
    "PipelineDiff",
    "Redrawing",
    "component_of",
    "defaults_of",
    "diff",
    "in_effect",
    "makes_new_rows",
    "passes",
    "references",
    "spec_ports",
]
