"""The last moments of something are known to all processes of a machine."""

import multiprocessing
import os
import random
import stat
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from storage.errors import WriteFailed
from storage.moments import Moments

MINUTE = 60.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def moments(tmp_path: Path, clock: Clock) -> Moments:
    return Moments(tmp_path, clock)


def _happen(folder: Path, start: Barrier, told: "multiprocessing.Queue[int]") -> None:
    mine = Moments(folder)
    start.wait(30)
    told.put(sum(not mine.add("key", 100, MINUTE) for _ in range(90)))


def test_real_processes_let_no_more_happen_than_may(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    start, told = spawn.Barrier(4), spawn.Queue()
    processes = [spawn.Process(target=_happen, args=(tmp_path, start, told)) for _ in range(4)]
    for process in processes:
        process.start()
    counts = [told.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert sum(counts) == 100
    assert sum(count > 0 for count in counts) > 1, "one process did it all"


@pytest.mark.parametrize("seed", range(5))
def test_no_minute_ever_sees_more_and_nothing_is_refused_that_may_be(
    moments: Moments, tmp_path: Path, clock: Clock, seed: int
) -> None:
    drawn, several = random.Random(seed), [moments, Moments(tmp_path, clock)]  # noqa: S311
    happened: list[float] = []
    for nth in range(2_000):
        clock.now += drawn.expovariate(1 / 2)
        recent = [it for it in happened if it > clock.now - MINUTE]
        wait = several[nth % 2].add("key", 7, MINUTE)
        assert (wait == 0) == (len(recent) < 7)
        if wait:
            assert wait == pytest.approx(recent[-7] + MINUTE - clock.now)
        else:
            happened.append(clock.now)


def test_another_limit_keeps_what_has_happened(moments: Moments, clock: Clock) -> None:
    def happen(most: int) -> bool:
        clock.now += 1
        return moments.add("key", most, MINUTE) == 0

    assert [happen(5) for _ in range(6)] == [True] * 5 + [False]
    assert [happen(8) for _ in range(4)] == [True] * 3 + [False]
    assert not happen(3)
    clock.now += MINUTE
    assert [happen(3) for _ in range(4)] == [True] * 3 + [False]


def test_a_clock_that_is_set_back_locks_nobody_out(moments: Moments, clock: Clock) -> None:
    assert moments.add("key", 1, MINUTE) == 0
    clock.now -= 3_600
    assert moments.add("key", 1, MINUTE) == 0
    assert moments.add("key", 1, MINUTE) == MINUTE


def test_what_has_not_happened_for_long_is_forgotten(tmp_path: Path) -> None:
    moments = Moments(tmp_path)
    for name in ("old", "new"):
        moments.add(name, 1, MINUTE)
    os.utime(tmp_path / "old", (time.time() - 7_200,) * 2)
    assert moments.forget(3_600) == 1
    (left,) = tmp_path.iterdir()
    assert (left.name, stat.S_IMODE(left.stat().st_mode)) == ("new", 0o600)
    assert Moments(tmp_path / "nowhere").forget(1) == 0


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(WriteFailed, match="key could not be written"):
        Moments(tmp_path / "gone").add("key", 1, MINUTE)
