"""What a model says when one column is given the same value in every row."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.base import FIGURES, Asked, Report
from components.errors import UnfitData
from components.evaluate.outcomes import Array, outcomes
from components.evaluate.pictures import Plot, amount, bars, line, lines, plain, short

if TYPE_CHECKING:
    from components.evaluate.partial_dependence import PartialDependenceParams

UNTAUGHT = {"anomaly": "score", "clustering": "prediction"}
"""What models without a target answer with."""
PERCENTILES = (0.05, 0.95)
MOST_CATEGORIES = 20


@dataclass(frozen=True)
class Dependence:
    """Answers over the values of one column.

    Parameters
    ----------
    answers : ndarray of shape (n_rows, n_values)
    """

    column: str
    values: pa.Array
    answers: Array

    @property
    def mean(self) -> Array:
        return np.asarray(self.answers.mean(axis=0))

    @property
    def numbers(self) -> Array | None:
        """The values as numbers; None where they are names."""
        kind = self.values.type
        if pa.types.is_boolean(kind) or not (pa.types.is_primitive(kind) or pa.types.is_decimal(kind)):
            return None
        if pa.types.is_temporal(kind):
            return None
        return np.asarray(pc.cast(self.values, pa.float64(), safe=False).to_numpy(zero_copy_only=False))


def partial_dependence(model: Asked, params: "PartialDependenceParams") -> Report:
    """The report of partial dependence."""
    names = list(params.columns)[: params.most_columns]
    grids = {name: grid(model.rows.column(name), params.points) for name in names}
    there = [name for name in names if len(grids[name]) > 1]
    if not there:
        raise UnfitData(
            "None of these columns has two different values among the test rows.",
            hint="Choose other columns.",
            field="columns",
        )
    found = [depend(model, name, grids[name], params.positive) for name in there]
    single = np.sort(np.random.default_rng(params.seed).permutation(len(model.truth))[: params.single_rows])
    what = _answer(model, params)
    notes = [_about(model)]
    if len(params.columns) > len(names):
        notes.append(f"{len(names)} of {len(params.columns)} columns; choose others, or raise 'most_columns'.")
    if len(there) < len(names):
        notes.append(f"Left out, because they have one value only: {', '.join(n for n in names if n not in there)}.")
    return {
        "task": model.task,
        "rows": len(model.truth),
        "metrics": {},
        "plots": {f"dependence_{nth}": _plot(each, single, what) for nth, each in enumerate(found)},
        "notes": notes,
        FIGURES: [row for each in found for row in _rows(each)],
    }


def _about(model: Asked) -> str:
    """How many rows; those of a model without a target are no test rows."""
    if model.task in UNTAUGHT:
        return f"Asked about {amount(len(model.truth), 'row')}."
    return f"Asked about {amount(len(model.truth), 'row')} of {amount(model.test_rows, 'test row')}."


def grid(column: pa.ChunkedArray, points: int) -> pa.Array:
    """The values at which the model is asked: every one where there are few, else as scikit-learn chooses them."""
    kind = column.type
    known = column.combine_chunks().drop_null()
    if pa.types.is_string(kind) or pa.types.is_boolean(kind):
        counted = sorted(pc.value_counts(known).to_pylist(), key=lambda it: (-it["counts"], it["values"]))
        return pa.array([each["values"] for each in counted[:MOST_CATEGORIES]], kind)
    distinct = pc.unique(known).sort()
    if len(distinct) <= points:
        return distinct
    moments = pa.int32() if pa.types.is_date32(kind) or pa.types.is_time32(kind) else pa.int64()
    numbers = pc.cast(known, moments) if pa.types.is_temporal(kind) else known
    values = np.asarray(pc.cast(numbers, pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    low, high = _percentiles(values[np.isfinite(values)])
    spread = np.linspace(low, high, points)
    if pa.types.is_temporal(kind):
        return pc.unique(pa.array(spread.round().astype(int), moments).cast(kind))
    if pa.types.is_integer(kind):
        return pc.unique(pa.array(np.unique(spread.round()).astype(int)).cast(kind))
    return pc.unique(pa.array(spread).cast(kind, safe=False))


def depend(model: Asked, name: str, values: pa.Array, positive: Any) -> Dependence:
    """The answers for every row at every value."""
    place, rows = model.rows.column_names.index(name), len(model.truth)
    said = []
    for value in values:
        column = pa.repeat(value, rows)
        said.append(_numbers(model, model.rows.set_column(place, model.rows.schema.field(name), column), positive))
    return Dependence(name, values, np.column_stack(said))


def _percentiles(values: Array) -> tuple[float, float]:
    """As scikit-learn computes them."""
    from scipy.stats.mstats import mquantiles

    low, high = mquantiles(values, prob=PERCENTILES)
    return float(low), float(high)


def _numbers(model: Asked, rows: pa.Table, positive: Any) -> Array:
    told = model.answers(rows)
    return outcomes(told, positive).chance if model.task == "classification" else np.asarray(told.prediction, float)


def _answer(model: Asked, params: "PartialDependenceParams") -> str:
    if model.task != "classification":
        return UNTAUGHT.get(model.task, "prediction")
    return f"probability of {outcomes(model.answers(model.rows.slice(0, 1), model.truth[:1]), params.positive).label}"


def _plot(found: Dependence, single: Array, what: str) -> Plot:
    lowest, highest = int(found.mean.argmin()), int(found.mean.argmax())
    told, numbers = plain(found.values.to_pylist()), found.numbers
    is_told = numbers is None or pa.types.is_integer(found.values.type)  # a year has no groups of digits
    named = told if numbers is None or is_told else [short(number) for number in numbers]
    read = (
        f"On average the {what} is lowest where {found.column} is {named[lowest]} ({short(found.mean[lowest])}), and "
        f"highest where it is {named[highest]} ({short(found.mean[highest])})."
    )
    if numbers is None and not pa.types.is_temporal(found.values.type):
        low, high = found.answers.min(axis=0), found.answers.max(axis=0)
        read = f"{read} The thin lines hold all rows."
        return bars(found.column, read, told, found.mean, across=what, low=low, high=high)
    at: Any = told if numbers is None else numbers
    drawn = [line("single row", at, found.answers[row], style="faint") for row in single]
    read = f"{read} Thin lines are single rows." if len(single) else read
    return lines(found.column, read, [*drawn, line("mean", at, found.mean)], across=found.column, up=what)


def _rows(found: Dependence) -> list[dict[str, Any]]:
    told = [str(value) for value in found.values.to_pylist()]
    numbers = [None] * len(told) if found.numbers is None else plain(found.numbers)
    spread = plain(found.answers.std(axis=0))
    names = ("value", "number", "mean", "std")
    return [
        {"column": found.column, **dict(zip(names, row, strict=True))}
        for row in zip(told, numbers, plain(found.mean), spread, strict=True)
    ]
