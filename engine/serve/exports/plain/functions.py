"""The few functions of NumPy and transformers of scikit-learn that computed columns are made of.

A `FunctionTransformer` may only hold functions of NumPy: any other would be code that a file brings along. So each is
one function of one array; where two columns meet, they stand side by side in it. A truth is 0 or 1, or NaN where it is
not known, as SQL has NULL.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler

from components.prepare.categories import ordinal_encoder
from engine.serve.exports.plain.columns import Column, Kind, Made

GAP = "\ue000"
"""Stands for a missing text where texts are put together; a private character of Unicode."""
NOTHING = -float(2**63)
"""What NumPy makes of a missing time when it becomes a number."""
ACROSS: Mapping[str, Any] = {"axis": 1, "keepdims": True}


def converter(kind: Kind, count: int) -> Any:
    """What reads so many fields of a kind from a frame; a text that is missing may be NaN there."""
    from sklearn.pipeline import make_pipeline

    if kind in ("number", "flag"):
        return FunctionTransformer(np.asarray, kw_args={"dtype": "float64"})
    texts = make_pipeline(
        FunctionTransformer(np.asarray, kw_args={"dtype": "object"}), FrozenEstimator(_none_for(np.nan, count))
    )
    if kind == "text":
        return texts
    moments = FunctionTransformer(np.asarray, kw_args={"dtype": "datetime64[us]"})
    return make_pipeline(
        *(step for _, step in texts.steps),
        moments,
        FunctionTransformer(np.asarray, kw_args={"dtype": "float64"}),
        _nan_for(NOTHING),
    )


def applied(label: str, function: Any, *of: Column, kind: Kind = "number", **settings: Any) -> Made:
    """A function of NumPy over columns that stand side by side."""
    return Made(label, of, FunctionTransformer(function, kw_args=settings or None), kind)


def constant(value: float, like: Column) -> Made:
    """The same number in every row."""
    return applied("constant", np.full_like, like, fill_value=float(value), dtype="float64")


def added(x: Column, y: Column) -> Made:
    return applied("plus", np.sum, x, y, **ACROSS)


def subtracted(x: Column, y: Column) -> Made:
    return applied("minus", np.diff, y, x, axis=1)


def multiplied(x: Column, y: Column) -> Made:
    return applied("times", np.prod, x, y, **ACROSS)


def divided(x: Column, y: Column) -> Made:
    """Missing where the divisor is 0."""
    return multiplied(x, applied("one_over", np.reciprocal, without(y, 0.0)))


def shifted(x: Column, by: float) -> Made:
    """Plus a constant."""
    scaler = StandardScaler(with_std=False)
    scaler.mean_, scaler.scale_, scaler.var_, scaler.n_features_in_ = np.array([-by]), None, None, 1
    return Made("plus", (x,), scaler)


def scaled(x: Column, by: float) -> Made:
    """Times a constant."""
    scaler = MinMaxScaler().fit([[0.0], [1.0]])
    scaler.scale_, scaler.min_ = np.array([by]), np.array([0.0])
    return Made("times", (x,), scaler)


def shared(x: Column, by: float) -> Made:
    """Divided by a constant that is not 0."""
    scaler = StandardScaler(with_mean=False)
    scaler.mean_, scaler.scale_, scaler.var_ = np.array([0.0]), np.array([by]), np.array([by * by])
    scaler.n_features_in_ = 1
    return Made("over", (x,), scaler)


def looked_up(x: Column, values: Mapping[float, float], label: str = "is") -> Made:
    """Another number for each of a few; a missing one stays missing."""
    nodes = sorted(values)
    return applied(label, np.interp, x, xp=nodes, fp=[values[node] for node in nodes])


def filled(x: Column, value: float) -> Made:
    """A number where there is none."""
    return Made("filled", (x,), _imputer(np.nan, value))


def without(x: Column, value: float) -> Made:
    """Missing where it is this number."""
    return Made("replaced", (filled(x, value),), _imputer(value, np.nan))


def compared(x: Column, y: Column, below: float, equal: float, above: float) -> Made:
    """What follows from x < y, x = y and x > y."""
    sign = applied("sign", np.sign, subtracted(x, y))
    return looked_up(sign, {-1.0: below, 0.0: equal, 1.0: above}, "compared")


def negated(x: Column) -> Made:
    return looked_up(x, {0.0: 1.0, 1.0: 0.0}, "not")


def together(x: Column, y: Column, *, both: bool) -> Made:
    """And, or or: what is not known stands between false and true."""
    halves = [filled(side, 0.5) for side in (x, y)]
    least_or_most = applied("and" if both else "or", np.min if both else np.max, *halves, **ACROSS)
    return looked_up(least_or_most, {0.0: 0.0, 0.5: np.nan, 1.0: 1.0})


def is_missing(x: Column) -> Made:
    """Whether there is nothing."""
    # A text that is among none of these is -1, and none at all is NaN.
    return _as_number(applied("is_missing", np.isnan, coded(x, []) if x.kind == "text" else x))


def chosen(truth: Column, x: Column, y: Column) -> Made:
    """The one where it is true, else the other.

    What is not chosen becomes -inf, so that the larger of the two is the chosen one; where that is missing, neither is
    more than -inf. Where one of them is nothing at all, the other one plus nothing is enough, and asks each but once.
    """
    known = filled(truth, 0.0)
    if _is_nothing(y):
        return added(x, looked_up(known, {0.0: np.nan, 1.0: 0.0}))
    if _is_nothing(x):
        return added(y, looked_up(known, {0.0: 0.0, 1.0: np.nan}))
    first = added(x, looked_up(known, {0.0: -np.inf, 1.0: 0.0}))
    second = added(y, looked_up(known, {0.0: 0.0, 1.0: -np.inf}))
    return greatest([first, second])


def greatest(columns: Sequence[Column]) -> Made:
    """The greatest of what is there; missing where nothing is."""
    most = applied("greatest", np.nanmax, *columns, constant(-np.inf, columns[0]), **ACROSS)
    return applied("missing", np.nan_to_num, most, nan=np.nan, posinf=np.inf, neginf=np.nan)


def _is_nothing(column: Column) -> bool:
    """Whether it is missing in every row."""
    transformer = column.transformer if isinstance(column, Made) else None
    if not isinstance(transformer, FunctionTransformer) or transformer.func is not np.full_like:
        return False
    return bool(np.isnan((transformer.kw_args or {})["fill_value"]))


def remainder(x: Column, length: float) -> Made:
    """What is left of a number after whole lengths, from 0."""
    return subtracted(x, scaled(applied("floor", np.floor, shared(x, length)), length))


def in_units(time: Column, unit: str) -> Made:
    """A time as the number of whole units (``Y``, ``M``, ``D``) since 1970."""
    whole = applied("filled", np.nan_to_num, time, nan=NOTHING)
    moments = _cast(_cast(_cast(whole, "int64"), "datetime64[us]"), f"datetime64[{unit}]")
    return Made("known", (_cast(moments, "float64"),), _imputer(NOTHING, np.nan))


def first_day(time: Column, unit: str) -> Made:
    """The number of the day on which a time's year (``Y``) or month (``M``) began."""
    whole = applied("filled", np.nan_to_num, time, nan=NOTHING)
    moments = _cast(_cast(_cast(whole, "int64"), "datetime64[us]"), f"datetime64[{unit}]")
    return Made("known", (_cast(_cast(moments, "datetime64[D]"), "float64"),), _imputer(NOTHING, np.nan))


def coded(text: Column, known: Sequence[str]) -> Made:
    """The place of a text among some; -1 for any other."""
    return Made("coded", (text,), ordinal_encoder([known]))


def decoded(code: Column, texts: Sequence[str | None]) -> Made:
    """The text at a place; None where the place is missing."""
    place = _cast(filled(code, float(len(texts))), "int64")
    return applied("text", np.choose, place, kind="text", choices=np.array([*texts, None], dtype=object))


def one_hot(text: Column, categories: Sequence[str]) -> Made:
    """A column of 0 and 1 for each category; all 0 for any other text and for none."""
    encoder = OneHotEncoder(
        categories=[np.array(categories, dtype=object)], handle_unknown="ignore", sparse_output=False
    ).fit(np.array([[categories[0]]], dtype=object))
    return Made("one_hot", (text,), encoder, width=len(categories))


def of_text(label: str, function: Any, text: Column, kind: Kind = "text", **settings: Any) -> Made:
    """A function of texts that are all there; missing ones stay missing."""
    strings = _cast(_filled_text(text, GAP), "str", kind="text")
    made = applied(label, function, strings, kind=kind, **settings)
    if kind == "text":
        return Made("missing", (_cast(made, "object", kind="text"),), _none_for(GAP), "text")
    return chosen(is_missing(text), constant(np.nan, made), _as_number(made))


def joined(texts: Sequence[Column]) -> Made:
    """Texts one after the other; missing where one of them is."""
    strings = applied("joined", np.sum, *(_filled_text(text, GAP) for text in texts), kind="text", **ACROSS)
    gaps = [is_missing(text) for text in texts]
    lacks = gaps[0]
    for gap in gaps[1:]:
        lacks = together(lacks, gap, both=False)
    return chosen_text(lacks, None, strings)


def chosen_text(truth: Column, x: Column | str | None, y: Column | str | None) -> Made:
    """The one text where it is true, else the other: a text times 0 is no text, and nothing plus a text is the text."""
    known = filled(truth, 0.0)
    parts = [_times(known, x), _times(negated(known), y)]
    text = applied("chosen", np.sum, *parts, kind="text", **ACROSS)
    return Made("missing", (text,), _none_for(GAP), "text")


def matches(text: Column, pattern: str) -> Made:
    """Whether a pattern occurs in a text; missing for a missing one."""
    vectorizer = HashingVectorizer(
        token_pattern=pattern, n_features=1, norm=None, alternate_sign=False, lowercase=False, binary=True
    )
    found = Made("matches", (flat_text(text),), vectorizer)
    return chosen(is_missing(text), constant(np.nan, is_missing(text)), found)


def flat_text(text: Column) -> Made:
    """Texts one after the other, as vectorizers take them; missing ones are empty."""
    return applied("flat", np.ravel, _filled_text(text, ""), kind="text")


def read_number(text: Column) -> Made:
    """The number that a text says; missing where it says none."""
    strings = _cast(_filled_text(text, "?"), "str", kind="text")
    stripped = applied("stripped", np.strings.strip, strings, kind="text")
    # An empty line would not count as a row.
    padded = applied("padded", np.strings.ljust, stripped, kind="text", width=1, fillchar="?")
    flat = applied("flat", np.ravel, padded, kind="text")
    return applied(
        "number_in_text",
        np.genfromtxt,
        flat,
        dtype="float64",
        delimiter="\x1f",
        comments=None,
        ndmin=2,
        encoding="utf-8",
    )


def flags_as_text(flag: Column) -> Made:
    return decoded(flag, ["false", "true"])


def whole_as_text(number: Column) -> Made:
    """Whole numbers as SQL writes them."""
    digits = _cast(_cast(filled(number, NOTHING), "int64"), "str", kind="text")
    return Made("missing", (_cast(digits, "object", kind="text"),), _none_for(str(int(NOTHING))), "text")


def _times(truth: Column, text: Column | str | None) -> Made:
    flag = _cast(_cast(truth, "int64"), "object")
    if text is None or isinstance(text, str):
        given = GAP if text is None else text
        return applied(
            "times", np.choose, _cast(truth, "int64"), kind="text", choices=np.array(["", given], dtype=object)
        )
    return applied("times", np.prod, _filled_text(text, GAP), flag, kind="text", **ACROSS)


def _filled_text(text: Column, value: str) -> Made:
    return Made("filled", (text,), _imputer(None, value), "text")


def _as_number(truth: Column) -> Made:
    return _cast(truth, "float64")


def _cast(column: Column, dtype: str, kind: Kind = "number") -> Made:
    return applied("as_" + dtype.partition("[")[0], np.asarray, column, kind=kind, dtype=dtype)


def _imputer(missing: Any, value: Any) -> SimpleImputer:
    imputer = SimpleImputer(missing_values=missing, strategy="constant", fill_value=value, keep_empty_features=True)
    is_text = missing is None or isinstance(missing, str)
    return imputer.fit(np.array([["text"]], dtype=object) if is_text else np.array([[1.5]]))


def _nan_for(value: float) -> SimpleImputer:
    return _imputer(value, np.nan)


def _none_for(missing: Any, count: int = 1) -> SimpleImputer:
    """None, which no imputer fills in by itself, is the most frequent text that this one knows."""
    imputer = SimpleImputer(missing_values=missing, strategy="most_frequent", keep_empty_features=True)
    imputer.fit(np.array([["text"] * count], dtype=object))
    imputer.statistics_ = np.array([None] * count, dtype=object)
    return imputer
