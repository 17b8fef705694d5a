"""What a model without a target said of rows: its groups, counted and averaged, and a sample to draw."""

from collections.abc import Iterator
from typing import Any

import ibis.expr.types as ir
import numpy as np

from components.base import Group, Grouped, Unsupervised, steady
from components.evaluate.groups import QUANTILES
from components.ports import ROLE, ROW
from components.prepare.packed import FIELD
from engine.backends.backend import Backend
from engine.errors import DataError
from engine.train.matrix import MatrixSpec
from engine.train.order import ties

SAMPLE_ROWS = 5_000
"""Comparing each row with every other one takes a second for so many."""
MOST_COLUMNS, MOST_CATEGORIES = 60, 20
"""Of so many columns, and categories of one of them, the means of each group are computed."""

MEAN, SPREAD, QUANTILE = "__cb_mean", "__cb_spread", "__cb_quantile"


def read_groups(kind: type[Unsupervised[Any]], table: ir.Table, spec: MatrixSpec, backend: Backend) -> Grouped:
    """What a model said of the rows that it has not learned from, where some have another role; else of all rows.

    Parameters
    ----------
    table
        A model's `table` output, possibly changed since.

    Raises
    ------
    DataError
        When the answers, the features or the rows are gone.
    """
    features = [feature.name for feature in spec.features]
    gone = next((name for name in (*kind.adds, *features) if name not in table.columns), None)
    if gone is not None:
        raise DataError(f"The table has no column {gone!r} any more.", hint="Connect the model directly.")
    answer = kind.answers["prediction"]
    rows, is_unseen = _described(table, backend)
    columns = dict(_columns(rows, spec))
    means = {f"{MEAN}{i}": column.mean() for i, column in enumerate(columns.values())}
    counted = backend.collect(rows.group_by(answer).aggregate(__cb_rows=rows.count(), **means).order_by(answer))
    if not counted.num_rows:
        raise DataError("There are no rows to describe.", hint="Check the filters before this node.")
    overall = backend.row(rows.aggregate(**means, **_spreads(columns), **_quantiles(kind, rows)))
    sample = backend.collect(_sample(rows, kind, features))
    scores = _scores_column(kind)
    return Grouped(
        kind.task,
        tuple(_group(row, answer, len(columns)) for row in counted.to_pylist()),
        tuple(columns),
        means=_numbered(overall, MEAN, len(columns)),
        spreads=_numbered(overall, SPREAD, len(columns)),
        matrix=spec.fill(sample),
        answers=sample.column(answer).to_numpy(),
        scores=sample.column(scores).to_numpy() if scores else None,
        quantiles={name: steady(overall[f"{QUANTILE}{i}"]) for i, name in enumerate(QUANTILES)} if scores else {},
        unseen=is_unseen,
    )


def _described(table: ir.Table, backend: Backend) -> tuple[ir.Table, bool]:
    if ROLE in table.columns:
        tested = table.filter(table[ROLE] == "test")
        if backend.rows(tested):
            return tested, True
    return table, False


def _columns(rows: ir.Table, spec: MatrixSpec) -> Iterator[tuple[str, ir.NumericColumn]]:
    """The first columns of the matrix, as numbers."""
    left = MOST_COLUMNS
    for feature in spec.features:
        column = rows[feature.name]
        if feature.kind == "one_hot":
            shown = feature.categories[: min(MOST_CATEGORIES, left)]
            made = [(f"{feature.name}={name}", (column[FIELD] == name).fill_null(False)) for name in shown]
        else:
            made = [(feature.name, column)][:left]
        left -= len(made)
        for name, values in made:
            yield name, values.cast("float64")


def _spreads(columns: dict[str, ir.NumericColumn]) -> dict[str, ir.Scalar]:
    return {f"{SPREAD}{i}": column.std(how="pop") for i, column in enumerate(columns.values())}


def _quantiles(kind: type[Unsupervised[Any]], rows: ir.Table) -> dict[str, ir.Scalar]:
    name = _scores_column(kind)
    if name is None:
        return {}
    return {f"{QUANTILE}{i}": rows[name].quantile(share) for i, share in enumerate(QUANTILES.values())}


def _scores_column(kind: type[Unsupervised[Any]]) -> str | None:
    return kind.answers.get("score")


def _sample(rows: ir.Table, kind: type[Unsupervised[Any]], features: list[str]) -> ir.Table:
    """So many rows, always the same ones."""
    if ROW not in rows.columns:
        order = ties(rows, [*features, *kind.adds])
    else:
        digest = (rows[ROW].cast("string") + "groups").hexdigest("md5")
        order = [digest, rows[ROW], *ties(rows, features)]
    wanted = dict.fromkeys([*features, *kind.adds])
    return rows.order_by(order).limit(SAMPLE_ROWS).select(*wanted)


def _group(row: dict[str, Any], answer: str, columns: int) -> Group:
    return Group(row[answer], int(row["__cb_rows"]), _numbered(row, MEAN, columns))


def _numbered(row: dict[str, Any], name: str, columns: int) -> tuple[float | None, ...]:
    found = (row[f"{name}{i}"] for i in range(columns))
    return tuple(steady(value) if value is not None and np.isfinite(value) else None for value in found)
