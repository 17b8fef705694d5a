"""Conditions on runs as people write them: ``roc_auc > 0.8``, ``status = failed``, ``model.C <= 1``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from typing import Any, get_args

from engine.errors import InvalidSetting
from engine.service.scores import better
from storage.repositories.run_index import Condition, Order, Test, Value
from storage.schema import JobStatus
from storage.unit_of_work import UnitOfWork

TESTS: Mapping[str, str] = {
    ">": "is more than", ">=": "is at least", "<": "is less than", "<=": "is at most",
    "=": "is", "!=": "is not", "~": "contains",
}  # fmt: skip
"""What can be asked, as it is written and in words."""
FIELDS: Mapping[str, str] = {
    "pipeline": "pipeline", "version": "version", "run": "number", "number": "number", "status": "status",
    "started": "created_at", "seconds": "seconds", "memory_mb": "memory_mb", "computed": "computed",
    "reused": "reused", "backend": "backend", "target": "target", "note": "note",
}  # fmt: skip
"""What every run has, by the name that people use → by that of the metadata."""
_TEXTS = frozenset({"pipeline", "status", "backend", "target", "note"})
_STATUSES: tuple[str, ...] = get_args(JobStatus)
_WRITTEN = re.compile(r"\s*(?P<name>.+?)\s*(?P<test>>=|<=|!=|=|>|<|~)\s*(?P<value>.*?)\s*", re.DOTALL)


@dataclass(frozen=True)
class Known:
    """What runs of this home can be asked for.

    Parameters
    ----------
    metrics, params, tags
        Those that some run has.
    """

    metrics: tuple[str, ...]
    params: tuple[str, ...]
    tags: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Everything that a condition or an order may name."""
        return [*FIELDS, "tag", *self.metrics, *self.params]


def read_known(uow: UnitOfWork) -> Known:
    """What runs of this home can be asked for."""
    index = uow.run_index
    return Known(tuple(index.metric_names()), tuple(index.param_names()), tuple(index.tags()))


def read_conditions(written: Sequence[str], known: Known) -> tuple[Condition, ...]:
    """Conditions that must all be true.

    Raises
    ------
    InvalidSetting
        Naming the condition, and what is wrong with it.
    """
    return tuple(condition for text in written for condition in _read(text, known))


def parts_of(written: str) -> tuple[str, str, str] | None:
    """The name, the test and the value of a condition as it is written; None for a text that is none."""
    parts = _WRITTEN.fullmatch(written)
    return (parts["name"], parts["test"], parts["value"]) if parts else None


def read_order(written: str, known: Known) -> Order:
    """What runs are sorted by: a name, with ``-`` before it the largest or the newest first.

    Raises
    ------
    InvalidSetting
    """
    name = written.removeprefix("-")
    what, field = _meant(name, known)
    if what == "tag":
        raise InvalidSetting("Runs cannot be sorted by tag.", hint="Filter by it: tag = NAME.", field="sort")
    return Order(what, field, written.startswith("-"), lowest=better(field) == "lower")


def _read(text: str, known: Known) -> Iterator[Condition]:
    parts = _WRITTEN.fullmatch(text)
    if parts is None or not parts["value"]:
        raise InvalidSetting(
            f"{text[:100]!r} is no condition.",
            hint="Write one like: roc_auc > 0.8, or status = failed.",
            field="filter",
        )
    what, name = _meant(parts["name"], known)
    test: Any = parts["test"]
    if name == "created_at" and what == "field":
        yield from _moments(test, parts["value"])
    else:
        yield Condition(what, name, test, _value(what, name, test, parts["value"]))


def _meant(name: str, known: Known) -> tuple[Any, str]:
    """What a name stands for; of a setting that is called like a metric, ``param.`` before it means the setting."""
    if name == "tag":
        return "tag", name
    if name in FIELDS:
        return "field", FIELDS[name]
    if name.removeprefix("metric.") in known.metrics:
        return "metric", name.removeprefix("metric.")
    if name.removeprefix("param.") in known.params:
        return "param", name.removeprefix("param.")
    close = get_close_matches(name, known.names, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(known.names[:8])}, …"
    raise InvalidSetting(f"No run has {name[:100]!r}.", hint=hint, field="filter")


def _value(what: str, name: str, test: Test, written: str) -> Value:
    if what == "tag" or (what == "field" and name in _TEXTS):
        return _status(written) if name == "status" and test != "~" else written
    if test == "~":
        if what == "param":
            return written
        raise InvalidSetting(f"{name} is a number.", hint="Compare it with =, <, <=, > or >=.", field="filter")
    try:
        return float(written)
    except ValueError:
        if what == "param":
            return written
    raise InvalidSetting(f"{written[:50]!r} is no number.", hint=f"Compare {name} with a number.", field="filter")


def _status(written: str) -> str:
    if written not in _STATUSES:
        told = ", ".join(_STATUSES)
        raise InvalidSetting(f"No run is {written[:50]!r}.", hint=f"A status is one of {told}.", field="filter")
    return written


def _moments(test: Test, written: str) -> Iterator[Condition]:
    """A date is the whole day: what came on it is neither before nor after it."""
    try:
        begin = datetime.fromisoformat(written)
    except ValueError:
        hint = "Write it like 2026-11-21, or 2026-11-21T08:30."
        raise InvalidSetting(f"{written[:50]!r} is no date.", hint=hint, field="filter") from None
    begin = begin if begin.tzinfo else begin.replace(tzinfo=UTC)
    end = begin + (timedelta(days=1) if _is_date(written) else timedelta(microseconds=1))
    borders: Mapping[str, tuple[tuple[Test, datetime], ...]] = {
        "=": ((">=", begin), ("<", end)), ">": ((">=", end),), ">=": ((">=", begin),),
        "<": (("<", begin),), "<=": (("<", end),),
    }  # fmt: skip
    if test not in borders:
        raise InvalidSetting(f"{test!r} cannot be asked of a date.", hint="Use =, <, <=, > or >=.", field="filter")
    for each, moment in borders[test]:
        yield Condition("field", "created_at", each, moment)


def _is_date(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True
