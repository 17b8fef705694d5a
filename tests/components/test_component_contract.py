"""What every component promises; a new component is tested without writing a test."""

import inspect
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pytest
import tables
from pydantic import ValidationError

from components.base import (
    FIGURES,
    Component,
    Estimator,
    Evaluation,
    LearnedTransform,
    Output,
    Predictions,
    Source,
    Split,
    StoredTable,
    Transform,
    WeighedParams,
    unbound,
)
from components.base.outside import OutsideTable
from components.catalog import catalog, component
from components.errors import UnknownComponent
from components.models.early import EARLY
from components.params import Columns, Params
from components.portable.frequencies import scalars
from components.ports import ROLE, ROW, reserved_in

ALL = sorted(catalog())


def of(family: type[Component[Any]] | tuple[type[Component[Any]], ...]) -> list[str]:
    return [key for key in ALL if issubclass(component(key), family)]


LAZY = of((Transform, LearnedTransform, Split))
LEARNED = of(LearnedTransform)
MODELS = [key for key in of(Estimator) if component(key).spec.category != "models/combine"]
"""Those that are made of others are tested in test_ensembles.py."""
SOURCES = of(Source)

STEPS = {"sentiment": {"column", "max_features", "ngrams"}}
"""Params of a step that is understood to stand before a model."""
OTHER_DEFAULTS = {
    "sgd_classifier": {"loss": "hinge, the library's own, gives no probabilities"},
    "lightgbm_regressor": {"alpha": "goes to the library's core, which its scikit-learn class does not list"},
}


@pytest.fixture
def table() -> ir.Table:
    return tables.lazy(tables.example())


def example_params(key: str) -> Params:
    kind = component(key)
    return kind.params_type().model_validate(dict(kind.spec.example))


# What a component says about itself


@pytest.mark.parametrize("key", ALL)
def test_a_component_has_a_docstring_that_says_when_serving_and_source(key: str) -> None:
    text = inspect.getdoc(component(key)) or ""
    assert all(word in text for word in ("When:", "Serving:", "Source:"))


@pytest.mark.parametrize("key", ALL)
def test_a_component_has_an_example_that_is_valid(key: str) -> None:
    spec = component(key).spec
    fields = component(key).params_type().model_fields.values()
    assert spec.example or not any(field.is_required() for field in fields)
    example_params(key)


@pytest.mark.parametrize("key", ALL)
def test_a_spec_is_complete(key: str) -> None:
    spec = component(key).spec
    assert spec.title
    assert spec.category
    assert spec.icon
    assert spec.about.endswith(".")
    assert len({port.name for port in spec.inputs}) == len(spec.inputs)
    assert len({port.name for port in spec.outputs}) == len(spec.outputs)


@pytest.mark.parametrize("key", ALL)
def test_every_param_has_a_title_and_a_description(key: str) -> None:
    schema = component(key).params_type().model_json_schema()
    models = [schema, *(part for part in schema.get("$defs", {}).values() if "properties" in part)]
    fields = {name: field for model in models for name, field in model["properties"].items()}
    assert [name for name, field in fields.items() if not (field.get("title") and field.get("description"))] == []


@pytest.mark.parametrize("key", ALL)
def test_params_survive_json(key: str) -> None:
    params = example_params(key)
    assert type(params).model_validate(json.loads(params.model_dump_json())) == params


@pytest.mark.parametrize("key", ALL)
def test_an_unknown_param_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="no_such_param"):
        component(key).params_type().model_validate({**component(key).spec.example, "no_such_param": 1})


@pytest.mark.parametrize("key", ALL)
def test_params_fit_on_the_card_of_a_node(key: str) -> None:
    assert len(example_params(key).words()) <= 120


@pytest.mark.parametrize("key", ALL)
def test_params_are_frozen(key: str) -> None:
    field = next(iter(component(key).params_type().model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(example_params(key), field, None)


def test_an_unknown_key_names_the_nearest_one() -> None:
    with pytest.raises(UnknownComponent) as caught:
        component("impute_maen")
    assert "impute_mean" in caught.value.hint


# Sources


@pytest.mark.parametrize("key", SOURCES)
def test_a_source_gives_a_table_or_says_where_it_is(key: str) -> None:
    source: Any = component(key)(example_params(key))
    assert isinstance(source.table(), pa.Table | StoredTable | OutsideTable)


# Everything lazy


@pytest.mark.parametrize("key", LAZY)
def test_columns_are_known_without_running(key: str, table: ir.Table) -> None:
    made = tables.made(component(key), table)
    state = made.unfitted() if isinstance(made, LearnedTransform) else None
    outputs = tables.run(made, table)
    static = tables.run(made, unbound(table.schema()), state)
    assert set(outputs) == {port.name for port in made.spec.outputs}
    for port, output in outputs.items():
        assert static[port].schema() == output.schema()
        assert ibis.Schema.from_pyarrow(native(output).schema).names == output.schema().names
        assert native_types(output) == [str(dtype) for dtype in output.schema().types]


@pytest.mark.parametrize("key", LAZY)
def test_an_empty_table_stays_empty_and_keeps_its_types(key: str) -> None:
    empty = tables.lazy(tables.example(0))
    for output in tables.run(tables.made(component(key), empty), empty).values():
        assert output.to_pyarrow().num_rows == 0


@pytest.mark.parametrize("key", LAZY)
def test_columns_without_any_value_do_not_break_it(key: str) -> None:
    nothing = tables.lazy(tables.all_missing(tables.example(), "number", "other", "text", "flag", "when"))
    for output in tables.run(tables.made(component(key), nothing), nothing).values():
        output.to_pyarrow()


@pytest.mark.parametrize("key", LAZY)
def test_hostile_column_names_change_nothing_but_names(key: str, table: ir.Table) -> None:
    kind = component(key)
    attacked = tables.lazy(tables.hostile(tables.example()))
    renamed = tables.run(tables.made(kind, attacked, tables.rekeyed(dict(kind.spec.example))), attacked)
    for port, output in tables.run(tables.made(kind, table), table).items():
        expected = [list(row.values()) for row in tables.rows(output)]
        found = [list(row.values()) for row in tables.rows(renamed[port])]
        if kind.spec.serving == "boundary":  # ids may come from keys, and names may become values
            expected = [[tables.HOSTILE.get(value, value) for value in row] for row in expected]
            expected, found = (sorted(map(repr, side)) for side in (expected, found))
        assert found == expected


@pytest.mark.parametrize("key", LAZY)
def test_reserved_columns_are_carried_along(key: str) -> None:
    table = with_roles()
    for output in tables.run(tables.made(component(key), table), table).values():
        assert {ROW, ROLE} <= set(reserved_in(output))
        assert None not in output.to_pyarrow()[ROW].to_pylist()


@pytest.mark.parametrize("key", LAZY)
def test_a_table_without_reserved_columns_is_fine(key: str) -> None:
    if issubclass(component(key), Split):
        pytest.skip("a split needs row ids")
    table = tables.lazy(tables.example().drop_columns([ROW]))
    for output in tables.run(tables.made(component(key), table), table).values():
        output.to_pyarrow()


@pytest.mark.parametrize("key", LAZY)
def test_the_same_input_gives_the_same_output_with_one_and_two_threads(key: str) -> None:
    found = []
    for threads in (1, 2, 2):
        table = tables.lazy(tables.example(), ibis.duckdb.connect(threads=threads))
        outputs = tables.run(tables.made(component(key), table), table)
        found.append({port: tables.rows(output) for port, output in outputs.items()})
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("key", [key for key in LAZY if component(key).spec.serving == "replay"])
def test_one_row_alone_gives_what_it_gave_in_the_batch(key: str, table: ir.Table) -> None:
    if issubclass(component(key), Split):
        pytest.skip("a split with strata looks at all rows, and endpoints skip it")
    made = tables.made(component(key), table)
    state = made.fit(table) if isinstance(made, LearnedTransform) else None
    batch = {row[ROW]: row for row in tables.rows(tables.run(made, table, state)["table"])}
    for place in (0, 30, 40):
        alone = table.filter(table[ROW] == place)
        (row,) = tables.rows(tables.run(made, alone, state)["table"])
        assert row == batch[place]


@pytest.mark.parametrize("key", ALL)
def test_selectors_leave_hidden_columns_alone(key: str, table: ir.Table) -> None:
    kind = component(key)
    ports = {port.name: table.schema() for port in kind.spec.inputs if port.kind == "table"}
    params = example_params(key)
    chosen = {name: "all" for name, value in params if isinstance(value, Columns)}
    bound = (
        type(params).model_validate({**kind.spec.example, **chosen}).bind(ports, frozenset({"target_class", "flag"}))
    )
    for _, value in bound:
        if isinstance(value, Columns) and ports:
            assert not {"target_class", "flag", ROW} & set(value)


# Learned transforms


@pytest.mark.parametrize("key", LEARNED)
def test_a_state_survives_json(key: str, table: ir.Table) -> None:
    made: Any = tables.made(component(key), table)
    state = made.fit(table)
    assert made.state_type().model_validate_json(state.model_dump_json()) == state


@pytest.mark.parametrize("key", LEARNED)
def test_an_unfitted_state_has_the_shape_of_a_learned_one(key: str, table: ir.Table) -> None:
    made: Any = tables.made(component(key), table)
    assert {name: set(value) for name, value in made.unfitted()} == {
        name: set(value) for name, value in made.fit(table)
    }


@pytest.mark.parametrize("key", LEARNED)
def test_measures_of_several_nodes_fit_into_one_aggregation(key: str, table: ir.Table) -> None:
    made: Any = tables.made(component(key), table)
    measures = list(scalars(made.measures(table)).values())
    twice = table.aggregate([scalar.name(f"m{i}") for i, scalar in enumerate([*measures, *measures, table.count()])])
    assert twice.to_pyarrow().num_rows == 1


@pytest.mark.parametrize("key", LEARNED)
def test_a_category_it_has_not_seen_does_not_break_it(key: str, table: ir.Table) -> None:
    made: Any = tables.made(component(key), table)
    state = made.fit(table)
    unseen = table.mutate({"text": ibis.literal("never seen"), "number": table["number"] + 1e9})
    assert made.transform(unseen, state).to_pyarrow().num_rows == tables.ROWS


# Models


@pytest.mark.parametrize("key", MODELS)
def test_a_model_fits_and_predicts(key: str) -> None:
    estimator, features, target = fitted(key)
    assert len(estimator.predict(features)) == len(target)


@pytest.mark.parametrize("key", MODELS)
def test_a_model_that_takes_missing_values_does(key: str) -> None:
    kind: Any = component(key)
    features, target = suited(kind)
    features[::5, 0] = np.nan
    if kind.takes_missing:
        model(key).fit(features, target).predict(features)
    else:
        with pytest.raises(ValueError, match="NaN"):
            model(key).fit(features, target)


@pytest.mark.parametrize("key", MODELS)
@pytest.mark.parametrize("classes", [2, 3])
def test_a_saved_model_answers_as_before_and_holds_no_types_beyond_its_list(
    key: str, classes: int, tmp_path: Path
) -> None:
    import skops.io

    kind: Any = component(key)
    estimator, features, _ = fitted(key, classes)
    path = tmp_path / kind.file
    kind.save(estimator, path)
    assert np.array_equal(kind.load(path).predict(features), estimator.predict(features))
    if path.suffix == ".skops":
        assert set(skops.io.get_untrusted_types(file=path)) <= set(kind.trusted_types)


@pytest.mark.parametrize("key", MODELS)
def test_the_params_of_a_model_are_those_of_its_library_with_its_defaults(key: str) -> None:
    kind: Any = component(key)
    needs_library(key)
    asked = {name: kind.spec.example[name] for name in ("target", *STEPS.get(key, ())) if name in kind.spec.example}
    made = kind(kind.params_type().model_validate(asked))
    given, defaults = settings(made.build()), settings(made.build(), by_default=True)
    ours = {*WeighedParams.model_fields, *EARLY, "seed", *(["positive"] if kind.task == "classification" else [])}
    ours -= set(settings(made.build()))
    own = set(kind.params_type().model_fields) - ours - STEPS.get(key, set())
    assert own - set(given) <= {"class_weight"}
    own &= set(given) - set(OTHER_DEFAULTS.get(key, {}))
    told = {name: defaults[name] for name in own if defaults[name] is not None}
    assert {name: given[name] for name in told} == told
    untold = {name: None for name in own - set(told) if given[name] is not None}
    if untold:  # what its library takes for None shows only in what it learns
        features, target = suited(kind)
        theirs = made.build().set_params(**untold).fit(features, target)
        assert np.array_equal(answers(made.fit(features, target), features), answers(theirs, features))


@pytest.mark.parametrize("key", [key for key in MODELS if "class_weight" in component(key).params_type().model_fields])
def test_balanced_classes_give_a_rare_one_more_weight(key: str) -> None:
    features, target = suited(component(key), task="regression")
    rare = (target > np.quantile(target, 0.9)).astype(int)
    noisy = np.where(np.arange(len(rare)) % 3 == 0, 0, rare)
    features = features.round()  # so that no model can learn rows by heart
    plain, balanced = (model(key, class_weight=weight).fit(features, noisy) for weight in (None, "balanced"))
    assert answers(balanced, features)[:, 1].mean() > answers(plain, features)[:, 1].mean()


@pytest.mark.parametrize("key", MODELS)
def test_the_same_seed_trains_the_same_model(key: str) -> None:
    (first, features, _), (second, _, _) = fitted(key), fitted(key)
    assert np.array_equal(first.predict(features), second.predict(features))


# Evaluations


@pytest.mark.parametrize("key", of(Evaluation))
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_report_is_json(key: str, task: Any) -> None:
    truth = np.array(["a", "b", "a", "b"]) if task == "classification" else np.arange(4.0)
    chances = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.3, 0.7]])
    said = Predictions(task, truth, truth[::-1], chances, ("a", "b")) if task == "classification" else None
    evaluation: Any = tables.made(component(key), tables.lazy(tables.example()))
    if task not in evaluation.tasks:
        pytest.skip("is refused when a pipeline is checked")
    said = said or Predictions(task, truth, truth + 1)
    times = 10  # so that there are enough rows to look for groups in
    repeated = {name: np.concatenate([getattr(said, name)] * times) for name in ("truth", "prediction")}
    chances = None if said.probabilities is None else np.concatenate([chances] * times)
    rows = tables.example(40).select(list(evaluation.looks_at())) if evaluation.looks_at() else None
    report = evaluation.report(replace(said, **repeated, probabilities=chances, columns=rows))
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    for row in report.get(FIGURES, []):
        assert set(row) <= set(evaluation.figures)


# Outputs


@pytest.mark.parametrize("key", of(Output))
def test_an_output_writes_down_what_it_says_whatever_columns_are_called(key: str, table: ir.Table) -> None:
    kind: Any = component(key)
    found = []
    for rows, params in (
        (table, None),
        (tables.lazy(tables.hostile(tables.example())), tables.rekeyed(kind.spec.example)),
    ):
        made = tables.made(kind, rows, params)
        ports = [port.name for port in made.spec.inputs if port.kind == "table"]
        assert made.deed()
        leaving = made.tables(dict.fromkeys(ports, rows))
        unfed = made.tables({port: unbound(rows.schema(), port) for port in ports})
        assert {name: leaves.schema() for name, leaves in leaving.items()} == {n: t.schema() for n, t in unfed.items()}
        assert not [name for leaves in leaving.values() for name in reserved_in(leaves)]
        written = {name: leaves.to_pyarrow().to_pylist() for name, leaves in leaving.items()}
        found.append({name: [[*row.values()] for row in rows] for name, rows in written.items()})
    assert found[:1] == found[1:]


def with_roles() -> ir.Table:
    roles = pa.array(["train", "test", "validation"] * (tables.ROWS // 3))
    return tables.lazy(tables.example().append_column(ROLE, roles))


def suited(kind: Any, classes: int = 2, task: str = "") -> tuple[Any, Any]:
    """Features and a target that a model can learn from."""
    random = np.random.default_rng(0)
    features = random.normal(size=(200, 2))
    score = features @ [1.0, -2.0]
    features = features if kind.takes_negative else abs(features)
    if (task or kind.task) == "regression":
        return features, np.exp(score)
    return features, np.digitize(score, [0.0, 2.0][: classes - 1])


def settings(estimator: Any, *, by_default: bool = False) -> dict[str, Any]:
    """The settings of an estimator and, before them, of the one that it wraps."""
    both = [each for each in (estimator.get_params().get("estimator"), estimator) if each is not None]
    told = [type(each)() if by_default else each for each in both]
    return {name: value for each in told for name, value in each.get_params(deep=False).items()}


def fitted(key: str, classes: int = 3) -> tuple[Any, Any, Any]:
    made = model(key)
    features, target = suited(made, classes)
    return made.fit(features, target), features, target


def answers(estimator: Any, features: Any) -> Any:
    """The finest that a fitted estimator says."""
    return getattr(estimator, "predict_proba", estimator.predict)(features)


def needs_library(key: str) -> None:
    for library in component(key).spec.requires:
        pytest.importorskip(library.module, reason=f"{library.name} is optional: {library.hint}")


def model(key: str, **params: Any) -> Any:
    """A model over the example table."""
    kind: Any = component(key)
    needs_library(key)
    return tables.made(kind, tables.lazy(tables.example()), {**kind.spec.example, **params})


def native(table: ir.Table) -> pa.Table:
    """The result as DuckDB gives it, without Ibis casting it to the expected types."""
    return ibis.get_backend(table).con.execute(ibis.to_sql(table)).to_arrow_table()


def native_types(table: ir.Table) -> list[str]:
    return [str(dtype) for dtype in ibis.Schema.from_pyarrow(native(table).schema).types]
