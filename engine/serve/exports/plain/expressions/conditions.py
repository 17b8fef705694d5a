"""What is compared, looked for and chosen."""

from collections.abc import Callable
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import numpy as np

from engine.serve.exports.plain import functions as f
from engine.serve.exports.plain.columns import Column, Given, Made
from engine.serve.exports.plain.expressions.constants import moment_of, number_of, text_of
from engine.serve.exports.plain.expressions.translation import NotPlain, Translation


def compare(below: float, equal: float, above: float) -> Callable[[Translation, Any], Column]:
    def compared(t: Translation, v: Any) -> Column:
        if v.left.dtype.is_string() or v.right.dtype.is_string():
            if (below, above) not in ((0.0, 0.0), (1.0, 1.0)):
                raise NotPlain("texts in alphabetical order")
            same = _same_text(t, v.left, v.right)
            return same if equal else f.negated(same)
        sides = [moment_of(side) for side in (v.left, v.right)]
        if sides[1] is not None:
            sign = f.applied("sign", np.sign, f.shifted(t.column(v.left), -sides[1]))
            return f.looked_up(sign, {-1.0: below, 0.0: equal, 1.0: above}, "compared")
        if sides[0] is not None:
            sign = f.applied("sign", np.sign, f.shifted(t.column(v.right), -sides[0]))
            return f.looked_up(sign, {-1.0: above, 0.0: equal, 1.0: below}, "compared")
        return f.compared(t.column(v.left), t.column(v.right), below, equal, above)

    return compared


def _same_text(t: Translation, x: ops.Value, y: ops.Value) -> Column:
    for value, other in ((x, y), (y, x)):
        constant, is_constant = text_of(value)
        if is_constant and constant is not None:
            return f.looked_up(f.coded(t.column(other), [constant]), {-1.0: 0.0, 0.0: 1.0}, "is")
    raise NotPlain("a text compared with another column")


def identical(t: Translation, v: Any) -> Column:
    """Equal, or both missing; never missing itself."""
    same = compare(0.0, 1.0, 0.0)(t, ops.Equals(v.left, v.right))
    gaps = [f.is_missing(t.column(side)) for side in (v.left, v.right)]
    return f.together(f.filled(same, 0.0), f.together(*gaps, both=True), both=False)


def in_values(t: Translation, v: Any) -> Column:
    if v.value.dtype.is_string():
        texts = [text_of(option)[0] for option in v.options]
        known = [text for text in texts if text is not None]
        codes = {float(place): 1.0 for place in range(len(known))}
        return f.looked_up(f.coded(t.column(v.value), known), {-1.0: 0.0, **codes}, "is_in")
    x, found = t.column(v.value), None
    for option in v.options:
        number = number_of(option)
        if number is None:
            raise NotPlain("a list of other columns")
        sign = f.applied("sign", np.sign, f.shifted(x, -number))
        here = f.looked_up(sign, {-1.0: 0.0, 0.0: 1.0, 1.0: 0.0}, "is")
        found = here if found is None else f.together(found, here, both=False)
    if found is None:
        raise NotPlain("an empty list")
    return found


def between(t: Translation, v: Any) -> Column:
    low = compare(0.0, 1.0, 1.0)(t, ops.GreaterEqual(v.arg, v.lower_bound))
    high = compare(1.0, 1.0, 0.0)(t, ops.LessEqual(v.arg, v.upper_bound))
    return f.together(low, high, both=True)


def _cases(t: Translation, cases: Any, results: Any, default: ops.Value, dtype: dt.DataType) -> Column:
    """The first that is true decides; texts and numbers alike."""
    found: Column | str | None
    found = t.texts(default) if dtype.is_string() else t.column(default)
    for case, result in reversed([*zip(cases, results, strict=True)]):
        truth = t.truth(case)
        if dtype.is_string():
            found = f.chosen_text(truth, t.texts(result), found)
        else:
            assert isinstance(found, Given | Made)  # noqa: S101  only texts are plain constants
            found = f.chosen(truth, t.column(result), found)
    if not isinstance(found, Given | Made):
        raise NotPlain("a text that is the same in every row")
    return found


def searched(t: Translation, v: Any) -> Column:
    return _cases(t, v.cases, v.results, v.default, v.dtype)


def simple(t: Translation, v: Any) -> Column:
    cases = [ops.Equals(v.base, case) for case in v.cases]
    return _cases(t, cases, v.results, v.default, v.dtype)


def if_else(t: Translation, v: Any) -> Column:
    return t.either(t.truth(v.bool_expr), v.true_expr, v.false_null_expr, v.dtype)


def coalesce(t: Translation, v: Any) -> Column:
    found: Column | None = None
    for value in v.arg:
        if found is None:
            found = t.column(value)
            continue
        if v.dtype.is_string():
            found = f.chosen_text(f.is_missing(found), t.texts(value), found)
            continue
        number = moment_of(value)
        found = f.filled(found, number) if number is not None else f.chosen(f.is_missing(found), t.column(value), found)
    if found is None:
        raise NotPlain("nothing at all")
    return found


def null_if(t: Translation, v: Any) -> Column:
    if v.arg.dtype.is_string():
        same = _same_text(t, v.arg, v.null_if_expr)
        return f.chosen_text(same, None, t.column(v.arg))
    number = number_of(v.null_if_expr)
    if number is None:
        raise NotPlain("NULLIF with another column")
    return f.without(t.column(v.arg), number)


def never(t: Translation, v: Any) -> Column:
    """Numbers are never NaN, which stands for a missing one."""
    x = t.column(v.arg)
    return f.chosen(f.is_missing(x), f.constant(np.nan, x), f.constant(0.0, x))
