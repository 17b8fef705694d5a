"""Keys, receipts and feedback on the command line."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.test_commands import Canvasback, canvasback, place
from tests.homes import Published
from tests.logged import logged

__all__ = ["canvasback", "place"]

Place = tuple[str, Path]


def test_a_key_has_a_name_and_an_end(canvasback: Canvasback, place: Place) -> None:
    made = canvasback("endpoint", "key", "create", "churn", "--name", "the shop", "--days", "90", "--json", *place).json
    (first, *_) = canvasback("endpoint", "key", "list", "churn", "--json", *place).json
    assert made["key"].startswith(first["prefix"])
    assert (first["name"], first["is_expired"], first["records_today"]) == ("the shop", False, 0)
    assert first["expires_at"] > first["created_at"]
    told = canvasback("endpoint", "key", "list", "churn", *place).out
    assert ("the shop" in told, "does not expire" in told, made["key"] in told) == (True, True, False)
    refused = canvasback("endpoint", "key", "create", "churn", "--days", "0", "--json", *place)
    assert (refused.code, refused.json["error"]["field"]) == (1, "days")


def test_a_receipt_is_told_as_json_and_in_words(canvasback: Canvasback, place: Place, published: Published) -> None:
    (id,) = logged(published.workspace, "churn", [published.record])
    told = canvasback("endpoint", "receipt", "churn", id, "--json", *place).json
    assert (told["record"], told["recomputed"]["state"]) == (published.record, "equal")
    words = canvasback("endpoint", "receipt", "churn", id, *place).out
    for part in ("churn v1 (revision 1)", "churn v1, run 1", "customers v1", "gives the same answer", "not known"):
        assert part in words
    refused = canvasback("endpoint", "receipt", "churn", "x", "--json", *place)
    assert (refused.code, refused.json["error"]["code"]) == (1, "not_found")


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_feedback_is_read_from_a_file(
    canvasback: Canvasback, place: Place, published: Published, tmp_path: Path, kind: str
) -> None:
    ids = logged(published.workspace, "churn", [published.record] * 3)
    frame = pd.DataFrame({"id": [*ids, "0" * 24], "value": ["yes", "no", "perhaps", "no"]})
    path = tmp_path / f"outcomes.{kind}"
    if kind == "json":
        path.write_text(json.dumps({"outcomes": frame.to_dict("records")}))
    else:
        getattr(frame, f"to_{kind}")(path, index=False)
    told = canvasback("endpoint", "feedback", "churn", "--input", path, "--json", *place).json
    assert (told["kept"], told["refused"]) == (2, 2)
    assert [it["outcome"] for it in told["problems"]] == [2, 3]
    again = canvasback("endpoint", "feedback", "churn", "--input", path, *place)
    assert "0 kept, 2 known already, 0 replaced, 2 refused" in again.out


def test_a_file_without_ids_is_refused(canvasback: Canvasback, place: Place, tmp_path: Path) -> None:
    path = tmp_path / "outcomes.csv"
    path.write_text("who,value\na,yes\n")
    refused = canvasback("endpoint", "feedback", "churn", "--input", path, "--json", *place)
    assert (refused.code, refused.json["error"]["field"]) == (1, "id")
