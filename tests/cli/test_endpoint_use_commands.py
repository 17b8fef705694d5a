"""`canvasback endpoint score`, `batch` and `settings`."""

import json
from pathlib import Path

import pytest

from components.sources.customers import customers
from tests.cli.test_commands import Canvasback, canvasback
from tests.homes import Published

__all__ = ["canvasback"]


@pytest.fixture
def place(published: Published) -> tuple[str, Path]:
    return "--home", published.workspace.home.path


def test_a_dataset_and_a_file_are_answered(canvasback: Canvasback, place: tuple[str, Path], tmp_path: Path) -> None:
    told = canvasback("endpoint", "score", "churn", "--dataset", "customers:1", "--name", "out", *place, "--json").json
    assert (told["dataset"], told["version"], told["rows"], told["source"]) == ("out", 1, 2000, "customers v1")
    rows = tmp_path / "rows.jsonl"
    record = {**customers().slice(0, 1).to_pylist()[0], "age": None}
    record["signup_date"] = str(record["signup_date"])
    rows.write_text(json.dumps(record))
    args = ("endpoint", "score", "churn", "--input", rows, "--name", "out", *place)
    refused = canvasback(*args, "--json").json
    assert refused["error"]["message"].startswith("Record 0, field 'age': must not be null")
    assert "1 rows of rows.jsonl" in (kept := canvasback(*args, "--lenient")).out
    assert "1 of them are without an answer" in kept.out
    assert "rows.jsonl" in canvasback("endpoint", "scorings", "churn", *place).out
    assert canvasback("endpoint", "score", "churn", "--name", "out", *place).code == 2


def test_a_batch_is_added_rests_goes_on_runs_and_is_removed(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    batch = ("endpoint", "batch")
    assert "no dataset again" in canvasback(*batch, "list", "churn", *place).out
    args = ("--dataset", "customers", "--name", "nightly", "--every", "week", "--weekday", "fri", "--at", "02:00")
    made = canvasback(*batch, "add", "churn", *args, *place, "--json").json
    assert (made["into"], made["schedule"]["weekday"]) == ("nightly", 4)
    assert "(paused)" in canvasback(*batch, "pause", "churn", "nightly", *place).out
    assert "next: " in canvasback(*batch, "resume", "churn", "nightly", *place).out
    assert canvasback(*batch, "run", "churn", "nightly", *place, "--json").json["rows"] == 2000
    assert "last: v1 of customers v1 by churn v1" in canvasback(*batch, "list", "churn", *place).out
    assert canvasback(*batch, "remove", "churn", "nightly", *place, "--json").json == {"removed": made["id"]}
    assert canvasback(*batch, "remove", "churn", "nightly", *place, "--json").json["error"]["hint"]


def test_settings_are_shown_changed_and_refused_by_name(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    settings = ("endpoint", "settings", "churn", *place)
    assert canvasback(*settings, "--json").json["strict"] is True
    args = ("--set", "strict=no", "--set", "masked=age,region", "--set", "requests_per_minute=60")
    changed = canvasback(*settings, *args, "--json").json
    assert (changed["strict"], changed["masked"], changed["requests_per_minute"]) == (False, ["age", "region"], 60)
    assert canvasback(*settings, "--set", "requests_per_minute=none", "--json").json["requests_per_minute"] is None
    assert "must not" not in canvasback(*settings).out
    for wrong, said in (("keep_days=0", "keep_days"), ("nothing=1", "nothing"), ("masked=agee", "'agee'")):
        error = canvasback(*settings, "--set", wrong, "--json").json["error"]
        assert said in error["message"]
        assert error["hint"]
