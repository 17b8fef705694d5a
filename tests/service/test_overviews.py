"""The overview of a dataset is opened by a link that nobody can guess, and that can be taken back."""

from pathlib import Path

import pyarrow as pa
import pytest

from engine.errors import MissingThing
from engine.service.data import boards, overviews
from engine.workspace import Workspace
from storage.errors import NotFound
from tests.homes import import_table


@pytest.fixture
def shop(home: Workspace, tmp_path: Path) -> Workspace:
    import_table(home, "people", pa.table({"name": ["Ada", "Grace"], "age": [36, 45]}), tmp_path)
    return home


def test_a_link_opens_the_overview_until_it_is_revoked(shop: Workspace) -> None:
    assert overviews.overview_key(shop, "people") is None
    first = overviews.share_overview(shop, "people")
    assert overviews.open_overview(shop, first).name == "people"
    assert overviews.overview_key(shop, "people") == first
    second = overviews.share_overview(shop, "people")
    with shop.database.read() as uow:
        stored = uow.datasets.by_name("people").share or ""
    wrong = [first, "", "x", "people", stored, second[:-1], second + "0", stored + "0" * 32, second.upper(), "ü" * 60]
    messages = set()
    for key in wrong:
        with pytest.raises(MissingThing) as caught:
            overviews.open_overview(shop, key)
        messages.add(str(caught.value))
    assert len(messages) == 1
    assert overviews.open_overview(shop, second).name == "people"
    overviews.revoke_overview(shop, "people")
    with pytest.raises(MissingThing):
        overviews.open_overview(shop, second)


def test_a_link_to_one_kind_of_page_opens_no_other(shop: Workspace) -> None:
    boards.create_board(shop, "sales")
    of_board, of_dataset = boards.share_board(shop, "sales"), overviews.share_overview(shop, "people")
    with pytest.raises(MissingThing):
        overviews.open_overview(shop, of_board)
    with pytest.raises(MissingThing):
        boards.open_shared(shop, of_dataset)


def test_a_dataset_that_is_not_there_is_not_shared_and_sharing_is_in_the_audit_log(shop: Workspace) -> None:
    with pytest.raises(NotFound):
        overviews.share_overview(shop, "nothing")
    overviews.share_overview(shop, "people")
    overviews.revoke_overview(shop, "people")
    with shop.database.read() as uow:
        acts = [one.action for one in uow.audit.list()]
    assert {"dataset overview shared", "dataset overview link revoked"} <= {*acts}
