"""Connections and the wizard's first step, as a person uses them."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engine.service import Settings, open_workspace
from engine.service.data import connections
from tests.ui.conftest import Open
from tests.ui.menus import chosen
from tests.ui.test_pages import is_sound, words

SECRET = "canary-scr33n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An open folder with a database and a file."""
    made = tmp_path / "shared"
    made.mkdir()
    with sqlite3.connect(made / "shop.db") as link:
        link.execute("CREATE TABLE people (id INTEGER, name TEXT)")
        link.execute("INSERT INTO people VALUES (1, 'ann'), (2, 'bo')")
    (made / "days.csv").write_text("day;n\n2024-01-01;1\n2024-01-02;2\n")
    monkeypatch.setenv("CANVASBACK_FILE_FOLDERS", f'["{made}"]')
    return made


@pytest.fixture
def home(tmp_path: Path, folder: Path) -> Path:
    """A home with two connections, one of which nobody answers."""
    workspace = open_workspace(Settings(home=tmp_path / "home", file_folders=(folder,)))
    connections.add_connection(workspace, "shop", "sqlite", str(folder / "shop.db"))
    shut: dict[str, Any] = {"host": "127.0.0.1", "port": 1, "user": "ann", "password": SECRET}
    connections.add_connection(workspace, "shut", "postgresql", "gone", **shut, writes=True)
    return tmp_path / "home"


def button(app: AppTest, label: str, key: str = "") -> Any:
    (found,) = [it for it in app.button if it.label == label and (not key or it.key == key)]
    return found


def form(monkeypatch: pytest.MonkeyPatch, home: Path, known: str = "") -> AppTest:
    """The form that a dialog shows, by itself: a dialog lives in the browser."""

    def page(known: str) -> None:
        from engine.service.data import connections
        from ui import session
        from ui.connecting.editing import _form

        workspace = session.workspace()
        _form(workspace, connections.get_connection(workspace, known) if known else None)

    monkeypatch.setenv("CANVASBACK_HOME", str(home))
    st.cache_resource.clear()
    return AppTest.from_function(page, default_timeout=60, kwargs={"known": known}).run()


def test_an_empty_list_says_what_to_do(tmp_path: Path, open_page: Open) -> None:
    app = open_page(tmp_path, "connections")
    assert "No connection yet" in words(app)
    app = button(app, "Add the first one").click().run()
    assert is_sound(app)
    assert button(app, "Keep").form_id, "a password would be lost on the way to the button"


def test_what_is_missing_in_a_connection_is_told_when_it_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = button(form(monkeypatch, home), "Keep").click().run()
    assert app.error
    assert not app.exception


def test_a_connection_is_tested_before_it_is_kept(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, open_page: Open
) -> None:
    app = form(monkeypatch, tmp_path / "new")
    app.selectbox(key="connection__kind").set_value("sqlite")
    app = app.run()
    app.text_input(key="connection__name").set_value("shop")
    app.text_input(key="connection__sqlite_database").set_value("/etc/passwd")
    app = button(app.run(), "Test").click().run()
    assert "no folder that may be read" in app.error[0].value
    app.text_input(key="connection__sqlite_database").set_value(str(folder / "shop.db"))
    app = button(app, "Test").click().run()
    assert "It answers: SQLite" in app.success[0].value.replace("\\", "")
    assert not button(app, "Keep").click().run().error
    assert "**shop**" in words(open_page(tmp_path / "new", "connections"))


def test_the_list_tells_who_may_write_and_never_a_password(home: Path, open_page: Open) -> None:
    app = open_page(home, "connections")
    assert is_sound(app), (app.exception, app.error)
    text = words(app)
    assert "Only reads" in text
    assert "May write" in text
    assert "gone at 127" in text.replace("\\", "")
    app = button(app, "Test", "test_shut").click().run()
    assert "refused" in app.error[0].value
    assert SECRET not in str(app)


def test_a_kept_password_is_not_shown_and_not_sent_elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = form(monkeypatch, home, "shut")
    assert app.text_input(key="connection_shut_postgresql_host").value == "127.0.0.1"
    assert app.text_input(key="connection_shut_postgresql_password").value == ""
    app.text_input(key="connection_shut_postgresql_host").set_value("evil.example")
    for label in ("Test", "Keep"):
        app = button(app, label).click().run()
        assert "typed again" in app.error[0].value
    app.text_input(key="connection_shut_postgresql_password").set_value("another")
    assert not button(app, "Keep").click().run().error
    assert SECRET not in str(app)


def test_a_connection_is_removed_after_a_question(home: Path, open_page: Open) -> None:
    app = chosen(open_page(home, "connections"), "shut", "Remove")
    assert is_sound(app)
    assert "its password are forgotten" in words(app)
    assert button(app, "Keep it")


@pytest.mark.parametrize("origin", ["upload", "path", "url", "database", "store", "nonsense"])
def test_every_origin_opens(home: Path, open_page: Open, origin: str) -> None:
    app = open_page(home, "import_dataset", origin=origin)
    assert is_sound(app), (app.exception, app.error)


def test_a_path_shows_its_first_rows(home: Path, folder: Path, open_page: Open) -> None:
    app = open_page(home, "import_dataset", origin="path")
    app.text_input(key="path").set_value(str(folder / "days.csv"))
    app = app.run()
    assert is_sound(app), (app.exception, app.error)
    assert list(app.dataframe[0].value.columns) == ["day", "n"]
    app.text_input(key="path").set_value("/etc/passwd")
    assert "no folder that may be read" in app.run().error[0].value


def test_tables_are_searched_and_a_query_is_checked_before_it_is_sent(home: Path, open_page: Open) -> None:
    app = open_page(home, "import_dataset", origin="database", connection="shop")
    assert list(app.dataframe[0].value["Table"]) == ["people"]
    app.text_input(key="tables").set_value("zebra")
    app = app.run()
    assert "No table is called anything like" in words(app)
    app.segmented_control(key="what").set_value("query")
    app = app.run()
    app.text_area(key="sql_shop").set_value("DELETE FROM people")
    app = app.run()
    assert "DELETE is not allowed" in app.error[0].value
    app.text_area(key="sql_shop").set_value("SELECT name, id * 2 AS double FROM people")
    app = app.run()
    assert is_sound(app), (app.exception, app.error)
    assert app.dataframe[0].value.to_dict("list") == {"name": ["ann", "bo"], "double": [2, 4]}
    assert button(app, "Import")


ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) AS n FROM t"


def test_a_query_too_slow_for_a_look_can_be_imported_all_the_same(
    home: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.sources.database.LOOK_SECONDS", 0.5)
    app = open_page(home, "import_dataset", origin="database", connection="shop")
    app.segmented_control(key="what").set_value("query")
    app = app.run()
    app.text_area(key="sql_shop").set_value(ENDLESS)
    app = app.run()
    assert not app.exception
    assert "took too long" in app.error[0].value
    assert not button(app, "Import").disabled
    monkeypatch.setattr("engine.sources.database.LOOK_SECONDS", 0.6)
    app = button(app, "Look again").click().run()
    assert "took too long" in app.error[0].value


def test_a_database_that_does_not_answer_is_told_and_can_be_asked_again(home: Path, open_page: Open) -> None:
    app = open_page(home, "import_dataset", origin="database", connection="shut")
    assert "refused" in app.error[0].value
    assert not app.exception
    assert button(app, "Ask again")
