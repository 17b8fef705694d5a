"""`endpoint watch`: a window beside the training rows, in words and as one document."""

from datetime import UTC, datetime, timedelta

from tests.cli.test_commands import Canvasback, canvasback
from tests.homes import Published
from tests.watched import dearer, play

__all__ = ["canvasback"]


def test_drift_is_told_in_words_and_as_data(canvasback: Canvasback, published: Published) -> None:
    day = datetime(2026, 11, 20, tzinfo=UTC)
    play(published.workspace, "churn", (day, day + timedelta(hours=20)), 300, shift=dearer)
    at = "--home", published.workspace.home.path
    asked = ("endpoint", "watch", "churn", "--from", "2026-11-20", "--to", "2026-11-20", *at)
    ran = canvasback(*asked, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["verdict"].startswith("2 of 12 fields drift, worst: monthly_charges")
    assert (ran.json["worst_field"], ran.json["rows"]) == ("monthly_charges", 300)
    assert ran.json["measured"]["drift"]["fields"][0]["column"] == "monthly_charges"
    for wrong, field in ((("--from", "soon"), "from"), (("--to", "2026-11-20"), "from"), (("--beside", "x"), "beside")):
        refused = canvasback("endpoint", "watch", "churn", *wrong, "--json", *at)
        assert (refused.code > 0, refused.json["error"]["field"]) == (True, field)
