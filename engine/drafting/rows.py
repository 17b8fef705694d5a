"""Which rows test a model: the latest ones, whole groups, or some at random."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.checks.data import names_groups
from engine.drafting.answers import Answer
from engine.drafting.known import Known
from engine.drafting.times import time_of_rows

FEW_ROWS = 300
SEED = 7


@dataclass(frozen=True)
class Rows:
    """A split, and the column it goes by, which is no feature afterwards."""

    component: str
    params: Mapping[str, Any]
    why: str
    column: str | None = None


def rows_of(known: Known, answer: Answer) -> Rows:
    """Choose the split that is closest to how the model will be used."""
    test = 0.3 if known.profile.rows < FEW_ROWS else 0.2
    return next(rows for rule in RULES if (rows := rule(known, answer, test)))


def _by_time(known: Known, answer: Answer, test: float) -> Rows | None:
    time = time_of_rows(known)
    if time is None:
        return None
    why = f"{time.name} says when each row was: the model learns from the past and is tested on the latest {test:.0%}."
    return Rows("split_time", {"column": time.name, "test": test}, why, time.name)


def _by_group(known: Known, answer: Answer, test: float) -> Rows | None:
    named = (one for one in known.columns.values() if one.name != answer.name and names_groups(one.column))
    group = next(named, None)
    if group is None:
        return None
    why = (
        f"Several rows share one {group.name}: all of them train or all of them test, as the model will meet new ones."
    )
    return Rows("split_group", {"column": group.name, "test": test, "seed": SEED}, why, group.name)


def _at_random(known: Known, answer: Answer, test: float) -> Rows | None:
    params: dict[str, Any] = {"test": test, "seed": SEED}
    why = f"{test:.0%} of the rows are set aside to test the model on what it has not seen"
    if answer.task == "regression":
        return Rows("split_random", params, f"{why}.")
    return Rows("split_random", {**params, "stratify": answer.name}, f"{why}, with the same share of each class.")


RULES: tuple[Callable[[Known, Answer, float], Rows | None], ...] = (_by_time, _by_group, _at_random)
"""The first that fits decides."""
