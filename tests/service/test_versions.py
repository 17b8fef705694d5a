"""Versions are named, gone back to, used, kept and let go."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from engine.errors import DataError, UnknownColumn
from engine.graph import Pipeline
from engine.service.building import pipelines
from engine.service.data import datasets, versions
from engine.workspace import Workspace
from storage.errors import InUse, NotFound
from storage.schema import Board, BoardCard, Chart, DatasetVersion, Sync, utc_now
from tests.homes import Published, import_table, queue_run

READS = """
format: 1
name: reads
nodes:
  rows: {component: dataset, params: {dataset: rows, version: 1}}
  first: {component: limit_rows, params: {}}
edges: [rows -> first]
"""


@pytest.fixture(scope="module")
def three_once(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A home whose dataset ``rows`` has three versions: one, two and three rows."""
    from engine.settings import Settings
    from engine.workspace import open_workspace

    folder = tmp_path_factory.mktemp("versions")
    workspace = open_workspace(Settings(home=folder / "home"))
    for rows in (1, 2, 3):
        import_table(workspace, "rows", pa.table({"n": range(rows), "text": ["a"] * rows}), folder)
    return workspace


@pytest.fixture
def three(three_once: Workspace, new_home: Callable[..., Workspace]) -> Workspace:
    return new_home(copy_of=three_once)


def numbers(workspace: Workspace) -> list[int]:
    return [version.number for version in versions.list_versions(workspace, "rows")]


def files(workspace: Workspace) -> int:
    return len([*workspace.tables.root.rglob("*.parquet")])


def test_the_list_says_what_changed_and_which_one_is_meant(three: Workspace) -> None:
    found = versions.list_versions(three, "rows")
    assert [(it.number, it.rows, it.is_latest, it.made_by) for it in found] == [
        (3, 3, True, "import"),
        (2, 2, False, "import"),
        (1, 1, False, "import"),
    ]
    assert [it.changes and it.changes["added"] for it in found] == [1, 1, None]
    assert [it.parent for it in found] == [2, 1, None]


def test_going_back_is_audited_and_the_next_version_follows_the_one_that_is_meant(
    three: Workspace, tmp_path: Path
) -> None:
    versions.make_latest(three, "rows", 1)
    assert datasets.get_dataset(three, "rows").version == 1
    with three.database.read() as uow:
        entry = uow.audit.list(object="dataset rows")[0]
    assert (entry.action, entry.detail) == ("dataset rolled back", {"before": 3, "after": 1})
    import_table(three, "rows", pa.table({"n": [0, 1], "text": ["a", "a"]}), tmp_path)
    newest = versions.list_versions(three, "rows")[0]
    assert (newest.number, newest.parent, newest.changes) == (4, 1, {"added": 1, "removed": 0, "changed": 0, "kept": 1})


def test_a_held_version_is_released(three: Workspace) -> None:
    def hold(uow: Any) -> None:
        dataset = uow.datasets.by_name("rows")
        uow.datasets.version(dataset.id, 3).held = {"message": "a rule failed"}
        uow.datasets.make_latest(dataset.id, 2)

    three.database.transact(hold)
    assert versions.list_versions(three, "rows")[0].held == {"message": "a rule failed"}
    versions.make_latest(three, "rows", 3)
    newest = versions.list_versions(three, "rows")[0]
    assert (newest.held, newest.is_latest) == (None, True)
    with three.database.read() as uow:
        assert uow.audit.list(object="dataset rows")[0].action == "dataset version released"


def test_what_people_say_is_kept_and_found(three: Workspace) -> None:
    versions.describe_dataset(
        three, "rows", description=" About rows ", owner="Zoë", tags=["finance", " größe  x ", "finance"]
    )
    versions.describe_version(three, "rows", 2, label="audited", note="as sent")
    versions.describe_version(three, "rows", 2, note="as sent in May")
    about = versions.about_dataset(three, "rows")
    assert (about.description, about.owner, about.tags) == ("About rows", "Zoë", ["finance", "größe x"])
    view = versions.list_versions(three, "rows")[1]
    assert (view.label, view.note) == ("audited", "as sent in May")
    for words, is_found in {
        "finan": True,
        "Größe": True,
        "grobe": False,
        "größe": True,
        "zo": True,
        "about": True,
        "%": False,
    }.items():
        assert bool(datasets.list_datasets(three, words)) is is_found, words


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"tags": ["x" * 41]}, "longer than 40"),
        ({"tags": list("abcdefghijklmnopqrstu")}, "can have 20"),
        ({"owner": "x" * 121}, "121 letters"),
    ],
)
def test_what_is_too_long_is_refused(three: Workspace, said: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        versions.describe_dataset(three, "rows", **said)


def test_a_key_is_one_of_the_columns(three: Workspace) -> None:
    versions.choose_key(three, "rows", ["n"])
    assert versions.about_dataset(three, "rows").key == ["n"]
    with pytest.raises(UnknownColumn, match="no column 'm'"):
        versions.choose_key(three, "rows", ["m"])


def test_with_a_key_a_changed_row_is_told_as_changed(three: Workspace, tmp_path: Path) -> None:
    versions.choose_key(three, "rows", ["n"])
    import_table(three, "rows", pa.table({"n": [0, 1, 5], "text": ["a", "new", "a"]}), tmp_path)
    newest = versions.list_versions(three, "rows")[0]
    assert newest.changes == {"added": 1, "removed": 1, "changed": 1, "kept": 1}


def test_who_uses_a_dataset_is_listed_with_the_version(filled_home: Published) -> None:
    found = {
        (it.kind, it.label, it.version, it.needs)
        for it in versions.users_of_dataset(filled_home.workspace, "customers")
    }
    assert ("model", "model churn v1", 1, True) in found
    assert ("pipeline", "pipeline churn", None, True) in found


def drawn(three: Workspace) -> str:
    pipelines.import_pipeline(three, Pipeline.from_yaml(READS))
    return "pipeline reads"


def running(three: Workspace) -> str:
    drawing = Pipeline.from_yaml(READS)
    queue_run(three, drawing)
    with three.database.read() as uow:
        key = uow.pipelines.by_name("reads").id
    three.database.transact(lambda uow: uow.pipelines.replace(key, {"nodes": {}, "edges": []}))
    return "run 1 of reads (queued)"


@pytest.mark.parametrize("use", [drawn, running])
def test_a_version_in_use_is_not_deleted_and_says_by_whom(three: Workspace, use: Callable[[Workspace], str]) -> None:
    user = use(three)
    for refused in (lambda: versions.delete_version(three, "rows", 1), lambda: datasets.delete_dataset(three, "rows")):
        with pytest.raises(InUse) as caught:
            refused()
        assert caught.value.users == [user]
    versions.delete_version(three, "rows", 2)
    assert numbers(three) == [3, 1]


def boarded(uow: Any, dataset_id: str) -> None:
    chart = Chart(dataset_id=dataset_id, name="c", spec={}, drawn_on=1, updated_at=utc_now())
    board = Board(name="Monday")
    uow.datasets._session.add_all([chart, board])
    uow.datasets._session.flush()
    uow.datasets._session.add(BoardCard(board_id=board.id, chart_id=chart.id, position=0, width=2))


def synced(uow: Any, dataset_id: str) -> None:
    sync = Sync(
        dataset_id=dataset_id,
        source={},
        overrides={},
        schedule={},
        mode="replace",
        on_schema_change="report",
        retries=0,
    )
    uow.datasets._session.add(sync)


def looked_up(uow: Any, dataset_id: str) -> None:
    other = uow.datasets.add("orders")
    rule = {"kind": "refers_to", "column": "n", "dataset": "rows", "other_column": "n"}
    uow.rules.add(other.id, rule, "warn")
    uow.rules.add(dataset_id, rule, "warn")  # its own rule goes with it


USES = [(boarded, "board Monday"), (synced, "its sync, which is not paused"), (looked_up, "a rule of orders")]


@pytest.mark.parametrize(("use", "user"), USES)
def test_a_dataset_on_a_board_in_sync_or_in_a_rule_is_not_deleted(
    three: Workspace, use: Callable[..., None], user: str
) -> None:
    three.database.transact(lambda uow: use(uow, uow.datasets.by_name("rows").id))
    with pytest.raises(InUse) as caught:
        datasets.delete_dataset(three, "rows")
    assert caught.value.users == [user]
    versions.delete_version(three, "rows", 1)


def test_the_latest_version_is_not_deleted(three: Workspace) -> None:
    with pytest.raises(InUse, match="is the latest version"):
        versions.delete_version(three, "rows", 3)


def test_files_that_another_version_lists_stay(three: Workspace) -> None:
    assert files(three) == 3
    versions.delete_version(three, "rows", 1)
    assert files(three) == 3
    versions.make_latest(three, "rows", 2)
    versions.delete_version(three, "rows", 3)
    assert files(three) == 2
    assert datasets.preview_dataset(three, "rows").rows == [[0, "a"], [1, "a"]]


def test_a_dataset_goes_with_all_its_files(three: Workspace) -> None:
    datasets.delete_dataset(three, "rows")
    assert files(three) == 0
    with pytest.raises(NotFound):
        versions.list_versions(three, "rows")


def test_what_would_go_is_told_before_it_goes(three: Workspace) -> None:
    versions.describe_version(three, "rows", 1, label="audited")
    told = versions.preview_retention(three, "rows", 1, None)
    assert [(it.number, it.goes, it.kept_because) for it in told] == [
        (3, False, "it is the latest"),
        (2, True, ""),
        (1, False, "it is labelled audited"),
    ]
    assert not any(it.goes for it in versions.preview_retention(three, "rows", None, None))
    assert not any(it.goes for it in versions.preview_retention(three, "rows", 1, 30))
    assert numbers(three) == [3, 2, 1]


def test_rules_take_effect_at_once_and_after_each_version(three: Workspace, tmp_path: Path) -> None:
    drawn(three)
    assert versions.set_retention(three, "rows", 2, None) == []
    import_table(three, "rows", pa.table({"n": [9], "text": ["z"]}), tmp_path)
    assert numbers(three) == [4, 3, 1]
    assert versions.set_retention(three, "rows", 1, None) == [3]
    assert numbers(three) == [4, 1]
    assert datasets.preview_dataset(three, "rows", 1).rows == [[0, "a"]]
    assert files(three) == 2
    with three.database.read() as uow:
        said = [(it.actor, it.detail) for it in uow.audit.list(action="dataset versions deleted")]
    assert said == [("retention", {"versions": [3]}), ("retention", {"versions": [2]})]


def test_days_count_from_when_a_version_was_made(three: Workspace) -> None:
    def age(uow: Any) -> None:
        version: DatasetVersion = uow.datasets.version(uow.datasets.by_name("rows").id, 1)
        version.created_at -= timedelta(days=8)

    three.database.transact(age)
    assert versions.set_retention(three, "rows", None, 7) == [1]


@pytest.mark.parametrize("rule", [(0, None), (None, -1)])
def test_rules_that_keep_nothing_are_refused(three: Workspace, rule: tuple[Any, Any]) -> None:
    with pytest.raises(DataError, match="cannot be kept"):
        versions.set_retention(three, "rows", *rule)
