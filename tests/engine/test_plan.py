from pathlib import Path
from typing import Any

import pytest

from components.base import Source
from components.catalog import catalog, component
from components.params import Columns, FeatureColumns, Params
from engine.graph import Pipeline
from engine.plan import Plan, identities
from tests.engine.running import Bench, draw

NODES: dict[str, Any] = {
    "s": ("dataset", {"dataset": "d"}),
    "f": ("formula", {"name": "double", "expression": "x * 2"}),
    "some": ("filter_rows", {"condition": "x > 3"}),
    "split": ("split_random", {"seed": 1}),
    "fill": ("impute_mean", {}),
    "encode": ("encode_one_hot", {"columns": "text"}),
    "model": ("logistic_regression", {"target": "y"}),
    "ev": "evaluate",
}
DRAWN = draw(NODES, "s -> f -> some -> split -> fill -> encode -> model -> ev.model")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.store("d", data())
    return made


def data(first: float = 0.0) -> dict[str, Any]:
    return {
        "x": [first, *[float(i) for i in range(1, 60)]],
        "colour": ["red", "blue", "green"] * 20,
        "y": ["no", "yes"] * 30,
    }


def prints(plan: Plan) -> dict[str, str]:
    return {node.id: node.fingerprint for node in plan.nodes}


def changed(bench: Bench, other: Pipeline) -> set[str]:
    before, after = prints(bench.plan(DRAWN)), prints(bench.plan(other))
    return {node_id for node_id in before if before[node_id] != after.get(node_id)}


@pytest.mark.parametrize(
    ("node", "params", "first"),
    [
        ("f", {"expression": "x * 3"}, "f"),
        ("some", {"condition": "x > 4"}, "some"),
        ("split", {"seed": 2}, "split"),
        ("encode", {"max_categories": 2}, "encode"),
        ("model", {"C": 2.0}, "model"),
        ("ev", {"bins": 5}, "ev"),
    ],
)
def test_a_param_changes_the_fingerprint_of_its_node_and_of_all_after_it(
    bench: Bench, node: str, params: dict[str, Any], first: str
) -> None:
    order = list(NODES)
    assert changed(bench, DRAWN.with_params(node, **params)) == set(order[order.index(first) :])


def test_other_rows_change_every_fingerprint(bench: Bench) -> None:
    before = prints(bench.plan(DRAWN))
    bench.store("d", data(first=7.0))
    after = prints(bench.plan(DRAWN))
    assert not set(before.values()) & set(after.values())


def test_the_same_rows_under_another_name_change_nothing(bench: Bench) -> None:
    bench.store("copy", data())
    assert changed(bench, DRAWN.with_params("s", dataset="copy")) == set()


def test_titles_places_and_the_pipelines_name_change_nothing(bench: Bench) -> None:
    titled = tuple(node.model_copy(update={"title": f"My {node.id}"}) for node in DRAWN.nodes)
    other = DRAWN.model_copy(update={"nodes": titled, "name": "other", "layout": {"f": (1.0, 2.0)}})
    assert changed(bench, other) == set()


def test_the_ids_of_nodes_change_nothing(bench: Bench) -> None:
    renamed = Pipeline.from_yaml(DRAWN.as_yaml().replace("fill", "zz").replace("some", "aa"))
    assert set(prints(bench.plan(DRAWN)).values()) == set(prints(bench.plan(renamed)).values())


def test_a_selector_and_the_columns_it_stands_for_are_the_same(bench: Bench) -> None:
    assert changed(bench, DRAWN.with_params("fill", columns=["x", "double"])) == set()


def test_a_new_version_of_a_component_changes_its_fingerprint(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from components.catalog import component

    before = prints(bench.plan(DRAWN))
    kind = component("formula")
    monkeypatch.setattr(kind, "spec", replace(kind.spec, version=99))
    after = prints(bench.plan(DRAWN))
    assert {node_id for node_id in before if before[node_id] != after[node_id]} == set(NODES) - {"s"}


def test_a_joins_sides_are_told_apart(bench: Bench) -> None:
    def joined(left: str, right: str) -> str:
        nodes = {"s": NODES["s"], "f": NODES["f"], "j": ("join", {"on": ["colour"]})}
        return prints(bench.plan(draw(nodes, "s -> f", f"{left} -> j.left", f"{right} -> j.right")))["j"]

    assert joined("s", "f") != joined("f", "s")


def test_a_plan_is_pure(bench: Bench) -> None:
    assert bench.plan(DRAWN).nodes[1].fingerprint == bench.plan(DRAWN).nodes[1].fingerprint
    assert not (bench.root / "cache").exists()


def test_what_works_row_by_row_is_fused_into_what_follows(bench: Bench) -> None:
    assert bench.plan(DRAWN).stages() == (("s",), ("f", "some", "split", "fill", "encode", "model"), ("ev",))


def test_ten_steps_are_not_ten_copies(bench: Bench) -> None:
    nodes = {"s": NODES["s"]} | {f"f{i}": ("formula", {"name": f"c{i}", "expression": "x * 2"}) for i in range(10)}
    plan = bench.plan(draw(nodes, "s -> " + " -> ".join(f"f{i}" for i in range(10))))
    assert [node.id for node in plan.nodes if node.materialised] == ["f9"]


def test_costly_work_is_written_down_once_it_is_read_twice(bench: Bench) -> None:
    nodes = NODES | {"some": ("deduplicate", {"columns": ["x"]})}
    assert bench.plan(draw(nodes, "s -> f -> some -> split -> fill -> encode -> model -> ev.model")).by_id[
        "some"
    ].materialised == ("table",)
    assert bench.plan(draw({n: nodes[n] for n in ("s", "some", "f")}, "s -> some -> f")).by_id["some"].is_fused


def test_the_last_node_of_a_branch_writes_all_its_outputs(bench: Bench) -> None:
    nodes = {"s": NODES["s"], "some": NODES["some"], "a": "impute_mean"}
    assert bench.plan(draw(nodes, "s -> some", "some.rest -> a")).by_id["some"].is_fused
    alone = {name: nodes[name] for name in ("s", "some")}
    assert bench.plan(draw(alone, "s -> some")).by_id["some"].materialised == ("table", "rest")


def test_a_shape_does_not_depend_on_the_rows(bench: Bench) -> None:
    before = {node.id: node.shape for node in bench.plan(DRAWN).nodes}
    bench.store("d", data(first=7.0))
    assert {node.id: node.shape for node in bench.plan(DRAWN).nodes} == before
    other = {node.id: node.shape for node in bench.plan(DRAWN.with_params("some", condition="x > 4")).nodes}
    assert [node for node in NODES if before[node] != other[node]] == list(NODES)[2:]


def test_a_run_to_a_node_writes_that_node(bench: Bench) -> None:
    plan = bench.plan(DRAWN, "fill")
    assert [node.id for node in plan.nodes] == ["s", "f", "some", "split", "fill"]
    assert plan.by_id["fill"].materialised == ("table",)


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("key", sorted(catalog()))
def test_a_fingerprint_changes_with_each_param_and_with_nothing_else(key: str) -> None:
    kind = component(key)
    params = kind.params_type().model_validate(dict(kind.spec.example))

    def printed(changed: Params) -> str:
        return identities(kind(changed), (), {}, lambda table: "rows")[0]

    if issubclass(kind, Source):
        return  # what it reads has a hash of its own
    assert printed(kind.params_type().model_validate_json(params.model_dump_json())) == printed(params)
    prints = [printed(params.model_copy(update={name: _other(params, name)})) for name, _ in params]
    assert len({printed(params), *prints}) == len(prints) + 1


def _other(params: Params, name: str) -> Any:
    value, field = getattr(params, name), type(params).model_fields[name]
    if isinstance(value, Columns):
        return type(value).of(["something else"])
    return FeatureColumns.of(["something else"]) if "FeatureColumns" in str(field.annotation) else "something else"
