"""Clusters and outliers from a run to their endpoints: over HTTP, on the screens, on the command line."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from engine.cli.main import main
from engine.graph import Pipeline
from engine.service.data import datasets
from engine.service.modelling import explanations, models
from engine.service.running import runs
from engine.service.serving import keys
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from tests.homes import do_run, import_table, publish
from tests.servers import serving
from tests.ui.conftest import Open

PIPELINE = """
format: 1
name: shops
nodes:
  shops: {component: dataset, params: {dataset: shops}}
  scale: {component: standardize}
  groups: {component: dbscan, params: {eps: 0.6}}
  odd: {component: isolation_forest, params: {n_estimators: 20, contamination: 0.1}}
  report: {component: evaluate}
edges:
  - shops -> scale
  - scale -> groups
  - scale -> odd
  - groups.model -> report.model
"""
MODELS = {"groups": "shops-groups", "odd": "shops-odd"}


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("shops")
    workspace = open_workspace(Settings(home=folder / "home"))
    random = np.random.default_rng(0)
    place = np.arange(120) % 2 * 9.0
    table = {"sales": place + random.normal(size=120), "visits": (100 + 40 * place + random.normal(size=120)).round()}
    import_table(workspace, "shops", pa.table(table), folder)
    run = do_run(workspace, Pipeline.from_yaml(PIPELINE))
    assert run.status == "succeeded", run.error
    for endpoint, model in MODELS.items():
        job = publish(workspace, model, None, endpoint)
        assert job.status == "succeeded", job.error
    yield workspace
    workspace.database.close()


def rows_of(home: Workspace, node: str) -> list[dict[str, Any]]:
    run_id = runs.list_runs(home)[0].id
    view = runs.node_table(home, run_id, node, limit=1_000)
    names = [column["name"] for column in view.columns]
    return [dict(zip(names, row, strict=True)) for row in view.rows]


@pytest.mark.parametrize(
    ("node", "answer"),
    [
        ("groups", {"prediction": "cluster"}),
        ("odd", {"prediction": "anomaly", "score": "anomaly_score"}),
    ],
)
def test_an_endpoint_says_of_every_row_what_the_run_said(shops: Workspace, node: str, answer: dict[str, str]) -> None:
    key = keys.create_key(shops, node)
    wanted = rows_of(shops, node)
    raw = import_rows(shops)
    with serving(shops) as client:
        asked = client.post(
            f"/v1/endpoints/{node}/predict", json={"records": raw}, headers={"Authorization": f"Bearer {key}"}
        )
        described = client.get("/openapi.json").json()
    told = asked.json()["predictions"]
    assert set(told[0]) == {*answer, "id"}
    for name, column in answer.items():
        assert [one[name] for one in told] == pytest.approx([row[column] for row in wanted])
    operation = described["paths"][f"/v1/endpoints/{node}/predict"]["post"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    properties = schema["properties"]["predictions"]["items"]["properties"]
    kinds = {"groups": {"prediction": "integer"}, "odd": {"prediction": "boolean", "score": "number"}}[node]
    assert {name: properties[name]["type"] for name in kinds} == kinds


def import_rows(home: Workspace) -> list[dict[str, Any]]:
    view = datasets.preview_dataset(home, "shops", limit=1_000)
    return [dict(zip([column["name"] for column in view.columns], row, strict=True)) for row in view.rows]


def test_the_registry_knows_the_task_no_target_and_what_there_is_to_see(shops: Workspace) -> None:
    groups, odd = (models.get_model(shops, MODELS[node]) for node in ("groups", "odd"))
    assert (groups.task, groups.target, odd.task, odd.target) == ("clustering", None, "anomaly", None)
    assert groups.signature["output"] == {"name": "prediction", "type": "int64", "classes": []}
    assert {"group_sizes", "group_profile", "projection"} <= groups.report["plots"].keys()
    assert odd.report["plots"]["score_histogram"]["counts"]
    assert groups.metrics["clusters"] == 2
    assert odd.metrics["flagged"] == pytest.approx(0.1)


def words_of(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "info", "metric", "selectbox")
    texts = [f"{getattr(element, 'label', '')} {element.value}" for kind in kinds for element in app.get(kind)]
    return "\n".join([*texts, *(element.label for element in (*app.button, *app.get("page_link")))])


@pytest.mark.parametrize("asked", [{"view": "Explain"}, {"view": "Explain", "explain": "Over all"}, {"view": "Card"}])
def test_nothing_is_called_held_out_or_test_where_a_model_learned_from_every_row(
    shops: Workspace, open_page: Open, asked: dict[str, str]
) -> None:
    told = words_of(open_page(shops.home.path, "models", model=MODELS["odd"], **asked))
    assert [claim for claim in ("eld-out", "test rows", "not learned from", "is the test") if claim in told] == []


@pytest.mark.parametrize(
    "asked", [{"view": "Fairness"}, {"view": "Explain", "explain": "Where it fails"}], ids=["fairness", "slices"]
)
def test_what_needs_a_target_is_calmly_told_and_nothing_is_asked(
    shops: Workspace, open_page: Open, asked: dict[str, str]
) -> None:
    app = open_page(shops.home.path, "models", model=MODELS["odd"], **asked)
    assert not app.error
    assert "Without a target" in words_of(app)
    assert not app.number_input


def test_what_a_column_does_to_an_anomaly_is_told_of_its_score(shops: Workspace) -> None:
    report = explanations.dependence(shops, MODELS["odd"], None, "sales")
    plot = report["plots"]["dependence_0"]
    assert plot["up"] == "score"
    assert "the score is lowest where sales is" in plot["read"]
    assert report["notes"] == ["Asked about 120 rows."]


@pytest.mark.parametrize(
    ("page", "asked", "promises"),
    [
        ("models", {}, ["Clustering", "Anomaly detection", "Silhouette", "Rows flagged **10 %**"]),
        (
            "models",
            {"model": MODELS["groups"]},
            [
                "Clustering · dbscan",
                "Rows without a cluster",
                "The largest group",
                "standard deviations",
                "in the plane",
            ],
        ),
        ("models", {"model": MODELS["odd"]}, ["Anomaly detection · isolation forest", "Scores go from"]),
        ("models", {"model": MODELS["odd"], "view": "Explain"}, ["Tick one to explain it"]),
        ("models", {"model": MODELS["odd"], "view": "Inputs"}, ["whether the record is an anomaly"]),
        ("home", {}, ["Recent models"]),
        ("endpoints", {"endpoint": "odd"}, ["odd"]),
    ],
)
def test_the_screens_show_them(
    shops: Workspace, open_page: Open, page: str, asked: dict[str, str], promises: list[str]
) -> None:
    app = open_page(shops.home.path, page, **asked)
    assert not app.exception
    assert not app.error
    words = words_of(app)
    assert [promise for promise in promises if promise not in words] == []


@pytest.fixture
def say(shops: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a command that succeeds prints."""

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["canvasback", *words, "--home", str(shops.home.path)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("command", [["list"], ["show", MODELS["groups"]], ["show", MODELS["odd"]]])
def test_the_command_line_tells_of_them(say: Callable[..., str], command: list[str]) -> None:
    told = say("model", *command)
    assert "clustering" in told or "anomaly" in told
    assert "None" not in told
    assert "nan" not in told
    assert json.loads(say("model", *command, "--json"))


def test_records_in_a_file_are_answered(shops: Workspace, tmp_path: Path, say: Callable[..., str]) -> None:
    path = tmp_path / "records.json"
    path.write_text(json.dumps(import_rows(shops)[:2]))
    assert set(say("predict", "odd", "--input", str(path)).split()) <= {"true", "false"}
