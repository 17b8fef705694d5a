"""What selectors of columns share that look at a target: what is not chosen stays, at one value.

As with every selector (see `components.prepare.held`), which columns there are must be known before the train rows are.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from components.base import LearnedFromRows, State
from components.errors import UnfitData
from components.outline import Outline, changed
from components.params import FeatureColumns, Params, Target
from components.portable.numbers import where
from components.ports import ONE_HOT, kind_of
from components.prepare.fitted import check_some, figure
from components.prepare.held import Held, hold, holder
from components.prepare.packed import FIELD, pack
from components.prepare.supervised import check_target

if TYPE_CHECKING:
    from sklearn.preprocessing import FunctionTransformer

Task = Literal["classification", "regression"]
MAX_CLASSES = 200
FEWEST = 0.5
"""Which share of the train rows must have a value in every column."""


class SelectionParams(Params):
    target: Target
    """The column that a model is to predict."""
    columns: FeatureColumns = FeatureColumns.all()
    """The columns to choose from; of a one-hot column, each category by itself."""
    task: Task | None = None
    """Whether the target is a class or a number; empty for a class where it is text, true or false, or has two values
    among the train rows."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden | {self.target})
        check_target(bound.target, bound.columns, schemas)
        if schemas:
            check_some(bound.columns)
        return bound


class Chosen(State):
    at: dict[str, float | None]  # of a column of numbers: its mean if it is left out, None if it is kept
    categories: dict[str, tuple[str, ...]]  # of a one-hot column: the categories that are kept
    score: dict[str, float | None]  # how good a column is, where that is measured: of a one-hot one its best category


@dataclass(frozen=True)
class Evidence:
    """Train rows as scikit-learn takes them.

    Parameters
    ----------
    matrix : ndarray of shape (n_rows, n_columns)
    places
        What each column of the matrix is: a column, and its category if it is one-hot.
    target : ndarray of shape (n_rows,)
        Positions among the sorted classes, or numbers.
    """

    matrix: Any
    places: tuple[tuple[str, str | None], ...]
    target: Any
    task: Task

    def standardized(self) -> Any:
        """The matrix with mean 0 and standard deviation 1, so that coefficients can be compared."""
        spread = self.matrix.std(axis=0)
        spread[spread == 0] = 1.0
        return (self.matrix - self.matrix.mean(axis=0)) / spread


@dataclass(frozen=True)
class Verdict:
    """Which columns of a matrix are kept, and how good each is where that is measured.

    Parameters
    ----------
    kept : ndarray of bool, of shape (n_columns,)
    scores : ndarray of shape (n_columns,), or None
    """

    kept: Any
    scores: Any = None


C = TypeVar("C", bound=SelectionParams)


class Selection(LearnedFromRows[C, Chosen]):
    """Keeps the columns that help to predict a target; the others get one value in every row.

    Train rows count whose target is known and that have a value in every column of numbers; a column without any value
    is left out.
    """

    @abstractmethod
    def choose(self, evidence: Evidence) -> Verdict:
        """Which columns to keep; there is at least one row."""

    def reads(self) -> tuple[str, ...]:
        return (self.params.target, *self.params.columns)

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, {n: _kept_type(schema[n]) for n in self.params.columns})}

    def learn_rows(self, rows: pa.Table) -> Chosen:
        known = rows.filter(rows.column(self.params.target).is_valid())
        if rows.num_rows and not known.num_rows:
            name = self.params.target
            message = f"The target {name!r} is missing in every train row."
            raise UnfitData(message, hint="Choose another target.", field="target", column=name)
        numbers = {name: _numbers(known, name) for name in self._numeric(rows.schema)}
        empty = [name for name, values in numbers.items() if values.null_count == len(values)]
        usable = self._complete(known, {name: v for name, v in numbers.items() if name not in empty})
        evidence = self._evidence(usable, empty) if usable.num_rows else None
        return self._chosen(rows, numbers, evidence)

    def unfitted(self) -> Chosen:
        return Chosen(at=dict.fromkeys(self.params.columns), categories={}, score=dict.fromkeys(self.params.columns))

    def transform(self, table: ir.Table, state: Chosen) -> ir.Table:
        packed = [name for name in self.params.columns if kind_of(table[name].type()) == "one_hot"]
        at = {name: state.at.get(name) for name in self.params.columns if name not in packed}
        reduced = {name: _reduced(table[name], state.categories.get(name)) for name in packed}
        return hold(table, Held(at=at)).mutate(reduced)

    def to_sklearn(self, state: Chosen) -> "FunctionTransformer":
        """Over the columns of numbers; one-hot ones have no place in an array."""
        return holder([state.at[name] for name in self.params.columns if name in state.at])

    def categories(self, state: Chosen) -> Mapping[str, tuple[str, ...]]:
        return state.categories

    def report(self, state: Chosen) -> list[dict[str, Any]]:
        told = []
        for name in self.params.columns:
            row: dict[str, Any] = {"column": name, "score": state.score.get(name)}
            kept = state.categories.get(name)
            row |= {"kept": state.at.get(name) is None} if kept is None else {"kept": bool(kept), "categories": [*kept]}
            told.append(row)
        return told

    def _numeric(self, schema: pa.Schema) -> list[str]:
        return [name for name in self.params.columns if not pa.types.is_struct(schema.field(name).type)]

    def _complete(self, rows: pa.Table, numbers: Mapping[str, pa.ChunkedArray]) -> pa.Table:
        """The rows that have a value in each of some columns.

        Raises
        ------
        UnfitData
            When most have not.
        """
        if not numbers or not rows.num_rows:
            return rows
        is_whole = pa.chunked_array([pa.array([True] * rows.num_rows)])
        for values in numbers.values():
            is_whole = pc.and_(is_whole, values.is_valid())
        whole = int(pc.sum(is_whole).as_py() or 0)
        if whole < FEWEST * rows.num_rows:
            worst = max(numbers, key=lambda name: numbers[name].null_count)
            raise UnfitData(
                f"Only {whole:,} of {rows.num_rows:,} train rows have a finite value in every column; most gaps has "
                f"{worst!r} ({numbers[worst].null_count:,}).",
                hint="Impute the columns before, or leave those with many gaps out.",
                field="columns",
                column=worst,
            )
        return rows.filter(is_whole)

    def _evidence(self, rows: pa.Table, empty: Sequence[str]) -> Evidence:
        import numpy as np

        blocks, places = [], []
        for name in (name for name in self.params.columns if name not in empty):
            for category, values in _matrix_columns(rows, name):
                blocks.append(values)
                places.append((name, category))
        matrix = np.column_stack(blocks) if blocks else np.empty((rows.num_rows, 0))
        target, task = _target(rows.column(self.params.target), self.params)
        return Evidence(matrix, tuple(places), target, task)

    def _chosen(self, rows: pa.Table, numbers: Mapping[str, pa.ChunkedArray], evidence: Evidence | None) -> Chosen:
        """The state; without rows to learn from, all that have any value are kept."""
        verdict = self.choose(evidence) if evidence and evidence.places else None
        kept, score = set[tuple[str, str | None]](), dict[str, float | None](dict.fromkeys(self.params.columns))
        for place, (name, category) in enumerate(evidence.places if evidence else ()):
            if verdict is None or verdict.kept[place]:
                kept.add((name, category))
            told = None if verdict is None or verdict.scores is None else figure(verdict.scores[place])
            score[name] = max((s for s in (score[name], told) if s is not None), default=None)
        means = {name: pc.mean(values).as_py() or 0.0 for name, values in numbers.items()}
        keeps_all = evidence is None and not any(values.null_count < len(values) for values in numbers.values())
        at = {name: None if keeps_all or (name, None) in kept else mean for name, mean in means.items()}
        packed = [name for name in self.params.columns if name not in numbers]
        categories = {
            name: tuple(c for c in _categories(rows, name) if evidence is None or (name, c) in kept) for name in packed
        }
        return Chosen(at=at, categories=categories, score=score)


def _kept_type(dtype: dt.DataType) -> dt.DataType:
    return ONE_HOT if kind_of(dtype) == "one_hot" else dt.float64


def _reduced(column: ir.StructColumn, kept: Sequence[str] | None) -> ir.StructColumn:
    """A one-hot column with only the categories that are kept; None for all."""
    category = column[FIELD]
    if kept is None:
        return pack(category)
    return pack(where(category.isin(list(kept)), category) if kept else ibis.null("string"))


def _numbers(rows: pa.Table, name: str) -> pa.ChunkedArray:
    """A column as float64; what is not finite is missing."""
    values = pc.cast(rows.column(name), pa.float64(), safe=False)
    return pc.if_else(pc.is_finite(values), values, None)


def _matrix_columns(rows: pa.Table, name: str) -> Iterator[tuple[str | None, Any]]:
    """The columns of the matrix that a column becomes, each with its category if it is one-hot."""
    import numpy as np

    if not pa.types.is_struct(rows.schema.field(name).type):
        yield None, _numbers(rows, name).to_numpy()
        return
    chosen = pc.struct_field(rows.column(name), [FIELD])
    for category in _categories(rows, name):
        yield category, pc.fill_null(pc.equal(chosen, category), False).to_numpy().astype(np.float64)


def _categories(rows: pa.Table, name: str) -> list[str]:
    found = pc.unique(pc.struct_field(rows.column(name), [FIELD])).to_pylist()
    return sorted(category for category in found if category is not None)


def _target(column: pa.ChunkedArray, params: SelectionParams) -> tuple[Any, Task]:
    """The target as numbers, and what it is.

    Raises
    ------
    UnfitData
        When it cannot be told apart, or is no number.
    """
    import numpy as np

    name = params.target
    is_number = not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type))
    values = pc.cast(column, pa.float64(), safe=False) if is_number else column
    labels = sorted(pc.unique(values).to_pylist())
    is_flag = pa.types.is_boolean(column.type)
    task = params.task or ("regression" if is_number and not is_flag and len(labels) > 2 else "classification")
    if len(labels) < 2:
        raise UnfitData(
            f"The target {name!r} has only one value among the train rows.",
            hint="Choose another target, or check the filters before.",
            field="target",
            column=name,
        )
    if task == "regression":
        if not is_number:
            raise UnfitData(
                f"The target {name!r} is text, which is no number to predict.",
                hint="Set 'task' to classification.",
                field="task",
                column=name,
            )
        return values.to_numpy(), "regression"
    if len(labels) > MAX_CLASSES:
        raise UnfitData(
            f"The target {name!r} has {len(labels):,} different values, too many for classes.",
            hint="Set 'task' to regression for numbers, or group rare values.",
            field="task",
            column=name,
        )
    positions = pc.index_in(values, value_set=pa.array(labels, values.type))
    return positions.to_numpy().astype(np.int64), "classification"
