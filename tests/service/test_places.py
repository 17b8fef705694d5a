"""Datasets from where data lives: paths, addresses, tables, queries, objects; and the connections that lead there."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from components.errors import RefusedExpression
from engine.errors import CanvasbackError, DataError, InvalidSetting
from engine.graph import Pipeline
from engine.logs import start_logging
from engine.reading import inspect
from engine.service import jobs
from engine.service.building import pipelines
from engine.service.data import connections, datasets
from engine.service.views import JobView
from engine.sources import (
    DataSource,
    FileSource,
    ObjectSource,
    PathSource,
    QuerySource,
    TableSource,
    UrlSource,
    open_source,
)
from engine.workspace import Workspace
from storage.errors import InUse, NotFound, StorageError, Unreachable
from tests.foreign_places import SECRET, Place, new_place
from tests.homes import do_job, done

ENDLESS = "SELECT count(*) AS n FROM many a, many b, many c, many d"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shared"
    made.mkdir()
    return made


@pytest.fixture
def home(new_home: Callable[..., Workspace], folder: Path) -> Workspace:
    return new_home(file_folders=(folder,), url_hosts=("localhost",), url_max_mb=1)


@pytest.fixture(params=["postgresql", "mariadb"])
def place(request: pytest.FixtureRequest) -> Place:
    return new_place(request.param, request)


@pytest.fixture
def shop(home: Workspace, place: Place) -> Workspace:
    """A home with the connection ``shop`` to a real server."""
    connections.add_connection(home, "shop", password=SECRET, **place.settings)
    return home


@pytest.fixture
def lite(home: Workspace, folder: Path) -> Workspace:
    """A home with the connection ``lite`` to an SQLite file."""
    with sqlite3.connect(folder / "lite.db") as link:
        link.execute("CREATE TABLE days (id INTEGER, day TEXT, __cb_row TEXT)")
        link.execute("INSERT INTO days VALUES (1, '2024-02-29', 'x'), (2, 'soon', 'y')")
    connections.add_connection(home, "lite", "sqlite", str(folder / "lite.db"))
    return home


def brought(home: Workspace, source: DataSource, **how: Any) -> JobView:
    return do_job(home, datasets.start_import(home, source, "rows", **how))


def kept_files(home: Workspace) -> list[Path]:
    return [path for path in home.home.datasets.rglob("*") if path.is_file()]


def test_a_table_becomes_a_dataset_that_says_where_it_came_from(shop: Workspace, place: Place) -> None:
    place.numbers("many", 2_500)
    (table,) = connections.browse_tables(shop, "shop", "MAN")
    source = TableSource(connection="shop", folder=table.folder, table=table.name)
    seen = datasets.inspect_dataset(shop, source)
    assert [(it["name"], it["type"]) for it in seen["columns"]] == [("n", "int64"), ("words", "string")]
    assert len(seen["preview"]) == 100
    with open_source(shop, source) as incoming:
        assert incoming.rows == 2_500
    assert done(shop, datasets.start_import(shop, source, "rows"))["rows"] == 2_500
    view = datasets.get_dataset(shop, "rows")
    assert view.source == {"connection": "shop", "schema": table.folder, "table": "many"}
    assert datasets.preview_dataset(shop, "rows", offset=2_499).rows[0][:2] == [2_500, "x" * 40]
    assert connections.list_connections(shop)[0].used_at is not None


def test_a_query_is_checked_then_answered(shop: Workspace, place: Place) -> None:
    place.numbers("many", 10)
    with pytest.raises(RefusedExpression, match="DELETE"):
        connections.check_query(shop, "shop", "DELETE FROM many")
    with pytest.raises(RefusedExpression, match="Several statements"):
        datasets.inspect_dataset(shop, QuerySource(connection="shop", sql="SELECT 1 AS a; SELECT 2"))
    result = brought(shop, QuerySource(connection="shop", sql="SELECT n, n AS n, n * 0.5 AS half FROM many")).result
    assert result is not None
    assert [it["name"] for it in result["columns"]] == ["n", "n_2", "half"]
    assert [it["code"] for it in result["findings"] if it["column"] == "n_2"] == ["duplicate_name"]


def test_types_can_be_imposed_and_what_does_not_fit_is_counted(lite: Workspace) -> None:
    source = TableSource(connection="lite", table="days")
    job = brought(lite, source, overrides={"types": {"day": "date", "id": "string"}})
    assert job.result is not None, job.error
    assert [(it["name"], it["type"]) for it in job.result["columns"]] == [
        ("id", "string"), ("day", "date32[day]"), ("row", "string")
    ]  # fmt: skip
    found = {it["code"]: it["detail"] for it in job.result["findings"]}
    assert found["values_do_not_fit"] == {"count": 1, "type": "date"}
    assert "reserved_name" in found


TROUBLE = [
    ("gone", "refused", "renamed or removed"),
    ("password", "refused", "Type the user and the password"),
    ("broken", "broke the connection off", "Nothing was kept"),
    ("endless", "took too long", "fewer rows"),
]


@pytest.mark.parametrize(("what", "words", "hint"), TROUBLE, ids=[it[0] for it in TROUBLE])
def test_what_goes_wrong_there_is_told_and_leaves_nothing_half_written(
    what: str, words: str, hint: str, shop: Workspace, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.numbers("many", 300_000 if what == "broken" else 20_000)
    (table,) = connections.browse_tables(shop, "shop")
    source: DataSource = TableSource(connection="shop", folder=table.folder, table="many")
    before = brought(shop, QuerySource(connection="shop", sql="SELECT 1 AS n"))
    assert before.status == "succeeded"
    files = kept_files(shop)
    if what == "gone":
        place.execute("DROP TABLE many")
    elif what == "password":
        place.change_password("another")
    elif what == "endless":
        object.__setattr__(shop.settings, "run_timeout_seconds", 1)
        source = QuerySource(connection="shop", sql=ENDLESS)
        monkeypatch.setattr("engine.sources.database.COUNT_SECONDS", 0.2)
    else:
        break_off_in_the_middle(monkeypatch, place)
    job = brought(shop, source)
    assert job.status == "failed"
    assert job.error is not None
    assert words in job.error["message"]
    assert hint in job.error["hint"]
    assert SECRET not in json.dumps(job.error)
    assert kept_files(shop) == files
    assert datasets.get_dataset(shop, "rows").versions == [1]


def break_off_in_the_middle(monkeypatch: pytest.MonkeyPatch, place: Place) -> None:
    """Break the server's side off once the first rows have been written."""
    work: Any = import_module("engine.work.import_dataset")
    real = work.reported

    def breaking(assignment: Any, incoming: Any) -> Any:
        for number, batch in enumerate(real(assignment, incoming)):
            if number == 0:
                place.end_all_readers()
            yield batch

    monkeypatch.setattr(work, "reported", breaking)
    monkeypatch.setattr(work, "ahead", lambda batches: batches)


def test_an_import_that_waits_for_a_database_is_cancelled_at_once(shop: Workspace, place: Place) -> None:
    place.numbers("many", 20_000)
    job_id = datasets.start_import(shop, QuerySource(connection="shop", sql=ENDLESS), "rows")
    waiting = threading.Thread(target=jobs.wait_for_job, args=(shop, job_id))
    waiting.start()
    asking = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND application_name = 'canvasback'"
    if not place.is_postgres:
        asking = (
            "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%many%' AND id <> connection_id()"
        )
    ends = time.monotonic() + 60
    while not place.rows(asking)[0][0]:
        assert time.monotonic() < ends, jobs.get_job(shop, job_id)
        time.sleep(0.1)
    started = time.monotonic()
    jobs.cancel_job(shop, job_id)
    while not jobs.get_job(shop, job_id).is_finished:
        time.sleep(0.05)
    assert time.monotonic() - started < 20  # the query has no end
    waiting.join()
    assert jobs.get_job(shop, job_id).status == "cancelled"
    assert not kept_files(shop)
    place.end_all_readers()


# --- paths, addresses, objects ----------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["/etc/passwd", "HOME/canvasback.db", "FOLDER/../x.csv", "FOLDER/link", "FOLDER/no"])
def test_a_path_is_read_only_below_the_folders_that_are_open(home: Workspace, folder: Path, where: str) -> None:
    (folder.parent / "x.csv").write_text("a\n1\n")
    (folder / "link").symlink_to(folder.parent / "x.csv")
    path = Path(where.replace("HOME", str(home.home.path)).replace("FOLDER", str(folder)))
    with pytest.raises(CanvasbackError):
        datasets.inspect_dataset(home, PathSource(path=path))
    assert brought(home, PathSource(path=path)).status == "failed"
    (folder / "fine.csv").write_text("a\n1\n")
    assert done(home, datasets.start_import(home, PathSource(path=folder / "fine.csv"), "fine"))["rows"] == 1


def test_a_file_that_is_still_being_written_is_not_kept(home: Workspace, folder: Path) -> None:
    path = folder / "growing.csv"
    path.write_text("a\n" + "1\n" * 1_000)
    opened = open_source(home, PathSource(path=path))
    assert sum(batch.num_rows for batch in opened.__enter__().reading.batches()) == 1_000
    with path.open("a") as file:
        file.write("2\n")
    with pytest.raises(CanvasbackError, match="still being written"):
        opened.__exit__(None, None, None)


def fail_at(path: Path, text: str) -> None:
    """What is found out of a file that somebody writes to meanwhile."""
    path.write_text(text)
    raise DataError("The file has 1 row, but 2 were read.")


@pytest.mark.parametrize(("grows", "words"), [(True, "still being written"), (False, "but 2 were read")])
def test_what_does_not_add_up_in_a_growing_file_is_told_as_that(
    home: Workspace, folder: Path, grows: bool, words: str
) -> None:
    path = folder / "growing.csv"
    path.write_text("a\n1\n")
    with pytest.raises(CanvasbackError, match=words), open_source(home, PathSource(path=path)):
        fail_at(path if grows else folder / "another.csv", "a\n1\n2\n")


def test_a_look_at_a_growing_file_says_that_it_grows(
    home: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "growing.csv"
    path.write_text("a\n1\n")

    def grown(*asked: Any) -> Any:
        found = inspect(*asked)
        path.write_text("a\n1\n2\n")
        return found

    assert not datasets.inspect_dataset(home, PathSource(path=path))["findings"]
    monkeypatch.setattr("engine.sources.opening.inspect", grown)
    assert datasets.inspect_dataset(home, PathSource(path=path))["findings"][0]["code"] == "still_written"


def test_an_address_does_not_tell_its_signature() -> None:
    source = UrlSource(url="https://x.example/data.csv?X-Amz-Signature=canary#part")
    assert "canary" not in json.dumps(source.told)
    assert source.told == {"address": "https://x.example/data.csv?…"}


def add_store(home: Workspace, how: dict[str, Any], **more: Any) -> None:
    connections.add_connection(home, "lake", password=SECRET, **{**how, **more})


def test_objects_are_imported_one_by_one_or_as_parts_of_one_table(home: Workspace, bucket: Any) -> None:
    parts = {f"in/part {n}.csv": f"id,day\n{n},2024-01-0{n}\n".encode() for n in (1, 2, 3)}
    add_store(home, bucket(**parts, **{"in/other.csv": b"id,price\n1,2.5\n"}))
    assert "bucket" in connections.test_connection(home, "lake")
    assert [it.key for it in connections.browse_objects(home, "lake", "in/part*")] == list(parts)
    for key, rows in (("in/part 2.csv", 1), ("in/part*.csv", 3)):
        result = brought(home, ObjectSource(connection="lake", key=key)).result
        assert result is not None
        assert result["rows"] == rows
    assert datasets.get_dataset(home, "rows").source == {"connection": "lake", "object": "in/part*.csv", "files": 3}
    result = brought(home, ObjectSource(connection="lake", key="in/")).result
    assert result is not None
    assert result["rows"] == 4
    assert {"missing_column"} <= {finding["code"] for finding in result["findings"]}


def test_what_an_object_store_refuses_has_its_words(
    home: Workspace, bucket: Any, new_home: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    how = bucket(**{"large.csv": b"a\n" + b"1\n" * 600_000, "a.csv": b"a\n1\n"})
    add_store(home, how)
    for key, words in (("no.csv", "nothing called no.csv"), ("large.csv", "larger than the 1 MB")):
        job = brought(home, ObjectSource(connection="lake", key=key))
        assert job.error is not None
        assert words in job.error["message"]
    inside = "inside a private network"
    for change, words in (
        ({"bucket": "nobody-has-this"}, "refused"),
        ({"endpoint": how["endpoint"].replace("localhost", "127.0.0.1")}, inside),
        ({"endpoint": "http://[::1]:9"}, inside),
        ({"endpoint": "http://169.254.169.254"}, inside),
    ):
        with pytest.raises(Unreachable, match=words) as refused:
            connections.try_connection(home, "s3", {**how, **change}, SECRET)
        assert SECRET not in refused.value.message
    shut = new_home(name="shut")
    add_store(shut, how)
    with pytest.raises(Unreachable, match=inside):
        connections.test_connection(shut, "lake")


@pytest.mark.parametrize(
    "change",
    [
        {"bucket": ""}, {"bucket": "a/b"}, {"bucket": "a?x"}, {"endpoint": "file:///etc"}, {"endpoint": "http://h/path"},
        {"endpoint": "http://a:b@h"}, {"endpoint": "http://h?x=1"}, {"endpoint": "http://h:99999"}, {"region": "a b"},
    ],
)  # fmt: skip
def test_an_object_store_is_only_a_host_and_a_bucket(home: Workspace, change: dict[str, str]) -> None:
    with pytest.raises(InvalidSetting):
        add_store(home, {"kind": "s3", "bucket": "b", "endpoint": "http://h"}, **change)


# --- connections ------------------------------------------------------------------------------------------------


def test_a_password_stays_unless_it_would_go_elsewhere(shop: Workspace, place: Place) -> None:
    here = dict(connections.get_connection(shop, "shop").settings)
    connections.edit_connection(shop, "shop", {}, writes=True)
    assert connections.get_connection(shop, "shop").writes
    assert place.foreign.kind in connections.test_connection(shop, "shop")
    assert place.foreign.kind in connections.try_connection(shop, place.foreign.kind, here, None, "shop")
    for change in ({"host": "evil.example"}, {"port": 1}, {"user": "x"}, {"encryption": "disable"}):
        with pytest.raises(InvalidSetting, match="typed again"):
            connections.edit_connection(shop, "shop", change)
        with pytest.raises(InvalidSetting, match="typed again"):
            connections.try_connection(shop, place.foreign.kind, {**here, **change}, None, "shop")
    connections.edit_connection(shop, "shop", {"encryption": "disable"}, password=SECRET)
    assert place.foreign.kind in connections.test_connection(shop, "shop")
    with pytest.raises(Unreachable):
        connections.try_connection(shop, place.foreign.kind, here, "wrong")


def test_a_connection_in_use_is_not_removed(lite: Workspace) -> None:
    nodes = {"rows": {"component": "database_query", "params": {"connection": "lite", "sql": "SELECT 1 AS a"}}}
    pipelines.import_pipeline(lite, Pipeline.from_document({"name": "daily", "nodes": nodes, "edges": []}))
    waiting = datasets.start_import(lite, TableSource(connection="lite", table="days"), "rows")
    with pytest.raises(InUse) as refused:
        connections.remove_connection(lite, "lite")
    assert refused.value.users == ["pipeline daily", "import of rows"]
    do_job(lite, waiting)
    pipelines.delete_pipeline(lite, pipelines.list_pipelines(lite)[0].id)
    connections.remove_connection(lite, "lite")
    with pytest.raises(NotFound):
        connections.test_connection(lite, "lite")
    assert datasets.get_dataset(lite, "rows").rows == 2


def test_further_dialects_are_reached_only_while_an_administrator_allows_them(
    new_home: Callable[..., Workspace], folder: Path, request: pytest.FixtureRequest
) -> None:
    place = new_place("postgresql", request)
    place.numbers("many", 3)
    how = {**place.settings, "kind": "postgresql+psycopg", "password": SECRET}
    home = new_home(dialects=("postgresql+psycopg", "duckdb", "mssql"), file_folders=(folder,))
    with pytest.raises(InvalidSetting, match="no kind"):
        connections.add_connection(home, "x", **{**how, "kind": "oracle+oracledb"})
    connections.add_connection(home, "other", **how)
    assert brought(home, QuerySource(connection="other", sql="SELECT n FROM many")).status == "succeeded"
    with pytest.raises(InvalidSetting, match="no encryption"):
        connections.add_connection(home, "x", "mssql", "db", host="h", encryption="require")
    for database in ("/etc/passwd", "../x.db", str(home.home.path / "canvasback.db"), ":memory:", "x.db"):
        with pytest.raises(InvalidSetting):
            connections.add_connection(home, "duck", "duckdb", database, host="h")
    object.__setattr__(home.settings, "dialects", ())
    with pytest.raises(InvalidSetting, match="no kind") as refused:
        home.outside.foreign("other")
    assert "CANVASBACK_DIALECTS" in refused.value.hint


def test_a_password_is_found_in_no_log_no_audit_no_job_and_no_file(shop: Workspace, place: Place) -> None:
    start_logging(shop.settings, "jobs")
    place.numbers("many", 5)
    brought(shop, QuerySource(connection="shop", sql="SELECT n FROM many"))
    brought(shop, QuerySource(connection="shop", sql="SELECT nothing FROM many"))
    connections.edit_connection(shop, "shop", {"port": 1}, password=SECRET)
    brought(shop, QuerySource(connection="shop", sql="SELECT n FROM many"))
    with pytest.raises(StorageError) as refused:
        connections.test_connection(shop, "shop")
    with shop.database.read() as uow:
        told = [json.dumps([entry.detail, entry.object]) for entry in uow.audit.list()]
        told += [json.dumps([job.payload, job.result, job.error]) for job in uow.jobs.list(limit=100)]
        assert {"connection added", "connection changed", "connection used"} <= {it.action for it in uow.audit.list()}
    views = [view.model_dump_json() for view in connections.list_connections(shop)]
    assert not [
        text for text in (*told, *views, refused.value.message, repr(shop.outside.foreign("shop"))) if SECRET in text
    ]
    shop.database.close()
    assert not [path for path in shop.home.path.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def test_an_upload_is_still_a_file(home: Workspace, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    assert brought(home, FileSource(path=tmp_path / "x.csv")).status == "succeeded"
