"""`doctor` says what is wrong, `gc` removes what nothing needs and nothing else."""

import os
import socket
from pathlib import Path

import pytest

from engine.service.data import datasets
from engine.service.running import runs
from engine.service.serving import endpoints
from engine.service.upkeep import collect_garbage, examine
from engine.settings import Settings
from engine.workspace import Workspace
from tests.homes import Published, import_table


def aged(path: Path, hours: float) -> Path:
    """Let a file look as if it was written a while ago."""
    then = path.stat().st_mtime - hours * 3_600
    os.utime(path, (then, then))
    return path


def test_gc_removes_only_what_nothing_needs(published: Published) -> None:
    home = published.workspace
    needed = {path for folder in ("datasets", "artifacts") for path in (home.home.path / folder).rglob("*")}
    stray = home.home.datasets / ("0" * 24) / "v1"
    stray.mkdir(parents=True)
    rubbish = [stray / "part-00000.parquet", home.artifacts.root / "ab" / ("ab" * 32), home.uploads / "old.csv"]
    for path in rubbish:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * 100)
        aged(path, 48)
    unfinished = home.cache.root / ".writing-1"
    unfinished.mkdir()
    aged(unfinished, 48)
    fresh = home.uploads / "new.csv"
    fresh.write_bytes(b"a\n1\n")

    removed = collect_garbage(home)
    assert (removed.dataset_files, removed.artifacts, removed.uploads, removed.cache_folders) == (1, 1, 1, 1)
    assert removed.bytes == 300
    assert not any(path.exists() for path in (*rubbish, unfinished, stray))
    assert fresh.exists()
    assert all(path.exists() for path in needed)
    assert endpoints.predict(home, "churn", [published.record])["version"] == 1
    assert collect_garbage(home).bytes == 0


def test_gc_spares_what_may_still_be_committed(published: Published) -> None:
    home = published.workspace
    young = home.artifacts.path(home.artifacts.put_bytes(b"of a run that has not ended"))
    collect_garbage(home)
    assert young.exists()


def test_doctor_finds_a_healthy_home_healthy(home: Workspace) -> None:
    found = {check.name: check.status for check in examine(home.settings)}
    assert {"home", "database", "secret", "jobs", "UI", "API", "disk", "versions", "components"} == found.keys()
    assert {found[name] for name in ("home", "database", "secret", "jobs", "versions", "components")} == {"ok"}


def test_doctor_names_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    found = {check.name: check for check in examine(Settings(home=tmp_path / "file"))}
    assert found["home"].status == "error"
    unreachable = Settings(home=tmp_path / "home", database_url="postgresql+psycopg://nobody:canary@127.0.0.1:1/x")
    check = examine(unreachable)[0]
    assert check.status == "error"
    assert "canary" not in check.message + check.hint


def test_doctor_sees_an_open_secret_and_a_taken_port(home: Workspace) -> None:
    assert home.secret
    home.home.secret_file.chmod(0o644)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(home=home.home.path, api_port=taken.getsockname()[1])
        found = {check.name: check for check in examine(settings)}
    assert found["secret"].status == "error"
    assert found["API"].status == "warning"


def test_a_dataset_that_nothing_needs_can_be_deleted_with_its_files(home: Workspace, tmp_path: Path) -> None:
    from components.sources.customers import customers

    import_table(home, "customers", customers(), tmp_path)
    datasets.delete_dataset(home, "customers")
    assert not list(home.home.datasets.rglob("*.parquet"))
    with pytest.raises(Exception, match="no dataset"):
        datasets.get_dataset(home, "customers")


def test_a_result_that_left_the_cache_is_told(published: Published) -> None:
    published.workspace.cache.clear()
    with pytest.raises(Exception, match="cache"):
        runs.node_table(published.workspace, published.run.id, "model")
