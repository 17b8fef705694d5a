"""Runs are found, and models compared, on the command line."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import Canvasback, canvasback
from tests.homes import Published, churn_pipeline, do_run, filled_home, new_home, published

__all__ = ["canvasback", "filled_home", "new_home", "published"]


@pytest.fixture
def place(published: Published) -> tuple[str, Path]:
    do_run(published.workspace, churn_pipeline("dummy_classifier", strategy="prior"))
    return "--home", published.workspace.home.path


def told(canvasback: Canvasback, *arguments: object) -> Any:
    ran = canvasback(*arguments, "--json")
    assert ran.code == 0, ran.err
    return ran.json


def test_runs_are_filtered_sorted_noted_and_tagged(canvasback: Canvasback, place: Any) -> None:
    best, worst = told(canvasback, "runs", "list", "--sort", "-roc_auc", *place)
    assert best["metrics"]["roc_auc"] > 0.7 > worst["metrics"]["roc_auc"]
    assert [it["id"] for it in told(canvasback, "runs", "list", "--filter", "roc_auc > 0.7", *place)] == [best["id"]]
    assert len(told(canvasback, "runs", "list", "--limit", 1, "--offset", 1, *place)) == 1
    noted = told(canvasback, "runs", "note", best["id"], "Keep this", "--tag", "best", "--tag", "old", *place)
    assert noted == {"run": best["id"], "note": "Keep this", "tags": ["best", "old"]}
    assert told(canvasback, "runs", "note", best["id"], "--untag", "old", *place)["tags"] == ["best"]
    (found,) = told(canvasback, "runs", "list", "--search", "keep", "--filter", "tag = best", *place)
    assert (found["id"], found["note"]) == (best["id"], "Keep this")
    refused = canvasback("runs", "list", "--filter", "rok_auc > 1", *place)
    assert (refused.code, "Did you mean roc_auc" in refused.err) == (2, True)
    assert "1 of 2 runs" in canvasback("runs", "list", "--limit", 1, *place).out


def test_models_are_compared(canvasback: Canvasback, place: Any) -> None:
    found = told(canvasback, "model", "compare", "churn:1", "churn:2", *place)
    assert found["answers"]["standings"][0]["name"] == "churn v1"
    shown = canvasback("model", "compare", "churn:1", "churn:2", *place)
    assert shown.code == 0, shown.err
    assert shown.out.startswith(found["verdict"])
    assert "They say different things of" in shown.out
