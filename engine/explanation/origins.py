"""From which columns at the origin each of a model's features is computed."""

from collections.abc import Mapping

import ibis.expr.types as ir

from engine.serve.modelfile import ModelFile
from engine.serve.stretches import stretches


def origins(model: ModelFile) -> Mapping[str, frozenset[str]] | None:
    """Feature → columns; None for a model with a frozen table, where rows of another table take part."""
    if any(step.lookups for step in model.slice.steps):
        return None
    schema = model.slice.origin_schema()
    return {
        feature.name: stretches(model.slice, schema, [feature.name], _no_table)[1] for feature in model.matrix.features
    }


def _no_table(name: str) -> ir.Table:
    raise KeyError(name)
