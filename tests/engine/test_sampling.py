"""A sample of a table: the same rows every time, from all over it; and its columns at a glance."""

import datetime as dates
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.ports import ROW
from engine.profile import sampling
from engine.profile.sampling import draw_sample
from engine.profile.sketch import BINS, Sketch, sketch

ROWS = 40_000


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two files of several row groups, as an append leaves them."""
    paths = []
    for part in range(2):
        ids = np.arange(ROWS // 2) + part * ROWS // 2
        table = pa.table({"value": ids * 2, ROW: ids})
        paths.append(tmp_path / f"part-{part}.parquet")
        pq.write_table(table, paths[-1], row_group_size=1_500)
    return paths


def ids(table: pa.Table) -> list[int]:
    found: list[int] = table.column(ROW).to_pylist()
    return found


def test_a_sample_is_exactly_as_large_as_asked_for_and_the_same_every_time(files: list[Path]) -> None:
    first, again = draw_sample(files, 1_000), draw_sample(files, 1_000)
    assert first.equals(again)
    assert len(first) == 1_000
    assert ids(first) == sorted(ids(first))
    assert first.column("value").to_pylist() == [2 * row for row in ids(first)]


def test_it_comes_from_all_over_the_table(files: list[Path]) -> None:
    tenths = np.bincount(np.array(ids(draw_sample(files, 2_000))) * 10 // ROWS, minlength=10)
    assert tenths.min() > 100


def test_a_row_that_is_drawn_is_drawn_into_every_larger_sample(files: list[Path]) -> None:
    assert set(ids(draw_sample(files, 500))) < set(ids(draw_sample(files, 1_500)))


def test_all_of_a_short_table_is_its_sample(files: list[Path]) -> None:
    assert len(draw_sample(files, ROWS + 1)) == ROWS


def test_of_a_very_long_table_only_some_parts_are_read(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "MOST_READ", ROWS // 4)
    drawn = np.array(ids(draw_sample(files, 1_000)))
    assert len(drawn) == 1_000
    tenths = np.bincount(drawn * 10 // ROWS, minlength=10)
    assert 0 < np.count_nonzero(tenths == 0) < 5
    assert drawn.min() < 1_500
    assert drawn.max() > ROWS * 0.8


def test_long_rows_are_fewer(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "MOST_BYTES", 4_000)
    assert 0 < len(draw_sample(files, 1_000)) < 1_000


def test_an_empty_table_has_an_empty_sample(tmp_path: Path) -> None:
    path = tmp_path / "empty.parquet"
    pq.write_table(pa.table({"a": pa.array([], pa.string()), ROW: pa.array([], pa.int64())}), path)
    assert draw_sample([path], 10).column_names == ["a", ROW]


def looked_at(**columns: object) -> dict[str, Sketch]:
    return {one.name: one for one in sketch(pa.table(columns))}


def test_numbers_have_ends_a_median_and_a_shape() -> None:
    seen = looked_at(n=pa.array([0.0, 1.0, 2.0, 16.0, None, float("nan")]), same=pa.array([3] * 6))
    assert (seen["n"].missing, seen["n"].least, seen["n"].middle, seen["n"].most) == (1, 0.0, 1.5, 16.0)
    assert (len(seen["n"].bins), sum(seen["n"].bins), seen["n"].bins[-1]) == (BINS, 4, 1)
    assert (seen["same"].distinct, seen["same"].bins) == (1, ())


def test_times_have_ends_and_a_shape_and_texts_their_most_frequent_values() -> None:
    days = [dates.date(2024, 1, day) for day in (1, 2, 31)]
    seen = looked_at(day=pa.array(days), city=pa.array(["Graz", "Linz", "Graz"]), on=pa.array([True, None, True]))
    assert (seen["day"].least, seen["day"].most, sum(seen["day"].bins)) == (days[0], days[2], 3)
    assert seen["city"].top == (("Graz", 2), ("Linz", 1))
    assert (seen["on"].missing, seen["on"].top) == (1, ((True, 2),))


def test_what_is_empty_or_cannot_be_compared_is_counted_and_no_more() -> None:
    seen = looked_at(none=pa.array([None, None], pa.string()), pair=pa.array([{"a": 1, "b": 2}, None]), __cb_row=[1, 2])
    assert (seen["none"].missing, seen["none"].distinct) == (2, 0)
    assert (seen["pair"].kind, seen["pair"].missing, seen["pair"].distinct) == ("other", 1, None)
    assert "__cb_row" not in seen
