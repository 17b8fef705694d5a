"""Which columns a node hands on unchanged: what may be learned from them before it or after it, all the same."""

from typing import Any

import pytest

from engine.checks import review
from engine.schemas import carried
from tests.engine.running import draw

SOURCE = ("sample_data", {"name": "customers"})


def of(component: str, params: dict[str, Any], port: str = "table", *, into: str = "table") -> frozenset[str]:
    """What a node after the customers carries; a second input gets them too."""
    nodes = {"s": SOURCE, "n": (component, params)}
    wires = ["s -> n.left", "s -> n.right"] if into == "left" else ["s -> n"]
    looked = review(draw(nodes, *wires), lambda table: None)
    assert not looked.errors
    return carried(looked.schemas["n"], port)


ALL = of("filter_rows", {"condition": "age > 3"})


def test_a_filter_hands_on_every_column_on_both_ways_out() -> None:
    assert {"age", "region", "__cb_row"} <= ALL
    assert of("filter_rows", {"condition": "age > 3"}, "rest") == ALL


@pytest.mark.parametrize(
    ("component", "params", "changed"),
    [
        ("drop_missing", {}, set()),
        ("deduplicate", {"columns": ["region"]}, set()),
        ("split_random", {}, set()),
        ("sort_rows", {"by": ["age"]}, set()),
        ("limit_rows", {"skip": 1}, set()),
        ("sample_rows", {"rows": 5, "stratify": "region"}, set()),
        ("remove_outliers", {"columns": ["age"]}, set()),
        ("fill_forward", {"columns": ["age"]}, {"age"}),
        ("fill_constant", {"columns": ["data_gb"], "value": 0}, {"data_gb"}),
        ("lag_features", {"columns": ["age"]}, set()),
        ("map_values", {"column": "region", "mapping": {"north": "n"}}, {"region"}),
        ("unpivot", {"columns": ["age"]}, {"age", "__cb_row"}),
        ("formula", {"name": "age", "expression": "age * 2"}, {"age"}),
        ("formula", {"name": "double", "expression": "age * 2"}, set()),
        ("drop_columns", {"columns": ["age"]}, {"age"}),
        ("rename_columns", {"mapping": {"age": "years"}}, {"age"}),
        ("cast", {"columns": ["age"], "to": "string"}, {"age"}),
        ("standardize", {"columns": ["age"]}, {"age"}),
        ("impute_mean", {"columns": ["age"]}, {"age"}),
        ("impute_mode", {"columns": ["region"]}, {"region"}),
        ("encode_ordinal", {"columns": ["region"]}, {"region"}),
        ("encode_one_hot", {"columns": ["region"]}, {"region"}),
    ],
)
def test_what_a_node_computes_anew_is_not_carried(component: str, params: dict[str, Any], changed: set[str]) -> None:
    assert of(component, params) == ALL - changed


def test_what_changes_places_by_new_names_is_not_carried() -> None:
    swapped = {"mapping": {"age": "region", "region": "age"}}
    assert of("rename_columns", swapped) == ALL - {"age", "region"}


def test_only_chosen_columns_are_carried_and_those_of_the_engine() -> None:
    assert of("select_columns", {"columns": ["region", "age"]}) == {"region", "age", "__cb_row"}


def test_a_grouping_carries_nothing() -> None:
    assert of("group_by", {"by": ["region"]}) == frozenset()


def test_a_left_join_carries_the_left_columns_but_not_its_shared_keys() -> None:
    key = {"on": ["customer_id"]}
    assert of("join", {**key, "how": "left"}, into="left") == ALL - {"customer_id"}
    assert of("join", {**key, "how": "inner"}, into="left") == ALL - {"customer_id"}
    assert of("join", {**key, "how": "outer"}, into="left") == frozenset()
    assert of("join", key, "left_only", into="left") == ALL
    assert of("join", key, "right_only", into="left") == frozenset()


def test_a_source_and_a_model_carry_nothing() -> None:
    assert of("linear_regression", {"target": "age"}, "predictions") == frozenset()
