"""`canvasback dataset sync` and `dataset trigger`: set up, look at, sync now, start pipelines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.graph import Pipeline
from engine.service.building import pipelines
from engine.service.data import datasets
from engine.workspace import Workspace
from tests.cli.test_commands import Canvasback, canvasback
from tests.homes import done, new_home

__all__ = ["canvasback", "new_home"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sources" / "orders.csv"
    path.parent.mkdir()
    path.write_text("id,amount\n1,10\n")
    return path


@pytest.fixture
def place(file: Path, new_home: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """``--home`` and a home with the dataset ``orders``."""
    monkeypatch.setenv("CANVASBACK_FILE_FOLDERS", f'["{file.parent}"]')
    workspace = new_home()
    done(workspace, datasets.start_import(workspace, file, "orders"))
    pipelines.import_pipeline(workspace, Pipeline(name="churn"))
    return "--home", workspace.home.path


def test_a_sync_is_set_up_changed_run_and_removed(canvasback: Canvasback, place: tuple[str, Path], file: Path) -> None:
    sync = ("dataset", "sync", "orders", *place)
    assert "is not synced" in canvasback(*sync).out
    made = canvasback(*sync, "--every", "week", "--weekday", "fri", "--zone", "Europe/Vienna", "--json")
    assert (made.json["schedule"]["weekday"], made.json["mode"], made.json["retries"]) == (4, "replace", 3)
    changed = canvasback(*sync, "--mode", "append", "--watermark", "id", "--json").json
    assert (changed["schedule"], changed["mode"], changed["watermark"]) == (made.json["schedule"], "append", "id")
    assert canvasback(*sync, "--now", "--json").json["version"] is None
    file.write_text("id,amount\n1,10\n2,20\n")
    assert canvasback(*sync, "--now").out == "orders: v2. 1 row beyond id 1 appended.\n"
    assert [run["version"] for run in canvasback(*sync, "--history", "--json").json] == [2, None]
    assert "succeeded" in canvasback(*sync, "--history").out
    assert canvasback(*sync, "--pause", "--json").json["paused"] is True
    assert "every Friday at 06:00, Europe/Vienna, from file orders.csv" in canvasback(*sync, "--resume").out
    assert canvasback(*sync, "--remove", "--json").json == {"removed": "orders"}


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        (("--every", "fortnight"), 2, "every"),
        (("--cron", "0 0 30 2 *"), 2, "never comes true"),
        (("--weekday", "t"), 2, "no day of the week"),
        (("--from", "/etc/passwd"), 2, "lies in no folder"),
        (("--watermark", "nothing"), 2, "no column nothing"),
        (("--now",), 1, "is not synced"),
        (("--now", "--pause"), 2, "one of"),
    ],
)
def test_what_cannot_be_is_said_with_an_exit_code(
    given: tuple[str, ...], code: int, told: str, canvasback: Canvasback, place: tuple[str, Path]
) -> None:
    ran = canvasback("dataset", "sync", "orders", *given, *place)
    assert ran.code == code
    assert told in ran.err


def test_a_trigger_is_added_listed_and_removed(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    trigger = ("dataset", "trigger", "orders", *place)
    assert canvasback(*trigger, "--run", "churn", "--json").json[0]["pipeline"] == "churn"
    assert "not started yet" in canvasback(*trigger).out
    assert canvasback(*trigger, "--run", "chrun").code == 1
    assert "No pipeline starts" in canvasback(*trigger, "--remove", "churn").out
