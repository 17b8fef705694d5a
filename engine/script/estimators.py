"""A scikit-learn estimator as the Python that makes it."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

PLAIN = (str, bool, int, float, type(None))


class Unwritable(Exception):
    """Something about an estimator cannot be said in a script; the message says what."""


def source_of(value: Any) -> str:
    """Python that gives an equal, unfitted estimator (or an equal value of one of its params).

    Raises
    ------
    Unwritable
        For what is not scikit-learn's own, and for functions and arrays among the params.
    """
    match value:
        case BaseEstimator():
            _check_own(value)
            changed = ", ".join(f"{name}={source_of(given)}" for name, given in _changed(value))
            return f"{type(value).__name__}({changed})"
        case np.generic():
            return repr(value.item())
        case float() if not math.isfinite(value):
            return f'float("{value}")'
        case list() | tuple():
            inner = ", ".join(map(source_of, value))
            return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
        case dict():
            return "{" + ", ".join(f"{source_of(key)}: {source_of(item)}" for key, item in value.items()) + "}"
        case _ if isinstance(value, PLAIN):
            return repr(value)
        case _:
            raise Unwritable(f"a param that is a {type(value).__name__}")


def imports_of(value: Any) -> set[tuple[str, str]]:
    """Module and class of every estimator in it; the module is the public one."""
    return {(_public(type(one)), type(one).__name__) for one in _estimators(value)}


def _estimators(value: Any) -> Iterator[BaseEstimator]:
    if isinstance(value, BaseEstimator):
        yield value
        for _, given in _changed(value):
            yield from _estimators(given)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _estimators(one)


def _changed(estimator: BaseEstimator) -> list[tuple[str, Any]]:
    """The params that are not what they are by default; those without a default come first, as scikit-learn lists."""
    defaults = type(estimator)._get_param_names()
    given = estimator.get_params(deep=False)
    fresh = _fresh(type(estimator))
    return [(name, given[name]) for name in defaults if not _same(given[name], fresh.get(name, ...))]


def _fresh(kind: type[BaseEstimator]) -> dict[str, Any]:
    try:
        return dict(kind().get_params(deep=False))
    except TypeError:  # one that must be given something
        return {}


def _same(given: Any, default: Any) -> bool:
    return type(given) is type(default) and not isinstance(given, BaseEstimator) and given == default


def _check_own(estimator: BaseEstimator) -> None:
    if not type(estimator).__module__.startswith("sklearn."):
        raise Unwritable(f"{type(estimator).__name__}, which is not part of scikit-learn")


def _public(kind: type) -> str:
    """``sklearn.ensemble`` for what lives in ``sklearn.ensemble._forest``."""
    parts = kind.__module__.split(".")
    private = next((place for place, part in enumerate(parts) if part.startswith("_")), len(parts))
    return ".".join(parts[:private])
