"""What left a run, and what it noticed, on the pages that show it; and on the command line."""

import sqlite3
import sys
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.graph import Pipeline
from engine.service import Settings, open_workspace
from tests.homes import do_run
from tests.ui.conftest import Open
from tests.ui.test_pages import is_sound, words

HOSTILE = "<script>alert(1)</script>"
NODES = {
    "rows": {"component": "manual_table", "params": {"rows": [{"a": n, "mail": f"x{n}@b.io"} for n in range(9)]}},
    "check": {
        "component": "expect",
        "title": HOSTILE,
        "params": {"rules": [{"kind": "in_range", "columns": ["a"], "max": 5}], "on_failure": "warn"},
    },
    "pii": {"component": "find_pii"},
    "stats": {"component": "profile"},
    "save": {"component": "save_dataset", "params": {"name": HOSTILE}},
    "file": {"component": "export_file", "params": {"filename": "rows"}},
    "draw": {"component": "chart", "params": {"x": "mail"}},
    "page": {"component": "report", "params": {"title": HOSTILE}},
    "why": {"component": "note", "title": HOSTILE, "params": {"text": HOSTILE}},
    "part": {"component": "group", "params": {"title": HOSTILE}},
}
EDGES = ["rows -> check", "check -> pii", "pii -> stats", "stats -> save", "stats -> file", "stats -> draw"]
EDGES += ["stats -> page"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A home, a run in which everything leaves, and its pipeline."""
    home = tmp_path_factory.mktemp("leaving") / "home"
    workspace = open_workspace(Settings(home=home))
    run = do_run(workspace, Pipeline.from_document({"name": "leaving", "nodes": NODES, "edges": EDGES}))
    assert run.status == "succeeded", run.error
    workspace.database.close()
    return home, run.id, run.pipeline_id


def test_a_run_shows_what_it_noticed_and_what_left(ran: tuple[Path, str, str], open_page: Open) -> None:
    app = open_page(ran[0], "runs", run=ran[1])
    assert is_sound(app), (app.exception, app.error)
    shown = words(app).replace("\\", "")
    for told in (
        "values above 5 (3 rows",
        "e-mail addresses",
        "9 rows",
        "rows.csv",
        "9 points drawn",
        "Quality score",
        "1 table",
    ):
        assert told in shown
    assert len(app.get("plotly_chart")) == 2
    assert not [text for text in words(app).split() if text.startswith("<script>")]


def test_the_builder_shows_the_same_below_its_canvas(ran: tuple[Path, str, str], open_page: Open) -> None:
    app = open_page(ran[0], "builder", pipeline=ran[2], view="Results")
    assert is_sound(app), (app.exception, app.error)
    assert "rows.csv" in words(app)


@pytest.mark.parametrize("node", ["why", "part"])
def test_the_builder_says_of_what_is_only_drawn_that_it_has_no_rows(
    node: str, ran: tuple[Path, str, str], open_page: Open
) -> None:
    app = open_page(ran[0], "builder", pipeline=ran[2], node=node)
    assert is_sound(app), (app.exception, app.error)
    assert "never runs" in words(app)
    assert "<script>" not in words(app)


def test_the_command_line_tells_and_fetches_what_left(
    ran: tuple[Path, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["canvasback", "--home", str(ran[0]), *arguments])
        with pytest.raises(SystemExit):
            main()
        told = capsys.readouterr()
        return told.out + told.err

    assert "rows.csv, 9 rows" in said("runs", "show", ran[1])
    assert str(tmp_path / "rows.csv") in said("runs", "fetch", ran[1], "file", "--to", str(tmp_path))
    assert (tmp_path / "rows.csv").read_text().startswith('"a","mail"')
    assert "already" in said("runs", "fetch", ran[1], "file", "--to", str(tmp_path))
    name = "script_alert_1_script.html"
    assert name in said("runs", "fetch", ran[1], "page", "--to", str(tmp_path))
    assert "&lt;script&gt;" in (tmp_path / name).read_text()
    assert "makes no file" in said("runs", "fetch", ran[1], "draw")

    path = tmp_path / "shop.db"
    sqlite3.connect(path).execute("CREATE TABLE t (a int)")
    asked = ("connection", "add", "shop", "--kind", "sqlite", "--database", str(path))
    assert "no folder that may be read" in said(*asked)
    monkeypatch.setenv("CANVASBACK_FILE_FOLDERS", f'["{tmp_path}"]')
    assert "shop is kept" in said(*asked, "--allow-writes")
    assert "reads and writes" in said("connection", "list")
    assert "sqlite 3" in said("connection", "test", "shop")
    assert "forgotten" in said("connection", "remove", "shop")
    assert "no connection" in said("connection", "test", "shop").lower()
