"""The rules of a dataset on its page: suggested, added, broken, looked at, released."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from engine.service import Settings, open_workspace
from engine.service.data import datasets, overviews, rules
from tests.homes import done, import_table
from tests.ui.conftest import Open
from tests.ui.test_pages import is_sound, words

LONG = "a_column_with_a_name_that_nobody_would_type_" * 5
GOOD = pa.table({"id": range(50), "age": [20 + i for i in range(50)], LONG: [1.5] * 50, "city": ["Graz", "Linz"] * 25})
BAD = GOOD.set_column(1, "age", pa.array([*range(47), 200, -1, None]))


@dataclass(frozen=True)
class Ruled:
    """A home whose dataset ``people`` has a version that a rule holds."""

    home: Path
    rule: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Ruled:
    folder = tmp_path_factory.mktemp("ruled")
    workspace = open_workspace(Settings(home=folder / "home"))
    import_table(workspace, "people", GOOD, folder)
    import_table(workspace, "bare", GOOD, folder)
    rule = rules.add_rule(workspace, "people", {"kind": "in_range", "columns": ["age"], "min": 0, "max": 120}, "stop")
    rules.add_rule(
        workspace, "people", {"kind": "not_null", "columns": ["age"], "name": "[more](https://x.y) **bold** $x$"}
    )
    import_table(workspace, "people", BAD, folder)
    import_table(workspace, "people", GOOD.rename_columns(["id", "years", LONG, "city"]), folder)
    many = [{"kind": "in_range", "columns": ["age"], "max": 60 + place} for place in range(40)]
    rules.add_rules(workspace, "bare", many, "warn")
    workspace.database.close()
    return Ruled(folder / "home", rule)


@pytest.fixture
def ruled(made: Ruled, tmp_path: Path) -> Ruled:
    """A copy, for tests that change it."""
    return Ruled(Path(shutil.copytree(made.home, tmp_path / "home")), made.rule)


def opened(open_page: Open, home: Path, name: str, **asked: str) -> AppTest:
    return open_page(home, "datasets", dataset=name, view="Rules", **asked)


def press(app: AppTest, label: str, place: int = 0) -> AppTest:
    return [button for button in app.button if label in (button.label, button.key)][place].click().run()


def test_without_rules_the_page_says_what_they_are_for_and_suggests_some(ruled: Ruled, open_page: Open) -> None:
    workspace = open_workspace(Settings(home=ruled.home))
    for rule in rules.get_rules(workspace, "bare").rules:
        rules.delete_rule(workspace, "bare", rule.id)
    app = opened(open_page, ruled.home, "bare")
    assert is_sound(app), (app.exception, app.error)
    assert "Say what every version must be like." in words(app)
    assert "id is unique and never missing" in words(app)
    (add,) = [button for button in app.button if "age between" in (button.key or "")]
    app = add.click().run()
    assert [rule.title for rule in rules.get_rules(workspace, "bare").rules] == ["age between 0 and 120"]
    assert "1 to be checked" in words(app)
    app = press(app, "check_rules")
    done(workspace, app.query_params["check"])
    assert "none broken" in words(app.run())


def test_forty_rules_have_pages(made: Ruled, open_page: Open) -> None:
    app = opened(open_page, made.home, "bare")
    assert is_sound(app), (app.exception, app.error)
    assert "**40 rules** · 40 to be checked" in words(app)
    assert sum("delete_" in (button.key or "") for button in app.button) == 20


def test_a_held_version_says_why_and_shows_the_rows(made: Ruled, open_page: Open) -> None:
    app = opened(open_page, made.home, "people", version="2", rule=made.rule)
    assert not app.exception
    assert "**v2 is held back.**" in app.error[0].value
    shown = app.dataframe[0].value
    assert shown["age"].tolist() == [200, -1]
    assert next(iter(shown.columns)) == "age"
    assert "2 rows (4 %)" in words(app)
    assert "[more](" not in words(app), "a name is no link"


def test_a_rule_that_does_not_fit_is_told_in_its_row(made: Ruled, open_page: Open) -> None:
    app = opened(open_page, made.home, "people", version="3")
    assert "There is no column 'age' here" in words(app).replace("\\", "")


def test_the_latest_version_tells_of_the_held_one_and_so_does_the_list(made: Ruled, open_page: Open) -> None:
    assert "v3 came later and is held back." in words(opened(open_page, made.home, "people"))
    assert "v3 is held" in words(open_page(made.home, "datasets"))


def test_the_page_for_readers_tells_and_changes_nothing(made: Ruled, open_page: Open) -> None:
    workspace = open_workspace(Settings(home=made.home))
    key = overviews.share_overview(workspace, "people")
    app = open_page(made.home, "overview", key=key)
    assert is_sound(app), (app.exception, app.error)
    assert not [*app.button, *app.text_input, *app.selectbox, *app.toggle]
    assert {metric.label: metric.value for metric in app.metric}["Rows"] == "50"
    assert "a newer version is being looked at" in words(app)
    assert "age between 0 and 120" in words(app)
    assert len(app.dataframe[-1].value) == 20
    assert not app.get("page_link"), "there is no way to other pages"
    overviews.revoke_overview(workspace, "people")
    for asked in ({"dataset": "people"}, {}):
        assert "needs a whole link" in words(open_page(made.home, "overview", **asked)), "a name opens nothing"
    closed = open_page(made.home, "overview", key=key)
    assert "This link opens no dataset." in closed.error[0].value.replace("\\", "")
    assert not [*closed.title, *closed.metric, *closed.get("page_link")]


def test_a_dataset_is_shared_and_its_link_taken_back(ruled: Ruled, open_page: Open) -> None:
    workspace = open_workspace(Settings(home=ruled.home))
    app = open_page(ruled.home, "datasets", dataset="people")
    app = next(one for one in app.button if one.label == "Make a link").click().run()
    assert is_sound(app), (app.exception, app.error)
    key = overviews.overview_key(workspace, "people") or ""
    assert any(one.value.endswith(f"overview?key={key}") for one in app.code)
    next(one for one in app.button if one.label == "Revoke").click().run()
    assert overviews.overview_key(workspace, "people") is None


def test_a_held_version_is_released_after_a_question(ruled: Ruled, open_page: Open) -> None:
    app = press(opened(open_page, ruled.home, "people", version="2"), "release")
    assert "becomes the version that pipelines read" in words(app)
    workspace = open_workspace(Settings(home=ruled.home))
    assert datasets.get_dataset(workspace, "people").version == 1, "not before it was confirmed"


def form(home: str) -> None:
    """The form outside its dialog, which a test of a whole page closes with every change."""
    from engine.service import Settings, open_workspace
    from engine.service.data import datasets
    from ui.datasets.rule_form import show_form

    workspace = open_workspace(Settings(home=home))
    show_form(workspace, datasets.get_dataset(workspace, "people"), None)


def test_every_kind_of_rule_can_be_drawn(made: Ruled) -> None:
    app = AppTest.from_function(form, args=(str(made.home),), default_timeout=60).run()
    kinds = app.selectbox(key="rule_kind").options
    assert len(kinds) == 12
    for kind in rules.list_kinds():
        app = app.selectbox(key="rule_kind").set_value(kind.kind).run()
        assert is_sound(app), (kind.kind, app.exception, app.error)


def test_an_end_of_a_range_that_is_no_number_is_told_below_it(ruled: Ruled) -> None:
    app = AppTest.from_function(form, args=(str(ruled.home),), default_timeout=60).run()
    app = app.selectbox(key="rule_kind").set_value("in_range").run()
    number = next(box.options[0] for box in app.multiselect)
    app.multiselect[0].set_value([number])
    next(box for box in app.text_input if box.label == "Largest").set_value("banana")
    app = press(app, "rule_save")
    drawn = [one for one in app.main if one.type in ("text_input", "error")]
    kinds = [getattr(one, "label", one.type) for one in drawn]
    assert kinds.index("error") == kinds.index("Largest") + 1


def test_a_rule_is_written_in_a_form_that_says_at_the_field_what_is_wrong(ruled: Ruled) -> None:
    app = AppTest.from_function(form, args=(str(ruled.home),), default_timeout=60).run()
    app = app.selectbox(key="rule_kind").set_value("matches").run()
    app.text_input[0].set_value("((")
    app = press(app, "rule_save")
    told = " ".join(error.value.replace("\\", "") for error in app.error)
    assert "Columns” is not set" in told
    assert "Pattern: " in told
    app.multiselect[0].set_value(["city"])
    app.text_input[0].set_value("[A-Z].+")
    app = press(app, "rule_save")
    assert is_sound(app), (app.exception, app.error)
    made = rules.get_rules(open_workspace(Settings(home=ruled.home)), "people").rules[-1]
    assert (made.title, made.severity) == ("city like [A-Z].+", "warn")
