"""What endpoints were asked is joined by the day; killed after any step, every row is there once."""

import json
import os
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from storage import served_days
from storage.errors import DamagedFile
from storage.served import PredictionLog
from storage.served_days import NOTE, files_of_day, join_day

DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILES, ROWS = 5, 3


class Killed(BaseException):
    """The end of a process, which nobody catches."""


@pytest.fixture
def log(tmp_path: Path) -> PredictionLog:
    return PredictionLog(tmp_path / "served")


@pytest.fixture
def day(log: PredictionLog) -> Path:
    """The folder of a day with several files of a few rows."""
    for number in range(FILES):
        log.append("e", "v", pa.table({"row": range(number * ROWS, (number + 1) * ROWS)}), DAY)
    return log.files("e", "v")[0].parent


def rows(folder: Path) -> list[int]:
    return sorted(row for file in files_of_day(folder) for row in pq.read_table(file).column("row").to_pylist())


def test_a_day_becomes_one_file_and_today_is_left(log: PredictionLog, day: Path) -> None:
    log.append("e", "v", pa.table({"row": [99]}), DAY + timedelta(days=1))
    assert log.compact("e", date(2026, 11, 21)) == FILES - 1
    assert len(files_of_day(day)) == 1
    assert rows(day) == list(range(FILES * ROWS))
    log.append("e", "v", pa.table({"row": [77]}), DAY)  # a process that was slow at midnight
    assert log.compact("e", date(2026, 11, 21)) == 0
    assert rows(day) == [*range(FILES * ROWS), 77]
    grow_old(day)
    assert log.compact("e", date(2026, 11, 21)) == 1
    grow_old(day)
    assert log.compact("e", date(2026, 11, 21)) == 0
    assert [path.name for path in day.iterdir()] == [files_of_day(day)[0].name]
    assert rows(day) == [*range(FILES * ROWS), 77]


def grow_old(day: Path) -> None:
    """As if nothing had happened in this folder for a long time."""
    for file in day.iterdir():
        os.utime(file, (0, 0))


def test_whoever_has_listed_a_day_can_read_it_after_it_was_joined(day: Path) -> None:
    listed = files_of_day(day)
    join_day(day)
    join_day(day)
    assert sum(pq.read_metadata(file).num_rows for file in listed) == FILES * ROWS


STEPS = [
    ("write_table", 1),  # the rows
    ("write_text", 1),  # the note, under a name of its own
    ("rename", 1),  # the note comes
    ("rename", 2),  # the joined file comes
    ("unlink", 3),  # the first replaced file goes; two temporary names were let go before
    ("unlink", 2 + FILES),  # the last one goes
    ("unlink", 3 + FILES),  # the note goes
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step[0]} {step[1]}")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_step_every_row_is_there_once(
    day: Path, step: tuple[str, int], after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_at(monkeypatch, *step, after=after)
    with pytest.raises(Killed):
        join_day(day, 0)
    monkeypatch.undo()
    assert rows(day) == list(range(FILES * ROWS))
    grow_old(day)
    join_day(day, 0)
    assert rows(day) == list(range(FILES * ROWS))
    assert len(list(day.iterdir())) == 1


def kill_at(monkeypatch: pytest.MonkeyPatch, name: str, time: int, *, after: bool) -> None:
    """End the process before or after the n-th time that something is done; from then on it does nothing more."""
    calls: list[str] = []
    dead: list[str] = []

    def patched(owner: type, method: str) -> None:
        real = getattr(owner, method)

        def step(it: object, *given: object, **more: object) -> object:
            calls.append(method)
            is_end = method == name and calls.count(name) == time
            if not dead and (after or not is_end):
                done = real(it, *given, **more)
            if dead or is_end:
                dead.append(method)
                raise Killed
            return done

        monkeypatch.setattr(owner, method, step)

    for owner, method in ((pq.ParquetWriter, "write_table"), (Path, "write_text"), (Path, "rename"), (Path, "unlink")):
        patched(owner, method)


def test_a_reader_beside_a_join_sees_every_row_once(log: PredictionLog, tmp_path: Path) -> None:
    over = threading.Event()
    wrong: list[int] = []
    folders: list[Path] = []

    def read() -> None:
        while not over.is_set():
            for folder in list(folders):
                try:
                    found = rows(folder)
                except FileNotFoundError:  # listed before, gone now: listed again
                    continue
                if found != list(range(FILES * ROWS)):
                    wrong.append(len(found))

    reader = threading.Thread(target=read)
    reader.start()
    for version in range(40):
        for number in range(FILES):
            log.append("e", str(version), pa.table({"row": range(number * ROWS, (number + 1) * ROWS)}), DAY)
        folders[:] = [log.files("e", str(version))[0].parent]
        join_day(folders[0], 0)
    over.set()
    reader.join()
    assert wrong == []


def test_a_note_whose_file_never_came_replaces_nothing(day: Path) -> None:
    names = [file.name for file in files_of_day(day)]
    (day / NOTE).write_text(json.dumps({"into": "never.parquet", "replaces": names}))
    assert rows(day) == list(range(FILES * ROWS))
    join_day(day, 0)
    assert rows(day) == list(range(FILES * ROWS))


def test_a_damaged_file_is_named_and_nothing_is_lost(day: Path) -> None:
    damaged = files_of_day(day)[2]
    kept = damaged.read_bytes()
    damaged.write_bytes(b"PAR1")
    with pytest.raises(DamagedFile, match=day.name):
        join_day(day)
    damaged.write_bytes(kept)
    assert rows(day) == list(range(FILES * ROWS))


def test_two_that_join_do_not_meet(day: Path) -> None:
    with served_days._alone(day):
        assert join_day(day) == 0
    assert join_day(day) == FILES - 1
