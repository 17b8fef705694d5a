"""Versions on the screen: listed, compared, named, gone back to, kept, exported."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.service import Settings, Workspace, jobs, open_workspace
from engine.service.data import datasets, exports, version_diff, versions
from tests.homes import done
from tests.ui.conftest import Open
from tests.ui.test_pages import is_sound, words


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A home whose dataset ``people`` has three versions, the last one held."""
    folder = tmp_path_factory.mktemp("shelf")
    workspace = open_workspace(Settings(home=folder / "home"))
    path = folder / "people.csv"
    for rows in (3, 5, 4):
        path.write_text("id,city\n" + "".join(f"{at},{'Graz' if at % 2 else 'Linz'}\n" for at in range(rows)))
        done(workspace, datasets.start_import(workspace, path, "people"))

    def hold(uow: Any) -> None:
        dataset = uow.datasets.by_name("people")
        uow.datasets.make_latest(dataset.id, 2)
        uow.datasets.version(dataset.id, 3).held = {"message": "Rule failed: at least 5 rows"}

    workspace.database.transact(hold)
    versions.describe_version(workspace, "people", 1, label="audited")
    versions.describe_dataset(workspace, "people", tags=["raw"], owner="Zoë")
    return workspace


def test_on_a_phone_a_title_stands_beside_what_its_column_holds(
    shelf: Workspace, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def titles(app: AppTest) -> list[str]:
        return [one.value for one in app.caption if one.value in ("Version", "Size")]

    assert titles(opened(shelf, open_page)) == ["Version", "Size"]
    monkeypatch.setattr("ui.frame.is_phone", lambda _user_agent: True)  # AppTest sends no headers
    assert titles(opened(shelf, open_page)) == ["Version", "Size"] * 3


def opened(shelf: Workspace, open_page: Open, view: str = "Versions", **asked: str) -> AppTest:
    app = open_page(shelf.home.path, "datasets", dataset="people", view=view, **asked)
    assert is_sound(app), (app.exception, app.error)
    return app


def test_the_list_tells_what_changed_which_one_is_meant_and_what_is_held(shelf: Workspace, open_page: Open) -> None:
    text = words(opened(shelf, open_page))
    for told in (":green[+2]", ":red[−1]", "Latest", "audited", "v3 is held", "at least 5 rows"):
        assert told in text, told


def test_two_ticked_versions_are_compared(shelf: Workspace, open_page: Open) -> None:
    app = opened(shelf, open_page)
    compare = next(button for button in app.button if button.label == "Compare")
    assert compare.disabled
    for box in app.checkbox[:2]:
        box.check()
    app.run()
    next(button for button in app.button if button.label == "Compare").click()
    app.run()
    assert is_sound(app), (app.exception, app.error)
    assert (app.query_params["left"], app.query_params["right"]) == ("2", "3")


def test_a_comparison_shows_a_sentence_the_columns_and_the_rows(shelf: Workspace, open_page: Open) -> None:
    done(shelf, version_diff.start_diff(shelf, "people", 1, 2))
    app = opened(shelf, open_page, left="1", right="2")
    assert "2 rows were added" in app.info[-1].value
    assert list(app.dataframe[0].value["Column"]) == ["id", "city"]
    assert list(app.dataframe[1].value["id"]) == [3, 4]


def test_a_comparison_that_is_not_there_yet_is_begun(shelf: Workspace, open_page: Open) -> None:
    app = opened(shelf, open_page, left="2", right="3")
    assert jobs.get_job(shelf, str(app.query_params["job"])).kind == "compare_versions"


def test_an_export_is_handed_over(shelf: Workspace, open_page: Open) -> None:
    job = exports.start_export(shelf, "people", 2)
    done(shelf, job)
    app = opened(shelf, open_page, export=job)
    assert "people\\_v2.csv" in words(app)
    assert len(app.get("download_button")) == 1


def test_what_people_say_is_changed_in_place(shelf: Workspace, open_page: Open) -> None:
    app = opened(shelf, open_page, "About")
    app.text_area[0].input("One line per person.")
    next(box for box in app.multiselect if box.label == "A row is named by").set_value(["id"])
    next(button for button in app.button if button.label == "Save").click()
    app.run()
    assert is_sound(app), (app.exception, app.error)
    about = versions.about_dataset(shelf, "people")
    assert (about.description, about.key, about.owner, about.tags) == ("One line per person.", ["id"], "Zoë", ["raw"])


def test_tags_and_owner_are_in_the_list(shelf: Workspace, open_page: Open) -> None:
    app = open_page(shelf.home.path, "datasets")
    assert is_sound(app), (app.exception, app.error)
    assert "Zoë" in words(app)
    assert ":gray-badge[raw]" in words(app)


def test_the_wizard_asks_whether_rows_replace_or_are_added(shelf: Workspace, open_page: Open, tmp_path: Path) -> None:
    app = open_page(shelf.home.path, "import_dataset", name="people")
    app.file_uploader[0].set_value(("people.csv", b"id,city\n9,Wels\n", "text/csv"))
    app.run()
    assert is_sound(app), (app.exception, app.error)
    assert app.radio[0].options == ["Replace the rows", "Add to them"]
    app.radio[0].set_value("append")
    next(button for button in app.button if button.label == "Import").click()
    app.run()
    job = jobs.get_job(shelf, str(app.query_params["job"]))
    assert job.kind == "import_dataset"
    with shelf.database.read() as uow:
        assert uow.jobs.get(job.id).payload["mode"] == "append"
