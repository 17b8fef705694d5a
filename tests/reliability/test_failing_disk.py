"""A disk that answers EIO while a version is written or read: told in words, and what was there before stays.

The kernel itself refuses (seccomp): the process under test is the real one, and so is the error that it sees.
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from engine.service.data import datasets
from engine.workspace import Workspace
from tests.homes import done
from tests.reliability.outcomes import UNTOLD
from tests.reliability.test_versions_survive import begun, is_as_it_was, table

__all__ = ["begun"]

CALLS = {"x86_64": {"pread64": 17, "fsync": 74}, "aarch64": {"pread64": 67, "fsync": 82}}

pytestmark = pytest.mark.skipif(
    platform.machine() not in CALLS, reason="the numbers of system calls are not known here"
)

FAILING = """
import ctypes, json, os, sys
from pathlib import Path
from engine.settings import Settings
from engine.workspace import open_workspace

class Step(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint)]

class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.POINTER(Step))]

def fail(call, least_fd):
    "From now on the kernel answers EIO to this call for files opened later."
    steps = [(0x20, 0, 0, 0), (0x15, 0, 3, call), (0x20, 0, 0, 16), (0x35, 0, 1, least_fd),
             (0x06, 0, 0, 0x00050005), (0x06, 0, 0, 0x7FFF0000)]
    made = (Step * len(steps))(*(Step(*one) for one in steps))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.byref(Program(len(steps), made)), 0, 0) == 0, ctypes.get_errno()

workspace = open_workspace(Settings(home=Path(sys.argv[1])))
call, job = int(sys.argv[2]), sys.argv[3]
told = {}
"""

WRITING = """
from tests.homes import do_job
fail(call, 0)
view = do_job(workspace, job)
print(json.dumps({"status": view.status, **(view.error or {})}))
"""

READING = """
from engine.errors import PEOPLE_ERRORS
from engine.service.data import datasets, profiles
workspace.database.transact(lambda uow: uow.datasets.list())
while os.dup(0) < 200:  # what is opened from now on has a higher number than the files of the metadata
    pass
fail(call, 200)
looks = {
    "preview": lambda: datasets.preview_dataset(workspace, "t"),
    "profile": lambda: profiles.associations(workspace, "t", None, "x0"),
}
for name, look in looks.items():
    try:
        told[name] = str(look())[:200]
    except PEOPLE_ERRORS as error:
        told[name] = {"code": error.code, "message": error.message, "hint": error.hint}
print(json.dumps(told))
"""


def failing(code: str, home: Workspace, call: str, job: str = "") -> Any:
    """What a process says to which the kernel refuses a call."""
    number = CALLS[platform.machine()][call]
    command = [sys.executable, "-c", FAILING + code, str(home.home.path), str(number), job]
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(__file__).parents[2], env=dict(os.environ), check=False
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def test_a_disk_that_does_not_keep_what_is_written_is_told_and_the_version_before_stays(
    begun: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "more.parquet"
    pq.write_table(table(9_000, 3), path)
    told = failing(WRITING, begun, "fsync", datasets.start_import(begun, path, "t"))
    assert (told["status"], told["code"] in UNTOLD) == ("failed", False), told
    assert "Input/output error" in told["message"]
    assert told["hint"]
    is_as_it_was(begun)
    assert done(begun, datasets.start_import(begun, path, "t"))["version"] == 2


def test_a_disk_that_cannot_be_read_is_told_and_nothing_is_shown_instead(begun: Workspace) -> None:
    for what, told in failing(READING, begun, "pread64").items():
        assert isinstance(told, dict), f"{what} gave {told}"
        assert told["code"] not in UNTOLD, told
        assert told["hint"], told
    is_as_it_was(begun)
