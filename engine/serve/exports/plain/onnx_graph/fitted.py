"""Fitted transformers of one column."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from engine.serve.exports.plain.columns import Made
from engine.serve.exports.plain.onnx_graph.graph import Graph, NoOnnx, WriteFitted


def _imputed(graph: Graph, given: str, fitted: SimpleImputer, column: Made) -> str:
    (value,) = fitted.statistics_
    if column.of[0].kind == "text":
        gap, text = (part or "" for part in (fitted.missing_values, value))
        if not (isinstance(gap, str) and isinstance(text, str)):
            raise NoOnnx(column.label)
        is_gap = graph.node("Equal", given, graph.constant([[gap]], "str"))
        return graph.node("Where", is_gap, graph.constant([[text]], "str"), given)
    missing = fitted.missing_values
    is_nan = missing is None or np.isnan(missing)
    is_gap = graph.node("IsNaN", given) if is_nan else graph.node("Equal", given, graph.constant([[missing]]))
    return graph.node("Where", is_gap, graph.constant([[float(value)]]), given)


def _scaled(graph: Graph, given: str, minus: Any, over: Any) -> str:
    moved = given if minus is None else graph.node("Sub", given, graph.constant([np.asarray(minus)]))
    return moved if over is None else graph.node("Div", moved, graph.constant([np.asarray(over)]))


def _min_max(graph: Graph, given: str, fitted: MinMaxScaler, column: Made) -> str:
    if fitted.clip:
        raise NoOnnx(column.label)
    times = graph.node("Mul", given, graph.constant([fitted.scale_]))
    return graph.node("Add", times, graph.constant([fitted.min_]))


def _one_hot(graph: Graph, given: str, fitted: OneHotEncoder, column: Made) -> str:
    known = [category for category in fitted.categories_[0] if category is not None]
    folds = fitted.handle_unknown == "infrequent_if_exist"
    places = {category: float(place) for place, category in enumerate(known)}
    if len(known) != column.width or (folds and len(fitted.infrequent_categories_[0]) != 1):
        raise NoOnnx(column.label)
    other = float(len(known) - 1) if folds else -1.0
    code = graph.coded(given, {**places, "": -1.0}, other)
    equal = graph.node("Equal", code, graph.constant([[float(place) for place in range(len(known))]]))
    return graph.as_double(equal)


def _pipeline(graph: Graph, given: str, fitted: Pipeline, column: Made) -> str:
    encoder = fitted.steps[-1][1]
    if len(fitted.steps) != 2 or not isinstance(encoder, OrdinalEncoder) or column.of[0].kind != "text":
        raise NoOnnx(column.label)
    known = [category for category in encoder.categories_[0] if isinstance(category, str)]
    return graph.coded(given, {**{text: float(place) for place, text in enumerate(known)}, "": np.nan}, -1.0)


def _target(graph: Graph, given: str, fitted: TargetEncoder, column: Made) -> str:
    if column.of[0].kind != "text":
        raise NoOnnx(column.label)
    values = zip(fitted.categories_[0], fitted.encodings_[0], strict=True)
    return graph.coded(given, {text or "": float(value) for text, value in values}, float(fitted.target_mean_))


def _matched(graph: Graph, given: str, fitted: HashingVectorizer, column: Made) -> str:
    """Whether a pattern occurs in a text; the end of the text is written otherwise in ONNX."""
    if fitted.n_features != 1 or not fitted.binary:
        raise NoOnnx(column.label)
    pattern = re.sub(r"\\.", lambda found: r"\z" if found.group() == r"\Z" else found.group(), fitted.token_pattern)
    return graph.as_double(graph.node("RegexFullMatch", given, pattern=f"(?s:.*)(?:{pattern})(?s:.*)"))


FITTED: Mapping[type, WriteFitted] = {
    SimpleImputer: _imputed,
    StandardScaler: lambda graph, given, it, column: _scaled(
        graph, given, it.mean_ if it.with_mean else None, it.scale_ if it.with_std else None
    ),
    RobustScaler: lambda graph, given, it, column: _scaled(graph, given, it.center_, it.scale_),
    MaxAbsScaler: lambda graph, given, it, column: _scaled(graph, given, None, it.scale_),
    MinMaxScaler: _min_max,
    OneHotEncoder: _one_hot,
    TargetEncoder: _target,
    HashingVectorizer: _matched,
    Pipeline: _pipeline,
}
"""How each transformer of one column is written."""
