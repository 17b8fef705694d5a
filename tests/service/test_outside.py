"""Databases and files of others: read anew in every run, written to only where that was said, nothing else reached."""

import http.server
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from components.errors import RefusedExpression
from components.sql.foreign import read_only
from engine.errors import CanvasbackError, InvalidSetting
from engine.graph import Pipeline
from engine.reading.hosts import is_public
from engine.service.data import connections
from engine.service.running import runs
from engine.service.views import NodeRunView, RunView
from engine.workspace import Workspace
from storage.errors import NotFound, StorageError
from tests.homes import do_run

SECRET = "canary-5up3r"
ROWS = [(1, "ann", 1.5, "2026-01-31"), (2, "b'; drop table people; --", None, None), (3, "ü📅", 7.25, "2026-02-01")]
SQL = "SELECT id, name, price, day FROM people ORDER BY id"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shared"
    made.mkdir()
    return made


@pytest.fixture
def home(new_home: Callable[..., Workspace], folder: Path) -> Workspace:
    return new_home(file_folders=(folder,), url_hosts=("localhost",), url_max_mb=1)


@pytest.fixture
def sqlite_file(folder: Path) -> Path:
    path = folder / "shop.db"
    with sqlite3.connect(path) as link:
        link.execute("CREATE TABLE people (id INTEGER, name TEXT, price REAL, day TEXT)")
        link.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", ROWS)
    return path


@pytest.fixture
def postgres(postgres_server: Any) -> Iterator[dict[str, Any]]:
    postgres_server.execute("DROP DATABASE IF EXISTS shop")
    postgres_server.execute("CREATE DATABASE shop")
    where = {"host": "127.0.0.1", "port": postgres_server.port}
    with psycopg.connect(**where, user="postgres", dbname="shop", autocommit=True) as link:
        link.execute("CREATE TABLE people (id int, name text, price numeric, day date)")
        link.cursor().executemany("INSERT INTO people VALUES (%s, %s, %s, %s)", ROWS)
        yield {**where, "kind": "postgresql", "database": "shop", "user": "postgres", "encryption": "disable"}


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, home: Workspace) -> Workspace:
    """A home with the connection ``shop``, which may write."""
    if request.param == "sqlite":
        path = request.getfixturevalue("sqlite_file")
        connections.add_connection(home, "shop", "sqlite", str(path), writes=True)
    else:
        how = request.getfixturevalue("postgres")
        connections.add_connection(home, "shop", password=SECRET, writes=True, **how)
    return home


def drawn(source: str, params: dict[str, Any], out: tuple[str, dict[str, Any]] | None = None) -> Pipeline:
    nodes = {"rows": {"component": source, "params": params}}
    component, settings = out or ("limit_rows", {"rows": 100})
    nodes["out"] = {"component": component, "params": settings}
    return Pipeline.from_document({"name": "outside", "nodes": nodes, "edges": ["rows -> out"]})


def query(sql: str = SQL, out: tuple[str, dict[str, Any]] | None = None) -> Pipeline:
    return drawn("database_query", {"connection": "shop", "sql": sql}, out)


def node(run: RunView, name: str = "out") -> NodeRunView:
    assert run.status == "succeeded", run.error
    (found,) = [node for node in run.nodes if node.node == name]
    return found


def told(home: Workspace, pipeline: Pipeline) -> str:
    """What a person reads, whether it is refused when it is checked or when it runs."""
    try:
        run = do_run(home, pipeline)
    except CanvasbackError as refused:
        return refused.message
    assert run.status == "failed"
    assert run.error is not None
    return str(run.error["message"])


def test_a_query_is_answered_with_types_and_read_anew_in_every_run(shop: Workspace, request: Any) -> None:
    first = do_run(shop, query())
    table = runs.node_table(shop, first.id, "out")
    assert [(column["name"], column["kind"]) for column in table.columns][:3] == [
        ("id", "numeric"), ("name", "text"), ("price", "numeric")
    ]  # fmt: skip
    assert [row[:3] for row in table.rows] == [list(row[:3]) for row in ROWS]
    assert node(first, "rows").made["message"] == "3 rows fetched"
    assert runs.node_table(shop, first.id, "rows").total == 3
    again = do_run(shop, query())
    assert [found.cached for found in again.nodes] == [True, True]
    foreign = shop.outside.foreign("shop")
    statement = "UPDATE people SET price = 9 WHERE id = 2"
    if foreign.kind == "sqlite":
        with sqlite3.connect(foreign.database) as link:
            link.execute(statement)
    else:
        with psycopg.connect(host=foreign.host, port=foreign.port, user="postgres", dbname="shop") as link:
            link.execute(statement)
    third = do_run(shop, query())
    assert [found.cached for found in third.nodes] == [False, False]
    assert runs.node_table(shop, third.id, "out").rows[1][2] == 9


def test_a_large_answer_comes_batch_by_batch_and_an_empty_one_keeps_its_columns(shop: Workspace) -> None:
    numbers = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 25000)"
    many = f"{numbers} SELECT n, n / 2.0 AS half FROM t"
    assert node(do_run(shop, query(many)), "rows").rows_out == 25_000
    empty = do_run(shop, query("SELECT id, name FROM people WHERE id > 99"))
    assert [column["name"] for column in runs.node_table(shop, empty.id, "rows").columns] == ["id", "name"]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT nothing FROM people", "refused"),
        ("SELECT * FROM elsewhere", "refused"),
        ("SELECT id, id FROM people", None),
        ("DELETE FROM people", "DELETE is not allowed"),
        ("SELECT 1 AS a; DELETE FROM people", "Several statements"),
    ],
)
def test_what_a_database_or_the_gate_refuses_is_told_with_the_node(
    shop: Workspace, sql: str, words: str | None
) -> None:
    assert (words or "") in told(shop, query(sql))
    assert SECRET not in told(shop, query(sql))


REFUSED = [
    "INSERT INTO people VALUES (1)", "UPDATE people SET id = 1", "DROP TABLE people", "CREATE TABLE x AS SELECT 1",
    "SELECT 1; SELECT 2", "SELECT * INTO x FROM people", "SELECT * FROM people FOR UPDATE", "ATTACH 'x' AS y",
    "PRAGMA writable_schema = 1", "COPY people TO '/tmp/x'", "SELECT pg_read_file('/etc/passwd')", "VACUUM", "",
    "SELECT pg_catalog.pg_sleep(9)", "SELECT * FROM pg_ls_dir('.')", "SELECT lo_import('/etc/passwd')", "CALL x()",
    "SELECT load_extension('x')", "SELECT readfile('x')", "SELECT writefile('x', 'y')", "SELECT load_file('x')",
    "WITH x AS (DELETE FROM people RETURNING *) SELECT * FROM x", "SELECT nextval('s')", "SELECT set_config('a', 'b')",
    "SELECT * FROM pragma_table_info('x')", "SELECT query_to_xml('select 1', true)", "SELECT 1 INTO OUTFILE 'x'",
    "SELECT dblink_exec('x', 'y')", "SELECT :a", "BEGIN", "SET ROLE postgres", "DO $$ BEGIN END $$",
    "SELECT generate_series(1, 1000000000)", "SELECT repeat('x', 1000000000)", "EXPLAIN ANALYZE DELETE FROM people",
    "TABLE people", "VALUES (1)", "SELECT " + "(" * 500 + "1" + ")" * 500,
]  # fmt: skip


@pytest.mark.parametrize("sql", REFUSED, ids=[sql[:40] for sql in REFUSED])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mysql"])
def test_only_one_select_that_only_reads_goes_to_a_database(sql: str, kind: Any) -> None:
    with pytest.raises(RefusedExpression):
        read_only(sql, kind)


def test_what_is_sent_is_what_was_understood() -> None:
    assert read_only("select 1 /*!50000 union select 2 */ -- x", "mysql") == "SELECT 1"
    assert read_only("select a::int, b ->> 'x' from t where c ~ 'y'", "postgresql").startswith("SELECT CAST(a AS INT)")


def test_even_past_the_gate_sqlite_and_postgresql_only_read(shop: Workspace, tmp_path: Path) -> None:
    from storage.foreign import read_batches

    foreign = shop.outside.foreign("shop")
    for statement in ("DELETE FROM people", f"ATTACH '{tmp_path}/x.db' AS y", "CREATE TABLE y (a int)"):
        with pytest.raises(StorageError):
            list(read_batches(foreign, statement, 5))
    assert node(do_run(shop, query()), "rows").rows_out == 3


def test_rows_are_written_in_one_transaction(shop: Workspace) -> None:
    out = {"connection": "shop", "table": 'a"; drop table people; --', "mode": "append"}
    back = 'SELECT * FROM "a""; drop table people; --"'
    for times in (1, 2):
        assert node(do_run(shop, query(out=("write_database", out)))).made["rows"] == 3
        assert node(do_run(shop, query(back)), "rows").rows_out == 3 * times
    do_run(shop, query(out=("write_database", {**out, "mode": "replace"})))
    found = do_run(shop, query(back + " ORDER BY id"))
    assert [row[:3] for row in runs.node_table(shop, found.id, "out").rows] == [list(row[:3]) for row in ROWS]
    assert "already" in told(shop, query(out=("write_database", {**out, "mode": "fail"})))
    wrong = query("SELECT id, name AS other FROM people", ("write_database", {**out, "mode": "append"}))
    assert "refused" in told(shop, wrong)
    assert node(do_run(shop, query(back)), "rows").rows_out == 3


def test_a_connection_writes_only_where_that_was_said(home: Workspace, sqlite_file: Path) -> None:
    connections.add_connection(home, "shop", "sqlite", str(sqlite_file))
    words = told(home, query(out=("write_database", {"connection": "shop", "table": "x"})))
    assert words == "The connection 'shop' may only read."
    assert "There is no connection" in told(home, query(out=("write_database", {"connection": "x", "table": "x"})))


def test_a_password_is_found_nowhere_but_encrypted(home: Workspace, postgres: dict[str, Any]) -> None:
    connections.add_connection(home, "shop", password=SECRET, **postgres)
    views = [view.model_dump_json() for view in connections.list_connections(home)]
    assert "17" in connections.test_connection(home, "shop") or "postgresql" in connections.test_connection(
        home, "shop"
    )
    do_run(home, query())
    connections.add_connection(home, "shut", password=SECRET, **{**postgres, "port": 1})
    with pytest.raises(StorageError) as refused:
        connections.test_connection(home, "shut")
    with home.database.read() as uow:
        kept = [json.dumps(entry.detail) for entry in uow.audit.list()]
        assert {entry.action for entry in uow.audit.list()} >= {"connection added", "connection used"}
    assert not [
        text for text in (*views, *kept, refused.value.message, repr(home.outside.foreign("shop"))) if SECRET in text
    ]
    home.database.close()
    assert not [path for path in home.home.path.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    "how",
    [
        {"kind": "oracle", "database": "x", "host": "h"},
        {"kind": "duckdb", "database": "/etc/passwd"},
        {"kind": "postgresql", "database": "x", "host": "/var/run/postgresql"},
        {"kind": "postgresql", "database": "x", "host": "a,b"},
        {"kind": "postgresql", "database": "x?options=-c", "host": "h"},
        {"kind": "postgresql", "database": "x", "host": "h", "encryption": "none"},
        {"kind": "postgresql", "database": "", "host": "h"},
        {"kind": "sqlite", "database": "/etc/passwd"},
        {"kind": "sqlite", "database": "HOME/canvasback.db"},
        {"kind": "sqlite", "database": "FOLDER/../home/canvasback.db"},
    ],
)
def test_a_connection_elsewhere_than_allowed_is_refused(home: Workspace, folder: Path, how: dict[str, Any]) -> None:
    database = how["database"].replace("HOME", str(home.home.path)).replace("FOLDER", str(folder))
    with pytest.raises(InvalidSetting):
        connections.add_connection(home, "x", **{**how, "database": database})
    with pytest.raises(NotFound):
        connections.remove_connection(home, "x")


def test_a_file_of_an_allowed_folder_is_read_anew(home: Workspace, folder: Path) -> None:
    path = folder / "a b.csv"
    for rows in (2, 3):
        path.write_text("id;name\n" + "".join(f"{number};x{number}\n" for number in range(rows)))
        run = do_run(home, drawn("file", {"path_or_url": str(path)}))
        assert node(run, "rows").rows_out == rows
    assert [found.cached for found in do_run(home, drawn("file", {"path_or_url": str(path)})).nodes] == [True, True]


@pytest.mark.parametrize(
    "place",
    ["/etc/passwd", "HOME/canvasback.db", "FOLDER/../x.csv", "FOLDER/link", "FOLDERS/x", "x", "file:///etc/passwd"],
)
def test_no_other_file_is_read(home: Workspace, folder: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    (tmp_path / "shareds").mkdir()
    (tmp_path / "shareds" / "x").write_text("a\n1\n")
    (folder / "link").symlink_to(tmp_path / "x.csv")
    there = place.replace("HOME", str(home.home.path)).replace("FOLDERS", f"{folder}s").replace("FOLDER", str(folder))
    assert "cannot be read here" in (words := told(home, drawn("file", {"path_or_url": there}))) or "no folder" in words


class Site(http.server.BaseHTTPRequestHandler):
    """Answers with rows, with a redirect, or without an end."""

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.end_headers()
            return
        self.send_response(200 if self.path != "/404" else 404)
        self.end_headers()
        body = b"x" * 1_200_000 if self.path == "/large" else b"a,b\n1,2\n3,4\n"
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def site() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield int(server.server_address[1])
    server.shutdown()


def test_a_file_of_the_web_is_read_and_redirects_are_followed(home: Workspace, site: int) -> None:
    for path in ("x.csv", "to//x.csv", f"to/http://localhost:{site}/x"):
        run = do_run(home, drawn("file", {"path_or_url": f"http://localhost:{site}/{path}"}))
        assert node(run, "rows").rows_out == 2


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:PORT/x", "private network"),
        ("http://localhost:PORT/to/http://127.0.0.1:PORT/x", "private network"),
        ("http://localhost:PORT/to/http://169.254.169.254/latest", "private network"),
        ("http://localhost:PORT/to/file:///etc/passwd", "no address"),
        ("http://[::1]:PORT/x", "private network"),
        ("http://0x7f000001:PORT/x", "private network"),
        ("http://a:b@localhost:PORT/x", "no address"),
        ("http://localhost:PORT/large", "larger than the 1 MB"),
        ("http://localhost:PORT/404", "answered 404"),
        ("http://localhost:PORT/to//to//to//to//to//to//to//x", "on and on"),
        ("http://nothing.invalid/x", "no host"),
        ("http://localhost:99999/x", "no address"),
    ],
)
def test_nothing_else_of_the_network_is_reached(home: Workspace, site: int, url: str, words: str) -> None:
    assert words in told(home, drawn("file", {"path_or_url": url.replace("PORT", str(site))}))


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("10.0.0.1", False), ("192.168.1.1", False), ("::1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), (".".join("0000"), False), ("fe80::1%eth0", False),
        ("::ffff:127.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("224.0.0.1", False),
        ("fd00::1", False), ("255.255.255.255", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, is_open: bool) -> None:
    assert is_public(address) == is_open
