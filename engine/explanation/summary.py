"""What a model goes by over all: shares of many rows, and what it loses when a column is shuffled."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from components.base import FIGURES, Asked
from components.errors import UnfitData
from components.evaluate.permutation_importance import PermutationImportanceParams
from components.evaluate.shapley import Shares, pictures
from components.evaluate.shuffling import permutation_importance
from engine.evaluation.evidence import Evidence
from engine.explanation.asked import asked_of
from engine.explanation.explainer import Explainer, explainer_of
from engine.explanation.outputs import labels, usual
from engine.serve.scorer import Scorer

Tell = Callable[[float, str], None]

EXACT_ROWS, ASKED_ROWS = 300, 150
ASKED_BACKGROUND = 30
MOST_CLASSES = 10
SHUFFLED_ROWS, REPEATS, MOST_SHUFFLED = 1_000, 3, 60
PART = 10
"""So many rows are explained between two looks at how far it is."""


def summary(scorer: Scorer, evidence: Evidence, tell: Tell = lambda share, words: None) -> dict[str, Any]:
    """How columns move the answers of a model.

    Returns
    -------
    dict
        ``rows, unit, how, outputs`` (of each: ``label``, ``columns`` with their mean move, ``plots``), and
        ``shuffling``, the report of permutation importance; None where there is no truth to lose.

    Raises
    ------
    DataError
        When the model cannot be explained.
    """
    explainer = explainer_of(scorer, evidence)
    if not explainer.is_exact:
        explainer = explainer_of(scorer, evidence, ASKED_BACKGROUND)
    model = asked_of(scorer, evidence, EXACT_ROWS if explainer.is_exact else ASKED_ROWS)
    found = _shares(explainer, model, tell)
    seen = replace(model, features=tuple((name, slice(0)) for name in explainer.names))
    outputs = labels(scorer.model)
    places = list(range(len(outputs)))[:MOST_CLASSES] if len(outputs) > 2 else [usual(scorer.model)]
    return {
        "rows": len(found.values),
        "background": explainer.background.num_rows,
        "unit": found.unit,
        "how": found.how,
        "outputs": [_output(seen, found, place, outputs[place], explainer) for place in places],
        "shuffling": _shuffled(scorer, evidence, tell) if scorer.model.target else None,
    }


def _shares(explainer: Explainer, model: Asked, tell: Tell) -> Shares:
    rows, parts = model.rows.num_rows, []
    for start in range(0, rows, PART):
        tell(0.8 * start / rows, f"Row {start + 1} of {rows}")
        parts.append(explainer.shares(model.rows.slice(start, PART)))
    return replace(parts[0], values=np.concatenate([part.values for part in parts]))


def _output(model: Asked, found: Shares, place: int, label: Any, explainer: Explainer) -> dict[str, Any]:
    strength = np.abs(found.values[:, :, place]).mean(axis=0)
    order = sorted(range(len(strength)), key=lambda nth: (-strength[nth], explainer.names[nth]))
    return {
        "label": None if label is None else str(label),
        "base": float(found.base[place]),
        "columns": [{"column": explainer.names[nth], "strength": float(strength[nth])} for nth in order],
        "plots": pictures(model, found, [(place, label)]),
    }


def _shuffled(scorer: Scorer, evidence: Evidence, tell: Tell) -> dict[str, Any] | None:
    """What the model loses without each original column; of very many columns, of the first ones."""
    tell(0.8, "Shuffling columns")
    model = asked_of(scorer, evidence, SHUFFLED_ROWS)
    names = list(model.rows.column_names)[:MOST_SHUFFLED]
    try:
        report = permutation_importance(model, PermutationImportanceParams(columns=names, repeats=REPEATS))
    except UnfitData:  # too few test rows, or of one class only
        return None
    return {**{name: value for name, value in report.items() if name != FIGURES}, "columns": report[FIGURES]}
