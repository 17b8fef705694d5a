"""What goes wrong is told on the screen: a mistake of ours with a code that the log has, a home of others in words."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.logs import log_file, start_logging
from engine.service import Settings, open_workspace
from tests.ui.conftest import Open


@pytest.fixture
def lasting() -> Iterator[None]:
    """The handlers of the log, given back afterwards."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    yield
    for one in root.handlers:
        if one not in before:
            one.close()
    root.handlers, root.level = before, level


@pytest.mark.usefixtures("lasting")
def test_a_mistake_of_ours_shows_the_code_under_which_the_log_has_it(
    tmp_path: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = " ".join(["a", "row", "of", "a", "person"])

    def broken(*_: object) -> None:
        raise RuntimeError(private)

    settings = Settings(home=tmp_path)
    start_logging(settings, "ui")
    monkeypatch.setattr("ui.endpoints.listing.list_lines", broken)
    (shown,) = open_page(tmp_path, "endpoints").error
    told = shown.value.replace("\\", "")
    found = re.search(r"code \*\*([0-9a-f]{6})\*\*", told)
    assert found
    assert str(log_file(settings, "ui")) in told
    log = log_file(settings, "ui").read_text()
    assert found.group(1) in log
    assert "RuntimeError" in log
    assert private not in log + told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "made by a newer version"),
        ("ALTER TABLE endpoints DROP COLUMN sunset", "made by another version"),
    ],
)
def test_a_home_of_another_version_is_told_in_words(change: str, said: str, tmp_path: Path, open_page: Open) -> None:
    open_workspace(Settings(home=tmp_path)).database.close()
    with sa.create_engine(f"sqlite:///{tmp_path / 'canvasback.db'}", poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text(change))
    app = open_page(tmp_path, "endpoints")
    assert not app.exception
    assert any(said in it.value for it in app.error)
    assert not any("code" in it.value for it in app.error)
