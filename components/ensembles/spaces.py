"""What the settings of a model may be while it is searched for.

A component lists its space as ``("log", low, high)`` or ``(low, high)``, whole where both ends are, or as the values
themselves. A person writes ``0.01 to 10 log``, ``2 to 12`` or ``gini, entropy``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from components.base import Estimator, Wrapper
from components.errors import ComponentError

NOT_SEARCHED = frozenset(("target", "features", "positive", "seed"))
_SPAN = re.compile(r"^\s*(?P<low>[-+.\deE]+)\s+to\s+(?P<high>[-+.\deE]+)(?P<log>\s+log)?\s*$")


@dataclass(frozen=True)
class Range:
    """Numbers between two ends, both included."""

    low: float
    high: float
    is_log: bool = False
    is_whole: bool = False

    def at(self, share: float) -> int | float:
        """The number at a share of the way from one end to the other."""
        if self.is_whole and not self.is_log:  # every whole number has an equal part of the way
            return int(min(self.low + share * (self.high - self.low + 1), self.high))
        way = share * (self.high - self.low)
        found = self.low * (self.high / self.low) ** share if self.is_log else self.low + way
        return round(found) if self.is_whole else float(f"{found:.6g}")

    def grid(self, count: int) -> tuple[int | float, ...]:
        """So many numbers, evenly spread; the middle where it is one."""
        shares = [0.5] if count == 1 else [i / (count - 1) for i in range(count)]
        return tuple(dict.fromkeys(self.at(share) for share in shares))


@dataclass(frozen=True)
class Choices:
    """Values that are listed."""

    values: tuple[Any, ...]

    def at(self, share: float) -> Any:
        """The value at a share of the list."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]

    def grid(self, count: int) -> tuple[Any, ...]:
        """So many values from the first on."""
        return self.values[:count]


Space = Mapping[str, Range | Choices]


def space_of(search_space: Mapping[str, Any]) -> Space:
    """A component's own search space."""
    return {name: _read(values) for name, values in search_space.items()}


def _read(values: tuple[Any, ...]) -> Range | Choices:
    if values[0] == "log":
        return _range(*values[1:], is_log=True)
    is_span = len(values) == 2 and all(isinstance(value, int | float) and value is not True for value in values)
    return _range(*values) if is_span and not isinstance(values[0], bool) else Choices(tuple(values))


def _range(low: float, high: float, *, is_log: bool = False) -> Range:
    return Range(low, high, is_log, is_whole=isinstance(low, int) and isinstance(high, int))


def written_space(written: Mapping[str, str], member: Estimator[Any]) -> Space:
    """What a person wrote, checked against the model's settings.

    Raises
    ------
    ComponentError
        When the model has no such setting, or it cannot have such a value.
    """
    fields = [name for name in member.params_type().model_fields if name not in NOT_SEARCHED]
    space: dict[str, Range | Choices] = {}
    for name, text in written.items():
        if name not in fields:
            raise ComponentError(
                f"{member.spec.title} has no setting {name!r}.", hint=f"It has: {', '.join(fields)}.", field="space"
            )
        space[name] = _written(name, text)
        for value in dict.fromkeys(space[name].grid(2) if isinstance(space[name], Range) else space[name].grid(1_000)):
            _check(member, name, value)
    return space


def _written(name: str, text: str) -> Range | Choices:
    span = _SPAN.match(text)
    if span is None:
        values = [value.strip() for value in text.split(",") if value.strip()]
        if not values:
            raise ComponentError(f"There are no values to try for {name!r}.", hint=HOW, field="space")
        return Choices(tuple(None if value.lower() in ("none", "empty") else value for value in values))
    try:
        low, high = (_number(span[end]) for end in ("low", "high"))
    except ValueError as error:
        raise ComponentError(f"{text!r} is no range for {name!r}.", hint=HOW, field="space") from error
    is_log = span["log"] is not None
    if not low < high or (is_log and low <= 0):
        above = "a low end above zero and " if is_log else ""
        raise ComponentError(
            f"{text!r} is no range for {name!r}.", hint=f"A range needs {above}a high end above the low one.",
            field="space",
        )  # fmt: skip
    return _range(low, high, is_log=is_log)


HOW = "Write a range, such as '0.01 to 10 log' or '2 to 12', or values with commas between them."


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)


def _check(member: Estimator[Any], name: str, value: Any) -> None:
    try:
        with_settings(member, {name: value})
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ComponentError(
            f"{name!r} of {member.spec.title} cannot be {value!r}: {reason}.", hint=HOW, field="space"
        ) from error


def with_settings(member: Estimator[Any], settings: Mapping[str, Any]) -> Estimator[Any]:
    """The model with some settings changed.

    Raises
    ------
    ValidationError
        When they do not fit, or not each other.
    """
    params = member.params_type().model_validate({**member.params.model_dump(), **settings})
    made = type(member)(params)
    return made.made_of(member.members) if isinstance(made, Wrapper) and isinstance(member, Wrapper) else made


def grid(space: Space, most: int) -> Iterator[dict[str, Any]]:
    """Every combination of evenly spread values: as many values of each setting as fit into so many trials."""
    from sklearn.model_selection import ParameterGrid

    count, sizes = 1, dict.fromkeys(space, 1)
    while True:
        for name in space:  # one more value for one setting after the other
            more = sizes | {name: len(space[name].grid(count + 1))}
            if _product(more) <= most:
                sizes = more
        count += 1
        if count > max(sizes.values()):
            break
    yield from ParameterGrid({name: list(space[name].grid(size)) for name, size in sizes.items()})


def _product(sizes: Mapping[str, int]) -> int:
    product = 1
    for size in sizes.values():
        product *= size
    return product


def draws(space: Space, seed: int) -> Iterator[dict[str, Any]]:
    """Settings drawn at random, each by itself, without end."""
    import numpy as np

    random = np.random.default_rng(seed)
    while True:
        yield {name: dimension.at(random.random()) for name, dimension in space.items()}
