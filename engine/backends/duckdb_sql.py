"""Ibis's DuckDB, where there is a faster way to say the same."""

from typing import Any

import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.duckdb import Backend
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler

MANY = 4
"""So many texts are found faster by their hash than one after the other."""

Sql = Any
"""A piece of SQL as sqlglot holds it."""


class Compiler(DuckDBCompiler):  # type: ignore[misc]
    """One method for each operation that is said otherwise."""

    __slots__ = ()

    def visit_InValues(self, op: Any, *, value: Sql, options: tuple[Sql, ...]) -> Sql:  # noqa: N802
        """An enum is looked up by hash, a list from its start."""
        texts = list(dict.fromkeys(option.value for option in op.options if _is_text(option)))
        if not op.value.dtype.is_string() or len(texts) < MANY or not all(map(_is_text, op.options)):
            return super().visit_InValues(op, value=value, options=options)
        enum = sge.DataType(this=sge.DataType.Type.ENUM, expressions=[sge.convert(text) for text in texts])
        found = sge.TryCast(this=value, to=enum).is_(sge.null()).not_()
        return self.if_(value.is_(sge.null()), sge.null(), found)


class DuckDBSQL(Backend):  # type: ignore[misc]
    """DuckDB by way of this compiler."""

    compiler = Compiler()


def _is_text(option: ops.Value) -> bool:
    return isinstance(option, ops.Literal) and isinstance(option.value, str)
