"""What some rows have in common, in words: how their columns differ from those of all rows."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.base import Grouped
from components.evaluate.groups import NOISE, group_name
from components.evaluate.pictures import percent, short

MOST_TRAITS, MOST_GROUPS, MOST_COLUMNS, MOST_VALUES = 4, 20, 300, 50
LEAST, MUCH = 0.3, 1.0
"""From how many standard deviations on a difference is worth a word, and a stronger word."""
SURE = 3.0
"""A difference counts from so many standard errors on: among hundreds of columns some differ by chance."""
OUTER = (0.05, 0.95)
STRANGEST, LEAST_STRANGE = 0.02, 10
"""Where no row is flagged: which share of the rows, and how many at least, are the strangest."""
LONGEST = 40

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Trait:
    """One column in which rows differ from all rows.

    Parameters
    ----------
    strength
        In standard deviations over all rows; of a value, those of having it.
    """

    column: str
    strength: float
    words: str


def profiles(g: Grouped) -> list[str]:
    """A sentence for each cluster, or for the strangest rows; empty where no columns are known.

    Returns
    -------
    list of str
        The largest cluster first.
    """
    if g.seen is None or not g.seen.num_rows:
        return []
    return [_strangest(g)] if g.task == "anomaly" else list(_clusters(g))


def traits(rows: pa.Table, inside: Mask) -> list[Trait]:
    """In which columns some of the rows differ most, the strongest first."""
    if not 0 < inside.sum() < len(inside):
        return []
    found = (_strongest(name, rows.column(name), inside) for name in rows.column_names[:MOST_COLUMNS])
    there = [trait for trait in found if trait and trait.strength >= LEAST]
    return sorted(there, key=lambda trait: -trait.strength)[:MOST_TRAITS]


def _clusters(g: Grouped) -> Iterator[str]:
    answers = np.asarray(g.seen_answers)
    for group in sorted(g.groups, key=lambda group: -group.rows)[:MOST_GROUPS]:
        name = "Rows without a cluster" if group.answer == NOISE else f"Cluster {group_name(g, group.answer)}"
        told = _listed(traits(g.seen, answers == group.answer)) or "much like all rows"
        yield f"{name} ({percent(group.rows / max(g.rows, 1))}): {told}."


def _strangest(g: Grouped) -> str:
    flagged = np.asarray(g.seen_answers, dtype=bool)
    told, inside = "flagged rows", flagged
    if not flagged.any() and g.seen_scores is not None:
        count = max(LEAST_STRANGE, int(STRANGEST * len(flagged)))
        inside = np.zeros(len(flagged), dtype=bool)
        inside[np.argsort(-np.asarray(g.seen_scores), kind="stable")[:count]] = True
        told = "strangest rows"
    if not inside.any() or inside.all():
        return "No row is set apart, so there is nothing that strange rows have in common."
    common = _listed(traits(g.seen, inside)) or "no one column; they are strange in how columns go together"
    return f"What the {inside.sum():,} {told} have in common: {common}."


def _listed(found: list[Trait]) -> str:
    return "; ".join(trait.words for trait in found)


def _strongest(name: str, column: pa.ChunkedArray, inside: Mask) -> Trait | None:
    kind = column.type
    found: list[Trait] = []
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        # A whole number that is different in every row is a key: what it is higher or lower in says nothing.
        if not (pa.types.is_integer(kind) and len(np.unique(numbers)) == len(numbers)):
            found += [*_level(name, numbers, inside, short), *_extremes(name, numbers, inside)]
    elif pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        days = column.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(zero_copy_only=False).astype(float) / 86_400e6
        found += _level(name, days, inside, _day, ("late", "early"))
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_boolean(kind):
        found += _values(name, column, inside)
    return max(found, key=lambda trait: trait.strength, default=None)


def _level(
    name: str, numbers: npt.NDArray[np.float64], inside: Mask, told: Any, sides: tuple[str, str] = ("high", "low")
) -> Iterator[Trait]:
    known = np.isfinite(numbers)
    own, every = numbers[known & inside], numbers[known]
    spread = every.std() if len(every) else 0.0
    if not len(own) or not spread:
        return
    strength = float((own.mean() - every.mean()) / spread)
    if abs(strength) * math.sqrt(len(own)) < SURE:
        return
    side = sides[0] if strength > 0 else sides[1]
    medians = told(float(np.median(own))), told(float(np.median(every)))
    much = "very " if abs(strength) >= MUCH else ""
    yield Trait(name, abs(strength), f"{much}{side} {name} (median {medians[0]}, of all rows {medians[1]})")


def _extremes(name: str, numbers: npt.NDArray[np.float64], inside: Mask) -> Iterator[Trait]:
    """Values far out on either side, of which the mean says nothing."""
    known = np.isfinite(numbers)
    if known.sum() < LEAST_STRANGE or not (known & inside).any():
        return
    low, high = np.quantile(numbers[known], OUTER)
    is_out = known & ((numbers < low) | (numbers > high))
    own, every = float(is_out[inside].mean()), float(is_out.mean())
    strength = _beyond(own, every)
    sides = float((numbers[inside] > high).mean()), float((numbers[inside] < low).mean())
    if strength * math.sqrt(inside.sum()) >= SURE and own > 0.3 and min(sides) > 0.25 * max(sides):
        told = f"{percent(own)} outside of {short(float(low))} to {short(float(high))}, of all rows {percent(every)}"
        yield Trait(name, strength, f"far-out {name}, high or low ({told})")


def _values(name: str, column: pa.ChunkedArray, inside: Mask) -> Iterator[Trait]:
    texts = column.cast(pa.string())
    counted = texts.value_counts().to_pylist()
    if len(counted) > max(MOST_VALUES, 0.2 * len(texts)):
        return  # names and free texts
    rows = len(texts)
    for value, every in ((it["values"], it["counts"] / rows) for it in counted):
        is_it = texts.is_null() if value is None else pc.fill_null(pc.equal(texts, value), False)
        own = float(is_it.to_numpy(zero_copy_only=False)[inside].mean())
        strength = _beyond(own, every)
        word = _how_often(own, every)
        if word and abs(strength) * math.sqrt(inside.sum()) >= SURE:
            shares = f"{percent(own)}, of all rows {percent(every)}"
            # Of two values that tell the same, the one that is there.
            yield Trait(
                name, abs(strength) * (1 if own > every else 0.99), f"{word} {name} {_shortened(value)} ({shares})"
            )


def _how_often(own: float, every: float) -> str:
    if own > every:
        return "always" if own >= 0.995 else "mostly" if own >= 0.5 else "more often" if own >= 0.1 else ""
    return "never" if own == 0 and every >= 0.2 else "hardly ever" if own < 0.1 and every >= 0.3 else ""


def _beyond(own: float, every: float) -> float:
    """A difference of shares, in standard deviations of having it or not."""
    spread = math.sqrt(every * (1 - every))
    return (own - every) / spread if spread else 0.0


def _shortened(value: str | None) -> str:
    if value is None:
        return "missing"
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"


def _day(days: float) -> str:
    return str(np.datetime64(round(days), "D"))
