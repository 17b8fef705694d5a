"""The versions of a dataset on the command line."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import Canvasback, canvasback

__all__ = ["canvasback"]


@pytest.fixture
def place(canvasback: Canvasback, tmp_path: Path) -> tuple[str, Path]:
    """A home whose dataset ``t`` has two versions."""
    at = "--home", tmp_path / "home"
    for rows in ("id,city\n1,Graz\n2,Linz\n", "id,city\n2,Wien\n3,=1\n"):
        (tmp_path / "t.csv").write_text(rows)
        assert canvasback("dataset", "import", tmp_path / "t.csv", "--json", *at).code == 0
    return at


def told(canvasback: Canvasback, *arguments: object) -> Any:
    ran = canvasback("dataset", *arguments, "--json")
    assert ran.code == 0, ran.err
    return ran.json


def test_rows_are_added_on_demand(canvasback: Canvasback, place: Any, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,city\n4,007\n")
    found = told(canvasback, "import", tmp_path / "t.csv", "--append", *place)
    assert (found["version"], found["rows"], found["changes"]["added"]) == (3, 3, 1)
    (tmp_path / "t.csv").write_text("id,town\n4,Wels\n")
    refused = canvasback("dataset", "import", tmp_path / "t.csv", "--append", "--json", *place)
    assert (refused.code, refused.json["error"]["field"]) == (1, "town")


def test_a_comparison_is_one_document(canvasback: Canvasback, place: Any) -> None:
    found = told(canvasback, "diff", "t", "v1", "2", "--key", "id", *place)
    assert found["rows"] == {"left": 2, "right": 2, "added": 1, "removed": 1, "changed": 1, "kept": 0}
    assert found["samples"]["changed"]["rows"] == [["2", "city", "Linz", "Wien"]]
    assert "1 row was changed" in canvasback("dataset", "diff", "t", "v1", "v2", "--key", "id", *place).out
    assert canvasback("dataset", "diff", "t", "v1", "two", *place).code == 2


def test_going_back_labels_tags_and_rules(canvasback: Canvasback, place: Any) -> None:
    assert told(canvasback, "rollback", "t", "v1", *place)["latest"] == 1
    assert told(canvasback, "label", "t", "v2", "May", "--note", "as sent", *place)["label"] == "May"
    about = told(canvasback, "tag", "t", "finance", "raw", "--owner", "Zoë", "--key", "id", *place)
    assert (about["tags"], about["owner"], about["key"]) == (["finance", "raw"], "Zoë", ["id"])
    assert told(canvasback, "tag", "t", "--clear", *place)["tags"] == []
    told(canvasback, "label", "t", "v2", "", *place)
    assert told(canvasback, "retain", "t", "--newest", "1", "--preview", *place)["gone"] == []
    told(canvasback, "rollback", "t", "2", *place)
    assert told(canvasback, "retain", "t", "--newest", "1", *place)["gone"] == [1]
    assert [it["number"] for it in told(canvasback, "versions", "t", *place)] == [2]
    assert "+2 -2" in canvasback("dataset", "versions", "t", *place).out


def test_a_version_is_exported_and_deleted(canvasback: Canvasback, place: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert told(canvasback, "export", "t", "--to", path, *place)["rows"] == 2
    assert path.read_text().splitlines() == ['"id","city"', '2,"Wien"', '3,"\'=1"']
    assert canvasback("dataset", "export", "t", "--to", tmp_path / "out.doc", *place).code == 1
    assert told(canvasback, "delete", "t", "--version", "1", *place) == {"deleted": "t", "version": 1}
    refused = canvasback("dataset", "delete", "t", "--version", "2", "--json", *place)
    assert (refused.code, refused.json["error"]["code"]) == (1, "in_use")
