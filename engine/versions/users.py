"""Who needs a dataset, and which version of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.graph.parameters import put_in, read_parameters, values_of
from storage.schema import UNFINISHED, Dataset
from storage.unit_of_work import UnitOfWork

UserKind = Literal["pipeline", "run", "model", "board", "chart", "sync", "rule"]


@dataclass(frozen=True)
class User:
    """Something that uses a dataset.

    Parameters
    ----------
    key
        What its page needs: a pipeline's or run's id, the name of a model, board or dataset.
    version
        The version that it uses; None for whichever is the latest.
    needs
        Whether it would break without it; a run that has ended would not.
    own_version
        Of a model: the version that was made.
    """

    kind: UserKind
    label: str
    key: str = ""
    version: int | None = None
    needs: bool = True
    own_version: int | None = None


def users_of(uow: UnitOfWork, dataset: Dataset) -> list[User]:
    """Everything that uses a dataset, each thing once."""
    found = [*_drawings(uow, dataset.name), *_readers(uow, dataset.id), *_around(uow, dataset)]
    return list(dict.fromkeys(found))


def needing(users: list[User], version: int | None = None) -> list[str]:
    """Who would break without a version, or without the whole dataset, in words."""
    used = [one for one in users if one.needs]
    if version is None:  # a chart goes with its dataset
        return list(dict.fromkeys(one.label for one in used if one.kind != "chart"))
    return list(dict.fromkeys(one.label for one in used if one.version == version))


def _drawings(uow: UnitOfWork, name: str) -> Iterator[User]:
    for key, pipeline, graph in uow.pipelines.drawings():
        values = values_of(read_parameters(graph.get("params") or {}))
        for node in graph.get("nodes", {}).values():
            params = put_in(node.get("params", {}), values)
            if params.get("dataset") == name:
                pinned = params.get("version")
                yield User("pipeline", f"pipeline {pipeline}", key, pinned if isinstance(pinned, int) else None)


def _readers(uow: UnitOfWork, dataset_id: str) -> Iterator[User]:
    for reader in uow.datasets.readers(dataset_id):
        if reader.model is not None:
            made = f"model {reader.model} v{reader.model_version}"
            yield User("model", made, reader.model, reader.version, own_version=reader.model_version)
        label = f"run {reader.run} of {reader.pipeline}"
        if reader.status in UNFINISHED:
            yield User("run", f"{label} ({reader.status})", reader.run_id, reader.version)
        elif reader.model is None:
            yield User("run", label, reader.run_id, reader.version, needs=False)


def _around(uow: UnitOfWork, dataset: Dataset) -> Iterator[User]:
    for chart in uow.charts.of(dataset.id):
        if chart.version is not None:
            yield User("chart", f"chart {chart.name}", chart.name, chart.version)
    for board in uow.datasets.boards(dataset.id):
        yield User("board", f"board {board}", board)
    if uow.datasets.is_synced(dataset.id):
        yield User("sync", "its sync, which is not paused", dataset.name)
    for other in uow.rules.naming(dataset.name):
        yield User("rule", f"a rule of {other}", other)
    for pipeline in uow.datasets.triggered(dataset.id):
        yield User("pipeline", f"pipeline {pipeline}, which its new versions start", pipeline)
