"""Texts put together, changed and searched."""

import re
from collections.abc import Callable
from typing import Any

import ibis.expr.operations as ops
import numpy as np

from engine.serve.exports.plain import functions as f
from engine.serve.exports.plain.columns import Column, Given, Made
from engine.serve.exports.plain.expressions.constants import text_of
from engine.serve.exports.plain.expressions.translation import NotPlain, Translation


def concat(t: Translation, *values: ops.Value) -> Column:
    parts = [t.texts(value) for value in values]
    columns = [part for part in parts if isinstance(part, Given | Made)]
    if not columns or None in parts:
        raise NotPlain("a text that is the same in every row")
    like = columns[0]
    always = f.looked_up(f.is_missing(like), {0.0: 1.0, 1.0: 1.0})
    whole = [part if isinstance(part, Given | Made) else f.chosen_text(always, part, None) for part in parts]
    return f.joined(whole)


def string_concat(t: Translation, v: Any) -> Column:
    return concat(t, *v.arg)


def text_function(label: str, function: Any) -> Callable[[Translation, Any], Column]:
    return lambda t, v: f.of_text(label, function, t.column(v.arg))


def replace(t: Translation, v: Any) -> Column:
    (old, is_constant), (new, is_too) = text_of(v.pattern), text_of(v.replacement)
    if not (is_constant and is_too):
        raise NotPlain("replacing by what another column says")
    return f.of_text("replaced", np.strings.replace, t.column(v.arg), old=old, new=new)


def contains(t: Translation, v: Any) -> Column:
    return f.matches(t.column(v.haystack), re.escape(_constant(v.needle)))


def search(t: Translation, v: Any) -> Column:
    pattern, is_constant = text_of(v.pattern)
    if not is_constant or pattern is None:
        raise NotPlain("a pattern in another column")
    return f.matches(t.column(v.arg), without_groups(pattern))


def begins(t: Translation, v: Any) -> Column:
    return f.matches(t.column(v.arg), rf"\A{re.escape(_constant(v.start))}")


def ends(t: Translation, v: Any) -> Column:
    return f.matches(t.column(v.arg), rf"{re.escape(_constant(v.end))}\Z")


def like(flags: str) -> Callable[[Translation, Any], Column]:
    """A pattern of SQL: ``%`` for any text, ``_`` for any one character."""

    def translated(t: Translation, v: Any) -> Column:
        if v.escape is not None:
            raise NotPlain("LIKE with ESCAPE")
        wild = {"%": ".*", "_": "."}
        pattern = "".join(wild.get(character) or re.escape(character) for character in _constant(v.pattern))
        return f.matches(t.column(v.arg), rf"(?{flags}:\A{pattern}\Z)")

    return translated


def _constant(value: ops.Value) -> str:
    text, is_constant = text_of(value)
    if not is_constant or text is None:
        raise NotPlain("a text searched for another column")
    return text


def without_groups(pattern: str) -> str:
    r"""A pattern whose groups capture nothing, as scikit-learn takes it.

    Raises
    ------
    NotPlain
        For one that Python cannot read.

    Examples
    --------
    >>> without_groups(r"^[0-9]{1,3}(,[0-9]{3})+\(")
    '^[0-9]{1,3}(?:,[0-9]{3})+\\('
    """
    made = re.sub(r"(\\.|\[(?:\\.|[^\]\\])*\])|\((?!\?)", lambda found: found.group(1) or "(?:", pattern)
    try:
        if re.compile(made).groups:
            raise NotPlain("a pattern with named groups")
    except re.error as error:
        raise NotPlain("a pattern that Python reads otherwise") from error
    return made
