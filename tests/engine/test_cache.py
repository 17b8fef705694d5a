import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from engine.cache import IN_USE_SECONDS, META, Cache, Entry, private_name


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def keep(cache: Cache, name: str = "f" * 32, text: str = "rows", port: str = "table") -> Entry:
    with cache.writing() as folder:
        (folder / f"{port}.parquet").write_text(text)
        return cache.keep(name, folder, {"rows": {port: 3}})


def again(cache: Cache) -> Cache:
    """As another process sees it."""
    return Cache(cache.root)


def test_what_is_kept_is_found_again(cache: Cache) -> None:
    keep(cache)
    entry = again(cache).get("f" * 32)
    assert entry is not None
    assert entry.meta["rows"] == {"table": 3}
    assert entry.path("table").read_text() == "rows"


@pytest.mark.parametrize("name", ["table.parquet", META])
@pytest.mark.parametrize("damage", ["flipped", "truncated", "empty", "missing"])
def test_a_damaged_result_is_not_used_and_removed(cache: Cache, name: str, damage: str) -> None:
    path = keep(cache, text="0123456789").folder / name
    whole = path.read_bytes()
    middle = len(whole) // 2
    if damage == "missing":
        path.unlink()
    else:
        flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        path.write_bytes({"flipped": flipped, "truncated": whole[:middle], "empty": b""}[damage])
    assert again(cache).get("f" * 32) is None
    keep(again(cache), text="0123456789")
    assert again(cache).get("f" * 32) is not None


def test_damage_is_seen_by_a_process_that_has_read_the_result_before(cache: Cache) -> None:
    entry = keep(cache)
    assert cache.get("f" * 32) is not None
    entry.path("table").write_text("Rows")
    assert cache.get("f" * 32) is None


def test_a_failure_leaves_nothing(cache: Cache) -> None:
    def fail() -> None:
        with cache.writing() as folder:
            (folder / "table.parquet").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(cache.root.iterdir()) == []


def test_outputs_that_an_earlier_run_did_not_need_are_added(cache: Cache) -> None:
    keep(cache, port="preview")
    keep(cache, port="table")
    entry = again(cache).get("f" * 32)
    assert entry is not None
    assert entry.has(["preview", "table"])
    assert not entry.has(["rest"])


def test_of_many_who_write_one_result_each_gets_a_whole_one(cache: Cache) -> None:
    found: list[Entry] = []
    threads = [threading.Thread(target=lambda: found.append(keep(cache, text="x" * 10_000))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert again(cache).get("f" * 32) is not None
    assert [path.name for path in cache.root.iterdir()] == ["f" * 32]


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_writes_is_not(cache: Cache) -> None:
    dead = cache.root / private_name(".writing-").replace(f"-{os.getpid()}-", "-999999999-")
    dead.mkdir()
    spilled = cache.root / dead.name.replace(".writing-", ".spill-")
    spilled.mkdir()
    foreign = cache.root / f".writing-other-host-1-{'a' * 32}"
    foreign.mkdir()
    with cache.writing() as folder:
        cache.sweep()
        assert {path.name for path in cache.root.iterdir()} == {folder.name, foreign.name}
    os.utime(foreign, (0, 0))
    cache.sweep()
    assert list(cache.root.iterdir()) == []


def test_the_least_recently_used_goes_first_and_what_is_in_use_stays(cache: Cache) -> None:
    for age, name in enumerate(("new", "old", "oldest")):
        entry = keep(cache, name=name, text="x" * 1_000)
        used = time.time() - age * (IN_USE_SECONDS + 10)
        os.utime(entry.folder / META, (used, used))
    assert cache.trim(10**9) == 0
    assert cache.trim(2_900) >= 1_000
    assert {path.name for path in cache.root.iterdir()} == {"new", "old"}
    cache.trim(0)
    assert {path.name for path in cache.root.iterdir()} == {"new"}


def test_emptying_the_cache_leaves_what_is_being_written(cache: Cache) -> None:
    keep(cache)
    with cache.writing() as folder:
        assert cache.clear() > 0
        assert [path.name for path in cache.root.iterdir()] == [folder.name]


def test_a_cache_that_was_deleted_as_a_whole_is_empty(cache: Cache) -> None:
    keep(cache)
    shutil.rmtree(cache.root)
    assert (cache.trim(0), cache.clear(), cache.get("f" * 32)) == (0, 0, None)
