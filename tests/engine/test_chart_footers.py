"""What the footers of files tell of a column is what its values say."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.charting import ChartSpec, draw
from engine.charting.footers import ends_of

numbers = st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=60)


def written(folder: Path, values: pa.Array, rows: int = 7, *, statistics: bool = True) -> list[Path]:
    files = [folder / "a.parquet", folder / "b.parquet"]
    half = len(values) // 2
    for file, part in zip(files, (values[:half], values[half:]), strict=True):
        pq.write_table(pa.table({"v": part}), file, row_group_size=rows, write_statistics=statistics)
    return files


@given(numbers)
def test_the_ends_are_those_of_the_values(tmp_path_factory: pytest.TempPathFactory, values: list[float | None]) -> None:
    column = pa.array(values, pa.float64())
    told = ends_of(written(tmp_path_factory.mktemp("files"), column), ["v", "other"])
    ends = pc.min_max(column).as_py()
    assert told == ({} if ends["min"] is None else {"v": (ends["min"], ends["max"])})


def test_files_that_tell_nothing_are_read(tmp_path: Path) -> None:
    column = pa.array([float(at) for at in range(100)])
    files = written(tmp_path, column, statistics=False)
    assert ends_of(files, ["v"]) == {}
    assert draw(files, ChartSpec(kind="histogram", x="v")).points["y"] == [5.0] * 20


def test_infinite_numbers_are_no_ends(tmp_path: Path) -> None:
    column = pa.array([*(float(at) for at in range(100)), float("inf")])
    files = written(tmp_path, column)
    assert ends_of(files, ["v"]) == {"v": (0.0, float("inf"))}
    drawn = draw(files, ChartSpec(kind="histogram", x="v"))
    assert sum(drawn.points["y"]) == 100
    assert max(drawn.points["until"]) == 100.0
