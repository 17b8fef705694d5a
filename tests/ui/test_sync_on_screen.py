"""The Sync tab: set one up, see when it comes and how it went, let it rest, and choose what starts then."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.graph import Pipeline
from engine.service.building import pipelines
from engine.service.data import datasets, syncs
from engine.service.running import triggers
from engine.service.schedules import Schedule
from engine.sources import FileSource
from engine.workspace import Workspace
from tests.homes import do_job, done, new_home
from tests.ui.conftest import Open

__all__ = ["new_home"]

ORDERS = "id,amount\n1,10\n2,20\n"
VIENNA = "Europe/Vienna"
Tab = Callable[..., AppTest]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sources" / "orders.csv"
    path.parent.mkdir()
    path.write_text(ORDERS)
    return path


@pytest.fixture
def home(file: Path, new_home: Callable[..., Workspace]) -> Workspace:
    workspace = new_home(file_folders=(file.parent,))
    done(workspace, datasets.start_import(workspace, file, "orders"))
    return workspace


@pytest.fixture
def tab(home: Workspace, file: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> Tab:
    """Open the tab of the dataset."""
    monkeypatch.setenv("CANVASBACK_FILE_FOLDERS", f'["{file.parent}"]')
    return lambda **asked: open_page(home.home.path, "datasets", dataset="orders", view="Sync", **asked)


def set_up(home: Workspace, file: Path) -> None:
    syncs.set_sync(home, "orders", FileSource(path=file), Schedule(zone=VIENNA), on_schema_change="block")


def words(app: AppTest) -> str:
    kinds = ("subheader", "markdown", "caption", "error", "info")
    badges = [str(element.proto) for element in app.get("badge")]
    links = [element.label for element in app.get("page_link")]
    return "\n".join([str(element.value) for kind in kinds for element in app.get(kind)] + badges + links)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def choose(app: AppTest, label: str, value: object) -> AppTest:
    return next(box for box in app.selectbox if box.label == label).set_value(value).run()


def test_a_dataset_without_a_sync_says_what_one_would_do_and_the_form_makes_it(home: Workspace, tab: Tab) -> None:
    app = tab()
    assert "brings what is new" in words(app)
    app = press(app, "Set up a sync")
    assert "file orders.csv" in words(app)
    app = choose(choose(app, "Rhythm", "week"), "Day", 4)
    app = choose(choose(app, "Time zone", VIENNA), "Only rows that are new by", "id")
    assert "Every Friday at 06:00, Europe/Vienna. Next: Fri " in words(app)
    assert "Each version then holds only what was new" in words(app)
    app = press(app, "Save")
    assert not app.exception, app.exception
    made = syncs.get_sync(home, "orders")
    assert made is not None
    assert (made.schedule.short, made.schedule.weekday, made.watermark, made.mode) == ("weekly", 4, "id", "replace")
    assert "A version holds rows beyond the greatest id so far." in words(app)


@pytest.mark.parametrize(("rhythm", "asks"), [("hour", "Minute"), ("year", "Month"), ("quarter", "Months")])
def test_a_rhythm_asks_for_what_it_needs(rhythm: str, asks: str, tab: Tab) -> None:
    app = choose(tab(sync="edit"), "Rhythm", rhythm)
    assert not app.exception
    assert asks in [element.label for element in (*app.selectbox, *app.number_input)]


def test_a_cron_expression_that_never_comes_is_told_at_once(tab: Tab) -> None:
    app = choose(tab(sync="edit"), "Rhythm", "cron")
    next(it for it in app.text_input if it.label == "Cron expression").set_value("0 0 30 2 *").run()
    assert "never comes true" in words(app)


def test_history_tells_what_came_of_each_sync_and_the_last_trouble_in_full(
    home: Workspace, file: Path, tab: Tab
) -> None:
    set_up(home, file)
    for text in (ORDERS, ORDERS + "3,30\n", "id\n1\n"):
        file.write_text(text)
        do_job(home, syncs.sync_now(home, "orders"))
    app = tab()
    told = words(app)
    assert not app.exception
    assert "Nothing new" in told
    assert "The source has the same 2 rows as v1." in told
    assert "v2" in told
    assert "The column amount is not there any more" in app.error[0].value.replace("\\", "")
    assert "Let the sync take changed columns over" in app.error[0].value


def test_sync_now_shows_its_progress_and_cannot_be_pressed_twice(home: Workspace, file: Path, tab: Tab) -> None:
    set_up(home, file)
    app = press(tab(), "Sync now")
    assert not app.exception
    assert next(button for button in app.button if button.label == "Sync now").disabled
    assert "Cancel" in [button.label for button in app.button]
    assert syncs.list_sync_runs(home, "orders")[0].asked_by == "hand"


def test_a_sync_can_rest_and_go_on_and_its_removal_is_asked_about(home: Workspace, file: Path, tab: Tab) -> None:
    set_up(home, file)
    app = press(tab(), "Pause")
    assert "Paused" in words(app)
    app = press(app, "Resume")
    assert "· next " in words(app)
    app = press(app, "Remove")
    assert "Its versions stay as they are" in words(app)
    assert syncs.get_sync(home, "orders") is not None, "it is asked first"


def test_a_pipeline_is_chosen_to_start_with_each_new_version(home: Workspace, tab: Tab) -> None:
    pipelines.import_pipeline(home, Pipeline(name="churn"))
    app = choose(tab(), "Run pipeline", "churn")
    app = press(app, "Add")
    assert not app.exception
    assert [it.pipeline for it in triggers.list_triggers(home, "orders")] == ["churn"]
    assert "Not yet" in words(app)
    press(app, "")
    assert triggers.list_triggers(home, "orders") == []


@pytest.mark.parametrize(("paused", "badge"), [(False, "daily"), (True, "paused")])
def test_the_list_of_datasets_says_what_is_synced(
    paused: bool, badge: str, home: Workspace, file: Path, open_page: Open
) -> None:
    assert "Synced" not in words(open_page(home.home.path, "datasets"))
    set_up(home, file)
    if paused:
        syncs.pause_sync(home, "orders")
    assert badge in words(open_page(home.home.path, "datasets"))
