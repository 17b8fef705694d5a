"""The features of a model as columns of plain scikit-learn: the steps of its slice, and only what is needed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.schema as sch
import ibis.expr.types as ir
import numpy as np
import pyarrow.parquet as pq

from components.base import LearnedTransform, MatrixTransform, unbound
from components.ports import kind_of
from engine.errors import ExportRefused
from engine.serve.exports.plain import functions as f
from engine.serve.exports.plain.columns import Column, Given, Learned, Made
from engine.serve.exports.plain.expressions import NotPlain, Translation, kind_of_type, translation
from engine.serve.modelfile import MODEL, ModelFile, load_transformers
from engine.serve.slice import Step
from engine.serve.stretches import RECORDS
from engine.train.matrix import MatrixSpec
from engine.train.transforms import Fitted

OURS = ("engine.", "components.", "storage.")
ENCODERS = "prepare/encode"
"""The category of what takes numbers and flags as texts."""


class Columns(Mapping[str, Column]):
    """Columns by name, each made when it is first asked for."""

    def __init__(self, made: Mapping[str, Callable[[], Column]]) -> None:
        self._making = dict(made)
        self._made: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self._made:
            self._made[name] = self._making[name]()
        return self._made[name]

    def __iter__(self) -> Any:
        return iter(self._making)

    def __len__(self) -> int:
        return len(self._making)


@dataclass(frozen=True)
class Kept:
    """A model without its estimator.

    Parameters
    ----------
    transformers
        Node → its fitted scikit-learn transformer.
    lookup
        The shape of a frozen table.
    """

    model: ModelFile
    transformers: Mapping[str, Fitted]
    lookup: Callable[[str], ir.Table]


def features(kept: Kept) -> list[Column]:
    """The columns of the model's matrix, in order.

    Raises
    ------
    ExportRefused
        Naming the node that has no form in plain scikit-learn.
    """
    model = kept.model
    given = {name: _given(name, dtype) for name, dtype in model.slice.origin_schema().items()}
    columns, schema = Columns(given), model.slice.origin_schema()
    for step in model.slice.steps:
        columns, schema = _stepped(step, columns, schema, kept)
    return matrix_columns(columns, model.matrix)


def kept_features(files: Mapping[str, Path]) -> tuple[ModelFile, list[Column]]:
    """The same from the files of a model; nothing is computed.

    Raises
    ------
    ExportRefused
        Naming the node.
    """
    model = ModelFile.model_validate_json(files[MODEL].read_text())
    shapes = {
        name: pq.read_schema(files[f"{name}.parquet"]) for step in model.slice.steps for name in step.lookups.values()
    }
    tables = {name: ibis.table(ibis.Schema.from_pyarrow(shape), name=name) for name, shape in shapes.items()}
    return model, features(Kept(model, load_transformers(files, model.slice), tables.__getitem__))


def matrix_columns(columns: Mapping[str, Column], spec: MatrixSpec) -> list[Column]:
    """What fills a matrix; a one-hot column without categories fills nothing."""
    found = []
    for feature in spec.features:
        if not feature.width:
            continue
        column = columns[feature.name]
        if feature.kind == "one_hot" and column.kind == "text":
            column = f.one_hot(column, feature.categories)
        found.append(column)
    return found


def _given(name: str, dtype: Any) -> Callable[[], Column]:
    def make() -> Column:
        try:
            return Given(name, kind_of_type(dtype))
        except NotPlain as error:
            raise ExportRefused(
                f"The field {name!r} has no form in plain scikit-learn: it holds {error}.",
                hint="Export the bundle or the MLflow model instead: they hold any model.",
                field=name,
            ) from error

    return make


def _stepped(step: Step, columns: Columns, schema: sch.Schema, kept: Kept) -> tuple[Columns, sch.Schema]:
    """The columns after a step."""
    loaded = step.load()
    if isinstance(loaded, MatrixTransform):
        fitted = kept.transformers[step.node]
        after = loaded.outline(schema)["table"].schema
        made = _of_matrix(step, fitted, columns)
        same = {name: _same(columns, name) for name in after if name not in made}
        return Columns({**same, **made}), after
    table = unbound(schema, RECORDS)
    result = step.apply(table, kept.lookup)
    how = translation(columns)
    learned = _learned(step, loaded, result, columns) if isinstance(loaded, LearnedTransform) else {}
    making = {name: learned.get(name) or _translated(step, how, result, name, columns) for name in result.columns}
    return Columns(making), result.schema()


def _same(columns: Columns, name: str) -> Callable[[], Column]:
    return lambda: columns[name]


def _translated(
    step: Step, translation: Translation, table: ir.Table, name: str, columns: Columns
) -> Callable[[], Column]:
    def make() -> Column:
        try:
            value = _value(table, name)
            if value is None:
                return columns[name]
            is_packed = kind_of(table[name].type()) == "one_hot"
            if is_packed and not isinstance(value, ops.Field):
                return _of_node(step, translation.packed(value))
            return _of_node(step, translation.column(value))
        except NotPlain as error:
            raise refused(step, str(error)) from error

    return make


def _of_node(step: Step, column: Column) -> Column:
    """A column that knows which node it is the outcome of; one that was there before stays as it is."""
    if isinstance(column, Made) and column.node is None:
        return replace(column, node=step.node)
    return column


def refused(step: Step, what: str) -> ExportRefused:
    """A step that has no form in plain scikit-learn."""
    title = step.load().spec.title
    return ExportRefused(
        f"{title} ({step.node!r}) has no form in plain scikit-learn: {what}.",
        hint="Export the bundle or the MLflow model instead: they hold any model.",
        node_id=step.node,
    )


def _value(table: ir.Table, name: str) -> ops.Value | None:
    """The expression behind a column; None where the table is as it was."""
    relation = table.op()
    if isinstance(relation, ops.UnboundTable):
        return None
    if not isinstance(relation, ops.Project | ops.DropColumns):
        raise NotPlain("it looks rows up in another table")
    value = relation.values[name]
    return value if isinstance(value, ops.Value) else None


def _learned(
    step: Step, loaded: LearnedTransform[Any, Any], table: ir.Table, columns: Columns
) -> dict[str, Callable[[], Column]]:
    """What a learned transform makes of each of its columns, where its scikit-learn form treats each by itself."""
    names = [*getattr(loaded.params, "columns", ())]
    changed = {name for name in table.columns if not _is_same(table, name)}
    if not names or not changed <= set(names) or not set(names) <= set(table.columns):
        return {}
    state = loaded.state_type().model_validate(step.state)
    categories = loaded.categories(state)

    def over(some: Sequence[str]) -> Any:
        return _narrowed(loaded, some).to_sklearn(state)

    def make(name: str) -> Callable[[], Column]:
        def one() -> Column:
            column = columns[name]
            is_packed = kind_of(table[name].type()) == "one_hot"
            width = len(categories[name]) if name in categories else 1
            taken = _as_texts(column) if loaded.spec.category == ENCODERS else column
            found = over([name]) if width else None
            if found is None or not _is_fit(found, taken, width):
                return _translated(step, translation(columns), table, name, columns)()
            kind = "number" if is_packed else kind_of_type(table[name].type())
            learned = Learned(step.node, name, over)
            return Made(step.node, (taken,), found, kind, width=width, learned=learned, node=step.node)

        return one

    return {name: make(name) for name in changed}


def _is_same(table: ir.Table, name: str) -> bool:
    try:
        value = _value(table, name)
    except NotPlain:
        return False
    return value is None or (
        isinstance(value, ops.Field) and value.name == name and isinstance(value.rel, ops.UnboundTable)
    )


def _narrowed(loaded: LearnedTransform[Any, Any], names: Sequence[str]) -> LearnedTransform[Any, Any]:
    """The same transform for some of its columns."""
    columns = loaded.params.columns.of([*names])
    return type(loaded)(loaded.params.model_copy(update={"columns": columns}))


def _as_texts(column: Column) -> Column:
    if column.kind == "text":
        return column
    if column.kind == "flag":
        return f.flags_as_text(column)
    return f.whole_as_text(column) if column.kind == "number" else column


def _is_fit(transformer: Any, column: Column, width: int) -> bool:
    """Whether a transformer is scikit-learn's own, takes gaps, and makes as many columns as it should."""
    import skops.io

    untrusted = skops.io.get_untrusted_types(data=skops.io.dumps(transformer))
    if any(name.startswith(OURS) for name in untrusted):
        return False
    sample = np.array([["text"], [None]], dtype=object) if column.kind == "text" else np.array([[1.0], [np.nan]])
    try:
        made = np.asarray(transformer.transform(sample))
    except (TypeError, ValueError):
        return False
    return made.shape == (2, width)


def _of_matrix(step: Step, fitted: Fitted, columns: Columns) -> dict[str, Callable[[], Column]]:
    """What a scikit-learn transformer makes of all of its columns together."""
    component = fitted.component
    if type(component).apply is not MatrixTransform.apply:
        return {
            name: _refusing(step, "what it makes of rows is more than one transformer") for name in component.sources()
        }
    shared: list[tuple[Column, ...]] = []

    def inputs() -> tuple[Column, ...]:
        if not shared:
            shared.append(_inputs(fitted, columns))
        return shared[0]

    width = _width(fitted)

    def make(place: int) -> Callable[[], Column]:
        def one() -> Column:
            of = inputs()
            if place >= width:
                return f.constant(0.0, of[0]) if of[0].kind != "text" else f.constant(0.0, f.is_missing(of[0]))
            return Made(step.node, of, fitted.transformer, place=place, node=step.node)

        return one

    return {name: make(place) for place, name in enumerate(component.sources())}


def _inputs(fitted: Fitted, columns: Columns) -> tuple[Column, ...]:
    if fitted.component.takes == "texts":
        text = columns[fitted.component.reads()[0]]
        return (f.flat_text(text),)
    return tuple(matrix_columns(columns, fitted.spec))


def _width(fitted: Fitted) -> int:
    """How many columns it makes of a row."""
    if fitted.component.takes == "texts":
        return int(fitted.transformer.transform(["text"]).shape[1])
    return int(np.asarray(fitted.transformer.transform(np.ones((1, fitted.spec.width)))).shape[1])


def _refusing(step: Step, what: str) -> Callable[[], Column]:
    def make() -> Column:
        raise refused(step, what)

    return make
