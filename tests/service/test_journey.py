"""From a file to an endpoint through the service layer, with the metadata in SQLite and in PostgreSQL."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.csv
import pytest

from components.sources.customers import customers
from engine.errors import CanvasbackError, MissingThing, PipelineProblems
from engine.graph import Pipeline
from engine.service import jobs
from engine.service.building import pipelines
from engine.service.data import datasets
from engine.service.demo import make_demo
from engine.service.lineage import get_lineage
from engine.service.modelling import models
from engine.service.running import runs
from engine.service.serving import endpoints, keys
from engine.service.views import RunView
from engine.sources import FileSource
from engine.workspace import Workspace
from storage.errors import Conflict, InUse, LostLease, NameTaken, NotFound
from tests.homes import churn_pipeline, do_job, do_run, done, publish, queue_run


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(request: pytest.FixtureRequest, new_home: Callable[..., Workspace]) -> Workspace:
    if request.param == "sqlite":
        return new_home()
    return new_home(database_url=request.getfixturevalue("new_postgres_database")())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    pyarrow.csv.write_csv(customers(), path)
    return path


@pytest.fixture
def imported(workspace: Workspace, file: Path) -> Workspace:
    done(workspace, datasets.start_import(workspace, file, "customers"))
    return workspace


@pytest.fixture
def trained(imported: Workspace) -> tuple[Workspace, RunView]:
    run = do_run(imported, churn_pipeline())
    assert run.status == "succeeded", run.error
    return imported, run


def test_a_file_becomes_an_endpoint_and_every_step_can_be_traced(workspace: Workspace, file: Path) -> None:
    upload = datasets.keep_upload(workspace, io.BytesIO(file.read_bytes()), "customers.csv")
    source = FileSource(path=upload, filename="customers.csv")
    seen = datasets.inspect_dataset(workspace, source)
    assert seen["read_as"]["delimiter"] == ","
    told = done(workspace, datasets.start_import(workspace, source, "customers"))
    assert (told["version"], told["rows"], len(told["columns"])) == (1, 2_000, 15)
    assert datasets.profile_dataset(workspace, "customers")["rows"] == 2_000
    assert datasets.preview_dataset(workspace, "customers", limit=5).total == 2_000

    run = do_run(workspace, churn_pipeline())
    assert (run.status, run.progress, run.number, run.pipeline_version) == ("succeeded", 1.0, 1, 1)
    assert run.models[0]["metrics"]["roc_auc"] > 0.75 > run.models[0]["baseline"]["roc_auc"]

    view = models.get_model(workspace, "churn")
    assert {key: view.lineage[key] for key in ("pipeline", "pipeline_version", "run")} == {
        "pipeline": "churn",
        "pipeline_version": 1,
        "run": 1,
    }
    assert view.lineage["datasets"] == [{"dataset": "customers", "version": 1}]

    job = publish(workspace, "churn", None, "churn")
    assert (job.result or {})["parity"]["rows"] == 500
    key = keys.first_key(workspace, "churn")
    assert key
    assert keys.first_key(workspace, "churn") is None
    assert keys.is_allowed(workspace, "churn", key)
    assert not keys.is_allowed(workspace, "other", key)
    sample = endpoints.get_endpoint(workspace, "churn").sample
    assert endpoints.predict(workspace, "churn", sample["records"])["version"] == 1
    stages = [node.stage for node in get_lineage(workspace, endpoint="churn").nodes]
    assert stages == ["dataset", "pipeline", "run", "model", "endpoint"]


def test_a_trained_model_has_the_plots_of_its_test_rows(trained: tuple[Workspace, RunView]) -> None:
    report = models.get_model(trained[0], "churn").report
    assert report["rows"] == 500
    assert {"confusion_matrix", "roc_curve", "precision_recall_curve", "calibration_curve"} <= report["plots"].keys()
    counts = report["plots"]["confusion_matrix"]["counts"]
    assert sum(map(sum, counts)) == 500
    assert (counts[0][0] + counts[1][1]) / 500 == pytest.approx(report["metrics"]["accuracy"])


def test_the_same_run_again_reuses_everything_and_makes_no_second_model(trained: tuple[Workspace, RunView]) -> None:
    workspace, first = trained
    again = do_run(workspace, churn_pipeline())
    assert (again.number, again.pipeline_version, again.reused) == (2, 1, len(again.nodes))
    assert again.models == first.models
    assert models.get_model(workspace, "churn").versions == [1]
    model_node = next(node for node in again.nodes if node.model)
    assert model_node.report == models.get_model(workspace, "churn").report


def test_a_run_reads_the_version_that_was_the_latest_when_it_was_asked_for(imported: Workspace, tmp_path: Path) -> None:
    run_id = queue_run(imported, churn_pipeline(), target="fill")
    few = tmp_path / "few.csv"
    pyarrow.csv.write_csv(customers().slice(0, 50), few)
    assert done(imported, datasets.start_import(imported, few, "customers"))["version"] == 2
    do_job(imported, str(runs.job_of(imported, run_id)))
    assert runs.node_table(imported, run_id, "fill").total == 2_000
    assert do_run(imported, churn_pipeline(), target="fill").nodes[-1].rows_out == 50


def test_an_import_that_is_overtaken_at_its_very_end_changes_nothing(workspace: Workspace, file: Path) -> None:
    first, second = (datasets.start_import(workspace, file, "customers") for _ in range(2))
    from engine.child import do
    from engine.work import import_dataset as work
    from engine.work.assignment import Assignment

    def claimed(job_id: str) -> Assignment:
        job = workspace.database.transact(lambda uow: uow.jobs.claim("tests", 60, job_id=job_id))
        assert job is not None
        return Assignment(workspace, job, "tests")

    # The second is read while the name is still free, and ends after the first has taken it.
    late = claimed(second)
    work(late)
    do(claimed(first))
    with pytest.raises(Conflict, match="became the latest"):
        workspace.database.transact(lambda uow: [finish(uow) for finish in late.finish])
    assert datasets.get_dataset(workspace, "customers").versions == [1]


def test_an_import_that_may_not_add_a_version_is_refused_when_the_name_is_taken(
    imported: Workspace, file: Path
) -> None:
    job = do_job(imported, datasets.start_import(imported, file, "customers", new_version=False))
    assert (job.status, (job.error or {})["code"]) == ("failed", "name_taken")


def test_what_is_in_use_cannot_be_deleted(trained: tuple[Workspace, RunView]) -> None:
    workspace, _ = trained
    with pytest.raises(InUse, match="pipeline churn") as refused:
        datasets.delete_dataset(workspace, "customers")
    assert refused.value.users == ["pipeline churn", "model churn v1"]
    draft = pipelines.find_draft(workspace, "churn")
    pipelines.delete_pipeline(workspace, draft.pipeline_id)
    with pytest.raises(InUse, match="model churn v1"):
        datasets.delete_dataset(workspace, "customers")
    models.delete_model_version(workspace, "churn", 1)
    datasets.delete_dataset(workspace, "customers")
    assert not list(workspace.home.datasets.rglob("*.parquet"))


def test_of_two_people_who_draw_the_second_is_told(imported: Workspace) -> None:
    draft = pipelines.import_pipeline(imported, churn_pipeline())
    mine, theirs = churn_pipeline(C=2.0), churn_pipeline(C=3.0)
    assert pipelines.apply_edit(imported, draft.pipeline_id, mine, base=draft.rev, cid="a", seq=1)[0] == "ok"
    outcome, now = pipelines.apply_edit(imported, draft.pipeline_id, theirs, base=draft.rev, cid="b", seq=1)
    assert outcome == "conflict"
    assert pipelines.drawn(now).by_id["model"].params["C"] == 2.0
    assert pipelines.apply_edit(imported, draft.pipeline_id, mine, base=draft.rev, cid="a", seq=1)[0] == "dup"
    assert pipelines.apply_edit(imported, draft.pipeline_id, theirs, base=now.rev, cid="b", seq=2)[0] == "ok"


def test_a_late_attempt_writes_nothing(imported: Workspace) -> None:
    run_id = queue_run(imported, churn_pipeline(), target="fill")
    job_id = str(runs.job_of(imported, run_id))
    with imported.database.write() as uow:
        job = uow.jobs.claim("slow", 0.0, job_id=job_id)
    with imported.database.write() as uow:
        uow.runs.follow(uow.jobs.reap())
    from engine.work.assignment import Assignment
    from engine.work.run_pipeline import run_pipeline

    assert job is not None
    with pytest.raises(LostLease):
        run_pipeline(Assignment(imported, job, "slow"))
    assert runs.get_run(imported, run_id).status == "crashed"
    assert runs.get_run(imported, run_id).nodes == []


def test_a_damaged_dataset_is_named_before_any_number_is_shown(imported: Workspace) -> None:
    path = next(imported.home.datasets.rglob("*.parquet"))
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)
    run = do_run(imported, churn_pipeline(), target="fill")
    assert (run.status, (run.error or {})["code"]) == ("failed", "damaged_input")


def test_a_part_can_run_although_another_source_is_missing(imported: Workspace) -> None:
    document = churn_pipeline().as_document()
    document["nodes"]["lost"] = {"component": "dataset", "params": {"dataset": "nowhere"}}
    run = do_run(imported, Pipeline.from_document({**document, "name": "churn"}), target="fill")
    assert run.status == "succeeded", run.error


def test_a_wrong_drawing_is_refused_when_it_is_asked_for(imported: Workspace) -> None:
    with pytest.raises(PipelineProblems, match="nowhere"):
        queue_run(imported, Pipeline.from_yaml(churn_pipeline().as_yaml().replace("target: churn", "target: nowhere")))
    with pytest.raises(CanvasbackError):
        queue_run(imported, churn_pipeline(), target="no-such-node")
    assert runs.list_runs(imported) == []


def test_names_that_are_not_there_are_told_with_the_nearest(imported: Workspace) -> None:
    for ask in (
        lambda: datasets.get_dataset(imported, "custmers"),
        lambda: models.get_model(imported, "x"),
        lambda: endpoints.get_endpoint(imported, "x"),
        lambda: pipelines.find_draft(imported, "x"),
        lambda: runs.get_run(imported, "x"),
        lambda: jobs.get_job(imported, "x"),
    ):
        with pytest.raises((NotFound, MissingThing)):
            ask()
    with pytest.raises(NotFound) as refused:
        datasets.get_dataset(imported, "custmers")
    assert "customers" in refused.value.hint
    pipelines.create_pipeline(imported, "churn")
    with pytest.raises(NameTaken):
        pipelines.create_pipeline(imported, "churn")


def test_everything_the_service_hands_out_is_json(trained: tuple[Workspace, RunView]) -> None:
    workspace, run = trained
    views = [
        *datasets.list_datasets(workspace),
        *pipelines.list_pipelines(workspace),
        *runs.list_runs(workspace),
        *models.list_models(workspace),
        *endpoints.list_endpoints(workspace),
        run,
        pipelines.review_pipeline(workspace, churn_pipeline()),
        runs.node_table(workspace, run.id, "model"),
    ]
    for view in views:
        assert json.loads(view.model_dump_json())


def test_each_list_is_one_query(trained: tuple[Workspace, RunView]) -> None:
    from sqlalchemy import event

    workspace, _ = trained
    said: list[str] = []
    engine = workspace.database._engine
    event.listen(engine, "before_cursor_execute", lambda c, cursor, statement, *rest: said.append(statement))
    for ask in (
        datasets.list_datasets,
        pipelines.list_pipelines,
        runs.list_runs,
        models.list_models,
        endpoints.list_endpoints,
    ):
        said.clear()
        ask(workspace)
        assert len([statement for statement in said if statement.lstrip().upper().startswith("SELECT")]) == 1, ask


def test_the_demo_makes_an_endpoint(workspace: Workspace) -> None:
    made = make_demo(workspace, done)
    assert endpoints.get_endpoint(workspace, made["endpoint"]).model == made["model"]
