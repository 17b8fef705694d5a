"""Ibis's Spark SQL, mended: DuckDB's answers are the reference, and what Spark says otherwise is said here.

`components.portable` has the other half: what both engines need told, because it stops one of them.
"""

from typing import Any, ClassVar

import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.pyspark import Backend
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.common.exceptions import UnsupportedOperationError

from engine.backends.spark_formats import date_format
from engine.backends.spark_patterns import java_pattern, java_replacement, literally

NUMBER = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"
DIGITS_APART = "(?<=[0-9])_(?=[0-9])"
DATE = r"^\s*([0-9]{1,4})([-/])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])"
MOMENT = (
    r"^\s*[0-9]{1,4}([-/])[0-9]{1,2}\1[0-9]{1,2}"
    r"([ T][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]+)?)?\s*(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)?\s*)?$"
)
SCIENTIFIC = r"^(-?[0-9](?:\.[0-9]*[1-9])?)(?:\.0)?E(-?)([0-9]+)$"
BLANKS = r"[ \t\n\x0B\f\r]+"
YES, NO = ("t", "true", "y", "yes", "1"), ("f", "false", "n", "no", "0")

Sql = Any
"""A piece of SQL as sqlglot holds it."""


class Compiler(PySparkCompiler):  # type: ignore[misc]
    """One method for each operation that Spark would answer differently."""

    __slots__ = ()

    SIMPLE_OPS: ClassVar[dict[Any, str]] = {}
    """Ibis would make methods of its own from these once more, and hide those written here."""

    def visit_IsInf(self, op: Any, *, arg: Sql) -> Sql:  # noqa: N802
        return self.f.abs(arg).eq(self.POS_INF)

    # Casts

    def visit_Cast(self, op: Any, *, arg: Sql, to: Any) -> Sql:  # noqa: N802
        if to.is_string() and op.arg.dtype.is_floating():
            return self._number_as_text(arg)
        return super().visit_Cast(op, arg=arg, to=to)

    def visit_TryCast(self, op: Any, *, arg: Sql, to: Any) -> Sql:  # noqa: N802
        given = op.arg.dtype
        if given.is_string():
            return self._read_text(op, arg, to)
        if given.is_floating() and to.is_integer():
            return self._try_cast(self.f.anon.rint(arg), to)
        if given.is_floating() and to.is_string():
            return self._number_as_text(arg)
        return super().visit_TryCast(op, arg=arg, to=to)

    def _read_text(self, op: Any, text: Sql, to: Any) -> Sql:
        if to.is_boolean():
            word = self.f.lower(text)
            return self.if_(word.isin(*YES), sge.true(), self.if_(word.isin(*NO), sge.false(), sge.null()))
        if to.is_floating():
            return self._try_cast(self._if_number(text), to)
        if to.is_integer():
            number = self._if_number(text)
            rounded = self.f.anon.round(sge.TryCast(this=number.copy(), to=sge.DataType.build("double"), safe=True))
            return self.f.coalesce(self._try_cast(number, to), self._try_cast(rounded, to))
        if to.is_date():
            parts = [self.f.anon.regexp_extract(text, DATE, group) for group in (1, 3, 4)]
            return self._try_cast(self.f.concat_ws("-", self.f.lpad(parts[0], 4, "0"), *parts[1:]), to)
        if to.is_timestamp():
            is_moment = self.f.anon.regexp_like(text, MOMENT)
            return self._try_cast(self.if_(is_moment, self.f.anon.replace(text, "/", "-"), sge.null()), to)
        return super().visit_TryCast(op, arg=text, to=to)

    def _if_number(self, text: Sql) -> Sql:
        """Java reads 1f and 2d as numbers, but not 1_000."""
        joined = self.f.anon.regexp_replace(text, DIGITS_APART, "")
        return self.if_(self.f.anon.regexp_like(joined, NUMBER), joined, sge.null())

    def _try_cast(self, value: Sql, to: Any) -> Sql:
        return sge.TryCast(this=value, to=self.type_mapper.from_ibis(to), safe=True)

    def _number_as_text(self, number: Sql) -> Sql:
        """Java writes 1.0E7 where others write 10000000.0, and 1.0E20 instead of 1e+20."""
        text = sge.cast(number, "string")
        decimal = sge.cast(sge.TryCast(this=number, to=sge.DataType.build("decimal(38, 22)"), safe=True), "string")
        plain = self.f.anon.regexp_replace(decimal, r"(\.[0-9]+?)0+$", "$1")
        size = self.f.abs(number)
        is_plain = sge.and_(size >= sge.Literal.number("1e-4"), size < sge.Literal.number("1e16"))
        part = [self.f.anon.regexp_extract(text, SCIENTIFIC, group) for group in (1, 2, 3)]
        sign = self.if_(part[1].eq(sge.convert("-")), "-", "+")
        digits = self.if_(self.f.length(part[2]) < 2, self.f.concat("0", part[2]), part[2])
        scientific = self.f.concat(part[0], "e", sign, digits)
        has_exponent = self.f.anon.contains(text, "E")
        return self.if_(has_exponent, self.if_(is_plain, plain, scientific), text)

    # Texts

    def visit_Strip(self, op: Any, *, arg: Sql) -> Sql:  # noqa: N802
        return self._without(arg, rf"\A{BLANKS}|{BLANKS}\z")

    def visit_LStrip(self, op: Any, *, arg: Sql) -> Sql:  # noqa: N802
        return self._without(arg, rf"\A{BLANKS}")

    def visit_RStrip(self, op: Any, *, arg: Sql) -> Sql:  # noqa: N802
        return self._without(arg, rf"{BLANKS}\z")

    def _without(self, text: Sql, pattern: str) -> Sql:
        """Spark takes Ibis's \\v and \\f for letters, and at one end removes nothing but blanks."""
        return self.f.anon.regexp_replace(text, sge.convert(pattern), "")

    def visit_StringFind(self, op: Any, **parts: Sql) -> Sql:  # noqa: N802
        # An INT in Spark, which overflows where Ibis believes in 64 bits.
        return sge.cast(super().visit_StringFind(op, **parts), "bigint")

    def visit_Levenshtein(self, op: Any, *, left: Sql, right: Sql) -> Sql:  # noqa: N802
        return self.f.anon.levenshtein(self._bytes(left), self._bytes(right))

    def _bytes(self, text: Sql) -> Sql:
        """DuckDB compares bytes: a letter for each."""
        return self.f.anon.decode(self.f.anon.encode(text, "UTF-8"), "ISO-8859-1")

    def visit_StringSQLLike(self, op: Any, *, arg: Sql, pattern: Sql, escape: Sql) -> Sql:  # noqa: N802
        return arg.like(self._without_escapes(op, pattern))

    def visit_StringSQLILike(self, op: Any, *, arg: Sql, pattern: Sql, escape: Sql) -> Sql:  # noqa: N802
        return arg.ilike(self._without_escapes(op, pattern))

    def _without_escapes(self, op: Any, pattern: Sql) -> Sql:
        known = _constant(op.pattern)
        if known is None:
            return self.f.anon.replace(pattern, "\\", "\\\\")
        return sge.convert(known.replace("\\", "\\\\"))

    def visit_StringSplit(self, op: Any, *, arg: Sql, delimiter: Sql) -> Sql:  # noqa: N802
        known = _constant(op.delimiter)
        if known is None:
            raise UnsupportedOperationError("Spark splits a text by a constant only.")
        return self.f.anon.split(arg, sge.convert(literally(known)), sge.convert(-1))

    def visit_ArrayIndex(self, op: Any, *, arg: Sql, index: Sql) -> Sql:  # noqa: N802
        return self.f.anon.try_element_at(arg, index + 1)

    # Patterns

    def visit_RegexSearch(self, op: Any, *, arg: Sql, pattern: Sql) -> Sql:  # noqa: N802
        return self.f.anon.regexp_like(arg, _java(op))

    def visit_RegexExtract(self, op: Any, *, arg: Sql, pattern: Sql, index: Sql) -> Sql:  # noqa: N802
        return self.f.anon.regexp_extract(arg, _java(op), index)

    def visit_RegexReplace(self, op: Any, *, arg: Sql, pattern: Sql, replacement: Sql) -> Sql:  # noqa: N802
        known = _constant(op.replacement)
        if known is None:
            raise UnsupportedOperationError("Spark replaces a pattern by a constant only.")
        return self.f.anon.regexp_replace(arg, _java(op), sge.convert(java_replacement(known)))

    # Dates

    def visit_TimestampDelta(self, op: Any, *, part: Sql, left: Sql, right: Sql) -> Sql:  # noqa: N802
        """Borders between two moments (of weeks: seven days); Spark alone counts whole units that have passed."""
        unit = "day" if _constant(op.part) == "week" else part
        ends = [self.f.anon.date_trunc(unit, side) for side in (left, right)]
        return super().visit_TimestampDelta(op, part=part, left=ends[0], right=ends[1])

    visit_DateDelta = visit_TimestampDelta  # noqa: N815

    def visit_Strftime(self, op: Any, *, arg: Sql, format_str: Sql) -> Sql:  # noqa: N802
        known = _constant(op.format_str)
        if known is None:
            raise UnsupportedOperationError("Spark writes dates in a constant format only.")
        return date_format(arg, known)


class SparkSQL(Backend):  # type: ignore[misc]
    """A connection whose SQL means the same as DuckDB's."""

    compiler = Compiler()


SparkSQL.register_options()


def _constant(value: Any) -> Any:
    """What is known before the query runs; None where it is a column."""
    while isinstance(value, ops.Cast):
        value = value.arg
    return value.value if isinstance(value, ops.Literal) else None


def _java(op: Any) -> Sql:
    known = _constant(op.pattern)
    if known is None:
        raise UnsupportedOperationError("Spark looks for a constant pattern only.")
    return sge.convert(java_pattern(known))
