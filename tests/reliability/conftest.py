"""The homes that these tests begin with."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from engine.service.running import runs
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from tests.homes import do_run, filled_home, home, import_table, new_home, published
from tests.processes import noise
from tests.reliability.drawings import everything
from tests.reliability.outcomes import facts

__all__ = ["filled_home", "home", "new_home", "noisy", "numbers", "published", "undisturbed"]

LEASE = 2.0


@pytest.fixture(scope="session")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A home with the dataset that the drawings of these tests read."""
    folder = tmp_path_factory.mktemp("numbers")
    workspace = open_workspace(Settings(home=folder / "home"))
    import_table(workspace, "numbers", noise(), folder)
    return workspace


@pytest.fixture
def noisy(numbers: Workspace, new_home: Callable[..., Workspace]) -> Workspace:
    """A copy of that home, to be ill-treated."""
    return new_home(copy_of=numbers, lease_seconds=LEASE)


@pytest.fixture(scope="session")
def done_before(numbers: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy in which `everything` has run, and nobody disturbed it."""
    place = tmp_path_factory.mktemp("undisturbed") / "home"
    shutil.copytree(numbers.home.path, place)
    workspace = open_workspace(Settings(home=place))
    do_run(workspace, everything())
    return workspace


@pytest.fixture(scope="session")
def undisturbed(done_before: Workspace) -> dict[str, Any]:
    """What that run gave."""
    (run,) = runs.list_runs(done_before)
    return facts(runs.get_run(done_before, run.id))
