"""What components of columns, rows and tables do to values."""

import datetime as dt
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest
import tables
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from components.catalog import component
from components.errors import ColumnMissing, ComponentError, RefusedExpression, WrongKind
from components.ports import ROLE, ROW

CONNECTION = ibis.duckdb.connect()
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def table_of(**columns: Any) -> Any:
    return ibis.memtable(pa.table(columns))


def transformed(key: str, table: Any, **params: Any) -> pa.Table:
    return tables.run(tables.made(component(key), table, params), table)["table"].to_pyarrow()


def bound(key: str, params: dict[str, Any], **inputs: Any) -> Any:
    kind = component(key)
    return kind(kind.params_type().model_validate(params).bind({name: t.schema() for name, t in inputs.items()}))


# Columns


def test_selected_columns_come_in_the_chosen_order() -> None:
    assert transformed("select_columns", table_of(a=[1], b=[2], c=[3]), columns=["c", "a"]).column_names == ["c", "a"]


def test_a_column_cannot_be_renamed_to_one_that_is_there() -> None:
    with pytest.raises(ComponentError, match="two columns named 'b'"):
        transformed("rename_columns", table_of(a=[1], b=[2]), mapping={"a": "b"})


def test_a_column_cannot_be_renamed_to_one_that_differs_in_case_only() -> None:
    with pytest.raises(ComponentError, match="only in case"):
        transformed("rename_columns", table_of(a=[1], b=[2]), mapping={"a": "B"})


def test_two_columns_can_swap_their_names() -> None:
    swapped = transformed("rename_columns", table_of(a=[1], b=[2]), mapping={"a": "b", "b": "a"})
    assert swapped.to_pylist() == [{"b": 1, "a": 2}]


@pytest.mark.parametrize("name", ["__cb_row", "__CB_x", " ", ""])
def test_a_new_column_cannot_have_a_reserved_or_empty_name(name: str) -> None:
    with pytest.raises(ValidationError):
        transformed("formula", table_of(a=[1]), name=name, expression="a")


def test_a_formula_can_replace_a_column() -> None:
    assert transformed("formula", table_of(a=[1], b=[2]), name="a", expression="a + b")["a"].to_pylist() == [3]


def test_a_formula_is_checked_before_anything_runs() -> None:
    with pytest.raises(RefusedExpression) as caught:
        bound("formula", {"name": "x", "expression": "(select 1)"}, table=table_of(a=[1]))
    assert caught.value.field == "expression"


@pytest.mark.parametrize(
    ("to", "values", "expected"),
    [
        ("float64", [" 1,234.5 ", "12", "1,2", "x", "", "nan", "inf"], [1234.5, 12.0, None, None, None, None, None]),
        ("int64", ["1,234", " 7 ", "2.6", "x", "99999999999999999999"], [1234, 7, 3, None, None]),
        ("int64", [1.4, 2.6, None, 1e300], [1, 3, None, None]),
        ("boolean", ["Yes", " n ", "TRUE", "0", "maybe"], [True, False, True, False, None]),
        ("boolean", [0, 1, 5], [False, True, True]),
        ("date", ["2024-02-29", "2024-02-30", " 2024-01-01 "], [dt.date(2024, 2, 29), None, dt.date(2024, 1, 1)]),
        ("string", [True, False, None], ["true", "false", None]),
        ("float64", [True, False], [1.0, 0.0]),
    ],
)
def test_a_cast_reads_what_people_write(to: str, values: list[Any], expected: list[Any]) -> None:
    assert transformed("cast", table_of(a=values), columns=["a"], to=to)["a"].to_pylist() == expected


def test_a_cast_that_cannot_work_is_refused() -> None:
    with pytest.raises(WrongKind, match="cannot become date"):
        bound("cast", {"columns": ["a"], "to": "date"}, table=table_of(a=[1]))


def test_a_cast_that_must_not_fail_counts_what_cannot_be_read() -> None:
    table = table_of(a=["1", "x", None, " "])
    (message, count), *_ = (
        bound("cast", {"columns": ["a"], "to": "int64", "on_error": "fail"}, table=table).demands(table).items()
    )
    assert "'a'" in message
    assert count.to_pyarrow().as_py() == 1


def test_a_cast_that_may_fail_demands_nothing() -> None:
    table = table_of(a=["x"])
    assert bound("cast", {"columns": ["a"], "to": "int64"}, table=table).demands(table) == {}


# Rows


def test_a_row_whose_condition_is_unknown_is_in_the_rest() -> None:
    table = table_of(a=[1, None, 3])
    outputs = tables.run(tables.made(component("filter_rows"), table, {"condition": "a > 2"}), table)
    assert outputs["table"].to_pyarrow()["a"].to_pylist() == [3]
    assert outputs["rest"].to_pyarrow()["a"].to_pylist() == [1, None]


def test_a_condition_must_be_true_or_false() -> None:
    with pytest.raises(WrongKind, match="not true or false"):
        bound("filter_rows", {"condition": "a + 1"}, table=table_of(a=[1]))


@pytest.mark.parametrize(("how", "kept"), [("any", [1]), ("all", [1, 2])])
def test_rows_with_any_or_all_values_missing_are_dropped(how: str, kept: list[int]) -> None:
    table = table_of(id=[1, 2, 3], a=[1, None, None], b=["x", "y", None])
    assert sorted(transformed("drop_missing", table, columns=["a", "b"], how=how)["id"].to_pylist()) == kept


@pytest.mark.parametrize(("keep", "kept"), [("first", [0, 2, 4]), ("last", [3, 4, 5])])
def test_of_duplicates_the_first_or_last_row_stays(keep: str, kept: list[int]) -> None:
    table = table_of(**{"a": ["x", "x", "y", "x", None, "y"], ROW: [0, 1, 2, 3, 4, 5]})
    assert sorted(transformed("deduplicate", table, columns=["a"], keep=keep)[ROW].to_pylist()) == kept


def test_missing_values_are_duplicates_of_each_other() -> None:
    assert transformed("deduplicate", table_of(a=[None, None, 1.0], b=["x", "x", "x"])).num_rows == 2


# Join

KEYS = st.lists(st.tuples(st.none() | st.integers(0, 4), st.integers(0, 9)), max_size=12)
PANDAS = {"inner": "inner", "left": "left", "right": "right", "outer": "outer"}


@pytest.mark.parametrize("how", PANDAS)
@QUICK
@given(left=KEYS, right=KEYS)
def test_a_join_gives_what_pandas_gives(how: Any, left: Any, right: Any) -> None:
    ours, theirs = frame(left, "v"), frame(right, "v")
    found = joined(ours, theirs, on=["k"], how=how)["table"].to_pyarrow().to_pylist()
    assert sorted(map(repr, ((r["k"], r["v"], r["v_right"]) for r in found))) == pandas_join(left, right, how)


def pandas_join(left: Any, right: Any, how: Any) -> list[str]:
    """pandas matches missing keys with each other; we (and SQL) do not, so they are made distinct first."""
    frames = [
        pd.DataFrame(
            {"k": [f"{side}{i}" if k is None else k for i, (k, _) in enumerate(rows)], "v": [v for _, v in rows]}
        )
        for side, rows in (("l", left), ("r", right))
    ]
    merged = (
        frames[0].astype({"k": object}).merge(frames[1].astype({"k": object}), "outer" if how == "outer" else how, "k")
    )
    tidy = merged.astype(object).where(merged.notna(), None)
    rows = [(None if isinstance(k, str) else k, v, w) for k, v, w in tidy.itertuples(index=False)]
    return sorted(repr(tuple(None if x is None else int(x) for x in row)) for row in rows)


def frame(pairs: list[tuple[Any, int]], value: str, start: int = 0) -> pa.Table:
    return pa.table(
        {
            "k": pa.array([k for k, _ in pairs], pa.int64()),
            value: pa.array([v for _, v in pairs], pa.int64()),
            ROW: pa.array(range(start, start + len(pairs)), pa.int64()),
        }
    )


def joined(left: pa.Table, right: pa.Table, **params: Any) -> dict[str, Any]:
    ours, theirs = (CONNECTION.create_table(name, t, overwrite=True) for name, t in (("l", left), ("r", right)))
    outputs: dict[str, Any] = bound("join", params, left=ours, right=theirs).transform(ours, theirs)
    return outputs


def test_rows_without_a_match_leave_through_their_own_ports() -> None:
    outputs = joined(frame([(1, 1), (2, 2), (None, 3)], "v"), frame([(2, 5), (3, 6), (None, 7)], "w"), on=["k"])
    assert sorted(outputs["left_only"].to_pyarrow()["v"].to_pylist()) == [1, 3]
    assert sorted(outputs["right_only"].to_pyarrow()["w"].to_pylist()) == [6, 7]


def test_rows_only_the_right_has_get_stable_ids_of_their_own() -> None:
    left, right = frame([(1, 1)], "v"), frame([(1, 5), (3, 6), (None, 7)], "w")
    first, second = (joined(left, right, on=["k"], how="outer")["table"].to_pyarrow() for _ in range(2))
    assert sorted(first[ROW].to_pylist()) == sorted(second[ROW].to_pylist())
    assert len(set(first[ROW].to_pylist())) == 3
    assert min(first[ROW].to_pylist()) >= 0


def test_a_row_with_several_matches_keeps_one_id() -> None:
    both = joined(frame([(1, 1)], "v", start=42), frame([(1, 5), (1, 6)], "w"), on=["k"])["table"].to_pyarrow()
    assert both[ROW].to_pylist() == [42, 42]


def test_keys_of_different_names_are_both_kept() -> None:
    right = frame([(1, 5)], "w").rename_columns(["id", "w", ROW])
    both = joined(frame([(1, 1)], "v"), right, left_on=["k"], right_on=["id"])["table"].to_pyarrow()
    assert both.column_names == ["k", "v", "id", "w", ROW]


def test_a_table_can_be_joined_with_itself() -> None:
    table = CONNECTION.create_table("l", frame([(1, 1), (2, 2)], "v"), overwrite=True)
    both = bound("join", {"on": ["k"]}, left=table, right=table).transform(table, table)["table"].to_pyarrow()
    assert both["v"].to_pylist() == both["v_right"].to_pylist()


def test_keys_of_different_kinds_are_refused() -> None:
    with pytest.raises(WrongKind, match="on the left"):
        bound("join", {"on": ["k"]}, left=table_of(k=[1]), right=table_of(k=["1"]))


def test_a_key_that_the_right_table_has_not_is_named() -> None:
    with pytest.raises(ColumnMissing) as caught:
        bound("join", {"on": ["k"]}, left=table_of(k=[1]), right=table_of(q=[1]))
    assert (caught.value.column, caught.value.field) == ("k", "on")


def test_a_suffix_that_does_not_help_is_refused() -> None:
    with pytest.raises(ComponentError, match="two columns named 'v_right'"):
        bound("join", {"on": ["k"]}, left=table_of(k=[1], v=[1], v_right=[1]), right=table_of(k=[1], v=[2]))


@pytest.mark.parametrize("params", [{}, {"on": ["k"], "left_on": ["k"]}, {"left_on": ["k"]}])
def test_a_join_needs_one_way_to_name_its_keys(params: Any) -> None:
    with pytest.raises(ValidationError):
        component("join").params_type().model_validate(params)


# Group by

FUNCTIONS = {"count": "count", "count_distinct": "nunique", "sum": "sum", "mean": "mean", "median": "median"}
FUNCTIONS |= {"std": "std", "var": "var", "min": "min", "max": "max", "first": "first", "last": "last"}


@pytest.mark.parametrize("function", FUNCTIONS)
@QUICK
@given(rows=st.lists(st.tuples(st.sampled_from("abc"), st.floats(-100, 100, width=16)), min_size=1, max_size=20))
def test_a_figure_of_a_group_is_what_pandas_computes(function: str, rows: Any) -> None:
    columns = {"g": [g for g, _ in rows], "v": [v for _, v in rows], ROW: list(range(len(rows)))}
    params = {"by": ["g"], "aggregations": [{"column": "v", "function": function, "name": "x"}]}
    found = transformed("group_by", table_of(**columns), **params).to_pylist()
    expected = pd.DataFrame(columns).groupby("g")["v"].agg(FUNCTIONS[function])
    assert {row["g"] for row in found} == set(expected.index)
    for row in found:
        value = expected[row["g"]]
        assert row["x"] is None if pd.isna(value) else row["x"] == pytest.approx(value, abs=1e-9)


def test_the_id_of_a_group_depends_on_its_keys_alone() -> None:
    first = transformed("group_by", table_of(g=["a", "b", None]), by=["g"]).to_pylist()
    second = transformed("group_by", table_of(g=["b", None, "b", "c"]), by=["g"]).to_pylist()
    ids = {row["g"]: row[ROW] for row in first}
    assert {row["g"]: row[ROW] for row in second if row["g"] != "c"} == {g: ids[g] for g in ("b", None)}
    assert len(set(ids.values())) == 3
    assert min(ids.values()) >= 0


def test_keys_that_look_alike_when_joined_have_different_ids() -> None:
    table = table_of(g=["ab", "a", "-", None], h=["c", "bc", None, "-"])
    assert len(set(transformed("group_by", table, by=["g", "h"])[ROW].to_pylist())) == 4


def test_roles_are_summarised_apart() -> None:
    table = table_of(**{"g": ["a", "a"], "v": [1, 100], ROLE: ["train", "test"], ROW: [1, 2]})
    params = {"by": ["g"], "aggregations": [{"column": "v", "function": "sum", "name": "x"}]}
    found = transformed("group_by", table, **params).to_pylist()
    assert {row[ROLE]: row["x"] for row in found} == {"train": 1, "test": 100}


def test_texts_cannot_be_added_up() -> None:
    with pytest.raises(WrongKind):
        bound("group_by", {"by": ["g"], "aggregations": [{"column": "g", "function": "sum"}]}, table=table_of(g=["a"]))


# Split


def roles(rows: int, **params: Any) -> pa.Table:
    table = table_of(**{"y": ["yes" if i % 10 == 0 else "no" for i in range(rows)], ROW: list(range(rows))})
    return tables.run(tables.made(component("split_random"), table, params), table)["table"].to_pyarrow()


@pytest.mark.parametrize(("test", "validation"), [(0.2, 0.0), (0.25, 0.25), (0.0, 0.5), (0.0, 0.0)])
def test_the_shares_of_a_random_split_are_about_right(test: float, validation: float) -> None:
    found = pd.Series(roles(20_000, test=test, validation=validation)[ROLE].to_pylist()).value_counts(normalize=True)
    assert found.get("test", 0) == pytest.approx(test, abs=0.015)
    assert found.get("validation", 0) == pytest.approx(validation, abs=0.015)


def test_the_shares_of_a_stratified_split_are_exact() -> None:
    found = roles(1000, test=0.2, validation=0.1, stratify="y").to_pandas().groupby(["y", ROLE]).size()
    assert found.to_dict() == {
        ("no", "test"): 180,
        ("no", "validation"): 90,
        ("no", "train"): 630,
        ("yes", "test"): 20,
        ("yes", "validation"): 10,
        ("yes", "train"): 70,
    }


def test_a_row_keeps_its_role_when_rows_are_added() -> None:
    few, many = (dict(zip(t[ROW].to_pylist(), t[ROLE].to_pylist(), strict=True)) for t in (roles(100), roles(1000)))
    assert few == {row: many[row] for row in few}


def test_another_seed_draws_other_rows() -> None:
    assert roles(100, seed=0)[ROLE].to_pylist() != roles(100, seed=1)[ROLE].to_pylist()


def test_a_larger_test_share_contains_the_smaller_one() -> None:
    small, large = ({r[ROW] for r in roles(500, test=t).to_pylist() if r[ROLE] == "test"} for t in (0.1, 0.3))
    assert small < large


def test_test_and_validation_leave_rows_to_train_on() -> None:
    with pytest.raises(ValidationError, match="leave rows to train on"):
        roles(10, test=0.6, validation=0.4)


def test_rows_without_ids_cannot_be_split() -> None:
    with pytest.raises(ComponentError, match="no ids"):
        bound("split_random", {}, table=table_of(a=[1])).roles(table_of(a=[1]))
