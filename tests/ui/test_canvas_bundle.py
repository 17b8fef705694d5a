"""The committed bundle is what the source makes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

CANVAS = Path(__file__).parents[2] / "ui" / "canvas"
FRONTEND = CANVAS / "frontend"
DIST = CANVAS / "dist"
SOURCES = ("package.json", "package-lock.json", ".npmrc", "tsconfig.json", "vite.config.ts", "src", "tests")

needs_node = pytest.mark.skipif(shutil.which("npm") is None, reason="node and npm are not installed")


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source with its packages, so that the checkout stays untouched."""
    folder = tmp_path_factory.mktemp("canvas") / "frontend"
    folder.mkdir()
    for name in SOURCES:
        source = FRONTEND / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    if (FRONTEND / "node_modules").is_dir():
        (folder / "node_modules").symlink_to(FRONTEND / "node_modules", target_is_directory=True)
    else:
        _run(["npm", "ci", "--no-audit", "--no-fund"], folder)
    return folder


@needs_node
def test_the_committed_bundle_is_what_the_source_makes(workshop: Path) -> None:
    _run(["npm", "run", "build"], workshop)
    built = {path.name: path.read_bytes() for path in (workshop.parent / "dist").iterdir()}
    committed = {path.name: path.read_bytes() for path in DIST.iterdir()}
    assert built.keys() == committed.keys(), "run `npm run build` in ui/canvas/frontend"
    assert built == committed, "run `npm run build` in ui/canvas/frontend"


@needs_node
def test_the_rules_undo_and_sync_of_the_canvas_pass_their_own_tests(workshop: Path) -> None:
    _run(["npm", "test"], workshop)


def test_streamlit_finds_exactly_one_script_and_one_style() -> None:
    assert len(list(DIST.glob("canvas-*.js"))) == 1
    assert len(list(DIST.glob("canvas-*.css"))) == 1


def test_the_bundle_asks_for_nothing_but_that_its_own_server_keeps_an_edit() -> None:
    style = next(DIST.glob("canvas-*.css")).read_text()
    script = next(DIST.glob("canvas-*.js")).read_text()
    assert not re.search(r"url\(|@import", style)
    assert not re.search(r"\b(importScripts|XMLHttpRequest|WebSocket|sendBeacon)\(", script)
    (door,) = re.findall(r"\bfetch\((\w+),\{method:`POST`", script)
    assert len(re.findall(r"\bfetch\(", script)) == 1
    assert re.search(rf"\b{door}=`/canvas/edits`", script)


def test_the_lock_file_names_no_registry() -> None:
    assert "http" not in (FRONTEND / "package-lock.json").read_text()
