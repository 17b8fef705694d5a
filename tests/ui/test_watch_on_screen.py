"""The tab Watch: what it says when nothing was asked, when all is quiet, and when something drifts."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.monitor.window import Window
from engine.service import Settings, Workspace, open_workspace
from engine.service.monitoring import watching
from tests.homes import do_job
from tests.ui.conftest import Filled, Open
from tests.ui.test_pages import is_sound, words
from tests.watched import dearer, play, tell_minutes, tell_truths

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def drifting(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose endpoint was asked with shifted rows, measured once."""
    home = tmp_path_factory.mktemp("drifting") / "home"
    shutil.copytree(filled.home, home)
    workspace = open_workspace(Settings(home=home))
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    ids = play(workspace, "churn", (end - HOUR, end), 300, shift=dearer)
    tell_truths(workspace, "churn", {key: "yes" if nth % 4 else "no" for nth, key in enumerate(ids)})
    tell_minutes(workspace, "churn", (end - HOUR, end), 30)
    measure(workspace, end)
    return home


def measure(workspace: Workspace, end: datetime) -> None:
    job = do_job(workspace, watching.start_watch(workspace, "churn", Window(end - HOUR, end)))
    assert job.status == "succeeded", job.error


def test_an_endpoint_that_nobody_asked_says_what_to_do(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "endpoints", endpoint="churn", view="Watch")
    assert is_sound(app), (app.exception, app.error)
    assert "Nothing asked yet" in words(app)


def test_a_log_that_is_off_says_so(filled: Filled, tmp_path: Path, open_page: Open) -> None:
    shutil.copytree(filled.home, tmp_path / "home")
    with open_workspace(Settings(home=tmp_path / "home")).database.write() as uow:
        uow.endpoints.by_name("churn").settings = {"log": False}
    assert "The log is off" in words(open_page(tmp_path / "home", "endpoints", endpoint="churn", view="Watch"))


@pytest.mark.parametrize(
    ("part", "promise"),
    [
        ("Fields", "Who is to blame?"),
        ("Answers", "Prediction"),
        ("Performance", "By group"),
        ("Traffic", "Answered with an error"),
    ],
)
def test_what_drifts_is_said_at_the_top_and_shown_in_parts(
    part: str, promise: str, drifting: Path, open_page: Open
) -> None:
    app = open_page(drifting, "endpoints", endpoint="churn", view="Watch", watch_part=part)
    assert is_sound(app), (app.exception, app.error)
    told = words(app)
    assert "fields drift, worst: monthly" in told.replace("\\", "")
    assert promise in told
