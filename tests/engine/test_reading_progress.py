"""A long look at a file tells how far it is, and ends when whoever is told wants no more."""

from pathlib import Path

import duckdb
import pytest

from engine.reading import detect, read
from engine.reading.watched import watched
from engine.sources.file_list import NamedFile
from engine.sources.together import read_together


@pytest.mark.parametrize("odd", ["", "1,2,3\n"])
def test_the_share_of_a_text_file_that_was_looked_at_rises(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "long.csv"
    path.write_text("number,word\n" + "".join(f"{number},word {number}\n" for number in range(400_000)) + odd)
    how, _ = detect(path)
    told: list[float] = []
    with read(path, how, tell=told.append) as reading:
        assert sum(batch.num_rows for batch in reading.batches()) == 400_000
    assert len(told) > 1
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] <= 1


def test_of_several_files_the_share_of_all_of_them_rises(tmp_path: Path) -> None:
    text = "number,word\n" + "".join(f"{number},word {number}\n" for number in range(100_000))
    files = [NamedFile(tmp_path / f"{name}.csv", name) for name in ("a", "b", "c")]
    for file in files:
        file.path.write_text(text)
    told: list[float] = []
    read_together(files, None, None, told.append)
    assert told == sorted(told)
    assert {int(3 * share) for share in told} >= {0, 1, 2}, "each of them is a third"


def test_whoever_is_told_can_end_a_query() -> None:
    class Stopped(Exception):
        pass

    def stop(_share: float) -> None:
        raise Stopped

    connection = duckdb.connect()
    endless = "SELECT sum(sin(a.range * b.range)) FROM range(10000000) a, range(10000000) b"
    with pytest.raises(Stopped):
        watched(connection, lambda: connection.execute(endless).fetchall(), stop)
