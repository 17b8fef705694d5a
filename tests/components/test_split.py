"""Which rows are kept back."""

import datetime as dt
from typing import Any

import ibis
import pyarrow as pa
import pytest
import tables
from pydantic import ValidationError

from components.catalog import component
from components.errors import ComponentError
from components.ports import ROLE, ROW

CONNECTION = ibis.duckdb.connect()


def roles(key: str, params: dict[str, Any], **columns: Any) -> list[str]:
    """The role of each row, in order."""
    table = pa.table(columns)
    rows = tables.lazy(table.append_column(ROW, pa.array(range(table.num_rows), pa.int64())), CONNECTION)
    made = tables.made(component(key), rows, params)
    return tables.run(made, rows)["table"].order_by(ROW).to_pyarrow()[ROLE].to_pylist()


MOMENTS = [dt.datetime(2026, 1, 1, 12, 30) + dt.timedelta(days=i * 7 % 10, microseconds=i) for i in range(10)]


@pytest.mark.parametrize(
    "times",
    [
        MOMENTS,
        [moment.date() for moment in MOMENTS],
        [2000 + i * 7 % 10 for i in range(10)],
        [0.1 * (i * 7 % 10) for i in range(10)],
        pa.array(MOMENTS, pa.timestamp("ns")),
        pa.array(MOMENTS, pa.timestamp("us", "UTC")),
    ],
    ids=["moments", "days", "years", "numbers", "nanoseconds", "zone"],
)
def test_the_latest_rows_are_for_the_test(times: Any) -> None:
    found = roles("split_time", {"column": "x", "test": 0.2, "validation": 0.3}, x=times)
    late = {i * 7 % 10: role for i, role in enumerate(found)}
    assert [late[place] for place in range(10)] == ["train"] * 5 + ["validation"] * 3 + ["test"] * 2


def test_rows_of_one_moment_stay_together_and_rows_without_a_time_train() -> None:
    found = roles("split_time", {"column": "x", "test": 0.2}, x=[1, 1, 2, 2, 2, None, 2, 1, 1, 1])
    assert found == ["train", "train", "test", "test", "test", "train", "test", "train", "train", "train"]


def test_without_a_share_nothing_is_kept_back() -> None:
    assert roles("split_time", {"column": "x", "test": 0}, x=[1, 2]) == ["train"] * 2
    assert roles("split_group", {"column": "x", "test": 0}, x=["a", "b"]) == ["train"] * 2


def test_a_time_of_day_is_no_time_to_split_by() -> None:
    with pytest.raises(ComponentError, match="without a date"):
        roles("split_time", {"column": "x"}, x=[dt.time(12)])


@pytest.mark.parametrize(
    "groups", [list("aabbccddee") * 10, [i % 5 for i in range(100)], [0.5 * (i % 5) for i in range(100)]]
)
@pytest.mark.parametrize(
    ("test", "validation", "expected"), [(0.2, 0.0, (1, 0)), (0.3, 0.2, (2, 1)), (0.01, 0.01, (1, 1))]
)
def test_a_share_of_the_groups_is_kept_back_as_a_whole(
    groups: Any, test: float, validation: float, expected: Any
) -> None:
    params = {"column": "x", "test": test, "validation": validation}
    found = roles("split_group", params, x=groups)
    by_group = {group: {role for g, role in zip(groups, found, strict=True) if g == group} for group in groups}
    kept = [role for roles_of_group in by_group.values() for role in roles_of_group]
    assert len(kept) == 5
    assert (kept.count("test"), kept.count("validation")) == expected


@pytest.mark.slow
def test_as_many_groups_are_tested_as_scikit_learn_tests() -> None:
    from sklearn.model_selection import GroupShuffleSplit

    for size in range(2, 40):
        groups = [str(i) for i in range(size)]
        _, tested = next(GroupShuffleSplit(1, test_size=0.1, random_state=0).split(groups, groups=groups))
        assert roles("split_group", {"column": "x", "test": 0.1}, x=groups).count("test") == len(tested)


def test_another_seed_draws_other_groups() -> None:
    drawn = {
        tuple(roles("split_group", {"column": "x", "seed": seed}, x=[str(i) for i in range(50)])) for seed in range(3)
    }
    assert len(drawn) == 3


def test_rows_without_a_group_are_each_on_their_own() -> None:
    found = roles("split_group", {"column": "x", "test": 0.3}, x=pa.array([None] * 200, pa.string()))
    assert 30 < found.count("test") < 90


@pytest.mark.parametrize(
    ("values", "tested", "validated", "expected"),
    [
        (["a", "b", None, "c"], ["a", "z"], ["c"], ["test", "train", "train", "validation"]),
        ([2023, 2024, None, 2025], [2025], ["2024.0"], ["train", "validation", "train", "test"]),
        ([0.5, 1.0, None], ["0.5"], [], ["test", "train", "train"]),
        ([True, False, None], ["yes"], [False], ["test", "validation", "train"]),
    ],
)
def test_rows_with_a_listed_value_are_kept_back(values: Any, tested: Any, validated: Any, expected: Any) -> None:
    params = {"column": "x", "test_values": tested, "validation_values": validated}
    assert roles("split_column_value", params, x=values) == expected


def test_a_value_that_the_column_cannot_hold_is_refused() -> None:
    with pytest.raises(ComponentError, match="'last' is not a number") as caught:
        roles("split_column_value", {"column": "x", "test_values": ["last"]}, x=[1, 2])
    assert caught.value.field == "test_values"


def test_a_value_has_one_role() -> None:
    with pytest.raises(ValidationError, match="for the test and for validation"):
        roles("split_column_value", {"column": "x", "test_values": ["a"], "validation_values": ["a"]}, x=["a"])


@pytest.mark.parametrize("key", ["split_time", "split_group", "split_random"])
def test_a_split_must_leave_rows_to_train_on(key: str) -> None:
    with pytest.raises(ValidationError, match="leave rows to train on"):
        roles(
            key,
            {"column": "x", "test": 0.5, "validation": 0.5}
            if key != "split_random"
            else {"test": 0.5, "validation": 0.5},
            x=[1],
        )
