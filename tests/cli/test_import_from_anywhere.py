"""Connections and imports on the command line: files, tables, queries, objects, and what is wrong with the rest."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import Canvasback, canvasback
from tests.object_store import bucket, object_store

__all__ = ["bucket", "canvasback", "object_store"]

SECRET = "canary-cl1"


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Options that every command gets; a database is in a folder that is open."""
    with sqlite3.connect(tmp_path / "shop.db") as link:
        link.execute("CREATE TABLE people (id INTEGER, name TEXT)")
        link.execute("INSERT INTO people VALUES (1, 'ann'), (2, 'bo')")
    monkeypatch.setenv("CANVASBACK_FILE_FOLDERS", f'["{tmp_path}"]')
    monkeypatch.setenv("CANVASBACK_URL_HOSTS", '["localhost"]')
    monkeypatch.setenv("CANARY", SECRET)
    return "--home", tmp_path / "home", "--json"


def test_a_connection_is_added_looked_at_used_changed_and_removed(
    canvasback: Canvasback, at: Any, tmp_path: Path
) -> None:
    made = canvasback("connection", "add", "shop", "--kind", "sqlite", "--database", tmp_path / "shop.db", *at).json
    assert (made["name"], made["has_password"], made["writes"]) == ("shop", False, False)
    assert canvasback("connection", "test", "shop", *at).json["server"].startswith("sqlite 3")
    (table,) = canvasback("connection", "tables", "shop", "PEO", *at).json
    assert (table["name"], table["is_view"]) == ("people", False)
    assert "people" in canvasback("connection", "tables", "shop", *at[:2]).out
    imported = canvasback("dataset", "import", "shop:people", *at).json
    assert (imported["dataset"], imported["version"], imported["rows"]) == ("people", 1, 2)
    sql = "SELECT name FROM people WHERE id = 2"
    queried = canvasback("dataset", "import", "--connection", "shop", "--query", sql, "--name", "one", *at).json
    assert (queried["dataset"], queried["rows"], queried["columns"]) == ("one", 1, [{"name": "name", "type": "string"}])
    assert canvasback("connection", "edit", "shop", "--allow-writes", *at).json["writes"]
    assert "reads and writes" in canvasback("connection", "list", *at[:2]).out
    assert canvasback("connection", "remove", "shop", *at).json == {"removed": "shop"}


def test_an_object_and_its_secret(canvasback: Canvasback, at: Any, bucket: Any) -> None:
    how = bucket(**{"in/days.csv": b"day,n\n2024-01-01,1\n"})
    options = ["--kind", "s3", "--bucket", how["bucket"], "--endpoint", how["endpoint"], "--key-id", "k"]
    added = canvasback("connection", "add", "lake", *options, "--password-env", "CANARY", *at)
    assert added.json["has_password"]
    assert canvasback("connection", "tables", "lake", "in/", *at).json == [{"key": "in/days.csv", "bytes": 19}]
    imported = canvasback("dataset", "import", "lake:in/days.csv", *at)
    assert (imported.json["dataset"], imported.json["rows"]) == ("days", 1)
    moved = canvasback("connection", "edit", "lake", "--endpoint", "http://evil.example", *at)
    assert moved.code == 2
    assert "typed again" in moved.json["error"]["message"]
    assert not [ran for ran in (added, imported, moved) if SECRET in ran.out + ran.err]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["no.csv"], 1, "There is no file"),
        (["nobody:people"], 1, "no connection named nobody"),
        (["shop:nothing"], 1, "shows no table nothing"),
        (["--query", "SELECT 1 AS a"], 2, "needs a connection"),
        (["x.csv", "--query", "SELECT 1 AS a", "--connection", "shop"], 2, "needs a connection, and nothing else"),
        (["--query", "DROP TABLE people", "--connection", "shop"], 1, "DROP is not allowed"),
        (["http://127.0.0.1:9/x.csv"], 1, "private network"),
        ([], 2, "Nothing is named"),
    ],
)
def test_what_cannot_be_imported_is_told_in_words(
    canvasback: Canvasback, at: Any, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    canvasback("connection", "add", "shop", "--kind", "sqlite", "--database", tmp_path / "shop.db", *at)
    ran = canvasback("dataset", "import", *arguments, "--name", "x", *at)
    assert words in ran.json["error"]["message"]
    assert ran.code == code
