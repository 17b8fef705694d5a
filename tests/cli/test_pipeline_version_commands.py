"""The versions of a pipeline, and why a score changed, on the command line."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import Canvasback, canvasback
from tests.homes import Published, churn_pipeline, do_run

__all__ = ["canvasback"]


@pytest.fixture
def place(canvasback: Canvasback, tmp_path: Path) -> tuple[str, Path]:
    """A home whose pipeline ``churn`` has two versions; the draft is the second one."""
    at = "--home", tmp_path / "home"
    for strength in (0.5, 0.1):
        (tmp_path / "churn.yaml").write_text(churn_pipeline(C=strength).as_yaml())
        assert canvasback("pipeline", "import", tmp_path / "churn.yaml", "--json", *at).code == 0
        assert canvasback("pipeline", "save", "churn", "--label", f"C {strength}", "--json", *at).code == 0
    return at


def told(canvasback: Canvasback, *arguments: object) -> Any:
    ran = canvasback(*arguments, "--json")
    assert ran.code == 0, ran.err
    return ran.json


def test_versions_are_listed_named_restored_and_compared(canvasback: Canvasback, place: Any) -> None:
    found = told(canvasback, "pipeline", "versions", "churn", *place)
    assert [(it["version"], it["label"], it["made_by"], it["changed"]) for it in found] == [
        (2, "C 0.1", "cli", "1 param"),
        (1, "C 0.5", "cli", "the first one"),
    ]
    assert told(canvasback, "pipeline", "label", "churn", "v1", "weak", "--note", "as sent", *place) == {
        "version": 1, "label": "weak", "note": "as sent",
    }  # fmt: skip
    different = told(canvasback, "pipeline", "diff", "churn", "v1", "2", *place)
    assert (different["before"], different["after"], different["in_words"]) == ("v1", "v2", "1 param")
    assert different["nodes"][0]["params"][0]["before"] == 0.5
    assert "Logistic regression: C: 0.5 → 0.1" in canvasback("pipeline", "diff", "churn", "1", *place).out
    assert told(canvasback, "pipeline", "restore", "churn", "v1", *place) == {
        "pipeline": "churn", "version": 1, "kept": 2,
    }  # fmt: skip
    assert told(canvasback, "pipeline", "diff", "churn", "v1", "draft", *place)["matters"] is False
    assert "weak" in canvasback("pipeline", "versions", "churn", *place).out


def test_a_duplicate_and_what_is_wrong_is_told_in_words(canvasback: Canvasback, place: Any) -> None:
    made = told(canvasback, "pipeline", "duplicate", "churn", "simpler", "--version", "v1", *place)
    assert (made["pipeline"], made["origin"]["name"], made["origin"]["version"]) == ("simpler", "churn", 1)
    assert told(canvasback, "pipeline", "diff", "simpler", "origin", "draft", *place)["in_words"] == "the same drawing"
    assert (
        canvasback("pipeline", "duplicate", "churn", "simpler", "--json", *place).json["error"]["code"] == "name_taken"
    )
    assert canvasback("pipeline", "diff", "churn", "v9", "--json", *place).code == 1
    assert canvasback("pipeline", "diff", "churn", "latest", "--json", *place).json["error"]["hint"]


def test_why_the_score_changed(canvasback: Canvasback, published: Published) -> None:
    home = "--home", published.workspace.home.path
    second = do_run(published.workspace, churn_pipeline(C=0.0001))
    found = told(canvasback, "runs", "why", published.run.id, second.id, *home)
    assert found["parts"][0]["name"] == "Logistic regression: C"
    assert sum(part["amount"] for part in found["parts"]) == pytest.approx(found["change"])
    plain = canvasback("runs", "why", published.run.id, second.id, "--metric", "log_loss", *home)
    assert "log_loss" in plain.out
    assert canvasback("runs", "why", published.run.id, second.id, "--metric", "r2", "--json", *home).code == 1
