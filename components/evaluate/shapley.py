"""Shapley values of single rows, by the quickest explainer whose sums are the model's answers."""

import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from components.base import FIGURES, Asked, Report
from components.errors import UnfitData
from components.evaluate.outcomes import Array, outcomes
from components.evaluate.pictures import Plot, amount, bars, dots, plain, short

if TYPE_CHECKING:
    from components.evaluate.shap_values import ShapValuesParams

MOST_ASKED_ROWS = 50
COMBINATIONS = 512
"""Most combinations of columns that are tried for a row."""
MOST_CLASSES = 10
MOST_POINTS = 3_000
SHOWN = 15
_RANDOM = threading.Lock()
"""SHAP's kernel explainer draws from numpy's common generator, which nodes at work side by side would share."""
TOLERANCE = 1e-3
"""How far sums may be from answers, relative to their spread: boosters compute in single precision."""


@dataclass(frozen=True)
class Shares:
    """What each feature adds.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_features, n_outputs)
    base : ndarray of shape (n_outputs,)
        What the features add to.
    unit : what is added up
    how : by what they were found
    """

    values: Array
    base: Array
    unit: str
    how: str

    @property
    def sums(self) -> Array:
        """What the model says, in the unit; of shape (n_rows, n_outputs)."""
        return np.asarray(self.values.sum(axis=1) + self.base)


def shap_values(model: Asked, params: "ShapValuesParams") -> Report:
    """The report of SHAP values."""
    wanted = _classes(model, params.positive)
    found = shares(model, params.background, params.seed)
    rows = len(found.values)
    notes = [
        f"Explained are {amount(rows, 'row')} of {amount(model.test_rows, 'test row')}, by {found.how}.",
        f"Values are shares of the {found.unit}; with the base they sum up to what the model says.",
    ]
    return {
        "task": model.task,
        "rows": rows,
        "metrics": {"base": float(found.base[wanted[0][0]])} if len(wanted) == 1 else {},
        "plots": pictures(model, found, wanted),
        "notes": notes,
        FIGURES: list(_figures(model, found, wanted)),
    }


def pictures(model: Asked, found: Shares, wanted: list[tuple[int, Any]]) -> dict[str, Plot]:
    """How much each column moves answers, and how it moves those of single rows.

    Parameters
    ----------
    wanted
        The places of the outputs that are told, and the classes they stand for.
    """
    strength = np.abs(found.values[:, :, [place for place, _ in wanted]]).mean(axis=(0, 2))
    order = sorted(range(len(strength)), key=lambda nth: (-strength[nth], model.features[nth][0]))[:SHOWN]
    return {
        "strength": _strength_plot(model, strength, order, found.unit),
        "spread": _spread_plot(model, found, wanted[0], order),
    }


def shares(model: Asked, background: int, seed: int) -> Shares:
    """The values of every column, by the first explainer whose sums are what the model says."""
    for explain in (_by_trees, _by_lines):
        found = explain(model)
        if found is not None:
            return found
    return _by_asking(model, background, seed)


def _classes(model: Asked, positive: Any) -> list[tuple[int, Any]]:
    """The outputs that are told: their places, and the classes they stand for."""
    if model.task == "regression":
        return [(0, None)]
    if positive is None and len(model.classes) > 2:
        return list(enumerate(model.classes))[:MOST_CLASSES]
    label = outcomes(model.answers(model.rows.slice(0, 1), model.truth[:1]), positive).label
    return [(list(model.classes).index(label), label)]


def _by_trees(model: Asked) -> Shares | None:
    import shap

    return _explained(model, lambda matrix: shap.TreeExplainer(model.estimator), "SHAP's explainer of trees")


def _by_lines(model: Asked) -> Shares | None:
    import shap

    if not hasattr(model.estimator, "coef_"):
        return None

    def made(matrix: Array) -> Any:
        masker = shap.maskers.Independent(matrix, max_samples=len(matrix))
        return shap.LinearExplainer(model.estimator, masker)

    return _explained(model, made, "SHAP's explainer of linear models")


def _explained(model: Asked, explainer: Callable[[Array], Any], how: str) -> Shares | None:
    """What an explainer says; None where it does not know the model, or says something else than the model."""
    matrix = model.matrix if isinstance(model.matrix, np.ndarray) else model.matrix.toarray()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            made = explainer(matrix)
            found = np.asarray(made.shap_values(matrix), dtype=float)
            base = np.atleast_1d(np.asarray(made.expected_value, dtype=float))
        # An explainer may stumble anywhere over a model it was not written for; another one is asked then.
        except Exception:  # noqa: BLE001
            return None
    values = found[:, :, None] if found.ndim == 2 else found
    if values.shape[:2] != matrix.shape or values.shape[2] != len(base):
        return None
    summed = np.stack([values[:, place].sum(axis=1) for _, place in model.features], axis=1)
    return _in_unit(model, summed, base, how)


def _in_unit(model: Asked, values: Array, base: Array, how: str) -> Shares | None:
    """With what the sums are: found by comparing them with what the model says."""
    sums = values.sum(axis=1) + base
    prediction, chances = model.ask(model.rows)
    if chances is None:
        return next(
            (
                Shares(values, base, unit, how)
                for unit, said in (("prediction", sums[:, 0]), ("logarithm of the prediction", _exp(sums[:, 0])))
                if _same(said, np.asarray(prediction, dtype=float))
            ),
            None,
        )
    if values.shape[2] == 1 and len(model.classes) == 2:
        if _same(1 / (1 + _exp(-sums[:, 0])), chances[:, 1]):
            return Shares(np.concatenate([-values, values], axis=2), np.append(-base, base), "log-odds", how)
        return None
    if values.shape[2] != chances.shape[1]:
        return None
    if _same(sums, chances):
        return Shares(values, base, "probability", how)
    raised = _exp(sums - sums.max(axis=1, keepdims=True))
    return Shares(values, base, "log-odds", how) if _same(raised / raised.sum(axis=1, keepdims=True), chances) else None


def _exp(values: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(values))


def _same(found: Array, wanted: Array) -> bool:
    spread = max(float(np.ptp(wanted)), 1e-9)
    return bool(np.isfinite(found).all() and np.abs(found - wanted).max() <= TOLERANCE * spread)


def _by_asking(model: Asked, background: int, seed: int) -> Shares:
    """Any model: rows get some of their columns from other rows, and the model is asked.

    What SHAP's kernel explainer exchanges are positions of rows, so that a column is exchanged as a whole, however wide
    its part of the matrix is. Its sums are exact; of more than nine columns, the single shares are estimated.
    """
    import shap

    rows = len(model.truth)
    if rows < 2:
        raise UnfitData("There is only one test row, and none to compare it with.", hint="Look at the split.")
    order = np.random.default_rng(seed).permutation(rows)
    others, told = np.sort(order[: min(background, rows // 2)]), np.arange(min(rows, MOST_ASKED_ROWS))
    width = len(model.features)
    masked = np.repeat(others[:, None], width, axis=1).astype(float)

    def ask(places: Array) -> Array:
        matrix = _composed(model, places.astype(int))
        if model.task == "regression":
            return np.asarray(model.estimator.predict(matrix), dtype=float)
        return np.asarray(model.estimator.predict_proba(matrix), dtype=float)

    with _RANDOM, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = np.random.get_state()
        np.random.seed(seed)
        try:
            explainer = shap.KernelExplainer(ask, masked)
            asked = np.repeat(told[:, None], width, axis=1).astype(float)
            found = np.asarray(explainer.shap_values(asked, nsamples=_samples(width), l1_reg=False, silent=True))
        finally:
            np.random.set_state(before)
    values = found if found.ndim == 3 else found[:, :, None]
    base = np.atleast_1d(np.asarray(explainer.expected_value, dtype=float))
    how = f"SHAP's kernel explainer, with columns of {amount(len(others), 'other test row')}"
    return Shares(values, base, "prediction" if model.task == "regression" else "probability", how)


def _samples(width: int) -> int:
    """All combinations, where there are few."""
    return min(2**width - 2, COMBINATIONS) if width < COMBINATIONS else 2 * width


def _composed(model: Asked, places: Array) -> Any:
    """The matrix of rows that have each column from a row of its own."""
    if isinstance(model.matrix, np.ndarray):
        made = np.empty((len(places), model.matrix.shape[1]), dtype=model.matrix.dtype)
        for nth, (_, place) in enumerate(model.features):
            made[:, place] = model.matrix[places[:, nth], place]
        return made
    from scipy.sparse import hstack

    columns = model.matrix.tocsc()
    return hstack([columns[:, place][places[:, nth]] for nth, (_, place) in enumerate(model.features)], format="csr")


def _strength_plot(model: Asked, strength: Array, shown: list[int], unit: str) -> Plot:
    names = [model.features[nth][0] for nth in shown]
    read = f"{names[0]} moves the {unit} most: by {short(strength[shown[0]])} on average, up or down."
    return bars("Strength of columns", read, names, strength[shown], across=f"mean move of the {unit}")


def _spread_plot(model: Asked, found: Shares, wanted: tuple[int, Any], shown: list[int]) -> Plot:
    place, label = wanted
    rows = np.linspace(0, len(found.values) - 1, min(len(found.values), MOST_POINTS // len(shown))).astype(int)
    names, moves, colours = [], [], []
    for nth in shown:
        name = model.features[nth][0]
        names += [name] * len(rows)
        moves += found.values[rows, nth, place].tolist()
        colours += _ranks(model, name)[rows].tolist()
    of = "" if label is None else f" of {label!r}"
    read = (
        f"Each dot is a row: right of 0 the column raises the {found.unit}{of}, left of it lowers it; the colour says "
        "whether the row's value is low or high among all; what has no order is grey."
    )
    colour: dict[str, Any] = {"colour": plain(colours), "coloured": "value of the column, from low to high"}
    return dots("Moves of single rows", read, moves, names, across=f"{found.unit}{of}", **colour)


def _ranks(model: Asked, name: str) -> Array:
    """Where each row's value stands among all, from 0 to 1; NaN where it has none, or no order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = _shown(model, name)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_boolean(column.type)):
        return np.full(len(column), np.nan)
    values = np.asarray(pc.cast(column, pa.float64(), safe=False).to_numpy())
    levels, ranks = np.unique(values, return_inverse=True)
    return np.where(np.isnan(values), np.nan, ranks / max(len(levels) - 1, 1))


def _shown(model: Asked, name: str) -> Any:
    """The values of a feature as people know them: where the rows begin, if it is there, else as it arrives."""
    return model.rows.column(name) if name in model.rows.column_names else model.arrived.column(name)


def _figures(model: Asked, found: Shares, wanted: list[tuple[int, Any]]) -> Iterator[dict[str, Any]]:
    rows = len(found.values)
    texts = {
        name: [_text(value) for value in _shown(model, name).slice(0, rows).to_pylist()] for name, _ in model.features
    }
    sums = found.sums
    for place, label in wanted:
        for row in range(rows):
            told = {
                "row": int(model.ids[row]),
                "class": None if label is None else str(label),
                "base": float(found.base[place]),
                "answer": float(sums[row, place]),
            }
            for nth, (name, _) in enumerate(model.features):
                yield {**told, "column": name, "value": texts[name][row], "shap": float(found.values[row, nth, place])}


def _text(value: Any) -> str | None:
    if isinstance(value, dict):
        value = next(iter(value.values()))
    return None if value is None else str(value)
