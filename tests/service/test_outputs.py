"""What leaves a pipeline: each thing once, for good, and with where it came from."""

import csv
import datetime as dt
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest

from engine.errors import DataError, PipelineProblems
from engine.graph import Pipeline
from engine.service import upkeep
from engine.service.data import datasets
from engine.service.data.charts import drawn_of_points
from engine.service.modelling import models
from engine.service.running import runs
from engine.service.views import NodeRunView, RunView
from engine.settings import Settings
from engine.work.spreadsheet import write_spreadsheet
from engine.workspace import Workspace, open_workspace
from tests.homes import churn_pipeline, do_run
from ui.charting.figure import figure_of

FORMULAS = ["=1+1", "+A1", "-2+3", "@SUM(A1)", "\t=1", "-5", "+3.5", "plain", "＝1", 'a"; drop table x; --', "", None]
ROWS = [{"number": place - 3, "=text": text, "名": place % 2 == 0} for place, text in enumerate(FORMULAS)]
OUTPUTS = ("save_dataset", "export_file", "chart")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One home for all of them; each has names of its own."""
    workspace = open_workspace(Settings(home=tmp_path_factory.mktemp("outputs") / "home"))
    yield workspace
    workspace.database.close()


def pipeline(component: str, rows: Any = ROWS, **params: Any) -> Pipeline:
    nodes = {
        "rows": {"component": "manual_table", "params": {"rows": rows}},
        "sorted": {"component": "sort_rows", "params": {"by": ["number"], "descending": ["number"]}},
        "out": {"component": component, "title": "Out", "params": params},
    }
    document = {"name": "leaving", "nodes": nodes, "edges": ["rows -> sorted", "sorted -> out"]}
    return Pipeline.from_document(document)


def out(run: RunView) -> NodeRunView:
    assert run.status == "succeeded", run.error
    (node,) = [node for node in run.nodes if node.node == "out"]
    return node


def made(run: RunView) -> dict[str, Any]:
    found = out(run).made
    assert found is not None
    return found


def fetched(workspace: Workspace, **params: Any) -> Path:
    run = do_run(workspace, pipeline("export_file", **params))
    assert made(run)["rows"] == len(ROWS)
    return runs.made_file(workspace, run.id, "out")[1]


def test_a_saved_dataset_has_rows_in_order_a_profile_and_its_origin(home: Workspace) -> None:
    run = do_run(home, pipeline("save_dataset", name="名前 🦆", description="d"))
    assert made(run)["message"] == "名前 🦆 v1, 12 rows"
    view = datasets.get_dataset(home, "名前 🦆")
    assert [column["name"] for column in view.columns] == ["number", "=text", "名"]
    assert {name: view.source[name] for name in ("pipeline", "run", "run_id", "node_id")} == {
        "pipeline": "leaving", "run": made(run)["version"], "run_id": run.id, "node_id": "out"
    }  # fmt: skip
    page = datasets.preview_dataset(home, "名前 🦆")
    assert [row[0] for row in page.rows] == list(range(8, -4, -1))
    assert datasets.profile_dataset(home, "名前 🦆")["rows"] == 12


def test_the_same_rows_make_no_new_version_and_other_rows_do(home: Workspace) -> None:
    first, again = (do_run(home, pipeline("save_dataset", name="d")) for _ in range(2))
    other = do_run(home, pipeline("save_dataset", name="d", rows=ROWS[:3]))
    back = do_run(home, pipeline("save_dataset", name="d"))
    told = [(made(run)["version"], made(run)["is_new"]) for run in (first, again, other, back)]
    assert told == [(1, True), (1, False), (2, True), (3, True)]
    versions = datasets.get_dataset(home, "d").versions
    assert sorted(versions) == [1, 2, 3]


def test_an_output_is_done_in_every_run_although_its_rows_are_kept(home: Workspace) -> None:
    do_run(home, pipeline("save_dataset", name="gone"))
    datasets.delete_dataset(home, "gone")
    run = do_run(home, pipeline("save_dataset", name="gone"))
    assert [node.cached for node in run.nodes] == [True, True, False]
    assert datasets.get_dataset(home, "gone").version == 1


@pytest.mark.parametrize(
    ("component", "params", "told"),
    [
        ("save_dataset", {"name": "a\nb"}, "name"),
        ("export_file", {"format": "csv", "filename": "../x"}, "file name"),
        ("export_file", {"format": "exe"}, "“Format”"),
        ("chart", {"kind": "line", "x": "number", "aggregate": "mean"}, "'y'"),
        ("chart", {"kind": "scatter", "x": "number", "y": "=text"}, "is text"),
        ("chart", {"kind": "bar", "x": "number", "every": "day"}, "step"),
        ("chart", {"kind": "heatmap", "x": "number"}, "'y'"),
        ("save_dataset", {"name": "d", "columns": []}, "no column"),
    ],
)
def test_what_cannot_leave_is_told(home: Workspace, component: str, params: dict[str, Any], told: str) -> None:
    with pytest.raises(PipelineProblems) as refused:
        do_run(home, pipeline(component, **params))
    assert told in refused.value.message
    assert refused.value.node_id == "out"


def test_a_csv_file_holds_no_formulas_and_numbers_stay_numbers(home: Workspace) -> None:
    with fetched(home, format="csv", filename="out").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["number", "'=text", "名"]
    assert [row[0] for row in rows] == [str(number) for number in range(8, -4, -1)]
    shown = [row[1] for row in rows][::-1]
    quoted = {"=1+1", "+A1", "-2+3", "@SUM(A1)", "\t=1", "＝1"}
    assert shown == [("'" if text in quoted else "") + (text or "") for text in FORMULAS]


def test_a_csv_file_can_be_written_otherwise(home: Workspace) -> None:
    path = fetched(
        home, format="csv", delimiter="semicolon", header=False, formulas="keep", columns=["=text", "number"]
    )
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[-1] == '"=1+1";-3'


def test_json_lines_parquet_and_a_workbook_hold_the_rows(home: Workspace) -> None:
    expected = ROWS[::-1]
    lines = fetched(home, format="json").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == expected
    assert pq.read_table(fetched(home, format="parquet")).to_pylist() == expected
    with zipfile.ZipFile(fetched(home, format="xlsx")) as book:
        assert book.testzip() is None
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314  what we wrote
        for part in book.namelist():
            ElementTree.fromstring(book.read(part))  # noqa: S314
    cells = [["".join(cell.itertext()) for cell in row] for row in sheet.iter() if row.tag.endswith("}row")]
    assert cells[0] == ["number", "=text", "名"]
    assert cells[1:] == [[str(row["number"]), row["=text"] or "", str(int(row["名"]))] for row in expected]
    assert not [cell for cell in sheet.iter() if cell.tag.endswith("}f")]


def test_a_workbook_keeps_dates_and_large_numbers_and_says_when_it_is_full(tmp_path: Path) -> None:
    row = {"d": dt.date(2026, 1, 31), "t": dt.datetime(2026, 1, 31, 6), "n": 10**17, "s": "a\x01_x0041_<&>"}
    write_spreadsheet(list(row), 1, [row], tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        text = book.read("xl/worksheets/sheet1.xml").decode()
    assert '<c s="1"><v>46053</v></c><c s="2"><v>46053.250000000</v></c>' in text
    assert '<t xml:space="preserve">100000000000000000</t>' in text
    assert "a_x0001__x005F_x0041_&lt;&amp;&gt;" in text
    for rows, value in ((2_000_000, ""), (1, "x" * 40_000)):
        with pytest.raises(DataError, match="has room"):
            write_spreadsheet(["s"], rows, [{"s": value}], tmp_path / "y.xlsx")


def test_what_left_a_run_is_no_garbage(new_home: Callable[..., Workspace], request: pytest.FixtureRequest) -> None:
    home = new_home(database_url=request.getfixturevalue("new_postgres_database")())
    run = do_run(home, pipeline("export_file"))
    for path in home.artifacts.root.glob("??/*"):
        os.utime(path, (0, 0))
    upkeep.collect_garbage(home)
    assert runs.made_file(home, run.id, "out")[1].exists()


def test_a_model_gets_the_name_that_was_asked_for(home: Workspace) -> None:
    drawn = churn_pipeline("dummy_classifier")
    document = drawn.as_document()
    document["nodes"]["customers"] = {"component": "sample_data", "params": {"name": "customers"}}
    document["nodes"]["out"] = {"component": "register_model", "params": {"name": "who leaves"}}
    document["edges"].append("model.model -> out")
    for _ in range(2):
        run = do_run(home, Pipeline.from_document(document))
        assert made(run)["message"] == "who leaves v1"
    assert [view.model for view in models.list_models(home)] == ["who leaves"]
    assert run.models[0]["model"] == "who leaves"
    del document["nodes"]["out"], document["edges"][-1]
    do_run(home, Pipeline.from_document(document))
    assert {view.model for view in models.list_models(home)} == {"who leaves", "churn"}


def test_pipelines_do_not_share_a_model_by_chance(home: Workspace) -> None:
    document = churn_pipeline("dummy_classifier").as_document()
    document["nodes"]["customers"] = {"component": "sample_data", "params": {"name": "customers"}}
    do_run(home, Pipeline.from_document({**document, "name": "a-b"}))
    document["nodes"]["b"] = {**document["nodes"]["model"], "title": "Another"}
    document["edges"].append(next(edge for edge in document["edges"] if edge.endswith("-> model"))[:-5] + "b")
    do_run(home, Pipeline.from_document({**document, "name": "a"}))
    assert {"a-b", "a-b-2", "a-model"} <= {view.model for view in models.list_models(home)}


CHARTS: list[tuple[dict[str, Any], int]] = [
    ({"kind": "bar", "x": "=text"}, 12),
    ({"kind": "bar", "x": "名", "y": "number", "aggregate": "sum"}, 2),
    ({"kind": "line", "x": "number", "color": "名"}, 12),
    ({"kind": "scatter", "x": "number", "y": "number", "facet": "名"}, 12),
    ({"kind": "histogram", "x": "number", "bins": 3}, 3),
    ({"kind": "box", "x": "名", "y": "number"}, 2),
    ({"kind": "heatmap", "x": "=text", "y": "名", "color": "number", "aggregate": "mean"}, 12),
]


@pytest.mark.parametrize(("params", "points"), CHARTS, ids=[case[0]["kind"] for case in CHARTS])
def test_a_chart_keeps_its_points_and_can_be_drawn(home: Workspace, params: dict[str, Any], points: int) -> None:
    run = do_run(home, pipeline("chart", **params))
    chart = runs.made_chart(home, run.id, "out")
    assert {len(values) for values in chart["points"].values()} == {points}
    assert chart["title"] == "Out"
    drawn = drawn_of_points(chart, chart["points"])
    assert json.loads(figure_of(drawn).to_json())["data"]
    assert drawn.sentence.endswith(".")
