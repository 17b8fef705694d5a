"""What two versions differ in, in rows, cells, columns and values."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.service.data import version_diff, versions
from engine.service.data.version_diff import DiffView
from engine.workspace import Workspace
from storage.errors import NotFound
from tests.homes import do_job, done, import_table

BEFORE = pa.table({"id": [1, 2, 3], "city": ["Graz", "Linz", None], "age": [20, 30, 40]})
AFTER = pa.table(
    {"id": [2, 3, 4], "city": ["Linz", "Wien", "Graz"], "age": [30.0, 40.5, 50.0], "more": [True, False, None]}
)


def compared(home: Workspace, left: int, right: int, key: Sequence[str] | None = None) -> DiffView:
    done(home, version_diff.start_diff(home, "t", left, right, key))
    found = version_diff.find_diff(home, "t", left, right, key)
    assert found is not None
    return found


def counts(diff: DiffView) -> dict[str, int]:
    return {kind: diff.rows[kind] for kind in ("added", "removed", "changed", "kept")}


@pytest.fixture
def two(home: Workspace, tmp_path: Path) -> Workspace:
    for rows in (BEFORE, AFTER):
        import_table(home, "t", rows, tmp_path)
    return home


def test_by_key_rows_are_added_removed_and_changed_cell_by_cell(two: Workspace) -> None:
    assert version_diff.find_diff(two, "t", 1, 2, ["id"]) is None
    diff = compared(two, 1, 2, ["id"])
    assert counts(diff) == {"added": 1, "removed": 1, "changed": 1, "kept": 1}
    assert version_diff.diff_rows(two, diff, "added").rows == [[4, "Graz", 50.0, None]]
    assert version_diff.diff_rows(two, diff, "removed").rows == [[1, "Graz", 20]]
    assert version_diff.diff_rows(two, diff, "changed").rows == [
        ["3", "city", None, "Wien"],
        ["3", "age", "40", "40.5"],
    ]
    assert {column.name: column.cells for column in diff.columns} == {"id": 0, "city": 1, "age": 1}


def test_columns_that_came_or_have_another_type_are_listed(two: Workspace) -> None:
    diff = compared(two, 1, 2)
    assert diff.schema_ == {
        "added": [{"name": "more", "type": "bool"}],
        "removed": [],
        "retyped": [{"name": "age", "before": "int64", "after": "double"}],
    }
    assert compared(two, 2, 1).schema_["removed"] == [{"name": "more", "type": "bool"}]
    assert diff.in_words == (
        "From v1 to v2, 2 rows were added, 2 rows were removed, 1 column was added and 1 column was given another "
        "type. No column's values moved strongly."
    )


def test_the_key_of_the_dataset_is_used_unless_another_is_given(two: Workspace) -> None:
    versions.choose_key(two, "t", ["id"])
    assert compared(two, 1, 2).key == ["id"]
    assert compared(two, 1, 2, []).key == []
    job = do_job(two, version_diff.start_diff(two, "t", 1, 2, ["more"]))
    assert (job.error or {})["message"] == "The key 'more' is not a column of both versions."
    with pytest.raises(NotFound, match="has no version 9"):
        version_diff.start_diff(two, "t", 1, 9)


def test_what_lies_in_the_same_file_is_not_read_again(two: Workspace, tmp_path: Path) -> None:
    import_table(two, "t", AFTER.slice(0, 2), tmp_path)
    import_table(two, "t", AFTER, tmp_path)
    assert counts(compared(two, 3, 4)) == {"added": 1, "removed": 0, "changed": 0, "kept": 2}
    same = compared(two, 3, 3)
    assert (same.same, same.in_words) == (True, "v3 and v3 hold the same rows.")


def test_values_that_moved_are_told(home: Workspace, tmp_path: Path) -> None:
    for shift in (0, 40):
        rows = {
            "moved": [float(at + shift) for at in range(100)],
            "still": list(range(100)),
            "city": ["Graz"] * 50 + (["Graz"] * 50 if not shift else ["Wien"] * 50),
            "gap": [None if shift and at % 2 else "x" for at in range(100)],
            "name": [f"{at + shift // 20}" for at in range(100)],
        }
        import_table(home, "t", pa.table(rows), tmp_path)
    found = {column.name: column for column in compared(home, 1, 2).columns}
    assert {name: column.shift for name, column in found.items()} == {
        "moved": "strong", "still": "none", "city": "strong", "gap": "none", "name": "unknown"
    }  # fmt: skip
    assert found["moved"].mean == (49.5, 89.5)
    assert (found["city"].new, found["city"].lost) == (["Wien"], [])
    assert found["gap"].in_words == "50 % missing, was 0 %"
    assert found["city"].in_words == "its values moved strongly; new: Wien"
    assert found["name"].in_words == "new: 100, 101; gone: 0, 1", "names that occur once have no shares to compare"


def test_a_number_that_became_text_is_no_new_value(home: Workspace, tmp_path: Path) -> None:
    for column in ([43.0, 7.5, 8.0], ["43", "7.5", "eight"]):
        import_table(home, "t", pa.table({"amount": column}), tmp_path)
    diff = compared(home, 1, 2)
    assert [(it.new, it.lost) for it in diff.columns] == [(["eight"], ["8.0"])]


ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["a", "b", None])),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[0],
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(left=ROWS, right=ROWS)
@pytest.mark.slow  # several processes, one after the other
def test_by_a_key_the_counts_are_those_of_a_plain_model(
    new_home: Callable[..., Workspace], tmp_path_factory: Any, left: Any, right: Any
) -> None:
    folder = tmp_path_factory.mktemp("model")
    home = new_home(name=folder.name)
    for rows in (left, right):
        schema = pa.schema([("k", pa.int64()), ("v", pa.string())])
        import_table(home, "t", pa.Table.from_pylist([{"k": k, "v": v} for k, v in rows], schema=schema), folder)
    before, after = dict(left), dict(right)
    both = before.keys() & after.keys()
    assert counts(compared(home, 1, 2, ["k"])) == {
        "added": len(after) - len(both),
        "removed": len(before) - len(both),
        "changed": sum(before[k] != after[k] for k in both),
        "kept": sum(before[k] == after[k] for k in both),
    }


@pytest.mark.parametrize("name", ['a"; drop table x; --', "it's", "Row", "c0", "left_id", "<b>"])
def test_names_are_data(home: Workspace, tmp_path: Path, name: str) -> None:
    for value in ("old", "new's"):
        import_table(home, "t", pa.table({name: [value], "key": [1]}), tmp_path)
    diff = compared(home, 1, 2, ["key"])
    assert version_diff.diff_rows(home, diff, "changed").rows == [["1", name, "old", "new's"]]


def test_a_number_that_became_text_is_the_same_number(home: Workspace, tmp_path: Path) -> None:
    import_table(home, "t", pa.table({"id": [1, 2, 3], "age": [20.0, 30.0, None]}), tmp_path)
    import_table(home, "t", pa.table({"id": [1, 2, 3], "age": ["20", "about 30", None]}), tmp_path)
    diff = compared(home, 1, 2, ["id"])
    assert diff.rows["changed"] == 1
    assert version_diff.diff_rows(home, diff, "changed").rows == [["2", "age", "30.0", "about 30"]]
