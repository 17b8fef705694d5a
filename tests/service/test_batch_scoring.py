"""Whole datasets and files, answered by an endpoint's model: once, at times, and at each new version."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from components.sources.customers import customers
from engine.errors import CanvasbackError
from engine.serve.answered_rows import AnsweredRows
from engine.service import jobs
from engine.service.data import datasets
from engine.service.lineage import get_lineage
from engine.service.modelling.opened_models import open_model
from engine.service.running.triggers import fire_triggers
from engine.service.schedules import Schedule
from engine.service.serving import batches, endpoints, scorings
from engine.service.serving.due_batches import fire_batches
from engine.service.serving.scorings import Stored, start_scoring
from engine.sources import FileSource
from engine.workspace import Workspace
from tests.homes import Published, do_job, done, import_table

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def rows_of(workspace: Workspace, name: str) -> pa.Table:
    with workspace.database.read() as uow:
        version = uow.datasets.version(uow.datasets.by_name(name).id)
    return pa.concat_tables(pq.read_table(path) for path in workspace.files_of(version)).sort_by("__cb_row")


def score(home: Published, given: Any, into: str = "scored", **how: Any) -> dict[str, Any]:
    return done(home.workspace, start_scoring(home.workspace, "churn", given, into, **how))


def test_a_dataset_is_answered_as_the_endpoint_answers_its_records(published: Published) -> None:
    told = score(published, Stored("customers", 1))
    scored = rows_of(published.workspace, "scored")
    assert (told["version"], told["rows"], told["unanswered"], told["model"]) == (1, 2000, 0, "churn v1")
    given = customers()
    assert scored.drop_columns([it for it in scored.column_names if it not in given.column_names]).equals(
        given.select([it for it in scored.column_names if it in given.column_names])
    )
    fields = list(published.record)
    records = [{name: row[name] for name in fields} for row in scored.slice(0, 50).to_pylist()]
    answers = endpoints.predict(published.workspace, "churn", records)["predictions"]
    assert [it["prediction"] for it in answers] == scored["prediction"].to_pylist()[:50]
    chances = [it["probabilities"]["yes"] for it in answers]
    assert chances == pytest.approx(scored["probability_yes"].to_pylist()[:50], abs=1e-9)
    assert set(scored["model_version"].to_pylist()) == {"churn v1"}
    assert len(set(scored["prediction_id"].to_pylist())) == 2000
    assert "not_answered" not in scored.column_names


def test_the_new_dataset_says_who_answered_and_what(published: Published) -> None:
    score(published, Stored("customers"))
    view = datasets.get_dataset(published.workspace, "scored")
    assert (view.source["endpoint"], view.source["model"], view.source["rows of"]) == (
        "churn", "churn v1", "customers v1",
    )  # fmt: skip
    (scoring,) = scorings.list_scorings(published.workspace, "churn")
    assert (scoring.status, scoring.version, scoring.source) == ("succeeded", 1, "customers v1")
    picture = get_lineage(published.workspace, dataset="scored")
    labels = {node.id: node.label for node in picture.nodes}
    assert ("churn", "scored v1") in [(labels[a], labels[b]) for a, b in picture.arrows]
    assert "customers v1" in labels.values()


def broken(folder: Path) -> Path:
    """The customers as CSV, of which four cannot be answered."""
    rows = customers().slice(0, 40).to_pylist()
    for number, (name, value) in {
        3: ("age", "abc"),
        5: ("age", ""),
        20: ("tenure_months", "1.5"),
        33: ("age", ""),
    }.items():
        rows[number][name] = value
    path = folder / "rows.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_strict_keeps_nothing_and_names_record_and_field(published: Published, tmp_path: Path) -> None:
    job = do_job(
        published.workspace, start_scoring(published.workspace, "churn", FileSource(path=broken(tmp_path)), "out")
    )
    assert job.status == "failed"
    assert job.error is not None
    assert job.error["message"].startswith("Record 3, field 'age': must be a whole number, not 'abc' (")
    assert [it["record"] for it in job.error["detail"]["errors"]] == [3, 5, 20, 33]
    assert "scored" not in {it.name for it in datasets.list_datasets(published.workspace)}
    (scoring,) = scorings.list_scorings(published.workspace, "churn")
    assert (scoring.status, scoring.error["code"] if scoring.error else "") == ("failed", "invalid_record")


def test_lenient_keeps_them_without_an_answer_and_with_the_reason(published: Published, tmp_path: Path) -> None:
    told = score(published, FileSource(path=broken(tmp_path)), "out", strict=False)
    assert (told["rows"], told["unanswered"]) == (40, 4)
    out = rows_of(published.workspace, "out")
    reasons = out["not_answered"].to_pylist()
    assert [number for number, reason in enumerate(reasons) if reason] == [3, 5, 20, 33]
    assert reasons[3] == "age: must be a whole number, not 'abc'"
    assert reasons[5] == "age: must not be null: it never was in the training rows"
    answered = [value is not None for value in out["prediction"].to_pylist()]
    assert answered == [reason is None for reason in reasons]
    assert all(out[name][3].as_py() is None for name in ("probability_yes", "prediction_id"))
    assert out["age"][3].as_py() == "abc"


def test_rows_without_a_field_are_refused_before_anything_is_answered(published: Published, tmp_path: Path) -> None:
    import_table(published.workspace, "narrow", customers().drop_columns(["tenure_months", "age"]), tmp_path)
    job = do_job(
        published.workspace, start_scoring(published.workspace, "churn", Stored("narrow"), "out", strict=False)
    )
    assert job.error is not None
    assert job.error["message"] == "The rows lack fields that the model needs: 'age', 'tenure_months'."


def test_columns_that_are_called_like_an_answer_stay(published: Published, tmp_path: Path) -> None:
    given = customers().slice(0, 30).append_column("Prediction", pa.array(["mine"] * 30))
    import_table(published.workspace, "named", given, tmp_path)
    score(published, Stored("named"))
    out = rows_of(published.workspace, "scored")
    assert set(out["Prediction"].to_pylist()) == {"mine"}
    assert set(out["prediction_2"].to_pylist()) <= {"yes", "no"}


@pytest.mark.parametrize(
    ("given", "into", "said"),
    [
        (Stored("customers"), "customers", "itself"),
        (Stored("nothing"), "out", "no dataset named nothing"),
        (Stored("customers", 9), "out", "9"),
        (Stored("customers"), " ", "name"),
        (FileSource(path=Path("/nowhere.csv")), "out", "no file nowhere.csv"),
    ],
)
def test_what_cannot_be_is_refused_at_once(filled_home: Published, given: Any, into: str, said: str) -> None:
    with pytest.raises(Exception, match=said) as refused:
        start_scoring(filled_home.workspace, "churn", given, into)
    assert hasattr(refused.value, "hint")


def test_a_cancelled_one_leaves_nothing(published: Published) -> None:
    job_id = start_scoring(published.workspace, "churn", Stored("customers"), "out")
    jobs.cancel_job(published.workspace, job_id)
    assert [it.status for it in scorings.list_scorings(published.workspace, "churn")] == ["cancelled"]
    assert "out" not in {it.name for it in datasets.list_datasets(published.workspace)}


def jobs_done(workspace: Workspace) -> list[str]:
    """Do all scorings that wait; what came of them."""
    waiting = [it.job_id for it in scorings.list_scorings(workspace, "churn") if not it.is_finished]
    return [do_job(workspace, job_id or "").status for job_id in reversed(waiting)]


def test_at_times_each_slot_is_answered_once_and_missed_ones_together(published: Published) -> None:
    home = published.workspace
    made = batches.add_batch(home, "churn", "customers", "nightly", Schedule(at="02:00"), now=NOON)
    assert made.next_at == datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert fire_batches(home, NOON) == 0
    later = NOON + timedelta(days=3)
    assert [fire_batches(home, later), fire_batches(home, later)] == [1, 0]
    assert jobs_done(home) == ["succeeded"]
    assert fire_batches(home, later) == 0
    assert fire_batches(home, later + timedelta(days=1)) == 1
    assert jobs_done(home) == ["succeeded"]
    assert datasets.get_dataset(home, "nightly").versions == [2, 1]
    (batch,) = batches.list_batches(home, "churn")
    assert (batch.last.asked_by, batch.last.version) == ("schedule", 2) if batch.last else False


def test_each_new_version_is_answered_once(published: Published, tmp_path: Path) -> None:
    home = published.workspace
    batches.add_batch(home, "churn", "customers", "out")
    assert fire_batches(home, NOON) == 0
    import_table(home, "customers", customers().slice(0, 500), tmp_path)
    assert [fire_batches(home, NOON), fire_batches(home, NOON)] == [1, 0]
    assert jobs_done(home) == ["succeeded"]
    assert fire_batches(home, NOON) == 0
    assert datasets.get_dataset(home, "out").rows == 500


def test_a_batch_does_not_start_itself_through_another_one(published: Published) -> None:
    home = published.workspace
    score(published, Stored("customers"), "a")
    batches.add_batch(home, "churn", "a", "b")
    score(published, Stored("customers"), "a")
    assert fire_batches(home, NOON) == 1
    assert jobs_done(home) == ["succeeded"]
    batches.add_batch(home, "churn", "b", "a")
    score(published, Stored("a"), "b")
    assert fire_batches(home, NOON) == 0
    back = next(it for it in batches.list_batches(home, "churn") if it.dataset == "b")
    assert back.error is not None
    assert "start itself for ever" in back.error["message"]
    assert fire_triggers(home) == 0


def test_a_batch_rests_goes_on_and_is_forgotten(published: Published, tmp_path: Path) -> None:
    home = published.workspace
    batch = batches.add_batch(home, "churn", "customers", "out")
    with pytest.raises(Exception, match="already"):
        batches.add_batch(home, "churn", "customers", "out")
    batches.pause_batch(home, batch.id)
    import_table(home, "customers", customers().slice(0, 100), tmp_path)
    assert fire_batches(home, NOON) == 0
    batches.resume_batch(home, batch.id)
    assert fire_batches(home, NOON) == 0  # what it rested for is not caught up
    batches.run_batch(home, batch.id)
    with pytest.raises(Exception, match="at work already"):
        batches.run_batch(home, batch.id)
    batches.remove_batch(home, batch.id)
    assert batches.list_batches(home, "churn") == []
    assert [it.status for it in scorings.list_scorings(home, "churn")] == ["cancelled"]


def test_what_cannot_be_started_is_said_and_not_tried_every_second(published: Published) -> None:
    home = published.workspace
    batches.add_batch(home, "churn", "customers", "out", Schedule(at="02:00"), now=NOON)

    def unpublish(uow: Any) -> None:
        uow.endpoints._end(uow.endpoints.by_name("churn").id, NOON)

    home.database.transact(unpublish)
    assert fire_batches(home, NOON + timedelta(days=1)) == 0
    (batch,) = batches.list_batches(home, "churn")
    assert batch.error is not None
    assert batch.error["message"] == "Nothing answers the endpoint 'churn'."
    assert batch.next_at is not None
    assert batch.next_at > NOON + timedelta(days=1)


def test_rows_that_only_the_model_refuses_are_found_and_kept_apart(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = open_model(published.workspace, "churn").scorer
    real = scorer.attempt

    def picky(rows: pa.Table) -> Any:
        if 61 in rows["age"].to_pylist():
            raise ValueError("nobody is 61")
        return real(rows)

    monkeypatch.setattr(scorer, "attempt", picky)
    given = customers()
    answered = AnsweredRows(scorer, given.schema, "churn v1", strict=False)
    out = pa.Table.from_batches(list(answered.batches(given.to_batches(max_chunksize=700))))
    refused = pc.equal(given["age"], 61)
    assert out["prediction"].is_null().to_pylist() == refused.to_pylist()
    assert set(out.filter(refused)["not_answered"].to_pylist()) == {"cannot be answered: nobody is 61"}
    with pytest.raises(CanvasbackError, match="Record "):
        list(AnsweredRows(scorer, given.schema, "churn v1", strict=True).batches(given.to_batches()))


def test_new_home_has_nothing_due(new_home: Callable[..., Workspace]) -> None:
    assert fire_batches(new_home(), NOON) == 0
