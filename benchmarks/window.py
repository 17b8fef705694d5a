"""Our canvas in a browser: how smoothly a card is dragged, and how soon an edit is kept; figures on the last line."""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from benchmarks.pipelines import chain
from benchmarks.report import tell
from engine.service.building.pipelines import import_pipeline
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDTH, HEIGHT = 1600, 1000
START_SECONDS = 60.0
PATIENCE_MS = 60_000
DRAGS, STEPS = 8, 40
"""Drags that count, and the steps of each; a mouse tells where it is about sixty times a second."""
STEP_SECONDS = 1 / 60
SAVED = "[data-testid=canvas-saved][data-state=saved]"

CLOCK = """
() => {
  window.frames_ = []; window.kept = []; let last = null, moved = null, dragging = false;
  const tick = (now) => {
    if (dragging && last !== null) window.frames_.push(now - last);
    last = dragging ? now : null;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  addEventListener("pointerdown", () => { dragging = true; }, true);
  addEventListener("pointerup", () => { dragging = false; moved = performance.now(); }, true);
  const told = document.querySelector("[data-testid=canvas-saved]");
  let saving = false;
  new MutationObserver(() => {
    if (told.dataset.state !== "saved") saving = true;
    else if (saving && moved !== null) { window.kept.push(performance.now() - moved); saving = false; moved = null; }
  }).observe(told, { attributes: true, attributeFilter: ["data-state"] });
}
"""
"""Counts the time between frames while a button is down, and from its release to *Saved*."""


def measure(home: Workspace, nodes: int) -> dict[str, Any]:
    """Open a pipeline of so many nodes, show all of it, and drag cards about."""
    draft = import_pipeline(home, chain(nodes, "window"))
    with served(home) as url, window() as page:
        started = time.perf_counter()
        page.goto(f"{url}/builder?pipeline={draft.pipeline_id}")
        page.wait_for_selector(".cb-board [data-testid^=node-]", timeout=PATIENCE_MS)
        opened = time.perf_counter() - started
        show_all(page)
        page.evaluate(CLOCK)
        for number in range(DRAGS + 1):
            drag(page, number)
            page.wait_for_selector(SAVED, timeout=PATIENCE_MS)
            page.wait_for_timeout(600)  # what Python says of the drawing comes after it is kept
            if number == 0:
                page.evaluate("() => { window.frames_ = []; }")
        frames, kept = page.evaluate("[window.frames_, window.kept]")
    assert len(kept) > DRAGS, f"{len(kept)} of {DRAGS + 1} edits were told as saved"
    return {
        "seconds": statistics.median(kept[1:]) / 1_000,
        "slowest": max(kept[1:]) / 1_000,
        "frame": statistics.median(frames) / 1_000,
        "late_frame": statistics.quantiles(frames, n=20)[-1] / 1_000,
        "open": opened,
        "frames": len(frames),
    }


def show_all(page: Page) -> None:
    """Lay everything out and make all of it visible, which is the hardest to draw."""
    page.wait_for_selector(SAVED, timeout=PATIENCE_MS)
    page.get_by_test_id("canvas-arrange").click()
    page.wait_for_timeout(1_000)
    page.wait_for_selector(SAVED, timeout=PATIENCE_MS)
    page.get_by_test_id("canvas-fit").click()
    page.wait_for_timeout(2_000)


def drag(page: Page, number: int) -> None:
    """Drag a card that is visible a little to and fro."""
    cards = page.locator(".cb-board [data-testid^=node-]")
    box = cards.nth((7 * number) % cards.count()).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    began = time.perf_counter()
    for step in range(STEPS):
        early = began + step * STEP_SECONDS - time.perf_counter()
        if early > 0:  # the browser answers a move when it has dealt with it, which may take as long as a frame
            page.wait_for_timeout(1_000 * early)
        page.mouse.move(x + step, y + 12 * (step % 3))
    page.mouse.up()


@contextmanager
def served(home: Workspace) -> Iterator[str]:
    """The user interface of this home, on a free port."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, **home.settings.as_environment(), "CANVASBACK_UI_PORT": str(port)}
    command = [sys.executable, "-m", "engine.cli", "ui"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a page answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the user interface did not start")


@contextmanager
def window() -> Iterator[Page]:
    """A page of a headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("nodes", type=int)
    asked = parser.parse_args()
    tell(**measure(open_workspace(Settings(home=asked.home)), asked.nodes))
