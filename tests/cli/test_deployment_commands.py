"""Traffic, canaries, plans and the way back, from the command line."""

from pathlib import Path

import pytest

from engine.workspace import Workspace
from tests.cli.test_commands import Canvasback, canvasback

__all__ = ["canvasback"]


@pytest.fixture
def place(two: Workspace) -> tuple[str, Path]:
    return "--home", two.home.path


def test_a_replay_is_shown_goes_live_and_is_taken_back(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    shown = canvasback("endpoint", "replay", "churn", "churn:2", "--json", *place).json
    assert shown["report"]["replay"]["source"] == "held-out rows"
    assert shown["report"]["replay"]["changed"] > 0
    live = canvasback("endpoint", "go-live", shown["publication"], "--json", *place).json
    assert live["revision"] == 2
    assert canvasback("endpoint", "go-live", shown["publication"], *place).code == 1
    told = canvasback("endpoint", "rollback", "churn", "--to", 1, "--note", "no", "--by", "Ada", "--json", *place).json
    assert (told["version"], told["revision"]) == (1, 3)
    history = canvasback("endpoint", "history", "churn", "--json", *place).json
    assert (history[0]["revision"], history[0]["note"], history[0]["made_by"]) == (3, "no", "Ada")


def test_traffic_is_shared_out_in_percent(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    told = canvasback("endpoint", "traffic", "churn", "churn:1=90", "churn:2=10", "--json", *place).json
    assert {(it["version"], it["share"]) for it in told["parts"]} == {(1, 0.9), (2, 0.1)}
    assert canvasback("endpoint", "promote", "churn", "--json", *place).json["version"] == 2
    assert canvasback("endpoint", "traffic", "churn", "churn:1=90", "--json", *place).code == 1
    assert canvasback("endpoint", "traffic", "churn", "churn:1", *place).code == 2
    listening = canvasback("endpoint", "traffic", "churn", "churn:2=100", "--shadow", "churn:1", *place)
    assert "churn v2, churn v1 as a shadow" in listening.out


def test_a_canary_is_published_and_taken_back(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    how = ("--canary", 20, "--promote-after", 500, "--no-replay")
    assert canvasback("endpoint", "publish", "churn:2", "--name", "churn", *how, *place).code == 0
    shown = canvasback("endpoint", "show", "churn", "--json", *place).json
    assert (shown["canary"]["status"], shown["canary"]["rule"]["records"]) == ("watching", 500)
    assert {(it["version"], it["share"]) for it in shown["now"]["parts"]} == {(1, 0.8), (2, 0.2)}
    assert canvasback("endpoint", "take-back", "churn", "--json", *place).json["version"] == 1


def test_what_is_planned_is_listed_and_cancelled(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    at = ("--at", "2030-12-01T06:00")
    plan = canvasback("endpoint", "publish", "churn:2", "--name", "churn", *at, "--json", *place).json
    assert (plan["status"], plan["at"]) == ("planned", "2030-12-01T06:00:00Z")
    assert plan["id"] in canvasback("endpoint", "show", "churn", *place).out
    left = canvasback("endpoint", "plans", "churn", "--cancel", plan["id"], "--json", *place).json
    assert [it["status"] for it in left] == ["cancelled", "live"]
    wrong = canvasback("endpoint", "publish", "churn:2", "--name", "churn", "--at", "soon", *place)
    assert wrong.code == 2


def test_an_end_is_announced_and_withdrawn(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    at = ("--at", "2030-12-01T06:00+01:00", "--reason", "merged")
    told = canvasback("endpoint", "retire", "churn", *at, "--json", *place).json
    assert (told["status"], told["sunset"]["at"]) == ("live", "2030-12-01T06:00:00+01:00")
    assert "merged" in canvasback("endpoint", "show", "churn", *place).out
    assert canvasback("endpoint", "retire", "churn", "--withdraw", "--json", *place).json["status"] == "live"
