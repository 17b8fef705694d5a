"""Two homes for the screens: an empty one, and one in which everything has happened once."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engine.graph import Pipeline
from engine.service import Settings, open_workspace
from engine.service.building import pipelines
from engine.service.data import datasets
from engine.service.running import runs
from engine.service.serving import endpoints, keys
from tests.homes import do_job, done

APP = Path(__file__).parents[2] / "ui" / "app.py"
PEOPLE = "name,age,city,joined\n" + "".join(
    f"person {i},{20 + i % 50},{'Graz' if i % 3 else 'Linz'},2024-01-{1 + i % 28:02d}\n" for i in range(250)
)

CHURN = """
format: 1
name: churn
nodes:
  customers: {component: sample_data, params: {name: customers}}
  drop:      {component: drop_columns, params: {columns: [customer_id, signup_date]}}
  fill:      {component: impute_median, params: {columns: numeric}}
  encode:    {component: encode_one_hot, params: {columns: {select: text, except: [churn]}}}
  split:     {component: split_random, params: {test: 0.2, stratify: churn, seed: 7}}
  model:     {component: hist_gradient_boosting_classifier, params: {target: churn}}
  report:    {component: evaluate}
edges: [customers -> drop, drop -> fill, fill -> encode, encode -> split, split -> model, model.model -> report.model]
layout:
  {customers: [0, 0], drop: [280, 0], fill: [560, 0], encode: [840, 0], split: [1120, 0], model: [1400, 0],
   report: [1680, 0]}
"""

Open = Callable[..., AppTest]


@dataclass(frozen=True)
class Filled:
    """A home with a dataset, two pipelines, a run, a model and an endpoint."""

    home: Path
    pipeline_id: str
    empty_pipeline_id: str
    run_id: str
    imported: str
    failed_import: str
    published: str


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    home = tmp_path_factory.mktemp("filled") / "home"
    home.mkdir()
    workspace = open_workspace(Settings(home=home))
    people = home / "people.csv"
    people.write_text(PEOPLE)
    imported = datasets.start_import(workspace, people, "people")
    done(workspace, imported)
    draft = pipelines.import_pipeline(workspace, Pipeline.from_yaml(CHURN))
    run_id = runs.start_run(workspace, draft.pipeline_id, pipelines.drawn(draft))
    done(workspace, runs.job_of(workspace, run_id) or "")
    published = endpoints.start_publish(workspace, "churn", None, "churn", "the first")
    done(workspace, published)
    keys.create_key(workspace, "churn")
    failed = datasets.start_import(workspace, people, "unread", overrides={"format": "parquet"})
    assert do_job(workspace, failed).status == "failed"
    blank = pipelines.import_pipeline(workspace, Pipeline(name="blank"))
    return Filled(home, draft.pipeline_id, blank.pipeline_id, run_id, imported, failed, published)


@pytest.fixture(scope="module")
def filled(filled_once: Filled, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """A home of each file's own: what one asks of the endpoint, another does not find."""
    home = tmp_path_factory.mktemp("filled_anew") / "home"
    shutil.copytree(filled_once.home, home)
    return replace(filled_once, home=home)


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open a page in a home: its file in `app_pages` without the ending, and what its address asks for."""

    def opened(home: Path, page: str = "home", **asked: str) -> AppTest:
        monkeypatch.setenv("CANVASBACK_HOME", str(home))
        st.cache_resource.clear()
        app = AppTest.from_file(str(APP), default_timeout=60).run()
        if page != "home":
            app.switch_page(f"app_pages/{page}.py")
        for name, value in asked.items():
            app.query_params[name] = value
        return app.run()

    yield opened
    st.cache_resource.clear()
