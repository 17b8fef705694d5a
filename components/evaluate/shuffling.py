"""What a model loses when a column is shuffled."""

from typing import TYPE_CHECKING, Any

import numpy as np

from components.base import FIGURES, Asked, Report
from components.errors import UnfitData
from components.evaluate.metrics import LOWER_IS_BETTER, measure, words
from components.evaluate.outcomes import Array
from components.evaluate.pictures import Plot, amount, bars, short

if TYPE_CHECKING:
    from components.evaluate.permutation_importance import PermutationImportanceParams

SHOWN = 20


def permutation_importance(model: Asked, params: "PermutationImportanceParams") -> Report:
    """The report of permutation importance."""
    names = list(params.columns)
    if not names:
        raise UnfitData("There are no columns to shuffle.", hint="Choose some.", field="columns")
    metric, whole = _metric(model, params.metric)
    found = _shuffled(model, names, metric, params)
    order = sorted(range(len(names)), key=lambda i: (-found.importances_mean[i], names[i]))
    low, high = found.importances.min(axis=1), found.importances.max(axis=1)
    rows = [
        {
            "column": names[i],
            "importance": float(found.importances_mean[i]),
            "std": float(found.importances_std[i]),
            "low": float(low[i]),
            "high": float(high[i]),
        }
        for i in order
    ]
    asked = len(model.truth)
    return {
        "task": model.task,
        "rows": asked,
        "metrics": {metric: whole},
        "plots": {"importance": _plot(rows, metric)},
        "notes": [f"Asked about {amount(asked, 'row')} of {amount(model.test_rows, 'test row')}."],
        FIGURES: rows,
    }


def _metric(model: Asked, wanted: str | None) -> tuple[str, float]:
    """The metric, and what it is of the rows as they are."""
    told = model.answers(model.rows)
    usual = ("r2", "rmse") if model.task == "regression" else ("roc_auc",) * (len(model.classes) == 2) + ("accuracy",)
    everything = np.arange(len(model.truth))
    for name in (wanted,) if wanted else usual:
        value = measure(name, told)(everything)
        if np.isfinite(value):
            return name, value
    raise UnfitData(
        f"{wanted or usual[0]!r} is not defined for these test rows.", hint="Choose another metric.", field="metric"
    )


def _shuffled(model: Asked, names: list[str], metric: str, params: "PermutationImportanceParams") -> Any:
    """scikit-learn shuffles positions of rows, one column of them for each of ours: values keep their types."""
    from sklearn.inspection import permutation_importance as shuffle

    sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
    everything = np.arange(len(model.truth))

    def score(_: Any, places: Array, truth: Array) -> float:
        rows = model.rows
        for nth, name in enumerate(names):
            if not np.array_equal(places[:, nth], everything):
                rows = rows.set_column(rows.column_names.index(name), name, rows.column(name).take(places[:, nth]))
        return sign * measure(metric, model.answers(rows))(everything)

    places = np.repeat(everything[:, None], len(names), axis=1)
    return shuffle(_Nothing(), places, model.truth, scoring=score, n_repeats=params.repeats, random_state=params.seed)


class _Nothing:
    """Stands where scikit-learn expects an estimator; the scoring function asks the model itself."""

    def fit(self, *_: Any) -> "_Nothing":
        return self


def _plot(rows: list[dict[str, Any]], metric: str) -> Plot:
    shown, named = rows[:SHOWN], words(metric)
    first = shown[0]
    idle = sum(row["high"] <= 0 for row in rows)
    spare = f"; {amount(idle, 'column')} could be left out without loss" if idle else ""
    read = f"Shuffling {first['column']} costs {short(first['importance'])} of {named}{spare}."
    return bars(
        "Permutation importance",
        read,
        [row["column"] for row in shown],
        [row["importance"] for row in shown],
        across=f"loss in {named} when the column is shuffled",
        low=[row["low"] for row in shown],
        high=[row["high"] for row in shown],
    )
