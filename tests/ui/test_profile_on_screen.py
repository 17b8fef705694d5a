"""The Profile tab: what is said, what can be clicked, and tables that are empty, tiny or wide."""

from pathlib import Path

import pytest

from engine.service import Settings, Workspace, jobs, open_workspace
from engine.service.data import datasets, profiles
from tests.homes import done
from tests.ui.conftest import Open
from tests.ui.test_pages import is_sound, words
from ui.datasets.full_report import framed

SHOPS = "shop,mail,sold,day,part\n" + "".join(
    f"{'Graz' if i % 3 else 'graz'},u{i % 9}@example.com,{'' if i % 6 == 0 else i},2024-01-{1 + i % 28:02d},"
    f"{'test' if i % 5 == 0 else 'train'}\n"
    for i in range(120)
)
FILES = {
    "shops": SHOPS,
    "empty": "a,b\n",
    "tiny": "a,b\n1,x\n",
    "wide": ",".join(f"a rather long name of column {i}" for i in range(60)) + "\n" + ("1," * 59 + "1\n") * 3,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("profiles")
    workspace = open_workspace(Settings(home=folder))
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)
        done(workspace, datasets.start_import(workspace, folder / f"{name}.csv", name))
    (folder / "shops.csv").write_text(SHOPS.replace("graz", "Linz"))
    done(workspace, datasets.start_import(workspace, folder / "shops.csv", "shops"))
    return folder


def opened(home: Path) -> Workspace:
    return open_workspace(Settings(home=home))


@pytest.mark.parametrize("part", ["Columns", "Going together", "Missing values", "Compare", "Full report"])
@pytest.mark.parametrize("name", FILES)
def test_every_part_opens_for_every_table(name: str, part: str, home: Path, open_page: Open) -> None:
    app = open_page(home, "datasets", dataset=name, view="Profile", part=part)
    assert is_sound(app), (app.exception, app.error)
    assert "Quality score" in words(app)


def test_the_table_is_told_in_sentences_and_findings(home: Path, open_page: Open) -> None:
    said = words(open_page(home, "datasets", dataset="shops", version="1", view="Profile"))
    assert "The table has 120 rows and 5 columns" in said
    assert "personal data" in said
    assert "capital and small letters" in said


def test_a_click_asks_where_the_fixes_are_drawn(home: Path, open_page: Open) -> None:
    app = open_page(home, "datasets", dataset="shops", version="1", view="Profile")
    next(button for button in app.button if button.label.startswith("Fix all")).click().run()
    assert is_sound(app), (app.exception, app.error)
    assert "Draw" in [button.label for button in app.button]
    assert "3 nodes behind the dataset" in words(app)


def test_a_target_ranks_the_other_columns(home: Path, open_page: Open) -> None:
    app = open_page(home, "datasets", dataset="shops", view="Profile", part="Going together", target="part")
    assert "goes together with part most" in words(app)


def test_versions_and_parts_are_compared(home: Path, open_page: Open) -> None:
    app = open_page(home, "datasets", dataset="shops", view="Profile", part="Compare")
    assert "1 column of 5 moved" in words(app)
    next(radio for radio in app.radio if radio.label == "Compare").set_value("Two parts of this version").run()
    assert is_sound(app), (app.exception, app.error)


def test_a_report_is_asked_for_and_followed(home: Path, open_page: Open) -> None:
    app = open_page(home, "datasets", dataset="tiny", view="Profile", part="Full report")
    next(button for button in app.button if button.label == "Make the report").click().run()
    made = profiles.find_report(opened(home), "tiny")
    assert made is not None
    assert made.status == "queued"
    jobs.cancel_job(opened(home), made.id)
    app = open_page(home, "datasets", dataset="tiny", view="Profile", part="Full report")
    assert "The last one was cancelled." in words(app)


def test_a_profile_of_an_earlier_time_is_shown_and_can_be_made_anew(home: Path, open_page: Open) -> None:
    workspace = opened(home)
    version = workspace.database.transact(lambda uow: uow.datasets.version(uow.datasets.by_name("wide").id))
    old = {name: value for name, value in (version.profile or {}).items() if name not in ("summary", "keys")}
    workspace.database.transact(lambda uow: uow.datasets.set_profile(version.id, old, []))
    app = open_page(home, "datasets", dataset="wide", view="Profile")
    assert is_sound(app), (app.exception, app.error)
    next(button for button in app.button if button.label == "Measure it now").click().run()
    with workspace.database.read() as uow:
        assert [job.status for job in uow.jobs.list(kind="measure_version")] == ["queued"]


def test_the_frame_of_the_report_reaches_nothing() -> None:
    page = framed('<p title="x">&lt;script&gt;</p>')
    assert 'sandbox="allow-scripts"' in page, "without allow-same-origin, it has no origin"
    assert "&lt;p title=&quot;x&quot;&gt;&amp;lt;script&amp;gt;" in page
