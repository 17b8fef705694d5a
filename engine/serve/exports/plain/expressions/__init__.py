"""Expressions over one row in plain scikit-learn: what each operation of Ibis becomes."""

from collections.abc import Mapping

import ibis.expr.operations as ops
import numpy as np

from engine.serve.exports.plain import functions as f
from engine.serve.exports.plain.columns import Column
from engine.serve.exports.plain.expressions.arithmetic import (
    add,
    divide,
    floor_divide,
    greatest,
    least,
    modulus,
    multiply,
    power,
    rounded,
    subtract,
    unary,
)
from engine.serve.exports.plain.expressions.casts import cast
from engine.serve.exports.plain.expressions.conditions import (
    between,
    coalesce,
    compare,
    identical,
    if_else,
    in_values,
    never,
    null_if,
    searched,
    simple,
)
from engine.serve.exports.plain.expressions.moments import (
    clock,
    day_in,
    day_of_week,
    delta,
    epoch,
    month,
    quarter,
    truncate,
)
from engine.serve.exports.plain.expressions.texts import (
    begins,
    contains,
    ends,
    like,
    replace,
    search,
    string_concat,
    text_function,
)
from engine.serve.exports.plain.expressions.translation import DAY, NotPlain, Translate, Translation, kind_of_type

__all__ = ["NotPlain", "Translation", "kind_of_type", "translation"]

TRANSLATIONS: Mapping[type[ops.Value], Translate] = {
    ops.Add: add,
    ops.Subtract: subtract,
    ops.Multiply: multiply,
    ops.Divide: divide,
    ops.FloorDivide: floor_divide,
    ops.Modulus: modulus,
    ops.Power: power,
    ops.Negate: lambda t, v: f.scaled(t.column(v.arg), -1.0),
    ops.Abs: unary("size", np.abs),
    ops.Sqrt: unary("root", np.sqrt),
    ops.Exp: unary("exp", np.exp),
    ops.Ln: unary("log", np.log),
    ops.Log10: unary("log10", np.log10),
    ops.Log2: unary("log2", np.log2),
    ops.Sin: unary("sin", np.sin),
    ops.Cos: unary("cos", np.cos),
    ops.Tan: unary("tan", np.tan),
    ops.Atan: unary("atan", np.arctan),
    ops.Greatest: greatest,
    ops.Least: least,
    ops.Floor: unary("floor", np.floor),
    ops.Ceil: unary("ceil", np.ceil),
    ops.Sign: unary("sign", np.sign),
    ops.Round: rounded,
    ops.Less: compare(1.0, 0.0, 0.0),
    ops.LessEqual: compare(1.0, 1.0, 0.0),
    ops.Greater: compare(0.0, 0.0, 1.0),
    ops.GreaterEqual: compare(0.0, 1.0, 1.0),
    ops.Equals: compare(0.0, 1.0, 0.0),
    ops.NotEquals: compare(1.0, 0.0, 1.0),
    ops.IdenticalTo: identical,
    ops.Between: between,
    ops.InValues: in_values,
    ops.And: lambda t, v: f.together(t.truth(v.left), t.truth(v.right), both=True),
    ops.Or: lambda t, v: f.together(t.truth(v.left), t.truth(v.right), both=False),
    ops.Not: lambda t, v: f.negated(t.truth(v.arg)),
    ops.IsNull: lambda t, v: f.is_missing(t.column(v.arg)),
    ops.NotNull: lambda t, v: f.negated(f.is_missing(t.column(v.arg))),
    ops.IsNan: never,
    ops.IsInf: lambda t, v: f.applied(
        "as_number", np.asarray, f.applied("is_inf", np.isinf, t.column(v.arg)), dtype="float64"
    ),
    ops.IfElse: if_else,
    ops.SearchedCase: searched,
    ops.SimpleCase: simple,
    ops.Coalesce: coalesce,
    ops.NullIf: null_if,
    ops.Cast: cast,
    ops.TryCast: cast,
    ops.ExtractYear: lambda t, v: f.shifted(f.in_units(t.column(v.arg), "Y"), 1970.0),
    ops.ExtractQuarter: quarter,
    ops.ExtractMonth: month,
    ops.ExtractDay: day_in("M"),
    ops.ExtractDayOfYear: day_in("Y"),
    ops.DayOfWeekIndex: day_of_week,
    ops.ExtractHour: clock(3.6e9, DAY),
    ops.ExtractMinute: clock(6e7, 3.6e9),
    ops.ExtractSecond: clock(1e6, 6e7),
    ops.ExtractEpochSeconds: epoch,
    ops.TimestampDelta: delta,
    ops.DateDelta: delta,
    ops.TimestampTruncate: truncate,
    ops.DateTruncate: truncate,
    ops.Lowercase: text_function("lower", np.strings.lower),
    ops.Uppercase: text_function("upper", np.strings.upper),
    ops.Strip: text_function("stripped", np.strings.strip),
    ops.LStrip: text_function("stripped", np.strings.lstrip),
    ops.RStrip: text_function("stripped", np.strings.rstrip),
    ops.StringReplace: replace,
    ops.StringLength: lambda t, v: f.of_text("length", np.strings.str_len, t.column(v.arg), kind="number"),
    ops.StringContains: contains,
    ops.StringConcat: string_concat,
    ops.RegexSearch: search,
    ops.StartsWith: begins,
    ops.EndsWith: ends,
    ops.StringSQLLike: like("s"),
    ops.StringSQLILike: like("is"),
}
"""What each operation of Ibis becomes."""


def translation(columns: Mapping[str, Column]) -> Translation:
    """Expressions over a table whose columns are these."""
    return Translation(columns, TRANSLATIONS)
