"""Ask an export in a process of its own, which finds nothing but what the export brings and the libraries."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from engine.errors import ExportRefused

SECONDS = 600
MAX_SAID = 400
LEFT_OUT = frozenset({"PYTHONPATH", "PYTHONSTARTUP"})

ONE_THREAD = {"OMP_NUM_THREADS": "1"}
"""A thousand rows need no more, and threads that wait for each other would be slow beside other work."""


def run(script: str, *arguments: str, folder: Path, what: str) -> str:
    """Run a Python script of a folder; returns what it printed.

    Raises
    ------
    ExportRefused
        With its last words.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-B", script, *arguments],
            cwd=folder,
            env={**_environment(os.environ), "PYTHONDONTWRITEBYTECODE": "1", **ONE_THREAD},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ExportRefused(
            f"{what} did not answer within {SECONDS // 60} minutes.", hint="Nothing was exported. Try again."
        ) from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise ExportRefused(f"{what} does not run: {last[:MAX_SAID]}", hint="Nothing was exported. Please report it.")
    return done.stdout


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """Nothing of this product's settings, among them its keys, goes along."""
    return {name: value for name, value in given.items() if name not in LEFT_OUT and not name.startswith("CANVASBACK_")}
