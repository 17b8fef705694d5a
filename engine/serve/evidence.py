"""Rows kept with a model, so that it can be asked about when its run is long gone."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from components.ports import ROLE, ROW, visible

EVIDENCE = "evidence.parquet"
HELD_OUT_ROWS, TRAIN_ROWS = 20_000, 10_000
MOST_CELLS = 20_000_000
"""A very wide table keeps fewer rows."""
SAID_PREFIX = "__cb_said_"
"""Before the name of an answer, so that no column can have the same."""
TRUTH = "__cb_truth"
HELD_OUT = "__cb_held_out"
_GOLDEN = 2_654_435_761
"""2³² divided by the golden ratio: numbers in a row, times this, modulo 2³², lie evenly and in no visible order."""


def evidence(origin: ir.Table, arrived: ir.Table, said: ir.Table, answers: Mapping[str, str], target: str) -> ir.Table:
    """Held-out rows with what was said of them, and some rows that the model learned from, all as they begin.

    A row that became several, by a join with several matches, has no one answer and is left out.

    Parameters
    ----------
    origin, arrived
        The rows where they begin, and where they meet the model.
    said
        What the model said of rows: those it had not seen, or all where it has no target.
    answers
        What an endpoint calls an answer → the column of `said` that holds it.
    target
        Its column; empty for a model without one.

    Returns
    -------
    Table
        The columns of `origin`; the answers, each behind a prefix; truth; role; and whether the row was held out.
    """
    names = visible(origin.schema())
    fewer = MOST_CELLS // max(1, len(names))
    held_out = _once(_spread(said, min(HELD_OUT_ROWS, fewer)), answers, target)
    rows = held_out.mutate(**{HELD_OUT: ibis.literal(value=True)})
    if target and ROLE in arrived.columns:
        learned = arrived.filter((arrived[ROLE] == "train") & (arrived[ROW] >= 0))
        some = _once(_spread(learned, min(TRAIN_ROWS, fewer)), {}, target)
        nothing = {name: ibis.null(kind) for name, kind in held_out.schema().items() if name not in some.columns}
        some = some.mutate(**nothing, **{HELD_OUT: ibis.literal(value=False)})
        rows = rows.union(some.select(rows.columns))
    return origin.select(ROW, *names).inner_join(rows, ROW).order_by(ROW)


def _spread(rows: ir.Table, count: int) -> ir.Table:
    """So many rows, always the same, from everywhere in the table."""
    place = rows[ROW] % 2**31 * _GOLDEN % 2**32
    chosen = rows.select(ROW, __cb_place=place).order_by(["__cb_place", ROW]).limit(count)
    return rows.semi_join(chosen, ROW)


def _once(rows: ir.Table, answers: Mapping[str, str], target: str) -> ir.Table:
    """One line for each row that is there once."""
    kept = {f"{SAID_PREFIX}{name}": column for name, column in answers.items() if column in rows.columns}
    counted = rows.group_by(ROW).aggregate(
        __cb_rows=rows.count(),
        **{ROLE: rows[ROLE].min() if ROLE in rows.columns else ibis.literal("train")},
        **({TRUTH: rows[target].arbitrary()} if target else {}),
        **{name: rows[column].arbitrary() for name, column in kept.items()},
    )
    return counted.filter(counted["__cb_rows"] == 1).drop("__cb_rows")
