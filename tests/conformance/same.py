"""When two engines said the same."""

import math
from collections.abc import Mapping
from typing import Any

TOLERANCE = 1e-9


def same(left: Any, right: Any) -> bool:
    """Floats within 1e-9 of each other, everything else exactly; a missing value is only like another."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=1e-12)
    return type(left) is type(right) and bool(left == right)


def differences(left: list[Any], right: list[Any]) -> list[tuple[int, Any, Any]]:
    """The places where two lists differ, with what stands there."""
    pairs = enumerate(zip(left, right, strict=True))
    return [(place, ours, theirs) for place, (ours, theirs) in pairs if not same(ours, theirs)]
