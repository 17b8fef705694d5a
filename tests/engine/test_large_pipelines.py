"""Looking through a drawing grows with its size, not faster; and an edit asks again only about what follows it."""

import sys
from collections.abc import Callable
from typing import Any

import ibis
import pytest

from components.expressions import _type
from components.expressions.grammar import _tree
from engine.checks import Review, review
from engine.graph import Pipeline
from engine.plan import make_plan
from engine.schemas.infer import _sound
from engine.schemas.lineage import _handed_on, _reads
from tests.engine.running import draw

TABLE = ibis.schema({"__cb_row": "int64", "k": "int64", **{f"a{i}": "float64" for i in range(12)}, "t": "string"})
LOOKUP = ibis.schema({"__cb_row": "int64", "k": "int64", "v": "float64", "z": "string"})
SOURCE = ("dataset", {"dataset": "main"})
MODEL = ("hist_gradient_boosting_classifier", {"target": "t"})
Nodes = dict[str, Any]


def stored(table: Any) -> ibis.Schema:
    return LOOKUP if table.dataset == "lookup" else TABLE


def look_through(drawn: Pipeline) -> Review:
    found = review(drawn, stored)
    assert not found.errors
    make_plan(found, str)
    return found


def step(i: int) -> tuple[str, dict[str, Any]]:
    return (
        ("formula", {"name": f"c{i % 40}", "expression": f"a{i % 7} * {i} + 1"}),
        ("impute_mean", {"columns": "numeric"}),
        ("filter_rows", {"condition": f"a{i % 7} > -{i}"}),
        ("standardize", {"columns": [f"a{i % 7}"]}),
    )[i % 4]


def chain(size: int) -> Pipeline:
    nodes: Nodes = {"s": SOURCE} | {f"n{i}": step(i) for i in range(size - 2)} | {"model": MODEL}
    return draw(nodes, " -> ".join(nodes))


def fan_out(size: int) -> Pipeline:
    """Branches from one source, each to a model of its own."""
    branches = [[f"b{b}_{i}" for i in range(4)] for b in range((size - 1) // 5)]
    nodes: Nodes = {"s": SOURCE} | {
        name: step(i + 4 * b) for b, names in enumerate(branches) for i, name in enumerate(names)
    }
    nodes |= {f"m{b}": MODEL for b in range(len(branches))}
    return draw(nodes, *(" -> ".join(["s", *names, f"m{b}"]) for b, names in enumerate(branches)))


def many_models(size: int) -> Pipeline:
    """Half of the nodes prepare one table, the others are models on it."""
    nodes: Nodes = {"s": SOURCE} | {f"n{i}": step(i) for i in range(size // 2)}
    models: Nodes = {f"m{i}": (MODEL[0], {**MODEL[1], "learning_rate": 0.01 + i / 1000}) for i in range(size // 2 - 1)}
    last = [*nodes][-1]
    return draw(nodes | models, " -> ".join(nodes), *(f"{last} -> {model}" for model in models))


def late_branches(size: int) -> Pipeline:
    """A long common part in which nothing learns; every branch gets a split of its own."""
    shared: Nodes = {"s": SOURCE} | {
        f"n{i}": ("formula", {"name": f"c{i % 20}", "expression": f"a{i % 7} + {i}"}) for i in range(size // 2)
    }
    branches: Nodes = {}
    for i in range(size // 4):
        branches |= {f"f{i}": ("drop_columns", {"columns": [f"a{i % 7}"]}), f"i{i}": "impute_mean", f"m{i}": MODEL}
    last = [*shared][-1]
    return draw(shared | branches, " -> ".join(shared), *(f"{last} -> f{i} -> i{i} -> m{i}" for i in range(size // 4)))


def joins(size: int) -> Pipeline:
    nodes: Nodes = {"s": SOURCE, "model": MODEL}
    wires, last = [], "s"
    for i in range(size // 4):
        nodes |= {
            f"l{i}": ("dataset", {"dataset": "lookup"}),
            f"r{i}": ("rename_columns", {"mapping": {"v": f"v{i}", "z": f"z{i}"}}),
            f"j{i}": ("join", {"on": ["k"], "how": ("left", "inner")[i % 2]}),
            f"d{i}": ("drop_columns", {"columns": [f"v{i}", f"z{i}"]}),
        }
        wires += [f"{last} -> j{i}.left", f"j{i} -> d{i}", f"l{i} -> r{i}", f"r{i} -> j{i}.right"]
        last = f"d{i}"
    return draw(nodes, *wires, f"{last} -> model")


SHAPES = [chain, fan_out, many_models, late_branches, joins]


def forget() -> None:
    for memory in (_sound, _reads, _handed_on, _type, _tree):
        memory.cache_clear()


@pytest.fixture(autouse=True)
def nothing_is_known() -> None:
    forget()


def answers(drawn: Pipeline) -> int:
    """How many nodes had to be asked."""
    before = _sound.cache_info().misses
    look_through(drawn)
    return _sound.cache_info().misses - before


def calls(act: Callable[[], object]) -> int:
    """How many Python functions were called: the work, whatever the machine does meanwhile."""
    counted = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal counted
        counted += event == "call"

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return counted


def growth(shape: Callable[[int], Pipeline], look: Callable[[Pipeline], object]) -> float:
    """How many times the work of 50 nodes 500 nodes are."""
    look(shape(50))
    work = []
    for size in (50, 500):
        forget()
        drawn = shape(size)
        work.append(calls(lambda drawn=drawn: look(drawn)))  # type: ignore[misc]
    return work[1] / work[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_ten_times_the_nodes_are_ten_times_the_work(shape: Callable[[int], Pipeline]) -> None:
    assert growth(shape, look_through) < 11


def test_every_node_is_asked_once_at_most() -> None:
    drawn = chain(500)
    assert 0 < answers(drawn) <= 502
    assert answers(drawn) == 0


def test_equal_nodes_on_equal_tables_are_asked_once() -> None:
    nodes: Nodes = {"s": SOURCE} | {f"n{i}": ("filter_rows", {"condition": "a1 > 0"}) for i in range(50)}
    assert answers(draw(nodes, " -> ".join(nodes))) == 2


@pytest.mark.parametrize(("node", "most"), [("n497", 2), ("n489", 10)])
def test_an_edit_asks_again_only_about_what_follows(node: str, most: int) -> None:
    drawn = chain(500)
    look_through(drawn)
    assert 0 < answers(drawn.with_params(node, columns=["a11"])) <= most


def test_titles_and_places_ask_nothing_again() -> None:
    drawn = chain(100)
    look_through(drawn)
    titled = tuple(node.model_copy(update={"title": f"My {node.id}"}) for node in drawn.nodes)
    assert answers(drawn.model_copy(update={"nodes": titled, "layout": {"n3": (1.0, 2.0)}})) == 0


def test_an_error_names_the_node_that_was_asked() -> None:
    wrong = ("filter_rows", {"condition": "nothing > 0"})
    drawn = draw({"s": SOURCE, "a": wrong, "b": wrong}, "s -> a", "s -> b")
    assert [problem.node for problem in review(drawn, stored).errors] == ["a", "b"]
