"""Parameters of a pipeline: what may be declared, what a run may ask, and who is told what is wrong."""

import json
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.checks.parameters import told_once
from engine.checks.review import problems
from engine.errors import InvalidPipeline, ParamError
from engine.graph import Parameter, Pipeline
from engine.graph.parameters import put_in, read_parameters, references

YAML = """
name: churn
params:
  rate: 0.2
  keep: true
  day: 2026-11-21
  city: Graz
  some: [a, b]
  share: {type: number, default: 0.2, min: 0, max: 1, about: Kept for the test}
  trees: {type: integer, default: 100, min: 1}
  how: {type: choice, default: mean, choices: [mean, median]}
  code: {type: text, default: 2026-01-01}
  data: {type: dataset, default: people}
nodes:
  s: {component: sample_data, params: {name: customers}}
  split: {component: split_random, params: {test: "${share}", seed: 7}}
edges: [s -> split]
"""


def test_the_short_form_is_a_default_and_its_type_is_read_from_it() -> None:
    drawn = Pipeline.from_yaml(YAML)
    types = {name: one.type for name, one in drawn.params.items()}
    assert list(types.values()) == [
        *("number", "boolean", "date", "text", "any", "number", "integer", "choice", "text", "dataset")
    ]
    assert drawn.values()["day"] == "2026-11-21"
    assert drawn.values()["code"] == "2026-01-01"


def test_what_was_short_stays_short_when_it_is_written_again() -> None:
    drawn = Pipeline.from_yaml(YAML)
    written = yaml.safe_load(drawn.as_yaml())["params"]
    assert {name: written[name] for name in ("rate", "keep", "city", "some")} == {
        "rate": 0.2, "keep": True, "city": "Graz", "some": ["a", "b"],
    }  # fmt: skip
    assert written["share"] == {"type": "number", "default": 0.2, "min": 0, "max": 1, "about": "Kept for the test"}
    assert Pipeline.from_yaml(drawn.as_yaml()) == drawn
    assert Pipeline.from_document(json.loads(json.dumps(drawn.as_document()))) == drawn


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"type": "numbr", "default": 1}, "type"),
        ({"type": "number", "default": "x"}, "its default must be a number"),
        ({"type": "number", "default": float("nan")}, "must be a number"),
        ({"type": "number", "default": True}, "must be a number"),
        ({"type": "integer", "default": 1.5}, "must be a whole number"),
        ({"type": "number", "default": 2, "max": 1}, "must be at most 1"),
        ({"type": "number", "default": 2, "min": 3, "max": 1}, "least value 3 is more than its greatest, 1"),
        ({"type": "text", "default": "x", "min": 1}, "only numbers"),
        ({"type": "choice", "default": "x"}, "needs choices"),
        ({"type": "choice", "default": "x", "choices": ["y", 2]}, "must be one of y, 2"),
        ({"type": "number", "default": 1, "choices": [1]}, "only a choice"),
        ({"type": "date", "default": "2026-02-30"}, "must be a day such as"),
        ({"type": "boolean", "default": "maybe"}, "must be yes or no"),
        ({"type": "number", "default": 1, "code": "x"}, "code"),
        ({"type": [], "default": 1}, "type"),
    ],
)
def test_what_cannot_be_is_refused_with_the_parameters_name(declared: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidPipeline, match="parameter 'rate'") as caught:
        read_parameters({"rate": declared})
    assert told in caught.value.message
    assert caught.value.field == "rate"


@pytest.mark.parametrize("name", ["", "2nd", "a-b", "__proto__", "a" * 65, "a\n"])
def test_a_name_is_one_that_can_be_written_everywhere(name: str) -> None:
    with pytest.raises(InvalidPipeline, match="cannot be the name"):
        read_parameters({name: 1})


@pytest.mark.parametrize(
    ("name", "asked", "becomes"),
    [
        ("rate", 1, 1),
        ("trees", 7.0, 7),
        ("keep", "no", False),
        ("day", date(2026, 1, 2), "2026-01-02"),
        ("city", 7, "7"),
        ("how", "median", "median"),
        ("some", {"select": "numeric"}, {"select": "numeric"}),
    ],
)
def test_a_run_may_ask_for_a_value_that_fits(name: str, asked: Any, becomes: Any) -> None:
    drawn = Pipeline.from_yaml(YAML)
    assert drawn.asked({name: asked}) == {name: becomes}
    assert drawn.values({name: asked}) == {**drawn.values(), name: becomes}


@pytest.mark.parametrize(
    ("name", "asked", "told"),
    [
        ("share", 3, "The parameter 'share': 3 does not fit: it must be at most 1."),
        ("trees", 0.5, "The parameter 'trees': 0.5 does not fit: it must be a whole number."),
        ("how", "mode", "The parameter 'how': 'mode' does not fit: it must be one of mean, median."),
        ("keep", 1, "The parameter 'keep': 1 does not fit: it must be yes or no."),
        ("city", ["x"], "The parameter 'city': ['x'] does not fit: it must be a text."),
    ],
)
def test_a_value_that_does_not_fit_is_told_by_the_parameters_name(name: str, asked: Any, told: str) -> None:
    with pytest.raises(ParamError) as caught:
        Pipeline.from_yaml(YAML).resolved({name: asked})
    assert (caught.value.message, caught.value.field) == (told, name)


def test_a_missing_parameter_is_one_problem_of_its_field_and_the_others_are_put_in() -> None:
    drawn = Pipeline.from_yaml(YAML).with_params("split", seed="${nowhere}")
    filled = drawn.filled_in({"share": 0.3, "gone": 1})
    assert filled.by_id["split"].params == {"test": 0.3, "seed": "${nowhere}"}
    found = [one for one in problems(filled, lambda table: {}) if one.node == "split" and one.field == "seed"]
    assert [(one.code, one.severity) for one in found] == [("unknown_parameter", "error")]
    assert "no parameter “nowhere”" in found[0].message
    assert told_once(found) == tuple(found)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just("${rate} of ${city}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(_VALUES)
def test_anything_is_a_parameter_or_refused_and_survives_its_file(value: Any) -> None:
    try:
        (one,) = read_parameters({"x": value}).values()
    except InvalidPipeline as error:
        assert "'x'" in error.message  # noqa: PT017  either end is fine
        return
    assert Parameter.model_validate(one.as_document()) == one


@settings(max_examples=150, deadline=None)
@given(_VALUES)
def test_nothing_is_named_any_more_once_everything_is_put_in(value: Any) -> None:
    values = dict.fromkeys(references(value), 1)
    assert [*references(put_in(value, values))] == []
    assert put_in(value, {}) == value
