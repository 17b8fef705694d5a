"""A dataset follows its source: what is new comes, what is not makes no version, and what goes wrong is said."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.errors import InvalidSetting, MissingThing
from engine.reading.errors import UnreadableFile
from engine.service import jobs
from engine.service.data import datasets, syncs
from engine.service.data.sync_slots import fire_syncs
from engine.service.data.syncs import SyncRunView
from engine.service.schedules import Schedule
from engine.sources import DataSource, FileSource, UrlSource
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.schema import utc_now
from tests.homes import do_job, done

SYNCING: Any = import_module("engine.work.sync_dataset")
DAILY = Schedule(every="day")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ORDERS = "id,day,amount\n1,2026-01-01,10\n2,2026-01-02,20\n3,2026-01-02,20\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sources" / "orders.csv"
    path.parent.mkdir()
    path.write_text(ORDERS)
    return path


@pytest.fixture
def home(new_home: Callable[..., Workspace], file: Path) -> Workspace:
    """A home with the dataset ``orders``, whose file lies where files may be read."""
    workspace = new_home(file_folders=(file.parent,))
    done(workspace, datasets.start_import(workspace, file, "orders"))
    return workspace


def synced(home: Workspace) -> SyncRunView:
    """Sync now, and how it went."""
    do_job(home, syncs.sync_now(home, "orders"))
    return syncs.list_sync_runs(home, "orders")[0]


def set_up(home: Workspace, file: Path, **how: Any) -> None:
    syncs.set_sync(home, "orders", FileSource(path=file), DAILY, **how)


def rows(home: Workspace) -> list[Any]:
    return [row[0] for row in datasets.preview_dataset(home, "orders").rows]


def test_a_source_that_changed_becomes_a_version_and_one_that_did_not_makes_none(home: Workspace, file: Path) -> None:
    set_up(home, file)
    same = synced(home)
    assert (same.status, same.version, same.message) == (
        "succeeded",
        None,
        "The source has the same 3 rows as v1.",
    )
    file.write_text("id,day,amount\n3,2026-01-02,20\n2,2026-01-02,20\n1,2026-01-01,10\n")
    assert synced(home).version is None, "the order of rows is nothing new"
    file.write_text(ORDERS.replace(",10", ",11"))
    changed = synced(home)
    assert (changed.status, changed.version, changed.rows, changed.asked_by) == ("succeeded", 2, 3, "hand")
    made = datasets.get_dataset(home, "orders")
    assert (made.latest, made.source["sync"]) == (2, "asked for by a person")
    with home.database.read() as uow:
        assert home.tables.orphans(uow.datasets.files_in_use(), 0) == []


@pytest.mark.parametrize("how", [{"watermark": "id"}, {"watermark": "day"}])
def test_only_rows_beyond_the_mark_are_taken_and_ties_neither_lost_nor_doubled(
    how: dict[str, Any], home: Workspace, file: Path
) -> None:
    set_up(home, file, mode="append", **how)
    nothing = synced(home)
    assert (nothing.version, nothing.rows) == (None, 0)
    assert (nothing.message or "").startswith(f"No row lies beyond {how['watermark']} ")
    # A fourth row on a day that was seen already, twice the same, and one of the day after.
    file.write_text(ORDERS + "4,2026-01-02,20\n4,2026-01-02,20\n5,2026-01-03,50\n")
    run = synced(home)
    assert (run.status, run.rows, run.version) == ("succeeded", 3, 2), run.error
    assert synced(home).version is None


def test_rows_without_a_mark_are_told(home: Workspace, file: Path) -> None:
    set_up(home, file, watermark="id", mode="append")
    file.write_text(ORDERS + ",2026-01-05,7\n9,2026-01-05,7\n")
    assert synced(home).rows == 1
    codes = {finding["code"]: finding["message"] for finding in datasets.get_dataset(home, "orders").findings}
    assert codes["no_watermark"].startswith("1 row has no id.")


def test_the_mark_is_that_of_the_latest_version_so_a_rollback_fetches_again(home: Workspace, file: Path) -> None:
    set_up(home, file, watermark="id")
    file.write_text(ORDERS + "4,2026-01-05,7\n")
    assert synced(home).rows == 1
    with home.database.write() as uow:
        uow.datasets.make_latest(uow.datasets.by_name("orders").id, 1)
    assert synced(home).rows == 1


@pytest.mark.parametrize(
    ("values", "later", "expected"),
    [
        (pa.array([1.5, None, 2.5]), pa.array([2.5, 3.5, float("nan")]), 1),
        (pa.array(["2026-01", "2026-02"]), pa.array(["2026-02", "2026-03"]), 1),
        (
            pa.array([NOON, NOON], pa.timestamp("us", "UTC")),
            pa.array([NOON, NOON, NOON, NOON + timedelta(microseconds=1)], pa.timestamp("us", "UTC")),
            2,
        ),
    ],
)
def test_numbers_texts_and_times_can_be_marks(
    home: Workspace, file: Path, values: pa.Array, later: pa.Array, expected: int
) -> None:
    path = file.with_suffix(".parquet")
    pq.write_table(pa.table({"mark": values}), path)
    done(home, datasets.start_import(home, path, "orders"))
    set_up(home, path, watermark="mark")
    pq.write_table(pa.table({"mark": later}), path)
    run = synced(home)
    assert (run.status, run.rows) == ("succeeded", expected), run.error


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("id,day,amount,tax\n1,2026-01-01,10,2\n", ["column_added"]),
        ("id,amount\n1,10\n", ["column_removed"]),
        ("id,day,amount\n1,2026-01-01,much\n", ["column_retyped"]),
        ("day,tax,id\n2026-01-01,2,x\n", ["column_added", "column_removed", "column_retyped"]),
    ],
)
def test_changed_columns_are_findings_or_stop_the_sync(
    text: str, codes: list[str], home: Workspace, file: Path
) -> None:
    set_up(home, file, on_schema_change="block")
    file.write_text(text)
    stopped = synced(home)
    error = stopped.error or {}
    assert (stopped.status, stopped.version, error["code"]) == ("failed", None, "schema_changed")
    assert [change["code"] for change in error["detail"]["changes"]] == codes
    assert "take changed columns over" in error["hint"]
    assert datasets.get_dataset(home, "orders").versions == [1]
    set_up(home, file)
    told = synced(home)
    assert (told.version, [finding["code"] for finding in told.findings]) == (2, codes)
    assert set(codes) <= {finding["code"] for finding in datasets.get_dataset(home, "orders").findings}


def test_a_source_that_fails_leaves_everything_as_it_was_and_says_what_to_do(home: Workspace, file: Path) -> None:
    set_up(home, file, watermark="day")
    file.write_text("")
    empty = synced(home)
    assert empty.status == "failed"
    assert (empty.error or {})["hint"]
    file.unlink()
    assert synced(home).status == "failed"
    file.write_text("id,day,amount\n1,yesterday,10\n")
    retyped = (synced(home).error or {})["message"]
    assert "day is string now" in retyped
    assert datasets.get_dataset(home, "orders").versions == [1]


def test_rows_with_another_column_are_not_appended_and_codes_stay_texts(home: Workspace, file: Path) -> None:
    file.write_text("id,code\n1,007\n2,a1\n")
    done(home, datasets.start_import(home, file, "orders"))
    set_up(home, file, mode="append", watermark="id")
    file.write_text("id,code\n3,008\n4,009\n")
    run = synced(home)
    assert (run.status, run.rows, run.findings) == ("succeeded", 2, []), run.error
    assert datasets.preview_dataset(home, "orders").rows[-1][1] == "009"
    file.write_text("id,code,tax\n5,1,2\n")
    wider = synced(home)
    assert ((wider.error or {})["code"], wider.version) == ("schema_changed", None)
    assert "The column tax (whole numbers) is new" in (wider.error or {})["message"]


def test_an_append_does_not_hide_a_version_that_came_meanwhile(
    home: Workspace, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(home, file, mode="append", watermark="id")
    file.write_text(ORDERS + "4,2026-01-05,7\n")
    real = SYNCING.measured

    def while_somebody_imports(*args: Any) -> Any:
        done(home, datasets.start_import(home, file, "orders"))
        return real(*args)

    monkeypatch.setattr(SYNCING, "measured", while_somebody_imports)
    assert "became the latest" in (synced(home).error or {})["message"]
    assert datasets.get_dataset(home, "orders").latest == 2


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"watermark": "nothing"}, "no column nothing"),
        ({"mode": "merge"}, "is no mode"),
        ({"on_schema_change": "ignore"}, "is no on_schema_change"),
        ({"retries": 99}, "tried again"),
        ({"source": FileSource(path=Path("/etc/passwd"))}, "lies in no folder"),
    ],
)
def test_a_sync_that_cannot_be_is_refused(how: dict[str, Any], told: str, home: Workspace, file: Path) -> None:
    source: DataSource = how.pop("source", FileSource(path=file))
    with pytest.raises(InvalidSetting, match=told):
        syncs.set_sync(home, "orders", source, DAILY, **how)
    assert syncs.get_sync(home, "orders") is None


def test_an_upload_is_not_synced_and_a_folder_that_is_closed_later_is_not_read(home: Workspace, file: Path) -> None:
    upload = home.uploads / "a.csv"
    upload.write_text(ORDERS)
    with pytest.raises(InvalidSetting, match="uploaded"):
        set_up(home, upload)
    set_up(home, file)
    file.unlink()
    file.symlink_to("/etc/passwd")
    run = synced(home)
    assert ((run.error or {})["code"], run.retry_at) == ("invalid_setting", None)


def test_a_version_knows_where_the_next_one_can_come_from_and_tells_nobody(home: Workspace, file: Path) -> None:
    assert syncs.suggested_source(home, "orders") == (FileSource(path=file), {})
    assert datasets.get_dataset(home, "orders").source == {"file": "orders.csv"}
    done(home, datasets.start_import(home, _uploaded(home), "orders"))
    assert syncs.suggested_source(home, "orders") is None


def _uploaded(home: Workspace) -> Path:
    path = home.uploads / "some.csv"
    path.write_text(ORDERS)
    return path


def test_one_sync_at_a_time_pause_and_removal(home: Workspace, file: Path) -> None:
    with pytest.raises(MissingThing, match="not synced"):
        syncs.sync_now(home, "orders")
    set_up(home, file, retries=0)
    job_id = syncs.sync_now(home, "orders")
    with pytest.raises(Conflict, match="being synced already"):
        syncs.sync_now(home, "orders")
    jobs.cancel_job(home, job_id)
    assert syncs.list_sync_runs(home, "orders")[0].status == "cancelled"
    syncs.pause_sync(home, "orders")
    found = syncs.get_sync(home, "orders")
    assert found is not None
    assert (found.paused, found.next_at, found.job_id) == (True, None, None)
    assert fire_syncs(home.database, utc_now() + timedelta(days=400)) == 0
    syncs.resume_sync(home, "orders", NOON)
    assert syncs.sync_badges(home)["orders"].rhythm == "daily"
    assert syncs.get_sync(home, "orders").next_at == NOON + timedelta(hours=18)  # type: ignore[union-attr]
    job_id = syncs.sync_now(home, "orders")
    syncs.remove_sync(home, "orders")
    assert (syncs.get_sync(home, "orders"), jobs.get_job(home, job_id).status) == (None, "cancelled")
    assert datasets.get_dataset(home, "orders").versions == [1]


def test_an_address_inside_the_network_is_refused(home: Workspace) -> None:
    with pytest.raises(UnreadableFile):
        syncs.set_sync(home, "orders", UrlSource(url="http://127.0.0.1:1/a.csv"), DAILY)
    assert syncs.get_sync(home, "orders") is None
