"""Tables put together and turned around; beside pandas."""

import datetime as dates
import random
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from pydantic import ValidationError

from components.catalog import component
from components.errors import ComponentError, WrongKind
from components.ports import ROLE, ROW

CONNECTION = ibis.duckdb.connect()
DRAWN = random.Random(5)  # noqa: S311
SALES = pd.DataFrame(
    {
        "shop": [DRAWN.choice(["x", "y", None]) for _ in range(90)],
        "day": [DRAWN.choice([*range(25), None]) for _ in range(90)],
        "kind": [DRAWN.choice(["tea", "nuts", "A b", None]) for _ in range(90)],
        "sold": [DRAWN.choice([None, 1.5, 2.0, -3.25, 8.0]) for _ in range(90)],
        ROW: range(90),
    }
).astype({"day": "Int64"})


def of(**columns: Any) -> pa.Table:
    return pa.table(columns)


def made(key: str, *given: pa.Table, **params: Any) -> pa.Table:
    """The result, from tables in the order of the input ports."""
    kind: Any = component(key)
    inputs = [CONNECTION.create_table(f"t{place}", table, overwrite=True) for place, table in enumerate(given)]
    schemas = {port.name: table.schema() for port, table in zip(kind.spec.inputs, inputs, strict=False)}
    return kind(kind.params_type().model_validate(params).bind(schemas)).transform(*inputs).to_pyarrow()


def demanded(key: str, *given: pa.Table, **params: Any) -> dict[str, int]:
    kind: Any = component(key)
    inputs = [CONNECTION.create_table(f"t{place}", table, overwrite=True) for place, table in enumerate(given)]
    schemas = {port.name: table.schema() for port, table in zip(kind.spec.inputs, inputs, strict=False)}
    demands = kind(kind.params_type().model_validate(params).bind(schemas)).demands(*inputs)
    return {message: count.to_pyarrow().as_py() for message, count in demands.items()}


def sales() -> pa.Table:
    return pa.Table.from_pandas(SALES, preserve_index=False)


def plain(values: Any) -> list[Any]:
    return [None if pd.isna(value) else value for value in values]


# Typed tables


def test_a_typed_table_has_the_columns_of_all_its_rows() -> None:
    kind: Any = component("manual_table")
    rows = [{"a": 1, "b": "x"}, {"a": 2.5, "c": True}, {"d": None}]
    table = kind(kind.params_type().model_validate({"rows": rows})).table()
    assert table.to_pydict() == {
        "a": [1.0, 2.5, None],
        "b": ["x", None, None],
        "c": [None, True, None],
        "d": [None, None, None],
    }
    assert [str(dtype) for dtype in table.schema.types] == ["double", "string", "bool", "string"]


@pytest.mark.parametrize("rows", [[], [{}], [{"a": 1}, {"a": "x"}], [{"a": 1}, {"A": 1}], [{"__cb_row": 1}], [{"": 1}]])
def test_what_is_no_table_is_refused(rows: list[Any]) -> None:
    with pytest.raises(ValidationError):
        component("manual_table").params_type().model_validate({"rows": rows})


# Union


def test_columns_of_one_name_belong_together_and_types_widen() -> None:
    first = of(a=pa.array([1], pa.int8()), b=["x"], d=[dates.date(2026, 1, 2)])
    second = of(b=["y"], a=[2.5], d=[dates.datetime(2026, 1, 2, 3)], e=[True])
    found = made("union", first, second)
    assert found.column_names == ["a", "b", "d", "e"]
    assert sorted(found.to_pylist(), key=lambda row: row["a"]) == [
        {"a": 1.0, "b": "x", "d": dates.datetime(2026, 1, 2), "e": None},
        {"a": 2.5, "b": "y", "d": dates.datetime(2026, 1, 2, 3), "e": True},
    ]
    assert made("union", first, second, columns="common").column_names == ["a", "b", "d"]


def test_columns_can_belong_together_by_their_place() -> None:
    found = made("union", of(a=[1], b=["x"]), of(c=[2], d=["y"]), of(e=[3], f=["z"]), by_name=False)
    assert sorted(map(tuple, (row.values() for row in found.to_pylist()))) == [(1, "x"), (2, "y"), (3, "z")]
    with pytest.raises(ComponentError, match="1 and 2 columns"):
        made("union", of(a=[1], b=["x"]), of(c=[2]), by_name=False)


def test_every_row_has_an_id_of_its_own_and_the_first_tables_stay() -> None:
    same = of(**{"a": [1, 2], ROW: [0, 1]})
    ids = made("union", same, same, same)[ROW].to_pylist()
    assert len(set(ids)) == 6
    assert {0, 1} <= set(ids)
    assert ids == made("union", same, same, same)[ROW].to_pylist()


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"a": ["x"]}, "is a number .* is text"),
        ({"A": [1]}, "only in case"),
        ({"a": [1], ROLE: ["train"]}, "roles already"),
    ],
)
def test_tables_that_do_not_fit_under_one_another_are_refused(other: Any, message: str) -> None:
    with pytest.raises(ComponentError, match=message):
        made("union", of(a=[1]), of(**other))


def test_tables_without_a_common_column_have_nothing_to_keep() -> None:
    with pytest.raises(ComponentError, match="no column in common"):
        made("union", of(a=[1]), of(b=[1]), columns="common")


# Look up

PRICES = of(code=["a", "b", None], price=[1.5, None, 9.0], **{"Ünit 'x'": ["kg", "g", "t"]})


def test_every_row_stays_once_matched_or_not() -> None:
    table = of(**{"code": ["b", "a", None, "z", "a"], ROW: [0, 1, 2, 3, 4]})
    found = made("lookup", table, PRICES, on=["code"]).sort_by(ROW)
    assert found.column_names == ["code", "price", "Ünit 'x'", ROW]
    assert found["price"].to_pylist() == [None, 1.5, None, None, 1.5]
    assert found["Ünit 'x'"].to_pylist() == ["g", "kg", None, None, "kg"]


def test_keys_can_have_other_names_and_new_columns_a_prefix() -> None:
    table = of(product=["a"], price=[7])
    found = made("lookup", table, PRICES, on=["product"], lookup_on=["code"], columns=["price"], prefix="list_")
    assert found.to_pylist() == [{"product": "a", "price": 7, "list_price": 1.5}]
    with pytest.raises(ComponentError, match="two columns named 'price'"):
        made("lookup", table, PRICES, on=["product"], lookup_on=["code"])


@pytest.mark.parametrize("key", [["k"], ["k", "m"]])
def test_keys_that_occur_several_times_are_counted(key: list[str]) -> None:
    lookup = of(k=[1, 1, 2, None, None, 3, 3, 3], m=["x", "x", "y", "x", "x", "x", "x", "y"], v=range(8))
    table = of(k=[1], m=["x"])
    ((message, count),) = demanded("lookup", table, lookup, on=key, columns=["v"]).items()
    assert "several rows" in message
    assert count == {1: 3, 2: 2}[len(key)]


@pytest.mark.parametrize("params", [{"on": []}, {"on": ["k"], "lookup_on": ["k", "v"]}])
def test_a_lookup_needs_its_keys(params: Any) -> None:
    with pytest.raises(ValidationError):
        made("lookup", of(k=[1]), of(k=[1], v=[1]), **params)


def test_a_text_cannot_be_looked_up_among_numbers() -> None:
    with pytest.raises(WrongKind, match="in the other table"):
        made("lookup", of(k=["1"]), of(k=[1], v=[1]), on=["k"])


# Pivot, unpivot, transpose


@pytest.mark.parametrize("aggregation", ["count", "sum", "mean", "median", "min", "max", "std", "count_distinct"])
def test_a_pivot_is_that_of_pandas(aggregation: str) -> None:
    listed = ["nuts", "A b", "tea"]
    params: dict[str, Any] = {"index": ["shop"], "columns": "kind", "values": "sold", "aggregation": aggregation}
    found = made("pivot", sales(), columns_values=listed, **params).to_pandas().set_index("shop")
    function = {"count_distinct": "nunique", "sum": lambda values: values.sum(min_count=1)}.get(
        aggregation, aggregation
    )
    groups = SALES.groupby(["shop", "kind"], dropna=False)["sold"].agg(function)
    for shop in ("x", "y"):
        assert found.loc[shop, listed].astype(float).tolist() == pytest.approx(
            [groups.get((shop, kind), float("nan")) for kind in listed], nan_ok=True
        )
    assert len(found) == SALES["shop"].nunique(dropna=False)


def test_a_pivot_counts_rows_and_names_columns_after_numbers_and_flags() -> None:
    table = of(a=["x", "x", "y"], n=[1, 2, 1], f=[True, True, None])
    found = made("pivot", table, index=["a"], columns="n", columns_values=[1, 2], aggregation="count", prefix="n ")
    assert sorted(map(repr, found.drop_columns(ROW).to_pylist())) == [
        "{'a': 'x', 'n 1': 1, 'n 2': 1}",
        "{'a': 'y', 'n 1': 1, 'n 2': 0}",
    ]
    flags = made("pivot", table, index=["a"], columns="f", columns_values=["yes"], aggregation="count")
    assert {row["a"]: row["yes"] for row in flags.to_pylist()} == {"x": 2, "y": 0}


def test_values_that_are_not_listed_stop_the_run_or_are_left_out() -> None:
    params: dict[str, Any] = {"index": ["shop"], "columns": "kind", "columns_values": ["tea"], "values": "sold"}
    ((message, count),) = demanded("pivot", sales(), **params).items()
    assert "'kind'" in message
    assert count == SALES["kind"].isin(["nuts", "A b"]).sum()
    assert demanded("pivot", sales(), **params, others="leave_out") == {}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"columns_values": []}, "which values of 'kind'"),
        ({"columns_values": ["shop"]}, "two columns named 'shop'"),
        ({"columns_values": ["a", "A"]}, "only in case"),
        ({"columns_values": ["__cb_row"]}, "cannot be named"),
        ({"columns_values": ["a"], "values": None}, "needs a column"),
        ({"columns_values": ["a"], "columns": "day"}, "not a number"),
    ],
)
def test_a_pivot_must_know_its_columns(params: Any, message: str) -> None:
    given = {"index": ["shop"], "columns": "kind", "values": "sold", **params}
    with pytest.raises(ComponentError, match=message):
        made("pivot", sales(), **given)


def test_an_unpivot_is_the_melt_of_pandas() -> None:
    table = SALES.assign(day=SALES["day"].astype("float64"))
    found = made("unpivot", pa.Table.from_pandas(table), columns=["day", "sold"], names_to="what", values_to="how much")
    expected = table.melt(["shop", "kind", ROW], ["day", "sold"], "what", "how much").sort_values([ROW, "what"])
    for name in ("shop", "kind", "what", "how much"):
        one = found.to_pandas().assign(**{ROW: found[ROW].to_pylist()})
        assert sorted(map(repr, plain(one[name]))) == sorted(map(repr, plain(expected[name])))
    assert len(set(found[ROW].to_pylist())) == 180
    few = made("unpivot", pa.Table.from_pandas(table), columns=["day", "sold"], drop_missing=True)
    assert few.num_rows == expected["how much"].notna().sum()


def test_columns_of_different_kinds_become_text() -> None:
    found = made("unpivot", of(a=[1], b=["x"], c=[True]), columns="all")
    assert found["value"].to_pylist() == ["1", "x", "true"]
    assert found["name"].to_pylist() == ["a", "b", "c"]


@pytest.mark.parametrize(
    "params", [{"columns": []}, {"columns": ["a"], "names_to": "b"}, {"columns": ["a"], "values_to": "NAME"}]
)
def test_an_unpivot_needs_columns_and_names(params: Any) -> None:
    with pytest.raises(ComponentError):
        made("unpivot", of(a=[1], b=[2]), **params)


def test_a_transpose_is_that_of_pandas() -> None:
    table = pd.DataFrame({"what": ["cost", "gain"], "jan": [1.5, 2.0], "feb": [None, 4.0]})
    found = made("transpose", pa.Table.from_pandas(table), columns="all", header="what", header_values=["gain", "cost"])
    expected = table.set_index("what").T
    assert found["column"].to_pylist() == ["jan", "feb"]
    for name in ("gain", "cost"):
        assert found[name].to_pylist() == plain(expected[name])


def test_two_rows_cannot_become_one_column() -> None:
    table = of(what=["a", "a", "b", None, "c", "c"], v=range(6))
    ((_, count),) = demanded("transpose", table, columns=["v"], header="what", header_values=["a", "b"]).items()
    assert count == 1


# Windows


def ordered(groups: bool) -> Any:
    frame = SALES.sort_values("day", kind="stable", na_position="last")
    return frame.groupby("shop", dropna=False) if groups else frame


def agrees(found: pa.Table, name: str, expected: Any) -> None:
    values = plain(expected.sort_index())
    told = found.sort_by(ROW)[name].to_pylist()
    assert [value is None for value in told] == [value is None for value in values], name
    numbers = [(ours, theirs) for ours, theirs in zip(told, values, strict=True) if ours is not None]
    assert [ours for ours, _ in numbers] == (
        [theirs for _, theirs in numbers]
        if isinstance(numbers[0][0], str)
        else pytest.approx([float(theirs) for _, theirs in numbers], abs=1e-9)
    ), name


@pytest.mark.parametrize("groups", [True, False])
def test_lags_are_the_shifts_of_pandas(groups: bool) -> None:
    params: dict[str, Any] = {"columns": ["sold", "kind"], "order_by": ["day"], "lags": [1, 3]}
    found = made("lag_features", sales(), **params, group=["shop"] if groups else [])
    for name in ("sold", "kind"):
        for lag in (1, 3):
            agrees(found, f"{name}_lag_{lag}", ordered(groups)[name].shift(lag))


@pytest.mark.parametrize("current", [True, False])
@pytest.mark.parametrize("least", [None, 2])
def test_rolling_figures_are_those_of_pandas(current: bool, least: int | None) -> None:
    functions = ["mean", "sum", "min", "max", "std", "count"]
    params: dict[str, Any] = {"columns": ["sold"], "order_by": ["day"], "group": ["shop"], "window": 4}
    found = made("rolling_features", sales(), **params, functions=functions, current=current, min_rows=least)
    for function in functions:
        expected = ordered(True)["sold"].transform(
            lambda values, function=function: getattr(
                (values if current else values.shift(1)).rolling(
                    4, min_periods=0 if function == "count" else least or 4
                ),
                function,
            )()
        )
        agrees(found, f"sold_{function}_4", expected)


def test_infinite_values_do_not_break_rolling_figures() -> None:
    table = of(**{"a": [1.0, float("inf"), 3.0, 5.0], ROW: range(4)})
    params: dict[str, Any] = {"window": 3, "functions": ["std", "mean"], "min_rows": 1}
    found = made("rolling_features", table, columns=["a"], **params)
    assert found["a_std_3"].to_pylist() == [None, None, None, pytest.approx(2**0.5)]
    assert found["a_mean_3"].to_pylist() == [None, 1.0, 1.0, 2.0]


@pytest.mark.parametrize("params", [{"lags": [0]}, {"lags": [-1]}, {"lags": [1, 1]}, {"lags": []}])
def test_a_lag_looks_back(params: Any) -> None:
    with pytest.raises(ValidationError):
        made("lag_features", sales(), columns=["sold"], **params)


def test_window_functions_are_those_of_pandas() -> None:
    asked: list[dict[str, Any]] = [
        {"function": "row_number"},
        {"function": "lag", "column": "kind", "rows": 2},
        {"function": "lead", "column": "sold"},
        {"function": "difference", "column": "sold"},
        {"function": "change", "column": "sold"},
        {"function": "count", "column": "sold"},
        {"function": "mean", "column": "sold"},
        {"function": "max", "column": "sold", "over": "group", "name": "best"},
        {"function": "sum", "column": "sold", "over": "group", "name": "total"},
        {"function": "share", "column": "sold"},
        {"function": "first", "column": "sold"},
        {"function": "last", "column": "kind"},
    ]
    found = made("window", sales(), partition_by=["shop"], order_by=["day"], functions=asked)
    rows = ordered(True)
    sold = rows["sold"]
    agrees(found, "row_number", rows.cumcount() + 1)
    agrees(found, "lag_kind", rows["kind"].shift(2))
    agrees(found, "lead_sold", sold.shift(-1))
    agrees(found, "difference_sold", sold.diff())
    agrees(found, "change_sold", sold.transform(lambda values: values.pct_change(fill_method=None)))
    agrees(found, "count_sold", sold.transform(lambda values: values.notna().cumsum()))
    agrees(found, "mean_sold", sold.transform(lambda values: values.expanding().mean()))
    agrees(found, "best", sold.transform("max"))
    agrees(found, "total", sold.transform("sum"))
    agrees(found, "first_sold", sold.transform("first"))
    agrees(found, "last_kind", rows["kind"].transform("last"))
    agrees(found, "share_sold", sold.transform(lambda values: values / values.sum()))


@pytest.mark.parametrize("descending", [[], ["sold"]])
def test_ranks_are_those_of_pandas_with_missing_values_last(descending: list[str]) -> None:
    asked = [{"function": name} for name in ("rank", "dense_rank", "percent_rank")]
    found = made("window", sales(), order_by=["sold"], descending=descending, functions=asked)
    values = SALES["sold"]
    place: dict[str, Any] = {"ascending": not descending, "na_option": "bottom"}
    agrees(found, "rank", values.rank(method="min", **place))
    agrees(found, "dense_rank", values.rank(method="dense", **place))
    agrees(found, "percent_rank", (values.rank(method="min", **place) - 1) / (len(values) - 1))


@pytest.mark.parametrize(
    "functions",
    [[{"function": "sum"}], [{"function": "sum", "column": "kind"}], [{"function": "rank"}, {"function": "rank"}], []],
)
def test_window_functions_need_fitting_columns_and_names(functions: list[Any]) -> None:
    with pytest.raises((ValidationError, ComponentError)):
        made("window", sales(), functions=functions)


@pytest.mark.parametrize(("key", "name"), [("lag_features", "x_lag_1"), ("rolling_features", "x_mean_1")])
def test_no_test_row_flows_into_a_train_row(key: str, name: str) -> None:
    table = of(**{"x": [1.0, 2.0, 3.0], ROLE: ["test", "train", "train"], ROW: [0, 1, 2]})
    params = {"lags": [1]} if key == "lag_features" else {"window": 1}
    assert made(key, table, columns=["x"], **params).sort_by(ROW)[name].to_pylist() == [None, None, 2.0]
