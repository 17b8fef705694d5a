"""What the models of a cross-validation said of the rows that each of them had not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any, Literal

from components.ports import ROLE
from engine.backends.backend import Backend
from engine.errors import UnfitForTraining
from engine.train.target import Classes


@dataclass(frozen=True)
class Fold:
    """One part of the rows, tested.

    Parameters
    ----------
    predictions
        The file of what its model said.
    facts
        Of its model.
    """

    predictions: Path
    facts: Mapping[str, Any]


def check_folds(folds: Sequence[Fold], classes: Classes | None, target: str) -> None:
    """Refuse folds whose models did not meet the same classes.

    Raises
    ------
    UnfitForTraining
    """
    known = list(classes.labels) if classes else []
    for number, fold in enumerate(folds, start=1):
        missing = [label for label in known if label not in fold.facts["classes"]]
        if missing:
            raise UnfitForTraining(
                f"The class {missing[0]!r} of {target!r} is so rare that no row of it is left to learn from when part "
                f"{number} is tested.",
                hint="Stratify the cross-validation by the target, take fewer folds, or group rare classes.",
                field="target",
            )


def write_out_of_fold(folds: Sequence[Fold], backend: Backend, path: Path) -> None:
    """Write what was said of each row by a model that had not seen it."""
    said = backend.read([fold.predictions for fold in folds])
    backend.write(said.filter(said[ROLE] == "test"), path)


def over_folds(
    folds: Sequence[Fold], what: Literal["metrics", "baseline"]
) -> tuple[dict[str, float], dict[str, float]]:
    """The mean and the standard deviation of each metric that every fold has."""
    values = {name: [fold.facts[what].get(name) for fold in folds] for name in folds[0].facts[what]}
    known = {name: found for name, found in values.items() if None not in found}
    return {name: fmean(found) for name, found in known.items()}, {name: pstdev(found) for name, found in known.items()}


def mean_importance(folds: Sequence[Fold]) -> list[dict[str, Any]]:
    """How much worse the models got when a column was shuffled, on average; the largest first."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for fold in folds:
        for row in fold.facts["importance"]:
            found.setdefault(row["column"], []).append(row)
    means = [
        {"column": name, "mean": fmean(row["mean"] for row in rows), "std": fmean(row["std"] for row in rows)}
        for name, rows in found.items()
    ]
    return sorted(means, key=lambda row: -row["mean"])
