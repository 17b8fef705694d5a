"""Successive halving: many candidates on few rows first.

Source: Jamieson & Talwalkar, *Non-stochastic Best Arm Identification and Hyperparameter Optimization* (2016); as in
`sklearn.model_selection.HalvingRandomSearchCV`, with a third kept each time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from components.ensembles.folds import HeldOut
from components.ensembles.trying import Part

FACTOR = 3
FEWEST_ROWS = 200
"""A score on fewer rows says too little."""


@dataclass(frozen=True)
class Rung:
    """How many candidates are tried, and on which rows."""

    candidates: int
    parts: list[Part]


def rungs(held_out: HeldOut, candidates: int) -> Iterator[Rung]:
    """The rungs of a ladder whose last one has all rows and at most `FACTOR` candidates."""
    rows, rarest, folds = held_out.rows, held_out.rarest, held_out.folds
    shrinks = 0
    while (
        candidates >= FACTOR ** (shrinks + 1)
        and rows >= FEWEST_ROWS * FACTOR ** (shrinks + 1)
        and rarest >= (folds + 1) * FACTOR ** (shrinks + 1)
    ):
        shrinks += 1
    for step in range(shrinks, -1, -1):
        yield Rung(-(-candidates // FACTOR ** (shrinks - step)), held_out.parts(rows // FACTOR**step))
