"""A query that never ends: its import can be cancelled, and the server of others stops working on it, too."""

from collections.abc import Callable

import pytest

from engine.service import jobs
from engine.service.data import connections, datasets
from engine.sources import QuerySource
from engine.workspace import Workspace
from tests.foreign_places import SECRET, new_place
from tests.mariadb import mariadb_server
from tests.postgres import postgres_server
from tests.processes import at_work, children
from tests.servers import eventually

__all__ = ["mariadb_server", "postgres_server"]


@pytest.mark.slow  # a server and a worker
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_cancelled_import_ends_on_the_server_too(
    kind: str, new_home: Callable[..., Workspace], request: pytest.FixtureRequest
) -> None:
    place, home = new_place(kind, request), new_home()
    connections.add_connection(home, "shop", **place.settings, password=SECRET)
    job = datasets.start_import(home, QuerySource(connection="shop", sql=place.endless()), "endless")
    with at_work(home):
        # The rows are counted first; that gives up by itself.
        eventually(lambda: any("cb_counted" not in query for query in place.at_work()), 60)
        jobs.cancel_job(home, job)
        eventually(lambda: jobs.get_job(home, job).is_finished)
    assert jobs.get_job(home, job).status == "cancelled"
    eventually(lambda: not place.at_work())
    assert not children(home)
    assert not datasets.list_datasets(home)
