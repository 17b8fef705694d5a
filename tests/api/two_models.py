"""A home with two versions of a model, and changes of what answers its endpoint."""

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from engine.workspace import Workspace, open_workspace
from tests.homes import Published, churn_pipeline, do_run


@pytest.fixture(scope="session")
def two_models(filled_home: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """The filled home, with a second version of the model: to be copied."""
    home = tmp_path_factory.mktemp("two") / "home"
    shutil.copytree(filled_home.workspace.home.path, home)
    workspace = open_workspace(filled_home.workspace.settings.model_copy(update={"home": home}))
    assert do_run(workspace, churn_pipeline(C=0.01)).status == "succeeded"
    yield replace(filled_home, workspace=workspace)
    workspace.database.close()


def version_ids(workspace: Workspace) -> list[str]:
    """Ids of the versions of the model, by number."""
    with workspace.database.read() as uow:
        model = uow.models.by_name("churn")
        return [uow.models.version(model.id, number).id for number in (1, 2)]


def endpoint_id(workspace: Workspace) -> str:
    with workspace.database.read() as uow:
        return uow.endpoints.by_name("churn").id


def deploy(workspace: Workspace, *shares: float, shadows: tuple[int, ...] = ()) -> None:
    """Let version 1, 2 answer these shares; versions by number listen."""
    ids = version_ids(workspace)
    answering = {id: share for id, share in zip(ids, shares, strict=False) if share}
    listening = [ids[number - 1] for number in shadows]
    workspace.database.transact(
        lambda uow: uow.endpoints.deploy(uow.endpoints.by_name("churn").id, answering, parity={}, shadows=listening)
    )


def set_up(workspace: Workspace, **settings: object) -> None:
    """Change settings of the endpoint."""

    def change(uow: object) -> None:
        row = uow.endpoints.by_name("churn")  # type: ignore[attr-defined]
        row.settings = {**row.settings, **settings}

    workspace.database.transact(change)
