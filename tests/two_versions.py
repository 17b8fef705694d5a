"""A home whose endpoint answers with version 1 of a model, and in which version 2, another kind of model, exists."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.serve.modelfile import GOLDEN
from engine.service.serving import endpoints
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from storage.ids import new_id
from storage.served import AT, ID, KEY, MILLISECONDS, OURS, PREDICTION, PROBABILITIES, REVISION, ROLE, SCORE
from tests.homes import Published, churn_pipeline, do_run


@pytest.fixture(scope="session")
def second_version(filled_home: Published, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Version 1 answers; version 2, a tree of one split, exists."""
    place = tmp_path_factory.mktemp("two") / "home"
    shutil.copytree(filled_home.workspace.home.path, place)
    workspace = open_workspace(Settings(home=place))
    run = do_run(workspace, churn_pipeline("decision_tree_classifier", max_depth=1))
    assert [model["version"] for model in run.models] == [2], run.error
    workspace.database.close()
    return workspace


@pytest.fixture
def two(second_version: Workspace, new_home: Callable[..., Workspace]) -> Workspace:
    """A private copy of it."""
    return new_home(copy_of=second_version)


def version_id(home: Workspace, number: int) -> str:
    with home.database.read() as uow:
        return uow.models.version(uow.models.by_name("churn").id, number).id


def endpoint_id(home: Workspace) -> str:
    with home.database.read() as uow:
        return uow.endpoints.by_name("churn").id


def stored_rows(home: Workspace) -> pa.Table:
    """The fields of stored rows."""
    with home.database.read() as uow:
        row = uow.models.version(uow.models.by_name("churn").id, 1)
    table = pq.read_table(home.artifacts.path(row.files[GOLDEN]))
    return table.select([field["name"] for field in endpoints.fields_of(row)])


def note_answers(
    home: Workspace, rows: pa.Table, *, number: int = 1, role: str = "live", revision: int = 1, **told: Any
) -> None:
    """Let a version have answered these rows, as the API notes it."""
    count = rows.num_rows
    ours: dict[str, Any] = {
        ID: [new_id() for _ in range(count)],
        AT: [datetime.now(UTC).replace(tzinfo=None)] * count,
        ROLE: [role] * count,
        REVISION: [revision] * count,
        PROBABILITIES: [[0.5, 0.5]] * count,
        SCORE: [None] * count,
        MILLISECONDS: [2.0] * count,
        KEY: ["cbk_1234"] * count,
        PREDICTION: ["yes"] * count,
        **told,
    }
    columns = {
        name: pa.array(values, OURS.field(name).type if name in OURS.names else None) for name, values in ours.items()
    }
    table = pa.table({**dict(zip(rows.column_names, rows.columns, strict=True)), **columns})
    home.served.append(endpoint_id(home), version_id(home, number), table)
