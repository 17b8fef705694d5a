"""Which version of a dataset each stored table of a pipeline means in a run."""

from collections.abc import Mapping

from components.base import Source, StoredTable
from engine.graph import Pipeline
from engine.schemas import read_params
from storage.schema import DatasetVersion


def by_table(pipeline: Pipeline, pinned: Mapping[str, DatasetVersion]) -> dict[StoredTable, DatasetVersion]:
    """Every source reads the version that was pinned when the run was asked for."""
    found = {}
    for node_id, version in pinned.items():
        component = read_params(pipeline.by_id[node_id])
        table = component.table() if isinstance(component, Source) else None
        if isinstance(table, StoredTable):
            found[table] = version
    return found
