"""Columns at every port, without executing anything."""

from engine.schemas.infer import (
    PREDICTION,
    PROBABILITIES,
    PROBABILITY,
    TableSchemas,
    as_node_error,
    bind,
    infer,
    predictions_schema,
    read_params,
    source_schema,
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
    "model_at",
    "model_behind",
    "predictions_schema",
    "read_params",
    "reads",
    "renamed",
    "source_schema",
    "with_roles",
]
