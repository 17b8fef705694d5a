"""A column that is renamed or retyped: every use after it follows, nothing else changes, and the list says so."""

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.schema as sch
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import expressions, references
from components.catalog import catalog, component
from components.example_table import SCHEMA, example
from components.ports import ROW, visible
from engine.checks import review
from engine.errors import CanvasbackError, MissingThing, ParamError
from engine.graph import Parameter, Pipeline
from engine.refactor import Proposal, later_uses, most_alike, rename_column, retype_column, stand_in
from tests.engine.running import draw

SHOP = sch.Schema(
    {
        "price": "float64",
        "amount": "int64",
        "city": "string",
        "day": "timestamp",
        "churn": "boolean",
        ROW: "int64",
    }
)
TABLES = {"shop": SHOP, "cities": sch.Schema({"city": "string", "people": "int64", ROW: "int64"})}
EXAMPLE = sch.Schema.from_pyarrow(SCHEMA)
S = ("dataset", {"dataset": "shop"})
MODEL = ("logistic_regression", {"target": "churn", "features": ["price", "amount"]})


def stored(table: Any) -> sch.Schema:
    return TABLES.get(table.dataset, EXAMPLE)


def renamed(drawn: Pipeline, node: str, column: str, to: str, port: str = "table") -> Proposal:
    return rename_column(drawn, stored, node, port, column, to)


def params(proposal: Proposal, node: str) -> Mapping[str, Any]:
    return proposal.pipeline.by_id[node].params


def errors(drawn: Pipeline) -> set[tuple[str | None, str]]:
    return {(problem.node, problem.code) for problem in review(drawn, stored).errors}


def columns(drawn: Pipeline, node: str, port: str = "table") -> list[str]:
    return [*visible(review(drawn, stored).schemas[node].outputs[port])]


def told(proposal: Proposal, kind: str) -> list[tuple[str, str, str]]:
    return [(one.node, one.before, one.after) for one in proposal.changes if one.kind == kind]


# Every component


def _filled(schema: Mapping[str, Any], root: Mapping[str, Any], name: str) -> Any:
    """A value that speaks of one column in every place of a schema where it can; None where it cannot."""
    if "$ref" in schema:
        schema = {**root["$defs"][schema["$ref"].split("/")[-1]], **{k: v for k, v in schema.items() if k != "$ref"}}
    if schema.get("x-keys") == "columns":
        return {name: None}
    match schema.get("x-widget"):
        case "columns":
            return [name]
        case "column":
            return [name] if schema.get("type") == "array" else name
        case "expression":
            return f'"{name}" IS NULL'
    found = [_filled(one, root, name) for one in schema.get("anyOf", schema.get("oneOf", ()))]
    if any(one is not None for one in found):
        return next(one for one in found if one is not None)
    if isinstance(schema.get("items"), Mapping):
        item = schema["items"]
        inner = [_filled(one, root, name) for one in item.get("oneOf", ())] or [_filled(item, root, name)]
        return [one for one in inner if one is not None] or None
    fields = {key: _filled(one, root, name) for key, one in schema.get("properties", {}).items()}
    tags = {key: one["const"] for key, one in schema.get("properties", {}).items() if "const" in one}
    told = {key: value for key, value in fields.items() if value is not None}
    return {**tags, **told} if told else None


@pytest.mark.parametrize("key", sorted(catalog()))
def test_every_param_that_speaks_of_columns_follows(key: str) -> None:
    kind = component(key).params_type()
    schema = kind.model_json_schema()
    fields = {name: _filled(one, schema, "old") for name, one in schema.get("properties", {}).items()}
    speaking = {name: value for name, value in fields.items() if value is not None}
    assert {(field, name) for field, _, name in references.mentioned(kind, speaking)} == {
        (field, "old") for field in speaking
    }
    followed = references.renamed(kind, speaking, lambda _, name: "new" if name == "old" else name)
    assert "old" not in repr(followed)
    back = references.renamed(kind, followed, lambda _, name: "old" if name == "new" else name)
    assert repr(back).replace('"', "") == repr(speaking).replace('"', "")


TABLES_ONLY = sorted(
    key
    for key, found in catalog().items()
    if found.spec.inputs and all(port.kind == "table" for port in found.spec.inputs) and found.spec.example
)
BY_HAND = {"sql": "its query is a text of its own"}


@pytest.mark.parametrize("key", TABLES_ONLY)
def test_every_column_that_an_example_uses_can_be_renamed_before_it(key: str) -> None:
    spec = component(key).spec
    wires = [f"s -> n.{port.name}" for port in spec.inputs if not port.optional]
    drawn = draw({"s": ("dataset", {"dataset": "example"}), "n": (key, spec.example)}, *wires)
    before = review(drawn, stored)
    used = {name for _, _, name in references.mentioned(component(key).params_type(), dict(spec.example))}
    for column in sorted(used & set(EXAMPLE)):
        proposal = renamed(drawn, "s", column, f"{column} now")
        after = review(proposal.pipeline, stored)
        assert {it.code for it in after.errors} <= {it.code for it in before.errors}, (column, proposal.changes)
        assert column not in {
            name for _, _, name in references.mentioned(component(key).params_type(), dict(params(proposal, "n")))
        }
        for port, schema in before.schemas["n"].outputs.items():
            assert len(after.schemas["n"].outputs[port]) == len(schema)
        assert not [one for one in proposal.changes if one.kind == "look"], key


# What makes the column gets the name; what uses it follows


def test_a_column_gets_its_name_where_it_is_made_and_every_later_use_follows() -> None:
    drawn = draw(
        {
            "s": S,
            "f": ("formula", {"name": "total", "expression": "price * amount"}),
            "keep": ("filter_rows", {"condition": "  total>10   AND lower( city ) <> 'total'"}),
            "scale": ("standardize", {"columns": {"select": "all", "except": ["total"]}}),
            "rest": ("sort_rows", {"by": ["city", "total"], "descending": ["total"]}),
            "model": ("logistic_regression", {"target": "churn", "features": ["total", "price"]}),
            "ev": "evaluate",
        },
        "s -> f -> keep -> scale -> rest -> model -> ev",
    )
    proposal = renamed(drawn, "f", "total", "Sum of all")
    assert params(proposal, "f")["name"] == "Sum of all"
    assert params(proposal, "keep")["condition"] == "  \"Sum of all\">10   AND lower( city ) <> 'total'"
    assert params(proposal, "scale")["columns"] == {"select": "all", "except": ["Sum of all"]}
    assert params(proposal, "rest") == {"by": ["city", "Sum of all"], "descending": ["Sum of all"]}
    assert params(proposal, "model")["features"] == ["Sum of all", "price"]
    assert [one.node for one in proposal.changes if one.kind == "param"] == [
        "f", "keep", "scale", "rest", "rest", "model",
    ]  # fmt: skip
    assert proposal.uses == 6
    assert {one.kind for one in proposal.changes} == {"param"}
    assert errors(proposal.pipeline) == set()
    assert proposal.pipeline.edges == drawn.edges


def test_a_column_of_the_data_is_renamed_by_a_node_with_room_of_its_own() -> None:
    drawn = draw({"s": S, "a": "impute_mean", "b": ("drop_columns", {"columns": ["price"]})}, "s -> a", "s -> b")
    drawn = drawn.model_copy(update={"layout": {"s": (0.0, 0.0), "a": (300.0, 0.0), "b": (300.0, 200.0)}})
    proposal = renamed(drawn, "s", "price", "cost")
    assert params(proposal, "rename_columns") == {"mapping": {"price": "cost"}}
    assert params(proposal, "b")["columns"] == ["cost"]
    assert [(edge.source, edge.target) for edge in proposal.pipeline.edges] == [
        ("s", "rename_columns"), ("rename_columns", "a"), ("rename_columns", "b"),
    ]  # fmt: skip
    places = proposal.pipeline.layout
    assert places["rename_columns"][0] >= 210 + 60
    assert places["a"][0] >= places["rename_columns"][0] + 210 + 60
    assert renamed(draw({"s": S}), "s", "price", "cost").pipeline.edges[0].target == "rename_columns"


def test_only_the_row_of_a_folded_line_makes_way_and_its_frame_grows() -> None:
    frame = ("group", {"width": 600, "height": 200})
    drawn = draw(
        {"s": S, "a": "impute_mean", "b": ("drop_columns", {"columns": ["price"]}), "f": frame}, "s -> a", "a -> b"
    )
    places = {"s": (0.0, 0.0), "a": (270.0, 0.0), "b": (0.0, 250.0), "f": (-20.0, -40.0)}
    changed = renamed(drawn.model_copy(update={"layout": places}), "s", "price", "cost").pipeline
    assert changed.layout == {**places, "a": (540.0, 0.0), "rename_columns": (270.0, 0.0)}
    assert changed.by_id["f"].params["width"] == 870


def test_a_node_that_renames_anyhow_is_told_one_more_name() -> None:
    drawn = draw({"s": S, "r": ("rename_columns", {"mapping": {"city": "town"}})}, "s -> r")
    assert params(renamed(drawn, "s", "price", "cost"), "r") == {"mapping": {"city": "town", "price": "cost"}}
    assert params(renamed(drawn, "r", "price", "cost"), "r") == {"mapping": {"city": "town", "price": "cost"}}
    assert params(renamed(drawn, "r", "town", "place"), "r") == {"mapping": {"city": "place"}}
    assert params(renamed(drawn, "s", "city", "place"), "r") == {"mapping": {"place": "town"}}


def test_it_ends_where_the_column_is_dropped_or_gets_yet_another_name() -> None:
    drawn = draw(
        {
            "s": S,
            "drop": ("drop_columns", {"columns": ["price"]}),
            "new": ("formula", {"name": "price", "expression": "amount * 2"}),
            "use": ("standardize", {"columns": ["price"]}),
        },
        "s -> drop -> new -> use",
    )
    proposal = renamed(drawn, "s", "price", "cost")
    assert params(proposal, "drop")["columns"] == ["cost"]
    assert params(proposal, "new")["name"] == "price"
    assert params(proposal, "use")["columns"] == ["price"]


def test_what_is_computed_in_the_place_of_a_column_takes_its_new_name() -> None:
    drawn = draw({"s": S, "f": ("formula", {"name": "price", "expression": "price / 100"}), "m": MODEL}, "s -> f -> m")
    proposal = renamed(drawn, "s", "price", "cost")
    assert params(proposal, "f") == {"name": "cost", "expression": "cost / 100"}
    assert params(proposal, "m")["features"] == ["cost", "amount"]
    assert columns(proposal.pipeline, "f") == ["cost", "amount", "city", "day", "churn"]


def test_names_that_come_from_the_name_follow_and_are_told() -> None:
    drawn = draw(
        {
            "s": S,
            "g": ("group_by", {"by": ["city"], "aggregations": [{"column": "price", "function": "mean"}]}),
            "use": ("filter_rows", {"condition": "mean_price > 3"}),
        },
        "s -> g -> use",
    )
    proposal = renamed(drawn, "s", "price", "cost")
    assert told(proposal, "derived") == [("g", "mean_price", "mean_cost")]
    assert params(proposal, "use") == {"condition": "mean_cost > 3"}
    named = renamed(drawn, "g", "mean_price", "usual")
    assert params(named, "g")["aggregations"] == [{"column": "price", "function": "mean", "name": "usual"}]
    assert params(named, "use") == {"condition": "usual > 3"}


def test_a_join_gets_the_new_name_on_both_sides_and_suffixes_are_told() -> None:
    drawn = draw(
        {
            "s": S,
            "c": ("dataset", {"dataset": "cities"}),
            "join": ("join", {"on": ["city"]}),
            "use": ("filter_rows", {"condition": "people > 5 AND city IS NOT NULL"}),
        },
        "s -> join.left", "c -> join.right", "join -> use",
    )  # fmt: skip
    proposal = renamed(drawn, "s", "city", "town")
    assert params(proposal, "join") == {"on": ["town"]}
    assert params(proposal, "use") == {"condition": "people > 5 AND town IS NOT NULL"}
    assert sorted(one.label for one in proposal.changes if one.kind == "insert") == ["Rename columns"] * 2
    assert errors(proposal.pipeline) == set()

    same = renamed(drawn, "s", "price", "people")
    assert told(same, "derived") == [("join", "people", "people_right")]
    assert params(same, "use") == {"condition": "people_right > 5 AND city IS NOT NULL"}


def test_what_a_model_learned_from_follows_to_where_it_is_looked_at() -> None:
    drawn = draw(
        {
            "s": S,
            "f": ("formula", {"name": "total", "expression": "price * amount"}),
            "split": ("split_random", {"stratify": "churn"}),
            "scale": "standardize",
            "m": MODEL,
            "pd": ("error_slices", {"columns": ["price", "total"]}),
        },
        "s -> f -> scale -> split -> m", "m.model -> pd",
    )  # fmt: skip
    made = renamed(drawn, "f", "total", "sum")
    assert params(made, "pd")["columns"] == ["price", "sum"]
    asked = renamed(drawn, "s", "price", "cost")  # an endpoint is asked for what the data calls it
    assert params(asked, "m")["features"] == ["cost", "amount"]
    assert params(asked, "pd")["columns"] == ["price", "total"]
    target = renamed(drawn, "s", "churn", "left")
    assert (params(target, "m")["target"], params(target, "split")["stratify"]) == ("left", "left")
    assert errors(target.pipeline) == errors(drawn)
    assert not told(target, "look")


def test_what_cannot_follow_is_said() -> None:
    drawn = draw(
        {
            "s": S,
            "q": ("sql", {"query": "SELECT price FROM input"}),
            "gone": ("not_installed", {"columns": ["price"]}),
            "u": "union",
            "m": ("logistic_regression", {"target": "${what}", "features": ["price"]}),
        },
        "s -> q", "s -> gone", "s -> u.table", "q -> u.table2", "s -> m",
    ).model_copy(update={"params": {"what": Parameter(default="churn")}})  # fmt: skip
    notes = {one.node: one.note for one in renamed(drawn, "s", "price", "cost").changes if one.kind == "look"}
    assert set(notes) == {"q", "gone"}
    assert "not installed" in notes["gone"]
    target = {one.node: one for one in renamed(drawn, "s", "churn", "left").changes if one.kind == "look"}
    assert target["m"].field == "target"
    assert "parameter of the pipeline" in target["m"].note


@pytest.mark.parametrize(
    ("to", "says"),
    [("city", "already"), ("CITY", "already"), ("price", "already"), ("  ", "needs a name"), ("__cb_x", "reserved")],
)
def test_a_name_that_cannot_be_is_refused(to: str, says: str) -> None:
    with pytest.raises(ParamError, match=says):
        renamed(draw({"s": S}), "s", "price", to)
    with pytest.raises(MissingThing):
        renamed(draw({"s": S}), "s", "nothing", "else")
    with pytest.raises(MissingThing):
        renamed(draw({"s": S}), "t", "price", "else")


# Expressions


def _expressions() -> st.SearchStrategy[str]:
    number = st.sampled_from(["number", "OTHER", '"target_number"', "3", "0.5"])
    text = st.sampled_from(["text", '"group"', "'number'", "lower( text )"])
    numbers = st.recursive(
        number,
        lambda inner: st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
            st.builds("round({},2)".format, inner),
            st.builds("CASE  WHEN {} > 1 THEN {} ELSE 2 END".format, inner, inner),
        ),
        max_leaves=6,
    )
    compared = st.builds("{} {} {}".format, numbers, st.sampled_from(["<", ">=", "<>"]), numbers)
    said = st.builds("{} {} {}".format, text, st.sampled_from(["=", "||", "LIKE"]), text)
    return st.one_of(numbers, compared, said, st.builds("({}) AND  number IS NULL".format, compared))


_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda name: name.strip() and not name.lower().startswith("__cb_")
)


@settings(max_examples=40, deadline=None)
@given(text=_expressions(), names=st.lists(_NAMES, min_size=3, max_size=3, unique_by=lambda name: name.lower()))
def test_a_rewritten_expression_gives_the_same_on_the_renamed_table(text: str, names: list[str]) -> None:
    table = ibis.memtable(example(8))
    new = dict(zip(("number", "other", "text"), names, strict=True))
    if {name.lower() for name in names} & {name.lower() for name in table.columns}:
        return
    kind = component("formula").params_type()
    told = references.renamed(kind, {"name": "x", "expression": text}, lambda _, name: new.get(name.lower(), name))[
        "expression"
    ]
    after = table.rename({fresh: old for old, fresh in new.items()})
    expected = ENGINE.to_pyarrow(table.select(x=expressions.to_ibis(text, table)))
    assert ENGINE.to_pyarrow(after.select(x=expressions.to_ibis(told, after))).equals(expected)


ENGINE = ibis.duckdb.connect()


def test_the_rest_of_an_expression_stays_byte_for_byte() -> None:
    kind = component("formula").params_type()
    text = "  CASE WHEN Price>=1 THEN 'price'   ELSE \"price\"||city END "
    told = references.renamed(kind, {"expression": text}, lambda _, name: 'a"b' if name.lower() == "price" else name)
    assert told["expression"] == '  CASE WHEN "a""b">=1 THEN \'price\'   ELSE "a""b"||city END '
    broken = "price +* 2"
    assert references.renamed(kind, {"expression": broken}, lambda _, name: "x")["expression"] == broken


# Types


def test_another_type_says_what_follows_from_it() -> None:
    drawn = draw(
        {
            "s": S,
            "scale": "standardize",
            "keep": ("filter_rows", {"condition": "amount > 3"}),
            "one": ("encode_one_hot", {"columns": "text"}),
        },
        "s -> scale -> keep -> one",
    )
    proposal = retype_column(drawn, stored, "s", "table", "amount", "string")
    assert params(proposal, "cast") == {"columns": ["amount"], "to": "string"}
    notes = {one.node: (one.kind, one.note) for one in proposal.changes}
    assert notes["cast"][0] == "insert"
    assert notes["scale"] == ("derived", "“amount” is no longer among its columns from now on.")
    assert notes["keep"][0] == "look"


def test_a_node_that_converts_it_anyhow_converts_it_otherwise() -> None:
    drawn = draw({"s": S, "cast": ("cast", {"columns": ["amount"], "to": "string"})}, "s -> cast")
    changed = retype_column(drawn, stored, "cast", "table", "amount", "float64")
    assert params(changed, "cast") == {"columns": ["amount"], "to": "float64"}
    joined = retype_column(drawn, stored, "s", "table", "price", "string")
    assert params(joined, "cast") == {"columns": ["amount", "price"], "to": "string"}
    with pytest.raises(CanvasbackError, match="cannot become"):
        retype_column(draw({"s": S}), stored, "s", "table", "churn", "date")
    with pytest.raises(ParamError, match="already"):
        retype_column(draw({"s": S}), stored, "s", "table", "price", "float64")


# A column that is gone, and one that was renamed in a form


@pytest.mark.parametrize(
    ("gone", "there", "meant"),
    [
        ("UnitPrice", ["unit_price", "price", "unit"], "unit_price"),
        ("Unit price", ["unit_price", "units"], "unit_price"),
        ("custmer", ["customer", "country"], "customer"),
        ("price", ["unit_price", "city"], "unit_price"),
        ("price", ["price_a", "price_b"], None),
        ("x", ["y", "z"], None),
        ("price", [], None),
    ],
)
def test_the_likely_column_is_found_or_none(gone: str, there: list[str], meant: str | None) -> None:
    assert most_alike(gone, there) == meant


def test_a_gone_column_is_replaced_at_its_node_and_in_all_that_follows() -> None:
    drawn = draw(
        {
            "s": S,
            "f": ("formula", {"name": "total", "expression": "Unit_Price * amount"}),
            "g": ("group_by", {"by": ["city"], "aggregations": [{"column": "Unit_Price", "function": "mean"}]}),
            "use": ("filter_rows", {"condition": "mean_Unit_Price > 3"}),
            "other": ("standardize", {"columns": ["Unit_Price"]}),
        },
        "s -> f -> g -> use", "s -> other",
    )  # fmt: skip
    proposal = stand_in(drawn, stored, "f", "table", "Unit_Price", "price")
    assert params(proposal, "f")["expression"] == "price * amount"
    assert params(proposal, "g")["aggregations"] == [{"column": "price", "function": "mean"}]
    assert params(proposal, "use")["condition"] == "mean_price > 3"
    assert params(proposal, "other")["columns"] == ["Unit_Price"]


def test_what_was_renamed_in_a_form_is_offered_to_later_places() -> None:
    drawn = draw(
        {
            "s": S,
            "f": ("formula", {"name": "sum", "expression": "price * amount"}),
            "use": ("filter_rows", {"condition": "total > 10"}),
            "m": ("logistic_regression", {"target": "churn", "features": ["total"]}),
        },
        "s -> f -> use -> m",
    )
    proposal = later_uses(drawn, stored, "f", {"name": "total", "expression": "price * amount"})
    assert proposal is not None
    assert proposal.uses == 2
    assert params(proposal, "use")["condition"] == "sum > 10"
    assert later_uses(proposal.pipeline, stored, "f", {"name": "total", "expression": "price * amount"}) is None
    assert later_uses(drawn, stored, "f", drawn.by_id["f"].params) is None
    assert later_uses(drawn, stored, "s", {"dataset": "cities"}) is None


def test_a_proposal_is_plain_data() -> None:
    told = renamed(draw({"s": S, "m": MODEL}, "s -> m"), "s", "price", "cost").as_data()
    assert set(told) == {"title", "uses", "changes"}
    assert all(one["kind"] in ("insert", "param", "derived", "look") for one in told["changes"])
