"""Parsers of foreign formats work in a process of their own.

They are written in C and Rust, and a file that was made to hurt can take all memory there is, or end the process.
Here that is a process which has only so much memory. What it found comes back as a JSON document beside Arrow files.
"""

import json
import subprocess
import sys
from typing import Any

from engine.reading.errors import READING_ERRORS, UnreadableFile
from engine.reading.reading import Workspace

MEMORY_BYTES = 3 << 30
SECONDS = 3_600.0
COMMAND = (sys.executable, "-m", "engine.reading.parser")


def apart(task: str, workspace: Workspace, **order: Any) -> dict[str, Any]:
    """Do a task of `parser.TASKS` in another process.

    Raises
    ------
    UnreadableFile
        What the parser said of the file, or that it did not survive it.
    """
    document = {"task": task, "folder": str(workspace.path), "memory_bytes": MEMORY_BYTES, **order}
    try:
        done = subprocess.run(
            COMMAND, input=json.dumps(document).encode(), capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile("The file took too long to read.", hint="Save it as CSV, and import that.") from error
    answer = _answer(done.stdout)
    if answer is None:
        raise UnreadableFile(
            f"Reading the file takes more than the {MEMORY_BYTES >> 30} GB of memory that it may, or it is damaged.",
            hint="Choose a smaller cell range where it has one, or save it as CSV and import that.",
        )
    if "error" in answer:
        told = answer["error"]
        raise READING_ERRORS.get(told["code"], UnreadableFile)(told["message"], hint=told["hint"], field=told["field"])
    return answer


def _answer(said: bytes) -> dict[str, Any] | None:
    lines = said.splitlines()
    try:
        return dict(json.loads(lines[-1])) if lines else None
    except ValueError:
        return None
