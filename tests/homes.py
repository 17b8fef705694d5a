"""Homes for the tests: empty ones, and one with a trained and published model, made once per session."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.sources.customers import customers
from engine.child import do
from engine.graph import Pipeline
from engine.service import jobs
from engine.service.building import pipelines
from engine.service.data import datasets
from engine.service.running import runs
from engine.service.serving import endpoints, keys
from engine.service.views import JobView, RunView
from engine.settings import Settings
from engine.work.assignment import Assignment
from engine.workspace import Workspace, open_workspace

LEASE_SECONDS = 60.0

CHURN = """
format: 1
name: churn
nodes:
  customers: {component: dataset, params: {dataset: customers}}
  fill: {component: impute_mean, params: {columns: numeric}}
  encode: {component: encode_one_hot, params: {columns: {select: text, except: [customer_id]}}}
  split: {component: split_random, params: {test: 0.25, stratify: churn, seed: 7}}
  model:
    component: MODEL
    params: {target: churn, features: {select: all, except: [customer_id, signup_date]}}
edges: [customers -> fill, fill -> encode, encode -> split, split -> model]
"""


def churn_pipeline(model: str = "logistic_regression", **params: Any) -> Pipeline:
    """The pipeline that the tests train: small, quick, with learned states."""
    pipeline = Pipeline.from_yaml(CHURN.replace("MODEL", model))
    document = pipeline.as_document()
    document["nodes"]["model"]["params"] |= params
    return Pipeline.from_document({**document, "name": pipeline.name})


def do_job(workspace: Workspace, job_id: str) -> JobView:
    """Do a job in this process, as a child would."""
    job = workspace.database.transact(lambda uow: uow.jobs.claim("tests", LEASE_SECONDS, job_id=job_id))
    assert job is not None, "the job is not in the queue"
    do(Assignment(workspace, job, "tests"))
    return jobs.get_job(workspace, job_id)


def done(workspace: Workspace, job_id: str) -> dict[str, Any]:
    """Do a job that must succeed; its result."""
    job = do_job(workspace, job_id)
    assert job.status == "succeeded", job.error
    return job.result or {}


def import_table(workspace: Workspace, name: str, table: pa.Table, folder: Path) -> dict[str, Any]:
    """Import an Arrow table as a dataset."""
    path = folder / f"{name}.parquet"
    pq.write_table(table, path)
    return done(workspace, datasets.start_import(workspace, path, name))


def queue_run(workspace: Workspace, pipeline: Pipeline, **how: Any) -> str:
    """Make a pipeline the draft of its name and queue a run of it."""
    draft = pipelines.import_pipeline(workspace, pipeline)
    return runs.start_run(workspace, draft.pipeline_id, pipelines.drawn(draft), **how)


def do_run(workspace: Workspace, pipeline: Pipeline, **how: Any) -> RunView:
    """Run a pipeline in this process."""
    run_id = queue_run(workspace, pipeline, **how)
    job_id = runs.job_of(workspace, run_id)
    assert job_id is not None
    do_job(workspace, job_id)
    return runs.get_run(workspace, run_id)


def publish(workspace: Workspace, model: str, version: int | None, endpoint: str) -> JobView:
    """Publish a model version in this process."""
    return do_job(workspace, endpoints.start_publish(workspace, model, version, endpoint))


@dataclass(frozen=True)
class Published:
    """A home whose model ``churn`` answers the endpoint ``churn``."""

    workspace: Workspace
    run: RunView
    key: str
    record: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        """What a caller sends."""
        return {"Authorization": f"Bearer {self.key}"}


def fill(workspace: Workspace, folder: Path) -> Published:
    """Import, train and publish."""
    import_table(workspace, "customers", customers(), folder)
    run = do_run(workspace, churn_pipeline())
    assert run.status == "succeeded", run.error
    assert publish(workspace, "churn", None, "churn").status == "succeeded"
    record = endpoints.get_endpoint(workspace, "churn").sample["records"][0]
    return Published(workspace, run, keys.create_key(workspace, "churn"), record)


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """One home for all tests that only look."""
    folder = tmp_path_factory.mktemp("filled")
    workspace = open_workspace(Settings(home=folder / "home"))
    yield fill(workspace, folder)
    workspace.database.close()


@pytest.fixture
def published(filled_home: Published, new_home: Callable[..., Workspace]) -> Published:
    """A private copy of the filled home, for tests that change it."""
    return replace(filled_home, workspace=new_home(copy_of=filled_home.workspace))


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Callable[..., Workspace]]:
    """Make homes in a temporary folder: empty, or as a copy."""
    opened: list[Workspace] = []

    def make(copy_of: Workspace | None = None, name: str = "home", **settings: Any) -> Workspace:
        if copy_of is not None:
            shutil.copytree(copy_of.home.path, tmp_path / name)
        workspace = open_workspace(Settings(home=tmp_path / name, **settings))
        opened.append(workspace)
        return workspace

    yield make
    for workspace in opened:
        workspace.database.close()


@pytest.fixture
def home(new_home: Callable[..., Workspace]) -> Workspace:
    """An empty home."""
    return new_home()
