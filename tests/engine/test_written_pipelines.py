"""A pipeline written by hand: each mistake has its line, and nothing a text says is lost or done in silence."""

import pytest

from engine.errors import InvalidPipeline
from engine.graph import Pipeline
from engine.graph.placing import placed
from engine.graph.reading import MAX_EDGES, MAX_NODES
from engine.graph.yaml_text import MAX_TEXT, Place, read_yaml

TEXT = """format: 1
name: churn
nodes:
  data: {component: sample_data}
  fill:
    component: impute_mean
    params:
      columns: [age, fare]
edges:
- data -> fill
layout: {data: [0, 0]}
"""


def refused(text: str) -> InvalidPipeline:
    with pytest.raises(InvalidPipeline) as caught:
        Pipeline.from_yaml(text)
    assert "Traceback" not in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("change", "line", "column", "told"),
    [
        (("- data -> fill", "- data => fill"), 10, 3, "no edge"),
        (("- data -> fill", "- data -> gone"), 10, 3, "'gone'"),
        (("- data -> fill", "- data -> fill\n- 7"), 11, 3, "no edge"),
        (("    component: impute_mean\n", ""), 5, 3, "Node 'fill': component"),
        (("    params:", "    colour: red\n    params:"), 7, 5, "colour"),
        (("      columns: [age, fare]", "      columns: [age, fare\n"), 10, 6, "not YAML"),
        (("      columns:", "     columns: 1\n      columns:"), 9, 14, "not YAML"),
        (("  fill:", "  data:"), 5, 3, "'data' is there twice"),
        (("      columns:", "      columns: 1\n      columns:"), 9, 7, "nodes.fill.params: 'columns' is there twice"),
        (("      columns:", "      7: 1\n      columns:"), 8, 7, "7 is no text"),
        (("  fill:", "  Fill In:"), 5, 3, "'Fill In'"),
        (("  fill:", "  fill:\n    id: data"), 6, 5, "an id of its own"),
        (("data: [0, 0]", "data: [0]"), 11, 10, "layout"),
        (("[age, fare]", "[.inf]"), 8, 17, "finite"),
        (("[age, fare]", "!!binary aGk="), 8, 16, "binary"),
        (("[age, fare]", "&all [age]"), 8, 16, "anchors"),
        (("[age, fare]", "[" * 61 + "]" * 61), 8, 72, "60 levels"),
        (("format: 1", "format: 9"), 1, 1, "format 9"),
        (("format: 1", "format: 0.5"), 1, 1, "format 0.5"),
        (("layout:", "position:"), 11, 1, "'position'"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_column(change: tuple[str, str], line: int, column: int, told: str) -> None:
    error = refused(TEXT.replace(*change, 1))
    assert told in error.message
    assert (error.detail["line"], error.detail["column"]) == (line, column)


def test_a_newer_format_and_an_older_one_say_what_to_do() -> None:
    assert "update this one" in refused("{format: 2, nodes: {}}").hint
    assert "with the version that wrote it" in refused("{format: 0, nodes: {}}").hint


@pytest.mark.parametrize(
    "text", ["", "~", "just words", "- a\n- b", "{nodes: }", "{nodes: []}", "a: b: c", "\x00", "--- 1\n--- 2"]
)
def test_what_is_no_pipeline_at_all_is_refused(text: str) -> None:
    assert refused(text).detail["line"] >= 1


def test_a_text_without_bounds_is_refused_before_it_is_built() -> None:
    many = "nodes:\n" + "".join(f"  n{i}: {{component: cast}}\n" for i in range(10_000))
    assert "10,000 nodes" in refused(many).message
    assert f"{MAX_NODES:,}" in refused(many).message
    wires = f"{{nodes: {{a: {{component: cast}}}}, edges: [{', '.join(['a -> a'] * (MAX_EDGES + 1))}]}}"
    assert "edges" in refused(wires).message
    assert "over" in refused("x" * (MAX_TEXT + 1)).message
    bomb = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a, *a, *a]\n" for i in range(50))
    assert "anchors" in refused(bomb).message
    assert "nested" in refused("[" * 1_000_000).message
    assert "nested" in refused("- " * 100_000).message


def test_a_date_stays_the_text_it_is_written_as() -> None:
    drawn = Pipeline.from_yaml("{nodes: {a: {component: cast, params: {since: 2024-01-31, at: 2024-01-31 10:00:00}}}}")
    assert drawn.nodes[0].params == {"since": "2024-01-31", "at": "2024-01-31 10:00:00"}
    assert Pipeline.from_yaml(drawn.as_yaml()) == drawn


def test_an_unknown_component_keeps_its_params_and_its_wires() -> None:
    drawn = Pipeline.from_yaml(TEXT.replace("impute_mean", "from_another_day"))
    assert drawn.by_id["fill"].params == {"columns": ["age", "fare"]}
    assert [edge.target for edge in drawn.edges] == ["fill"]


def test_every_part_has_a_place_and_what_is_missing_the_one_where_it_belongs() -> None:
    written = read_yaml(TEXT)
    assert written.place("nodes", "fill", "params", "columns") == Place(8, 7)
    assert written.place("nodes", "fill", "params", "add_indicator") == Place(7, 5)
    assert written.place("edges", 0) == Place(10, 3)
    assert written.place("nothing") == Place(1, 1)


def test_nodes_without_a_place_stand_beside_what_feeds_them_and_on_nothing_else() -> None:
    drawn = placed(
        Pipeline.from_yaml(
            TEXT.replace("- data -> fill", "- data -> fill\n- data -> more").replace(
                "  fill:", "  more: {component: cast}\n  fill:", 1
            )
        ),
        {},
    )
    assert drawn.layout["data"] == (0.0, 0.0)
    assert {drawn.layout[name] for name in ("fill", "more")} == {(300.0, 0.0), (300.0, 130.0)}
    kept = placed(Pipeline.from_yaml(TEXT), {"fill": (7.0, 9.0), "data": (1.0, 1.0), "gone": (3.0, 3.0)})
    assert kept.layout == {"data": (0.0, 0.0), "fill": (7.0, 9.0)}
    circle = "{nodes: {a: {component: cast}, b: {component: cast}}, edges: [a -> b, b -> a]}"
    assert len(set(placed(Pipeline.from_yaml(circle), {}).layout.values())) == 2
