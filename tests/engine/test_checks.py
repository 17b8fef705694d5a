import itertools
import json
from pathlib import Path
from typing import Any

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.base import StoredTable
from components.catalog import catalog
from engine.checks import Problem, apply_fix, can_edge, check_edge, review
from engine.errors import CanvasbackError, MissingThing, PipelineProblems, RefusedEdge
from engine.graph import Edge, Node, Pipeline
from engine.plan import make_plan
from tests.engine.running import Bench, draw

MODEL = ("hist_gradient_boosting_classifier", {"target": "churn"})
CUSTOMERS = ("sample_data", {"name": "customers"})


def no_tables(table: StoredTable) -> Any:
    raise MissingThing(f"There is no {table}.", hint="Import one.")


def found(pipeline: Pipeline) -> dict[str, Problem]:
    return {problem.code: problem for problem in review(pipeline, no_tables).problems}


def errors(pipeline: Pipeline) -> set[str]:
    return {problem.code for problem in review(pipeline, no_tables).errors}


def edge(text: str) -> Edge:
    source, target = (end.strip().split(".") for end in text.split("->"))
    return Edge(source=source[0], source_port=source[1], target=target[0], target_port=target[1])


# Wires


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        ("s.table -> model.table", None),
        ("s.table -> s.table", "self"),
        ("fill.table -> fill.table", "self"),
        ("s.rest -> model.table", "no_port"),
        ("s.table -> ev.model", "kind_mismatch"),
        ("s.table -> fill.table", "duplicate"),
        ("fill.table -> join.left", "taken"),
        ("join.table -> fill.table", "taken"),
        ("join.table -> before.table", "cycle"),
        ("nobody.table -> model.table", "no_node"),
        ("model.predictions -> s.table", "no_input"),
        ("ev.table -> fill.table", "no_output"),
        ("theirs.table -> model.table", "unknown"),
    ],
)
def test_a_wire_is_refused_for_its_reason(wire: str, reason: str | None) -> None:
    drawn = draw(
        {
            "s": CUSTOMERS,
            "before": "impute_mean",
            "fill": "impute_mean",
            "join": ("join", {"on": ["region"]}),
            "model": MODEL,
            "ev": "evaluate",
            "theirs": "not_installed",
        },
        "s -> fill",
        "s -> join.left",
        "before -> join.right",
    )
    assert can_edge(drawn, edge(wire)) is (reason is None)
    if reason:
        with pytest.raises(RefusedEdge) as caught:
            check_edge(drawn, edge(wire))
        assert caught.value.detail["reason"] == reason
        assert "{" not in caught.value.message


def test_a_refusal_names_the_nodes_and_what_their_ports_carry() -> None:
    drawn = draw({"s": CUSTOMERS, "model": MODEL, "fill": "impute_mean"})
    with pytest.raises(RefusedEdge) as caught:
        check_edge(drawn, edge("model.model -> fill.table"))
    assert caught.value.message == "“Gradient boosting” gives a model here, but “Impute mean” takes a table."
    with pytest.raises(RefusedEdge) as caught:
        check_edge(drawn, edge("s.rest -> fill.table"))
    assert caught.value.message == "“Sample data” has no output called “rest”."


def test_of_two_wires_into_one_input_the_second_is_wrong_and_can_be_cut() -> None:
    drawn = draw({"s": CUSTOMERS, "t": CUSTOMERS, "fill": "impute_mean"}, "s -> fill", "t -> fill")
    problem = found(drawn)["taken"]
    assert problem.fix is not None
    mended = apply_fix(drawn, problem.fix)
    assert [wire.source for wire in mended.edges] == ["s"]
    assert errors(mended) == set()


def test_two_circles_are_told_apart() -> None:
    drawn = draw(dict.fromkeys("abcd", "impute_mean") | {"e": "impute_mode"}, "a -> b -> a", "c -> d -> c", "d -> e")
    told = [problem.node for problem in review(drawn, no_tables).problems if problem.code == "cycle"]
    assert told == ["a", "c"]


# Problems and their fixes


def test_a_missing_input_names_the_port() -> None:
    drawn = draw({"s": CUSTOMERS, "join": ("join", {"on": ["region"]})}, "s -> join.left")
    problem = found(drawn)["missing_input"]
    assert problem.node == "join"
    assert "'right'" in problem.message


@pytest.mark.parametrize(
    ("component", "params", "words"),
    [
        ("limit_rows", {"rows": 10**21}, "Limit rows: “Rows” must be at most 1,000,000,000,000."),
        ("limit_rows", {"rows": "many"}, "Limit rows: “Rows” must be a whole number."),
        ("limit_rows", {"rows": -1}, "Limit rows: “Rows” must be at least "),
        ("cast", {"columns": ["age"], "to": "colour"}, "Change type: “To” must be 'int64', "),
    ],
)
def test_a_value_that_a_setting_does_not_take_is_told_in_plain_words(
    component: str, params: dict[str, Any], words: str
) -> None:
    told = [problem.message for problem in found(draw({"s": CUSTOMERS, "it": (component, params)}, "s -> it")).values()]
    assert [message for message in told if message.startswith(words)]


def test_an_unknown_column_is_told_with_the_nearest_name() -> None:
    drawn = draw({"s": CUSTOMERS, "fill": ("impute_mean", {"columns": ["agee"]})}, "s -> fill")
    problem = found(drawn)["unknown_column"]
    assert (problem.node, problem.field, problem.hint) == ("fill", "columns", "Did you mean 'age'?")


def test_every_wrong_param_is_told() -> None:
    drawn = draw({"s": CUSTOMERS, "f": ("formula", {"nonsense": 1})}, "s -> f")
    told = {problem.field for problem in review(drawn, no_tables).errors}
    assert told == {"name", "expression", "nonsense"}


FIXABLE = {
    "text_not_used": {"target": "churn"},
    "column_not_used": {"target": "churn"},
    "wrong_kind": {"target": "churn", "features": ["age", "region", "contract"]},
    "target_is_feature": {"target": "paperless_billing", "features": ["age", "paperless_billing"]},
    "no_features": {"target": "churn", "features": []},
}


@pytest.mark.parametrize("code", FIXABLE)
def test_a_fix_mends_its_problem(code: str) -> None:
    drawn = draw({"s": CUSTOMERS, "model": (MODEL[0], FIXABLE[code])}, "s -> model")
    problem = found(drawn)[code]
    assert problem.fix is not None
    mended = apply_fix(drawn, problem.fix)
    assert code not in found(mended)
    assert errors(mended) <= errors(drawn) - {code}


def test_dates_in_a_list_of_features_are_left_out_by_the_fix() -> None:
    drawn = draw(
        {"s": CUSTOMERS, "model": (MODEL[0], {"target": "churn", "features": ["age", "signup_date"]})}, "s -> model"
    )
    fix = found(drawn)["wrong_kind"].fix
    assert fix is not None
    assert apply_fix(drawn, fix).by_id["model"].params["features"] == ["age"]


def test_encoding_texts_is_inserted_before_the_model_and_not_before_others() -> None:
    drawn = draw({"s": CUSTOMERS, "model": MODEL, "other": "impute_mean"}, "s -> model", "s -> other")
    fix = found(drawn)["text_not_used"].fix
    assert fix is not None
    mended = apply_fix(drawn, fix)
    assert mended.by_id["encode_one_hot"].params["columns"][:2] == ["customer_id", "region"]
    assert {(wire.source, wire.target) for wire in mended.edges} == {
        ("s", "encode_one_hot"),
        ("encode_one_hot", "model"),
        ("s", "other"),
    }


def test_a_fix_for_a_node_that_is_gone_changes_nothing() -> None:
    drawn = draw({"s": CUSTOMERS, "model": MODEL}, "s -> model")
    fix = found(drawn)["text_not_used"].fix
    assert fix is not None
    rest = draw({"s": CUSTOMERS})
    assert apply_fix(rest, fix) == rest


def test_a_regression_of_a_text_is_refused() -> None:
    drawn = draw({"s": CUSTOMERS, "model": ("linear_regression", {"target": "churn"})}, "s -> model")
    assert found(drawn)["wrong_target"].field == "target"


def test_a_split_that_needs_a_column_made_after_what_learns_says_so() -> None:
    drawn = draw(
        {
            "s": CUSTOMERS,
            "fill": "impute_mean",
            "f": ("formula", {"name": "group", "expression": "region || contract"}),
            "split": ("split_random", {"stratify": "group"}),
            "model": MODEL,
        },
        "s -> fill -> f -> split -> model",
    )
    problem = found(drawn)["unknown_column"]
    assert problem.node == "split"
    assert "before Impute mean" in problem.hint


# Only what is asked for


def test_a_run_to_a_node_minds_only_what_leads_there() -> None:
    drawn = draw(
        {"s": CUSTOMERS, "fill": "impute_mean", "bad": ("filter_rows", {"condition": "nonsense >"}), "model": MODEL},
        "s -> fill -> bad -> model",
    )
    looked = review(drawn, no_tables)
    assert [node.id for node in make_plan(looked, str, "fill").nodes] == ["s", "automatic_split", "fill"]
    with pytest.raises(PipelineProblems) as caught:
        make_plan(looked, str)
    assert caught.value.node_id == "bad"


def test_a_leak_of_a_model_further_down_does_not_stop_a_run_to_a_node_before(tmp_path: Path) -> None:
    drawn = draw(
        {
            "s": CUSTOMERS,
            "fill": ("impute_mean", {"columns": ["age"]}),
            "sums": ("group_by", {"by": ["region", "churn"]}),
            "model": MODEL,
        },
        "s -> fill -> sums -> model",
    )
    looked = review(drawn, no_tables)
    assert [problem.code for problem in looked.errors] == ["fitted_outside_split"]
    assert make_plan(looked, str, "fill").by_id["fill"]


def test_a_run_to_a_node_that_is_not_there_is_refused() -> None:
    with pytest.raises(MissingThing):
        make_plan(review(draw({"s": CUSTOMERS}), no_tables), str, "nobody")


# Any drawing at all

IDS = ["a", "b", "c", "d", "e", "f", "g"]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats()
    | st.sampled_from(["age", "churn", "all", "", "x = 1"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["select", "except", "age"]), inner),
    max_leaves=4,
)
FIELDS = st.sampled_from(["columns", "target", "features", "on", "how", "by", "name", "expression", "condition", "to"])


@st.composite
def drawings(draw_one: Any) -> Pipeline:
    keys = [*catalog(), "who_knows", "dataset"]
    nodes = [
        Node(id=draw_one(st.sampled_from(IDS)), component=key, params=draw_one(_params(key)))
        for key in draw_one(st.lists(st.sampled_from(keys), max_size=7))
    ]
    ends = st.sampled_from(IDS)
    outs = st.sampled_from(["table", "table", "model", "predictions", "rest", "left_only", "nowhere"])
    ins = st.sampled_from(["table", "table", "left", "right", "model", "predictions", "nowhere"])
    wires = st.builds(Edge, source=ends, source_port=outs, target=ends, target_port=ins)
    return Pipeline(name="any", nodes=tuple(nodes), edges=tuple(draw_one(st.lists(wires, max_size=12))))


def _params(key: str) -> st.SearchStrategy[dict[str, Any]]:
    example = dict(catalog()[key].spec.example) if key in catalog() else {}
    customers = {
        "sample_data": {"name": "customers"},
        "split_random": {"stratify": "churn"},
        "logistic_regression": {"target": "churn"},
        "group_by": {"by": ["region"]},
        "join": {"on": ["region"]},
    }.get(key, {})
    return st.sampled_from([example, customers, {}]) | st.dictionaries(FIELDS, VALUES, max_size=3)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawings())
def test_any_drawing_can_be_looked_through(drawn: Pipeline) -> None:
    looked = review(drawn, no_tables)
    told = [problem.id for problem in looked.problems]
    assert len(set(told)) == len(told)
    for problem in looked.problems:
        assert problem.message
        assert problem.hint or problem.severity != "error", problem
        assert json.dumps(problem.as_data(), default=str)
        if problem.fix:
            mended = apply_fix(drawn, problem.fix)
            assert mended != drawn
            review(mended, no_tables)
    if not looked.errors and drawn.nodes:
        make_plan(looked, str)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawings(), st.sampled_from(IDS))
def test_any_drawing_can_be_planned_up_to_any_node_or_says_why_not(drawn: Pipeline, target: str) -> None:
    try:
        plan = make_plan(review(drawn, no_tables), str, target)
    except CanvasbackError as error:
        told = error.as_data()
        assert told["message"]
    else:
        assert target in plan.by_id


def test_a_dataset_that_is_not_there_is_the_sources_problem(tmp_path: Path) -> None:
    drawn = draw({"s": ("dataset", {"dataset": "gone"}), "model": MODEL}, "s -> model")
    assert [(problem.node, problem.code) for problem in review(drawn, no_tables).errors] == [("s", "not_found")]


def test_a_new_version_of_a_dataset_is_seen_at_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    drawn = draw({"s": ("dataset", {"dataset": "d"})})
    for column in ("a", "b"):
        bench.store("d", {column: [1]})
        assert column in bench.review(drawn).schemas["s"].outputs["table"]


# What is gone


def test_a_gone_column_gets_the_likely_one_for_the_node_and_what_comes_after() -> None:
    drawn = draw(
        {
            "s": CUSTOMERS,
            "f": ("formula", {"name": "double", "expression": "MonthlyCharges * 2"}),
            "use": ("filter_rows", {"condition": "MonthlyCharges > 3 AND double > 1"}),
            "other": ("impute_mean", {"columns": ["MonthlyCharges"]}),
        },
        "s -> f -> use",
        "s -> other",
    )
    problem = next(it for it in review(drawn, no_tables).problems if it.node == "f")
    assert problem.fix is not None
    assert problem.fix.label == "Use “monthly_charges” instead"
    assert problem.fix.is_safe
    mended = apply_fix(drawn, problem.fix, no_tables)
    assert mended.by_id["f"].params["expression"] == "monthly_charges * 2"
    assert mended.by_id["use"].params["condition"] == "monthly_charges > 3 AND double > 1"
    assert mended.by_id["other"].params == {"columns": ["MonthlyCharges"]}


def test_a_column_of_a_kind_that_does_not_fit_is_not_proposed() -> None:
    drawn = draw({"s": CUSTOMERS, "fill": ("impute_mean", {"columns": ["regions"]})}, "s -> fill")
    assert found(drawn)["unknown_column"].fix is None


def test_a_target_that_is_encoded_because_nothing_predicts_it_yet_is_proposed_all_the_same() -> None:
    drawn = draw(
        {
            "s": CUSTOMERS,
            "encode": ("encode_one_hot", {"columns": "text"}),
            "m": ("random_forest_classifier", {"target": "chur"}),
        },
        "s -> encode -> m",
    )
    fix = next(it.fix for it in review(drawn, no_tables).problems if it.node == "m")
    assert fix is not None
    assert fix.label == "Use “churn” instead"
    assert not [it for it in review(apply_fix(drawn, fix, no_tables), no_tables).errors if it.node == "m"]


def test_a_setting_of_another_version_can_be_taken_out() -> None:
    drawn = draw({"s": CUSTOMERS, "fill": ("impute_mean", {"columns": ["age"], "newer": {"a": 1}})}, "s -> fill")
    problem = found(drawn)["invalid_param"]
    assert "another version may have it" in problem.message
    assert problem.fix is not None
    assert not problem.fix.is_safe
    assert apply_fix(drawn, problem.fix).by_id["fill"].params == {"columns": ["age"]}


def test_a_column_that_a_new_version_calls_otherwise_is_found_by_its_place() -> None:
    drawn = draw(
        {"s": ("dataset", {"dataset": "shop"}), "keep": ("filter_rows", {"condition": "zip > 3"})}, "s -> keep"
    )
    old, new = ({name: "int64", "sum": "float64", "__cb_row": "int64"} for name in ("zip", "postal_area"))
    looked = review(drawn, lambda _: ibis.schema(new), earlier=lambda _: ibis.schema(old))
    (problem,) = looked.errors
    assert problem.fix is not None
    assert problem.fix.label == "Use “postal_area” instead"
    without = review(drawn, lambda _: ibis.schema(new)).errors
    assert [it.fix for it in without] == [None]


@pytest.mark.parametrize("key", sorted(catalog()))
def test_whatever_is_wrong_with_a_fresh_node_says_where_and_what_to_do(key: str) -> None:
    kind = catalog()[key]
    takes_a_table = next((port.name for port in kind.spec.inputs if port.kind == "table"), None)
    wires = f"c -> n.{takes_a_table}" if takes_a_table else ""
    alone = draw({"n": (key, {})}, "")
    fed = draw({"c": CUSTOMERS, "n": (key, {})}, wires)
    for problem in (*review(alone, no_tables).problems, *review(fed, no_tables).problems):
        assert problem.hint, problem.message
        assert problem.message[-1] in ".?", problem.message
        assert problem.node or problem.code == "empty_pipeline"


def test_a_node_that_a_fix_puts_in_lies_over_no_other() -> None:
    nodes = {"c": CUSTOMERS, "split": ("split_random", {}), "model": MODEL, "report": ("evaluate", {})}
    drawn = draw(nodes, "c -> split -> model", "model.model -> report.model")
    row = drawn.model_copy(update={"layout": {name: (320.0 * place, 0.0) for place, name in enumerate(nodes)}})
    inserting = [p.fix for p in review(row, no_tables).problems if p.fix]
    mended = [apply_fix(row, fix) for fix in inserting]
    grown = [one for one in mended if len(one.nodes) > len(row.nodes)]
    assert grown
    for one in grown:
        lefts = sorted(x for x, _ in one.layout.values())
        assert all(after - before >= 210 for before, after in itertools.pairwise(lefts)), one.layout
