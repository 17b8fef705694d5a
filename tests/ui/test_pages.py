"""Every screen, on an empty home and on one in which everything has happened once."""

import json
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.service import Settings, open_workspace
from engine.service.building import pipelines
from engine.service.data import datasets
from engine.service.running import runs
from storage.schema import utc_now
from tests.homes import done
from tests.ui.conftest import Filled, Open
from tests.ui.posting import post_edit

PAGES = (
    "home",
    "datasets",
    "import_dataset",
    "connections",
    "pipelines",
    "begin",
    "builder",
    "runs",
    "models",
    "endpoints",
    "lineage",
    "alerts",
)


def words(app: AppTest) -> str:
    """Everything that is written on the page."""
    kinds = ("title", "subheader", "markdown", "caption", "error", "info", "success", "warning", "code", "metric")
    texts = [f"{getattr(element, 'label', '')} {element.value}" for kind in kinds for element in app.get(kind)]
    labels = [element.label for element in (*app.button, *app.get("page_link"), *app.tabs)]
    badges = [str(element.proto) for element in app.get("badge")]
    return "\n".join(map(str, [*texts, *labels, *badges]))


def is_sound(app: AppTest) -> bool:
    return not app.exception and not app.error


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_an_empty_home(page: str, tmp_path: Path, open_page: Open) -> None:
    app = open_page(tmp_path, page)
    assert is_sound(app), (app.exception, app.error)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_a_home_with_data(page: str, filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, page)
    assert is_sound(app), (app.exception, app.error)


@pytest.mark.parametrize(
    ("page", "promise"),
    [
        ("home", "Next: bring a dataset"),
        ("datasets", "Import a CSV, Parquet or JSON file to begin."),
        ("pipelines", "Try it with sample data"),
        ("runs", "Open a pipeline and press Run."),
        ("models", "A run of a pipeline with a model node trains one"),
        ("endpoints", "Publish a model version"),
        ("lineage", "The first run draws the first line"),
    ],
)
def test_an_empty_page_says_what_to_do_next(page: str, promise: str, tmp_path: Path, open_page: Open) -> None:
    assert promise in words(open_page(tmp_path, page))


@pytest.mark.parametrize(
    ("page", "part", "value"),
    [
        ("datasets", "dataset", "nothing"),
        ("builder", "pipeline", "nothing"),
        ("runs", "run", "nothing"),
        ("models", "model", "nothing"),
        ("endpoints", "endpoint", "nothing"),
        ("import_dataset", "job", "nothing"),
        ("lineage", "model", "nothing"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_in_words(
    page: str, part: str, value: str, tmp_path: Path, open_page: Open
) -> None:
    app = open_page(tmp_path, page, **{part: value})
    assert not app.exception
    assert "There is no" in app.error[0].value
    if page in ("datasets", "builder", "runs", "models", "endpoints"):
        assert "All " in app.get("page_link")[-1].label


def test_home_shows_counts_recent_runs_and_scores_beside_the_baseline(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home)
    assert {metric.label: metric.value for metric in app.metric} == {
        "Datasets": "1", "Pipelines": "2", "Models": "1", "Endpoints": "1"
    }  # fmt: skip
    assert "churn · run 1" in words(app)
    assert "ROC AUC" in words(app)
    assert "baseline 0.500" in words(app)


def test_a_dataset_shows_its_rows_and_how_many_there_are(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "datasets", dataset="people")
    assert list(app.dataframe[0].value.columns) == ["name", "age", "city", "joined"]
    assert "Rows 1 to 100 of 250, 4 columns." in words(app)


def test_the_last_page_of_a_dataset_holds_its_last_row(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "datasets", dataset="people")
    app.get("pagination")[0].set_value(3)
    app.run()
    assert app.dataframe[0].value.iloc[-1]["name"] == "person 249"


def test_a_profile_explains_its_score_and_lists_every_column(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "datasets", dataset="people", view="Profile")
    assert is_sound(app), (app.exception, app.error)
    assert any(metric.label == "Quality score" for metric in app.metric)
    assert list(app.dataframe[0].value["Column"]) == ["name", "age", "city", "joined"]


def test_a_dataset_tells_how_it_was_read_and_where_it_came_from(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "datasets", dataset="people", view="About")
    tables = [table.value for table in app.table]
    assert tables[0].loc["Delimiter"].iloc[0] == "comma"
    assert tables[1].loc["File"].iloc[0] == "people.csv"


def test_an_import_that_failed_is_explained_after_a_refresh(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "import_dataset", job=filled.failed_import)
    assert not app.exception
    assert app.error
    assert "Traceback" not in app.error[0].value
    assert "Choose anew" in words(app)
    again = next(one for one in app.button if "Try again" in one.label).click().run()
    assert again.query_params["job"] not in (filled.failed_import, [filled.failed_import])
    assert not again.exception


def test_an_import_that_waits_says_for_what(tmp_path: Path, open_page: Open) -> None:
    home = open_workspace(Settings(home=tmp_path / "home"))
    file = tmp_path / "t.csv"
    file.write_text("a\n1\n")
    job, other = (datasets.start_import(home, file, name) for name in ("mine", "others"))
    app = open_page(home.settings.home, "import_dataset", job=job)
    assert "No worker" not in words(app), "it was queued just now"
    asked = utc_now() - timedelta(minutes=1)
    home.database.transact(lambda uow: setattr(uow.jobs.get(job), "created_at", asked))
    assert "No worker has taken it yet" in words(app.run())
    home.database.transact(lambda uow: uow.jobs.claim("tests", 60, job_id=other))
    assert "Other work is being done first" in words(app.run())


def test_an_import_opens_the_profile_whatever_tab_was_open_before(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "datasets", dataset="people", view="Preview")
    app.switch_page("app_pages/import_dataset.py")
    app.query_params["job"] = filled.imported
    app.run()
    assert is_sound(app), (app.exception, app.error)
    assert app.session_state["view"] == "Profile"


def test_an_uploaded_file_shows_how_it_is_read_before_it_is_imported(tmp_path: Path, open_page: Open) -> None:
    app = open_page(tmp_path, "import_dataset")
    app.file_uploader[0].upload("cities.csv", b"city;people\nGraz;300000\nLinz;210000\n")
    app.run()
    assert is_sound(app), (app.exception, app.error)
    assert list(app.dataframe[0].value.columns) == ["city", "people"]
    assert next(box.value for box in app.text_input if box.label == "Name of the dataset") == "cities"


def test_importing_under_a_taken_name_is_told_to_be_a_new_version(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "import_dataset", name="people")
    app.file_uploader[0].upload("more.csv", b"name,age\nA,1\nB,2\n")
    app.run()
    assert "This becomes its version 2" in app.info[0].value


def test_a_deleted_pipeline_comes_back_by_undo(tmp_path: Path, open_page: Open) -> None:
    workspace = open_workspace(Settings(home=tmp_path))
    pipeline_id = pipelines.create_pipeline(workspace, "kept").pipeline_id
    pipelines.delete_pipeline(workspace, pipeline_id)
    app = open_page(tmp_path, "pipelines", deleted=pipeline_id)
    next(button for button in app.button if button.label == "Undo").click()
    app.run()
    assert [it.name for it in pipelines.list_pipelines(workspace)] == ["kept"]


def test_a_run_shows_nodes_times_and_models(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "runs", run=filled.run_id)
    assert is_sound(app), (app.exception, app.error)
    table = app.dataframe[0].value
    assert set(table["State"].str[0]) == {"Done"}
    assert "Gradient boosting" in list(table["Node"])
    assert "churn v1" in words(app)


def test_a_run_tells_what_it_took_and_draws_when(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "runs", run=filled.run_id)
    assert [metric.label for metric in app.metric][:4] == ["Took", "CPU time", "Peak memory", "Reused"]
    assert "kept, nothing spilled to disk" in words(app)
    assert "took longest" in words(app)
    assert {"Began", "Took", "CPU", "Memory"} <= set(app.dataframe[0].value.columns)
    (chart,) = app.get("plotly_chart")
    bars = json.loads(chart.proto.spec)["data"]
    assert {bar["name"] for bar in bars} == {"computed"}
    assert "Gradient boosting" in bars[0]["y"]


@pytest.fixture(scope="module")
def rerun(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """A copy of the home with a second run, of which everything was reused but the model."""
    home = tmp_path_factory.mktemp("rerun") / "home"
    shutil.copytree(filled.home, home)
    workspace = open_workspace(Settings(home=home))
    drawn = pipelines.drawn(pipelines.get_draft(workspace, filled.pipeline_id)).with_params("model", learning_rate=0.3)
    run_id = runs.start_run(workspace, filled.pipeline_id, drawn)
    done(workspace, runs.job_of(workspace, run_id) or "")
    return replace(filled, home=home, run_id=run_id)


def test_a_second_run_is_told_beside_the_first(rerun: Filled, open_page: Open) -> None:
    app = open_page(rerun.home, "runs", run=rerun.run_id)
    assert is_sound(app), (app.exception, app.error)
    assert "run 1 (" in words(app)
    assert "the run before." in words(app)
    assert "were reused" in words(app)
    (chart,) = app.get("plotly_chart")
    assert {bar["name"] for bar in json.loads(chart.proto.spec)["data"]} == {"computed", "reused"}


def test_two_runs_are_compared_node_by_node_and_metric_by_metric(
    filled: Filled, rerun: Filled, open_page: Open
) -> None:
    app = open_page(rerun.home, "runs", run=rerun.run_id, beside=filled.run_id)
    assert is_sound(app), (app.exception, app.error)
    assert app.title[0].value == "churn · run 1 and run 2"
    totals, different, metrics = (table.value for table in app.table)
    assert list(totals.columns) == ["Measure", "Run 1", "Run 2", "Difference"]
    assert "learning_rate" in " ".join(different["What"])
    assert set(metrics["Difference"].str.split(", ").str[-1]) <= {"better", "worse", "the same"}
    assert "same, reused in run 2" in set(app.dataframe[0].value["Result"])


def test_another_run_is_chosen_to_compare_with(filled: Filled, rerun: Filled, open_page: Open) -> None:
    app = open_page(rerun.home, "runs", run=rerun.run_id)
    app.selectbox[0].select_index(0)
    app.run()
    assert filled.run_id in app.query_params["beside"]


def test_before_a_run_the_builder_says_what_it_would_do(filled: Filled, open_page: Open) -> None:
    workspace = open_workspace(Settings(home=filled.home))
    before = pipelines.drawn(pipelines.get_draft(workspace, filled.pipeline_id))
    told = words(open_page(filled.home, "builder", pipeline=filled.pipeline_id))
    assert "Nothing to compute" in told
    assert "Every result is kept from an earlier run." in told
    pipelines.import_pipeline(workspace, before.with_params("model", learning_rate=0.25))
    told = words(open_page(filled.home, "builder", pipeline=filled.pipeline_id))
    pipelines.import_pipeline(workspace, before)
    assert re.search(r"Runs 2 of \d+ steps, (under|about) \d+ m?s.*; \d+ reused\.", told)
    assert "set otherwise in those runs" in told


def test_the_plan_of_a_first_run_is_honest_about_what_nobody_knows(drawing: tuple[Path, str], open_page: Open) -> None:
    home, pipeline_id = drawing
    app = open_page(home, "builder", pipeline=pipeline_id)
    assert "steps" not in words(app)
    _say(app, pipeline_id, edit=_edit(pipeline_id, {"nodes": [NODE], "edges": []}, base=1))
    assert "Runs 1 of 1 step, not measured yet." in words(app)


def test_a_drawing_that_cannot_run_says_so_instead_of_a_plan(drawing: tuple[Path, str], open_page: Open) -> None:
    home, pipeline_id = drawing
    app = open_page(home, "builder", pipeline=pipeline_id)
    lonely = {**NODE, "id": "drop", "component": "drop_missing", "params": {}}
    _say(app, pipeline_id, edit=_edit(pipeline_id, {"nodes": [lonely], "edges": []}, base=1))
    assert "Not ready to run: 1 problem stands in the way." in words(app)


def test_a_model_shows_every_score_beside_its_baseline(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "models", model="churn")
    assert is_sound(app), (app.exception, app.error)
    assert app.metric[0].label.startswith("ROC AUC")
    assert "Confusion matrix" in str([chart.proto for chart in app.get("plotly_chart")])


@pytest.mark.parametrize("view", ["Results", "Explain", "Fairness", "Inputs", "Origin"])
def test_every_tab_of_a_model_opens(view: str, filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "models", model="churn", view=view)
    assert is_sound(app), (app.exception, app.error)


@pytest.mark.parametrize("view", ["Try it", "Call it", "Deployments", "Keys"])
def test_every_tab_of_an_endpoint_opens(view: str, filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "endpoints", endpoint="churn", view=view)
    assert is_sound(app), (app.exception, app.error)


def test_a_publication_tells_what_the_parity_gate_found(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "endpoints", endpoint="churn", job=filled.published)
    assert "largest difference 0" in app.success[0].value


def test_a_key_is_shown_only_to_the_session_that_made_it(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "endpoints", endpoint="churn", view="Keys")
    next(button for button in app.button if button.label == "Make the key").click()
    app.run()
    assert any(code.value.startswith("cbk_") for code in app.code)
    other = open_page(filled.home, "endpoints", endpoint="churn", view="Keys")
    assert not any(code.value.startswith("cbk_") for code in other.code)


def test_without_an_api_trying_says_how_to_start_it(
    filled: Filled, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANVASBACK_API_PORT", "1")
    app = open_page(filled.home, "endpoints", endpoint="churn", view="Try it")
    for key, told in (("", "wants a key"), ("cbk_ö", "letters and digits only"), ("cbk_x", "`canvasback api`")):
        next(box for box in app.text_input if box.label == "Key").set_value(key)
        next(button for button in app.button if button.label == "Predict").click()
        app.run()
        assert told in app.error[0].value


def test_no_plot_offers_to_upload_its_data(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "models", model="churn")
    for chart in app.get("plotly_chart"):
        assert json.loads(chart.proto.config)["showSendToCloud"] is False


def _canvas(app: AppTest) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(app.get("bidi_component")[0].proto.json)
    return data


def _graph(app: AppTest) -> dict[str, Any]:
    graph: dict[str, Any] = _canvas(app)["graph"]
    return graph


def _say(app: AppTest, pipeline_id: str, edit: dict[str, Any] | None = None, **said: Any) -> AppTest:
    """What the browser does: an edit is posted to its door, and the page hears of it and of the rest."""
    if edit:
        post_edit(edit)
    app.session_state[f"canvas_{pipeline_id}"] = said
    return app.run()


def _edit(pipeline_id: str, graph: dict[str, Any], base: int, cid: str = "tab", seq: int = 1) -> dict[str, Any]:
    return {"doc": pipeline_id, "cid": cid, "seq": seq, "base": base, "graph": graph, "try": 0}


@pytest.fixture
def drawing(tmp_path: Path) -> tuple[Path, str]:
    workspace = open_workspace(Settings(home=tmp_path))
    return tmp_path, pipelines.create_pipeline(workspace, "drawn").pipeline_id


NODE = {"id": "data", "component": "sample_data", "title": None, "params": {"name": "iris"}, "position": [10, 20]}


LOOSE = {"source": "data", "source_port": "table", "target": "nothing", "target_port": "table"}


def test_the_canvas_gets_the_drawing_the_palette_and_the_reasons_for_refusals(filled: Filled, open_page: Open) -> None:
    data = _canvas(open_page(filled.home, "builder", pipeline=filled.pipeline_id))
    assert data["doc"] == filled.pipeline_id
    assert "customers" in {node["id"] for node in data["graph"]["nodes"]}
    assert {spec["key"] for spec in data["catalogue"]["palette"]} >= {"sample_data", "evaluate"}
    assert data["options"]["datasets"][0]["value"] == "people"
    assert data["catalogue"]["messages"]["cycle"]
    assert {one["name"] for one in data["catalogue"]["functions"]} >= {"round", "lower"}
    assert data["run"]["nodes"]["model"]["status"] in ("done", "cached")


def test_what_the_browser_drew_is_stored(drawing: tuple[Path, str], open_page: Open) -> None:
    home, pipeline_id = drawing
    app = open_page(home, "builder", pipeline=pipeline_id)
    _say(app, pipeline_id, edit=_edit(pipeline_id, {"nodes": [NODE], "edges": []}, base=1))
    draft = pipelines.get_draft(open_workspace(Settings(home=home)), pipeline_id)
    assert draft.rev == 2
    assert draft.document["nodes"]["data"]["params"] == {"name": "iris"}
    assert draft.document["layout"]["data"] == [10.0, 20.0]


def test_the_same_edit_said_again_is_stored_once(drawing: tuple[Path, str], open_page: Open) -> None:
    home, pipeline_id = drawing
    app = open_page(home, "builder", pipeline=pipeline_id)
    edit = _edit(pipeline_id, {"nodes": [NODE], "edges": []}, base=1)
    _say(app, pipeline_id, edit=edit)
    _say(app, pipeline_id, edit={**edit, "try": 1})
    assert pipelines.get_draft(open_workspace(Settings(home=home)), pipeline_id).rev == 2


def test_an_edit_on_an_old_revision_does_not_overwrite_another_tab(drawing: tuple[Path, str], open_page: Open) -> None:
    home, pipeline_id = drawing
    app = open_page(home, "builder", pipeline=pipeline_id)
    _say(app, pipeline_id, edit=_edit(pipeline_id, {"nodes": [NODE], "edges": []}, base=1, cid="first"))
    _say(app, pipeline_id, edit=_edit(pipeline_id, {"nodes": [], "edges": []}, base=1, cid="second"))
    assert [node["id"] for node in _graph(app)["nodes"]] == ["data"]


@pytest.mark.parametrize(
    "graph",
    [
        {"nodes": [NODE, NODE], "edges": []},
        {"nodes": [NODE], "edges": [LOOSE]},
        {"nodes": [{**NODE, "position": ["a", 0]}], "edges": []},
        {"nodes": "everything", "edges": []},
    ],
)  # fmt: skip
def test_a_hostile_edit_changes_nothing(graph: Any, drawing: tuple[Path, str], open_page: Open) -> None:
    home, pipeline_id = drawing
    app = open_page(home, "builder", pipeline=pipeline_id)
    _say(app, pipeline_id, edit=_edit(pipeline_id, graph, base=1))
    assert not app.exception
    assert pipelines.get_draft(open_workspace(Settings(home=home)), pipeline_id).rev == 1


def test_a_wish_to_run_starts_one_run_however_often_it_is_repeated(drawing: tuple[Path, str], open_page: Open) -> None:
    home, pipeline_id = drawing
    app = open_page(home, "builder", pipeline=pipeline_id)
    edit = _edit(pipeline_id, {"nodes": [NODE], "edges": []}, base=1)
    wish = {"type": "run", "to": None, "doc": pipeline_id, "cid": "tab", "seq": 1}
    _say(app, pipeline_id, edit=edit, intent=wish)
    _say(app, pipeline_id, edit=edit, intent=wish)
    assert len(runs.list_runs(open_workspace(Settings(home=home)), pipeline_id)) == 1


def test_a_run_keeps_to_the_limits_that_are_set_beside_the_canvas(drawing: tuple[Path, str], open_page: Open) -> None:
    home, pipeline_id = drawing
    app = open_page(home, "builder", pipeline=pipeline_id)
    app.number_input(f"limit_{pipeline_id}_memory_mb").set_value(700)
    app.number_input(f"limit_{pipeline_id}_threads").set_value(1)
    app.run()
    wish = {"type": "run", "to": None, "doc": pipeline_id, "cid": "tab", "seq": 1}
    _say(app, pipeline_id, edit=_edit(pipeline_id, {"nodes": [NODE], "edges": []}, base=1), intent=wish)
    (run,) = runs.list_runs(open_workspace(Settings(home=home)), pipeline_id)
    assert runs.get_run(open_workspace(Settings(home=home)), run.id).limits == {"memory_mb": 700, "threads": 1}


def test_a_wish_from_an_earlier_session_is_not_done_again(
    drawing: tuple[Path, str], open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, pipeline_id = drawing
    monkeypatch.setenv("CANVASBACK_HOME", str(home))
    app = open_page(home, "pipelines")
    post_edit(_edit(pipeline_id, {"nodes": [NODE], "edges": []}, base=1))
    app.session_state[f"canvas_{pipeline_id}"] = {
        "intent": {"type": "run", "to": None, "doc": pipeline_id, "cid": "tab", "seq": 1},
    }
    app.switch_page("app_pages/builder.py")
    app.query_params["pipeline"] = pipeline_id
    app.run()
    workspace = open_workspace(Settings(home=home))
    assert not runs.list_runs(workspace, pipeline_id)


def test_running_a_drawing_with_problems_says_what_is_wrong(drawing: tuple[Path, str], open_page: Open) -> None:
    home, pipeline_id = drawing
    app = open_page(home, "builder", pipeline=pipeline_id)
    lonely = {**NODE, "id": "drop", "component": "drop_missing", "params": {}}
    wish = {"type": "run", "to": None, "doc": pipeline_id, "cid": "tab", "seq": 1}
    edit = _edit(pipeline_id, {"nodes": [lonely], "edges": []}, base=1)
    _say(app, pipeline_id, edit=edit, intent=wish)
    assert not app.exception
    assert app.error
    assert not runs.list_runs(open_workspace(Settings(home=home)), pipeline_id)


def test_the_selected_nodes_rows_are_shown_below_the_canvas(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "builder", pipeline=filled.pipeline_id, node="encode")
    assert is_sound(app), (app.exception, app.error)
    assert "of 2,000" in words(app)


@pytest.mark.parametrize("view", ["Table", "Results", "Runs", "Versions"])
def test_every_tab_of_the_builder_opens(view: str, filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "builder", pipeline=filled.pipeline_id, view=view)
    assert is_sound(app), (app.exception, app.error)


def test_deleting_a_dataset_asks_first(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "datasets", dataset="people")
    next(button for button in app.button if button.label == "Delete").click()
    app.run()
    assert "It cannot be undone." in words(app)
    assert "Keep it" in words(app)
    assert datasets.get_dataset(open_workspace(Settings(home=filled.home)), "people").rows == 250


def test_a_node_that_changed_since_the_run_is_shown_as_stale_with_all_after_it(filled: Filled, open_page: Open) -> None:
    workspace = open_workspace(Settings(home=filled.home))
    before = pipelines.drawn(pipelines.get_draft(workspace, filled.pipeline_id))
    pipelines.import_pipeline(workspace, before.with_params("model", learning_rate=0.2))
    nodes = _canvas(open_page(filled.home, "builder", pipeline=filled.pipeline_id))["run"]["nodes"]
    pipelines.import_pipeline(workspace, before)
    assert {name for name, node in nodes.items() if node["status"] == "stale"} == {"model", "report"}
