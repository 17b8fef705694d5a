"""Overviews of datasets for people who only read: opened by link, and by nothing else."""

from engine.errors import MissingThing
from engine.service import links
from engine.service.data.datasets import get_dataset
from engine.service.views import DatasetView
from engine.workspace import Workspace
from storage.unit_of_work import UnitOfWork

TO = "dataset"


def overview_key(workspace: Workspace, name: str) -> str | None:
    """What the link to the overview of a dataset ends in; None where it is not shared.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        half = uow.datasets.by_name(name).share
    return links.whole(workspace, half, TO) if half else None


def share_overview(workspace: Workspace, name: str) -> str:
    """Make a link to the overview of a dataset; a link that was there stops working.

    Returns
    -------
    str
        What the link ends in.

    Raises
    ------
    NotFound
    """
    half = links.new_half()

    def write(uow: UnitOfWork) -> None:
        uow.datasets.set_share(uow.datasets.by_name(name).id, half)
        uow.audit.record("local", "dataset overview shared", f"dataset {name}")

    workspace.database.transact(write)
    return links.whole(workspace, half, TO)


def revoke_overview(workspace: Workspace, name: str) -> None:
    """Let no link open the overview any more.

    Raises
    ------
    NotFound
    """

    def write(uow: UnitOfWork) -> None:
        uow.datasets.set_share(uow.datasets.by_name(name).id, None)
        uow.audit.record("local", "dataset overview link revoked", f"dataset {name}")

    workspace.database.transact(write)


def open_overview(workspace: Workspace, key: str) -> DatasetView:
    """The dataset whose overview a link opens, at its latest version.

    Raises
    ------
    MissingThing
        In the same words for a link that was revoked, that is wrong, and that never was.
    """
    half = links.half_of(workspace, key, TO)
    with workspace.database.read() as uow:
        dataset = uow.datasets.shared(half) if half else None
    if dataset is None:
        raise MissingThing(
            "This link opens no dataset.", hint="It was revoked, or is incomplete: ask whoever sent it for a new one."
        )
    return get_dataset(workspace, dataset.name)
