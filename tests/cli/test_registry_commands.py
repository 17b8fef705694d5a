"""Deciding about models on the command line: one JSON document each, refusals in words."""

from pathlib import Path

import pytest

from tests.cli.test_commands import Canvasback, canvasback, place

__all__ = ["canvasback", "place"]

Place = tuple[str, Path]


def test_an_alias_is_set_listed_and_understood(canvasback: Canvasback, place: Place) -> None:
    told = canvasback("model", "alias", "churn:1", "Champion", "--by", "Zoë", "--json", *place)
    assert told.json == {"model": "churn", "alias": "champion", "version": 1, "before": None}
    (line,) = canvasback("model", "alias", "churn", "--json", *place).json
    assert (line["alias"], line["version"], line["set_by"]) == ("champion", 1, "Zoë")
    assert canvasback("model", "show", "churn@champion", "--json", *place).json["version"] == 1
    assert "champion v1" in canvasback("model", "list", "--alias", "champion", *place).out
    published = canvasback("endpoint", "publish", "churn@champion", "--name", "best", "--json", *place)
    assert (published.code, published.json["version"]) == (0, 1)
    told = canvasback("model", "alias", "churn", "champion", "--remove", "--json", *place)
    assert (told.json["version"], told.json["before"]) == (None, 1)
    gone = canvasback("model", "show", "churn@champion", "--json", *place)
    assert (gone.code, gone.json["error"]["code"]) == (1, "not_found")


@pytest.mark.parametrize("alias", ["7", "v7", "latest", "x" * 200, "a b"])
def test_what_is_no_alias_is_refused(canvasback: Canvasback, place: Place, alias: str) -> None:
    told = canvasback("model", "alias", "churn:1", alias, "--json", *place)
    assert (told.code, told.json["error"]["field"]) == (1, "alias")
    assert told.json["error"]["hint"]


def test_a_version_is_signed_off_before_it_is_published(canvasback: Canvasback, place: Place) -> None:
    assert canvasback("model", "sign-off", "churn", "--required", "--json", *place).json["needs_sign_off"] is True
    refused = canvasback("endpoint", "publish", "churn", "--name", "other", "--json", *place)
    assert (refused.code, refused.json["error"]["code"]) == (1, "withheld")
    rejected = canvasback("model", "reject", "churn", "--comment", "too weak", "--by", "Ada", "--json", *place)
    assert rejected.json["still_answers"] == ["churn"]
    assert canvasback("model", "approve", "churn", "--by", "Ada", *place).out == "churn v1 is approved by Ada.\n"
    moved = canvasback("model", "stage", "churn", "production", "--comment", "go", "--by", "Ada", "--json", *place)
    assert (moved.json["before"], moved.json["stage"], moved.json["archived"]) == ("none", "production", [])
    told = canvasback("model", "history", "churn", "--json", *place).json
    assert [(it["kind"], it["after"], it["by"]) for it in told] == [
        ("stage", "production", "Ada"),
        ("sign_off", "approved", "Ada"),
        ("sign_off", "rejected", "Ada"),
    ]
    assert canvasback("endpoint", "publish", "churn", "--name", "other", "--json", *place).code == 0


def test_a_version_is_retired_deleted_and_restored(canvasback: Canvasback, place: Place) -> None:
    told = canvasback("model", "retire", "churn:1", "--json", *place)
    assert (told.json["retired"], told.json["dependants"]["live"]) == (True, ["churn"])
    assert (
        canvasback("model", "approve", "churn:1", "--by", "Zoë", "--json", *place).json["error"]["code"] == "withheld"
    )
    assert canvasback("model", "retire", "churn:1", "--undo", "--json", *place).json["retired"] is False
    assert canvasback("model", "delete", "churn:1", "--json", *place).json["error"]["code"] == "in_use"
    assert canvasback("model", "delete", "churn", "--json", *place).code == 2
    canvasback("endpoint", "retire", "churn", *place)
    assert "is in the bin for 30 days" in canvasback("model", "delete", "churn", "--all", "--by", "Zoë", *place).out
    (line,) = canvasback("model", "bin", "--json", *place).json
    assert (line["model"], line["version"], line["deleted_by"]) == ("churn", None, "Zoë")
    assert canvasback("model", "restore", "churn", "--as", "churn-2", "--json", *place).json["model"] == "churn-2"
    assert canvasback("model", "show", "churn-2", "--json", *place).code == 0


def test_tags_and_the_card(canvasback: Canvasback, place: Place, tmp_path: Path) -> None:
    assert canvasback("model", "tag", "churn", "team=sales", "--json", *place).json["tags"] == {"team": "sales"}
    assert canvasback("model", "tag", "churn:1", "audited", "--json", *place).json["tags"] == {"audited": ""}
    assert canvasback("model", "tag", "churn:1", "--remove", "audited", "--json", *place).json["tags"] == {}
    assert canvasback("model", "describe", "churn", "Who leaves", "--json", *place).code == 0
    assert canvasback("model", "list", "--tag", "team=sales", "--json", *place).json[0]["description"] == "Who leaves"
    card = canvasback("model", "card", "churn", "--to", tmp_path / "card.html", "--json", *place)
    assert card.json["markdown"].startswith("# churn v1")
    assert "Who leaves" in (tmp_path / "card.html").read_text()
    wrong = canvasback("model", "card", "churn", "--to", tmp_path / "card.pdf", "--json", *place)
    assert (wrong.code, wrong.json["error"]["field"]) == (1, "to")
