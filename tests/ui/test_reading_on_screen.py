"""The wizard's reading step: what was found is shown, and each choice shows on the rows."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from engine.service import Settings, jobs, open_workspace
from engine.service.data import datasets
from tests.homes import do_job
from tests.ui.conftest import Open
from tests.ui.test_pages import is_sound, words

BOOK = Path(__file__).parents[1] / "data" / "books" / "sales.xlsx"
MESSY = b"id,day,price\n1,01/02/2024,3\n2,03/04/2024,4\n3,05/06/2024\n4,07/08/2024,5,6\n"


def opened(open_page: Open, home: Path, name: str, content: bytes) -> AppTest:
    app = open_page(home, "import_dataset")
    app.file_uploader[0].upload(name, content)
    app.run()
    assert is_sound(app), (app.exception, app.error)
    return app


def click(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert is_sound(app), (app.exception, app.error)


def test_doubtful_dates_and_broken_lines_are_settled_with_one_click(tmp_path: Path, open_page: Open) -> None:
    app = opened(open_page, tmp_path, "messy.csv", MESSY)
    assert "they were read day first" in words(app)
    assert [tab.label for tab in app.tabs] == ["First rows", "Columns", "Lines left out (2)"]
    assert list(app.dataframe[0].value["day"].astype(str)) == ["2024-02-01", "2024-04-03"]
    click(app, "Read month first")
    assert list(app.dataframe[0].value["day"].astype(str)) == ["2024-01-02", "2024-03-04"]
    click(app, "Make these lines fit")
    assert list(app.dataframe[0].value["day"].astype(str))[2:] == ["2024-05-06", "2024-07-08"]
    assert app.tabs[2].label == "Lines left out"


def test_a_sheet_is_chosen_and_its_header_found_anew(tmp_path: Path, open_page: Open) -> None:
    app = opened(open_page, tmp_path, "sales.xlsx", BOOK.read_bytes())
    sheet = next(box for box in app.selectbox if box.label == "Sheet")
    assert sheet.options == ["Cover", "Sales 2024", "Secrets (hidden)", "Blank"]
    sheet.select("Sales 2024")
    app.run()
    assert is_sound(app), (app.exception, app.error)
    assert next(box.value for box in app.number_input if box.label == "Rows before") == 3
    assert list(app.dataframe[0].value.columns)[:3] == ["date", "amount", "count"]


def test_a_cell_range_that_cannot_be_read_leaves_the_form_as_it_is(tmp_path: Path, open_page: Open) -> None:
    app = opened(open_page, tmp_path, "sales.xlsx", BOOK.read_bytes())
    for typed in ("banana", "A1:C3"):
        next(box for box in app.text_input if box.label == "Cell range").set_value(typed)
        app.run()
        assert not app.exception
        assert bool(app.error) == (typed == "banana")
        assert next(box.value for box in app.text_input if box.label == "Cell range") == typed


def test_a_cancelled_import_is_no_error(tmp_path: Path, open_page: Open) -> None:
    workspace = open_workspace(Settings(home=tmp_path))
    path = tmp_path / "messy.csv"
    path.write_bytes(MESSY)
    job = datasets.start_import(workspace, path, "messy")
    jobs.cancel_job(workspace, job)
    app = open_page(tmp_path, "import_dataset", job=job)
    assert is_sound(app), (app.exception, app.error)
    assert app.info[0].value == "The import was cancelled. Nothing was changed."


def test_the_lines_left_out_are_on_the_page_of_the_dataset(tmp_path: Path, open_page: Open) -> None:
    workspace = open_workspace(Settings(home=tmp_path))
    path = tmp_path / "messy.csv"
    path.write_bytes(MESSY)
    job = do_job(workspace, datasets.start_import(workspace, path, "messy"))
    assert job.status == "succeeded", job.error
    app = open_page(tmp_path, "datasets", dataset="messy", view="About")
    assert is_sound(app), (app.exception, app.error)
    assert list(app.dataframe[0].value["Line"]) == [4, 5]
    assert "2 lines of the file did not fit the table." in words(app)
