"""Successive halving: many candidates on few rows first.

Source: Jamieson & Talwalkar, *Non-stochastic Best Arm Identification and Hyperparameter Optimization* (2016); as in
`sklearn.model_selection.HalvingRandomSearchCV`, with a third kept each time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from components.ensembles.folds import cut

FACTOR = 3
FEWEST_ROWS = 200
"""A score on fewer rows says too little."""


@dataclass(frozen=True)
class Rung:
    """How many candidates are tried, and on which rows."""

    candidates: int
    cuts: list[tuple[Any, Any]]


def rungs(target: Any, candidates: int, folds: int, seed: int, *, is_classification: bool) -> Iterator[Rung]:
    """The rungs of a ladder whose last one has all rows and at most `FACTOR` candidates."""
    import numpy as np

    order = mixed(target, seed, is_classification=is_classification)
    rarest = int(np.unique(target, return_counts=True)[1].min()) if is_classification else len(target)
    shrinks = 0
    while (
        candidates >= FACTOR ** (shrinks + 1)
        and len(target) >= FEWEST_ROWS * FACTOR ** (shrinks + 1)
        and rarest >= (folds + 1) * FACTOR ** (shrinks + 1)
    ):
        shrinks += 1
    for step in range(shrinks, -1, -1):
        rows = np.sort(order[: len(target) // FACTOR**step])
        pairs = cut(target[rows], folds, seed, is_classification=is_classification)
        yield Rung(-(-candidates // FACTOR ** (shrinks - step)), [(rows[known], rows[held]) for known, held in pairs])


def mixed(target: Any, seed: int, *, is_classification: bool) -> Any:
    """All rows in an order of which every beginning has the classes in their shares.

    Returns
    -------
    ndarray of shape (n_rows,)
        Positions of rows.
    """
    import numpy as np

    drawn = np.random.default_rng(seed).permutation(len(target))
    if not is_classification:
        return drawn
    place = np.empty(len(target))
    for label in np.unique(target):
        (of_label,) = np.nonzero(target[drawn] == label)
        place[of_label] = (np.arange(len(of_label)) + 0.5) / len(of_label)
    return drawn[np.argsort(place, kind="stable")]
