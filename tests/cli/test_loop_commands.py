"""`canvasback endpoint policy`, `retrain`, `rounds`, `approve`, `timeline`: the loop from the command line."""

from datetime import UTC, datetime

import pytest

from tests.cli.test_commands import Canvasback, canvasback
from tests.homes import Published

__all__ = ["canvasback"]


def test_a_policy_is_set_changed_paused_and_removed(canvasback: Canvasback, published: Published) -> None:
    here = ("churn", "--home", published.workspace.home.path)
    assert "Nothing retrains for churn" in canvasback("endpoint", "policy", *here).out
    told = canvasback(
        "endpoint", "policy", *here, "--set", "rule.margin=0.01", "--set", "triggers.drift.psi=0.3", "--json"
    )
    assert (told.json["pipeline"], told.json["node"]) == ("churn", "model")
    assert (told.json["settings"]["rule"]["margin"], told.json["settings"]["triggers"]["drift"]["psi"]) == (0.01, 0.3)
    changed = canvasback(
        "endpoint", "policy", *here, "--publish", "itself", "--set", "triggers.drift=null", "--json"
    ).json
    assert (changed["settings"]["publish"], changed["settings"]["triggers"]["drift"]) == ("itself", None)
    assert changed["settings"]["rule"]["margin"] == 0.01
    assert "paused" in canvasback("endpoint", "policy", *here, "--pause").out
    wrong = canvasback("endpoint", "policy", *here, "--set", "rule.margn=1", "--json")
    assert (wrong.code, wrong.json["error"]["field"]) == (2, "rule.margn")
    assert "Nothing retrains" in canvasback("endpoint", "policy", *here, "--remove").out


def test_a_round_is_begun_and_listed_and_nobody_decides_what_does_not_wait(
    canvasback: Canvasback, published: Published
) -> None:
    here = ("churn", "--home", published.workspace.home.path)
    assert canvasback("endpoint", "retrain", *here).code == 1
    canvasback("endpoint", "policy", *here, "--pipeline", "churn")
    begun = canvasback("endpoint", "retrain", *here, "--by", "Zoë", "--comment", "curious", "--json").json
    assert (begun["number"], begun["state"], begun["cause"]["words"]) == (1, "queued", "Zoë asked for it: curious")
    assert [it["number"] for it in canvasback("endpoint", "rounds", *here, "--json").json] == [1]
    assert "Zoë asked for it" in canvasback("endpoint", "rounds", *here).out
    for command in ("approve", "decline", "undo"):
        assert canvasback("endpoint", command, *here).code == 1
    assert "does not wait" in canvasback("endpoint", "approve", *here).err


@pytest.mark.parametrize("is_now", [True, False])
def test_the_timeline_says_what_happened_and_why(canvasback: Canvasback, published: Published, is_now: bool) -> None:
    here = ("endpoint", "timeline", "churn", "--home", published.workspace.home.path)
    asked = (*here, "--around", f"{datetime.now(UTC):%Y-%m-%dT%H:%M}+00:00") if is_now else here
    told = canvasback(*asked).out
    assert "Revision 1: churn v1 answers" in told
    assert "Run 1 of churn v1 succeeded" in told
    assert ("Key created" in told) is not is_now
    assert canvasback(*here, "--around", "25:00").code == 2
