"""Columns at every port, without executing anything."""

from engine.schemas.infer import (
    PREDICTION,
    PROBABILITIES,
    PROBABILITY,
    TableSchemas,
    as_node_error,
    bind,
    infer,
    infer_node,
    inputs_of,
    predictions_schema,
    read_params,
    source_schema,
    targets_after,
)
from engine.schemas.known import NodeSchemas, with_roles
from engine.schemas.lineage import carried, computed_from, computed_with, reads, renamed
from engine.schemas.models import Taken, answers_port, model_at, model_behind

__all__ = [
    "PREDICTION",
    "PROBABILITIES",
    "PROBABILITY",
    "NodeSchemas",
    "TableSchemas",
    "Taken",
    "answers_port",
    "as_node_error",
    "bind",
    "carried",
    "computed_from",
    "computed_with",
    "infer",
    "infer_node",
    "inputs_of",
    "model_at",
    "model_behind",
    "predictions_schema",
    "read_params",
    "reads",
    "renamed",
    "source_schema",
    "targets_after",
    "with_roles",
]
