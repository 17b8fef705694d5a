"""Columns that a chart needs and a table has not any more: what probably took their place."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.charting.spec import ChartSpec


@dataclass(frozen=True)
class Vanished:
    """A column that is not there any more.

    Parameters
    ----------
    likely
        The column that probably took its place; None where nothing comes near.
    """

    name: str
    likely: str | None


def vanished(spec: ChartSpec, now: Mapping[str, str], before: Mapping[str, str]) -> list[Vanished]:
    """The columns of a chart that are gone.

    Parameters
    ----------
    now, before
        Columns and their types: of the version that is to be drawn, and of one that could be.
    """
    return [Vanished(name, _likely(name, now, before, spec)) for name in spec.named if name not in now]


def _likely(name: str, now: Mapping[str, str], before: Mapping[str, str], spec: ChartSpec) -> str | None:
    free = [other for other in now if other not in spec.named]
    rated = [(_likeness(name, other, now, before), other) for other in free]
    best = max(rated, default=(0.0, ""), key=lambda pair: pair[0])
    return best[1] if best[0] >= 0.6 else None


def _likeness(name: str, other: str, now: Mapping[str, str], before: Mapping[str, str]) -> float:
    """Names alike count most; then that the column is new, has the same type, and stands at the same place."""
    alike = difflib.SequenceMatcher(None, _bare(name), _bare(other)).ratio()
    is_new = bool(before) and other not in before
    same_type = before.get(name) == now[other]
    same_place = list(before).index(name) == list(now).index(other) if name in before else False
    return 0.7 * alike + 0.15 * is_new + 0.1 * same_type + 0.2 * (same_place and is_new and same_type)


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
