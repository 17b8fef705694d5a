"""Queries that can be cut into ranges of rows, each computed by itself.

DuckDB streams a result with one thread. Ranges are computed by several at once, and only a few are in memory.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import ibis.expr.operations as ops
import ibis.expr.types as ir

from components.ports import ROW

R = TypeVar("R")

ROWS, LEAST_ROWS = 245_760, 8_192
"""Rows of a range: two row groups of the Parquet files that we write, and fewer where rows are wide."""
CELLS = 4_000_000
"""Most values of a range, because several ranges are in memory at once: 32 MB of numbers."""
MOST_APART = 4
"""Rows of a new version keep their ids, so some are missing; those of a grouping are scattered all over."""
ROWWISE = (ops.Project, ops.Filter, ops.DropColumns, ops.FillNull)
ACROSS_ROWS = (ops.Reduction, ops.Analytic, ops.WindowFunction, ops.Subquery, ops.Unnest)


def base_of(table: ir.Table) -> ir.Table | None:
    """The stored table from each of whose rows at most one of these is computed; None if there is no such table."""
    relations = table.op().find(ops.Relation)
    stored = [relation for relation in relations if isinstance(relation, ops.PhysicalTable)]
    others = [relation for relation in relations if not isinstance(relation, ops.PhysicalTable)]
    if len(stored) != 1 or ROW not in stored[0].schema or not all(isinstance(r, ROWWISE) for r in others):
        return None
    return None if table.op().find(ACROSS_ROWS) else stored[0].to_expr()


def ranges(first: int | None, last: int | None, count: int, width: int) -> list[range] | None:
    """All row ids, cut into ranges; None where ids are so far apart that they are no places in a file.

    Parameters
    ----------
    width
        Columns of the result.
    """
    if first is None or last is None:
        return []
    if last - first >= MOST_APART * count + ROWS:
        return None
    rows = min(ROWS, max(LEAST_ROWS, CELLS // max(width, 1)))
    return [range(start, start + rows) for start in range(first, last + 1, rows)]


def within(query: str, base: ir.Table, ids: range) -> str:
    """The SQL of a query over some rows of the base only; its name is unique, so it stands for nothing else."""
    name = f'"{base.get_name()}"'
    some = f'(SELECT * FROM {name} WHERE "{ROW}" >= {ids.start} AND "{ROW}" < {ids.stop})'  # noqa: S608  names of ours
    return query.replace(name, some)


def ahead(work: Callable[[range], R], parts: Iterable[range], threads: int) -> Iterator[R]:
    """The results in order, each computed while those before are used."""
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="rows") as pool:
        try:
            for ids in parts:
                waiting.append(pool.submit(work, ids))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
