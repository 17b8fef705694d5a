"""One type turned into another."""

from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import numpy as np

from engine.serve.exports.plain import functions as f
from engine.serve.exports.plain.columns import Column
from engine.serve.exports.plain.expressions.translation import DAY, NotPlain, Translation


def cast(t: Translation, v: Any) -> Column:
    given, to, x = v.arg.dtype, v.to, t.column(v.arg)
    if given.is_string():
        return _read_as(x, to)
    if to.is_string():
        return _written(x, given)
    if to.is_timestamp() or to.is_date():
        if not (given.is_date() or given.is_timestamp()):
            raise NotPlain(f"turning {given} into {to}")
        return x if to.is_timestamp() else f.scaled(f.in_units(x, "D"), DAY)
    is_whole = isinstance(v.arg, ops.Floor | ops.Ceil | ops.Round | ops.Sign)
    if to.is_integer() and given.is_floating() and not is_whole:
        return f.applied("whole", np.rint, x)
    if to.is_integer() and given.is_decimal() and not is_whole:
        size = f.applied("floor", np.floor, f.shifted(f.applied("size", np.abs, x), 0.5))
        return f.multiplied(f.applied("sign", np.sign, x), size)
    if to.is_boolean() and not given.is_boolean():
        raise NotPlain(f"turning {given} into {to}")
    return _numeric(x, given, to)


def _read_as(x: Column, to: dt.DataType) -> Column:
    if to.is_string():
        return x
    if to.is_floating():
        return f.read_number(x)
    raise NotPlain(f"reading {to} from texts")


def _written(x: Column, given: dt.DataType) -> Column:
    if given.is_boolean():
        return f.flags_as_text(x)
    if given.is_integer():
        return f.whole_as_text(x)
    raise NotPlain(f"writing {given} as text")


def _numeric(x: Column, given: dt.DataType, to: dt.DataType) -> Column:
    if given.is_boolean() or given.is_numeric():
        return x
    raise NotPlain(f"turning {given} into {to}")
