"""A row that stays keeps its id, no id is given away twice, and nothing that stays is written again."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.dataset as pads
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import DataError
from engine.profile import Profile
from engine.settings import Settings
from engine.versions.new_version import Mode, NewVersion, caught_up, find_place, measure, write_rows
from engine.versions.replace_rows import MOST_SMALL
from engine.workspace import Workspace, open_workspace
from storage.errors import Conflict, DamagedFile
from storage.schema import DatasetVersion
from tests.reliability.outcomes import flip

Row = tuple[Any, ...]
UNMEASURED = Profile(rows=0, duplicates=0, quality_score=100, deductions=(), columns=(), correlations=(), findings=())
COLUMNS = pa.schema([("key", pa.int64()), ("text", pa.string()), ("number", pa.float64())])


@pytest.fixture(scope="module")
def place_for_all(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return open_workspace(Settings(home=tmp_path_factory.mktemp("rows")))


@pytest.fixture
def home(place_for_all: Workspace, request: pytest.FixtureRequest) -> Workspace:
    return place_for_all


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in request.node.name)[:80]


def table(rows: Sequence[Row], schema: pa.Schema = COLUMNS) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def brought(
    home: Workspace, name: str, rows: pa.Table, mode: Mode = "replace", *, measured: bool = False
) -> DatasetVersion:
    """The rows as the next version."""
    place = find_place(home, name)
    written = write_rows(home, place, rows.to_batches(max_chunksize=3), rows.schema, mode)
    profile = measure(home, written.manifest) if measured else UNMEASURED
    return home.database.transact(NewVersion(place, written, profile, source={}).keep)


def stored(home: Workspace, version: DatasetVersion) -> list[tuple[int, Row]]:
    """Id and cells of every row, in the order they are stored."""
    paths = [str(path) for path in home.files_of(version, "full")]
    found = pads.dataset(paths, format="parquet").to_table().to_pylist()
    return [(row.pop("__cb_row"), tuple(row.values())) for row in found]


def name_rows(home: Workspace, name: str, *key: str) -> None:
    def write(uow: Any) -> None:
        uow.datasets.by_name(name).key = list(key)

    home.database.transact(write)


def modelled(before: list[tuple[int, Row]], rows: Sequence[Row], free: int, key: bool) -> list[tuple[int, Row]]:
    """What a version must hold, in plain Python."""
    left: dict[Any, list[int]] = defaultdict(list)
    for row_id, row in before:
        left[row].append(row_id)
    given = [left[row].pop(0) if left[row] else None for row in rows]
    if key:
        by_key: dict[Any, list[int]] = defaultdict(list)
        for row_id, row in before:
            if row_id in left[row]:
                by_key[row[0]].append(row_id)
        given = [
            by_key[row[0]].pop(0) if row_id is None and by_key[row[0]] else row_id
            for row_id, row in zip(given, rows, strict=True)
        ]
    found = []
    for row_id, row in zip(given, rows, strict=True):
        found.append((free if row_id is None else row_id, row))
        free += row_id is None
    return sorted(found)


KEYS, TEXTS = st.one_of(st.none(), st.integers(0, 4)), st.sampled_from([None, "", "a", "b"])
ROWS = st.lists(st.tuples(KEYS, TEXTS, st.sampled_from([None, 0.5, 1.0])), max_size=12)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=st.lists(ROWS, min_size=2, max_size=4), key=st.booleans(), data=st.data())
def test_ids_are_those_of_a_plain_model(home: Workspace, versions: list[list[Row]], key: bool, data: Any) -> None:
    name = f"model_{data.conjecture_data.__hash__()}_{id(versions)}"
    before, free = modelled([], versions[0], 0, key), len(versions[0])
    found = brought(home, name, table(versions[0]))
    name_rows(home, name, *(["key"] if key else []))
    assert stored(home, found) == before
    for rows in versions[1:]:
        wanted = modelled(before, rows, free, key)
        found = brought(home, name, table(rows))
        assert stored(home, found) == wanted
        free += (found.changes or {})["added"]
        assert found.next_row == free
        assert (found.changes or {})["removed"] == len({at for at, _ in before} - {at for at, _ in wanted})
        before = wanted


@pytest.mark.parametrize("arranged", [list, lambda rows: rows[::-1], lambda rows: rows[3:] + rows[:3]])
def test_the_same_rows_in_any_order_are_the_same_files(
    home: Workspace, name: str, arranged: Callable[..., Any]
) -> None:
    rows = [(at % 5, "x" * (at % 3), at / 4) for at in range(40)]
    first, second = brought(home, name, table(rows)), brought(home, name, table(arranged(rows)))
    assert (second.sha256, second.files) == (first.sha256, first.files)
    assert second.changes == {"added": 0, "removed": 0, "changed": 0, "kept": 40}


def test_rows_that_come_on_top_are_all_that_is_written(home: Workspace, name: str) -> None:
    first = brought(home, name, table([(1, "a", 0.5)]))
    second = brought(home, name, table([(2, "b", None), (1, "a", 0.5)]))
    assert second.files[0] == first.files[0]
    assert stored(home, second) == [(0, (1, "a", 0.5)), (1, (2, "b", None))]


def test_a_row_that_went_and_came_back_is_a_new_one(home: Workspace, name: str) -> None:
    for rows in ([(1, "a", 0.5), (2, "b", 1.0)], [(1, "a", 0.5)]):
        brought(home, name, table(rows))
    assert stored(home, brought(home, name, table([(2, "b", 1.0), (1, "a", 0.5)])))[1] == (2, (2, "b", 1.0))


def test_without_all_columns_rows_are_recognised_by_those_they_share(home: Workspace, name: str) -> None:
    brought(home, name, table([(1, "a", 0.5), (2, "b", 1.0)]))
    wider = pa.table({"more": ["x", "y"], "number": [1, 1], "text": ["b", "new"], "key": [2, 9]})
    assert stored(home, brought(home, name, wider)) == [(1, ("x", 1, "b", 2)), (2, ("y", 1, "new", 9))]


@pytest.mark.parametrize(
    ("rows", "code"),
    [(pa.table({"other": [1]}), "key_missing"), (table([(1, "a", 0.5), (1, "b", 0.5)]), "key_repeats")],
)
def test_a_key_that_names_no_row_is_told(home: Workspace, name: str, rows: pa.Table, code: str) -> None:
    brought(home, name, table([(1, "a", 0.5)]))
    name_rows(home, name, "key")
    assert [finding["code"] for finding in brought(home, name, rows).findings] == [code]


def test_an_appended_version_lists_the_files_it_had_and_goes_on_counting(home: Workspace, name: str) -> None:
    first = brought(home, name, table([(1, "a", 0.5)]))
    second = brought(home, name, pa.table({"NUMBER": [2], "key": pa.array([7], pa.int32())}), "append", measured=True)
    assert second.files[0] == first.files[0]
    assert stored(home, second) == [(0, (1, "a", 0.5)), (1, (7, None, 2.0))]
    assert [(finding["code"], finding["column"]) for finding in second.findings] == [("column_filled", "text")]
    assert (second.profile or {})["rows"] == 2


def test_nothing_added_is_the_version_before(home: Workspace, name: str) -> None:
    first = brought(home, name, table([(1, "a", 0.5)]))
    assert brought(home, name, table([]), "append").sha256 == first.sha256
    assert brought(home, f"{name}_empty", table([])).rows == 0
    assert stored(home, brought(home, f"{name}_empty", table([(1, "a", 0.5)]), "append")) == [(0, (1, "a", 0.5))]


def test_a_column_without_values_fits_any_type(home: Workspace, name: str) -> None:
    brought(home, name, table([(1, "a", 0.5)]))
    found = brought(home, name, pa.table({"key": pa.nulls(1, pa.string()), "text": ["b"], "number": [None]}), "append")
    assert stored(home, found)[1] == (1, (None, "b", None))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (pa.table({"key": [1], "extra": [1]}), "has no column 'extra'"),
        (pa.table({"key": ["one"]}), "'key' holds string here and int64 in v1"),
        (pa.table({"text": [5]}), "'text' holds int64 here and string"),
        (pa.table({"key": [1.5]}), "'key' does not fit int64"),
    ],
)
def test_what_does_not_fit_is_refused_in_words_and_leaves_nothing(
    home: Workspace, name: str, rows: pa.Table, said: str
) -> None:
    first = brought(home, name, table([(1, "a", 0.5)]))
    with pytest.raises(DataError, match=said):
        brought(home, name, rows, "append")
    folder = home.tables.root / first.dataset_id
    assert [path.name for path in folder.rglob("*.parquet")] == ["part-00000.parquet"]
    assert [path.name for path in folder.iterdir()] == ["v1"]


def test_many_small_files_become_one(home: Workspace, name: str) -> None:
    for at in range(MOST_SMALL + 2):
        found = brought(home, name, table([(at, "a", 0.5)]), "append")
    assert len(found.files) < 4
    assert stored(home, found) == [(at, (at, "a", 0.5)) for at in range(MOST_SMALL + 2)]


@pytest.mark.parametrize("mode", ["replace", "append"])
def test_of_two_that_come_at_once_the_later_one_is_told(home: Workspace, name: str, mode: Mode) -> None:
    brought(home, name, table([(1, "a", 0.5)]))
    place = find_place(home, name)
    written = write_rows(home, place, table([(2, "b", 1.0)]).to_batches(), COLUMNS, mode)
    other = brought(home, name, table([(3, "c", 1.0)]), "append")
    late = NewVersion(place, written, UNMEASURED, source={})
    with pytest.raises(Conflict, match="became the latest"):
        home.database.transact(late.keep)
    assert stored(home, other) == [(0, (1, "a", 0.5)), (1, (3, "c", 1.0))]


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("replace", [(1, (3, "c", 1.0)), (2, (2, "b", 1.0))]),
        ("append", [(0, (1, "a", 0.5)), (1, (3, "c", 1.0)), (2, (2, "b", 1.0))]),
    ],
)
def test_who_is_late_may_follow(home: Workspace, name: str, mode: Mode, wanted: list[Any]) -> None:
    brought(home, name, table([(1, "a", 0.5)]))
    place = find_place(home, name)
    written = write_rows(
        home, place, table([(3, "c", 1.0), (2, "b", 1.0)][mode == "append" :]).to_batches(), COLUMNS, mode
    )
    brought(home, name, table([(3, "c", 1.0)]), "append")
    late = caught_up(home, NewVersion(place, written, UNMEASURED, source={}), mode)
    assert stored(home, home.database.transact(late.keep)) == wanted
    assert len([*home.tables.root.joinpath(place.dataset_id).rglob("*.parquet")]) == 3


@pytest.mark.parametrize("mode", ["replace", "append"])
def test_nothing_is_built_on_a_damaged_version(home: Workspace, name: str, mode: Mode) -> None:
    first = brought(home, name, table([(1, "a", 0.5)]))
    path = home.tables.root / first.files[0]["path"]
    flip(path)
    home.tables._verified.clear()
    with pytest.raises(DamagedFile, match="is damaged"):
        brought(home, name, table([(1, "a", 0.5)]), mode)


def test_every_id_is_there_once(home: Workspace, name: str) -> None:
    for at in range(3):
        found = brought(home, name, table([(row % 3, "a" * at, None) for row in range(20)]))
    assert max(Counter(row_id for row_id, _ in stored(home, found)).values()) == 1
