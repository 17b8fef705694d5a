"""How groups and outliers that were found without a target look: metrics, and the data of plots."""

import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from components.base import Grouped
from components.evaluate.intervals import LEAST_ROWS, LEVEL
from components.evaluate.pictures import Plot, bars, percent, short
from components.evaluate.weighted import weightings

QUANTILES: Mapping[str, float] = {"score_median": 0.5, "score_p90": 0.9, "score_p99": 0.99, "score_max": 1.0}
"""Which quantiles of the scores are told, by their names."""
MOST_GROUPS, MOST_PROFILED, MOST_COLUMNS, POINTS = 30, 12, 15, 1_000
NOISE = -1
RESAMPLES = 1_000

Array = np.ndarray[Any, Any]


def group_scores(g: Grouped, apart: Array | None = None) -> dict[str, float]:
    """The metrics of groups or outliers.

    Parameters
    ----------
    apart
        The `silhouettes`, where they are known already.

    Returns
    -------
    dict
        For clusters ``silhouette``, ``davies_bouldin`` and ``calinski_harabasz`` (of a sample of the rows, those
        without a cluster left out; not where there are fewer than two clusters or a row each), ``clusters``, and
        ``noise``, the share of rows without a cluster. For anomalies ``flagged``, their share, and quantiles of the
        score.
    """
    if g.task == "anomaly":
        return {"flagged": _share(g, is_in=lambda answer: answer is True), **g.quantiles}
    counts = {
        "clusters": float(sum(group.answer != NOISE for group in g.groups)),
        "noise": _share(g, is_in=lambda answer: answer == NOISE),
    }
    return {**_separation(g, silhouettes(g) if apart is None else apart), **counts}


def silhouettes(g: Grouped) -> Array:
    """How much nearer each sampled row is to its own cluster than to the next one: from -1 to 1.

    Source: `sklearn.metrics.silhouette_samples`.

    Returns
    -------
    ndarray of shape (n_sample,)
        NaN for rows without a cluster, and for all where there are fewer than two clusters or a row each.
    """
    from sklearn import metrics

    found = np.full(len(g.answers), np.nan)
    inside = _inside(g)
    labels = np.asarray(g.answers)[inside]
    if g.task == "clustering" and 2 <= len(np.unique(labels)) < len(labels):
        found[inside] = metrics.silhouette_samples(np.asarray(g.matrix)[inside], labels)
    return found


def group_intervals(g: Grouped, apart: Array) -> dict[str, Any]:
    """A bootstrap interval of the mean silhouette, the clusters as they are; empty where there is none."""
    known = apart[np.isfinite(apart)]
    if len(known) < LEAST_ROWS:
        return {}
    draws = np.concatenate([known @ drawn / len(known) for drawn in weightings(len(known), RESAMPLES, seed=0)])
    span = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
    return {"level": LEVEL, "resamples": RESAMPLES, "rows": len(known), "of": {"silhouette": span}}


def group_plots(g: Grouped, bins: int = 10, apart: Array | None = None) -> dict[str, Any]:
    """Every plot that these groups allow, by name.

    Returns
    -------
    dict
        ``group_sizes``, ``group_profile``, ``projection``, for clusters ``silhouettes`` and, for anomalies,
        ``score_histogram``.
    """
    found: dict[str, Any] = {"group_sizes": group_sizes(g), "projection": projection(g)}
    apart = silhouettes(g) if apart is None else apart
    if np.isfinite(apart).any():
        found["silhouettes"] = silhouettes_by_group(g, apart)
    if len(g.groups) > 1 and g.columns:
        found["group_profile"] = group_profile(g)
    if g.scores is not None:
        counts, edges = np.histogram(g.scores, bins=bins)
        found["score_histogram"] = {"counts": counts.tolist(), "edges": edges.tolist()}
    return found


def group_sizes(g: Grouped) -> dict[str, Any]:
    """The rows of each group, the largest first; what comes after the first 30 is one number."""
    ordered = sorted(g.groups, key=lambda group: -group.rows)
    shown = ordered[:MOST_GROUPS]
    return {
        "groups": [group_name(g, group.answer) for group in shown],
        "rows": [group.rows for group in shown],
        "more_groups": len(ordered) - len(shown),
        "more_rows": sum(group.rows for group in ordered[MOST_GROUPS:]),
    }


def silhouettes_by_group(g: Grouped, apart: Array) -> Plot:
    """The mean silhouette of each of the largest clusters, with what the middle 80 % of its rows have."""
    answers = np.asarray(g.answers)
    ordered = [group.answer for group in sorted(g.groups, key=lambda group: -group.rows)]
    values = {a: apart[(answers == a) & np.isfinite(apart)] for a in ordered[:MOST_GROUPS] if a != NOISE}
    there = {group_name(g, answer): found for answer, found in values.items() if len(found)}
    means = {name: float(found.mean()) for name, found in there.items()}
    low, high = ([float(np.quantile(found, share)) for found in there.values()] for share in (0.1, 0.9))
    worst = min(means, key=means.__getitem__)
    astray = percent(float((there[worst] < 0).mean()))
    read = (
        f"1 is far from every other cluster, 0 on the border: cluster {worst} is the least apart, with "
        f"{short(means[worst])}, and {astray} of its rows lie nearer to another one. Whiskers hold the middle 80 % of "
        "the rows."
    )
    title = "Silhouette of each cluster"
    return bars(title, read, means, means.values(), across="mean silhouette", low=low, high=high)


def group_profile(g: Grouped) -> dict[str, Any]:
    """How the largest groups differ from all rows, in the columns in which they differ most.

    Returns
    -------
    dict
        ``groups``; ``columns``; ``overall``, the mean over all rows; ``means`` by group (lines) and column; and
        ``differences``, the same less the overall mean, in standard deviations over all rows.
    """
    groups = sorted(g.groups, key=lambda group: -group.rows)[:MOST_PROFILED]
    means = np.array([group.means for group in groups], dtype=float)
    spread, overall = np.array(g.spreads, dtype=float), np.array(g.means, dtype=float)
    varies = np.where(np.nan_to_num(spread) > 0, spread, np.nan)
    differences = (means - overall) / varies
    weights = np.array([group.rows for group in groups], dtype=float)[:, None]
    telling = (np.nan_to_num(differences) ** 2 * weights).sum(axis=0)
    kept = np.argsort(-telling, kind="stable")[:MOST_COLUMNS]
    return {
        "groups": [group_name(g, group.answer) for group in groups],
        "columns": [g.columns[place] for place in kept],
        "overall": _plain(overall[kept]),
        "means": [_plain(line) for line in means[:, kept]],
        "differences": [_plain(line) for line in differences[:, kept]],
    }


def projection(g: Grouped) -> dict[str, Any]:
    """A sample of the rows in the plane in which they vary most, as the model sees them: at most 1,000.

    Source: `sklearn.decomposition.PCA`; a missing number stands at the mean of its column.

    Returns
    -------
    dict
        ``x``, ``y``, ``group`` for each row, and ``explained``: the share of the variance along x and y.
    """
    from sklearn.decomposition import PCA

    matrix = np.asarray(g.matrix, dtype=float)[:POINTS]
    known = np.isfinite(matrix)
    means = np.where(known, matrix, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, matrix, means)
    axes = min(2, *filled.shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rows that are all alike have no variance to share
        pca = PCA(axes, svd_solver="full").fit(filled)
        places = np.zeros((len(filled), 2))
        places[:, :axes] = pca.transform(filled)
    return {
        "x": [_rounded(value) for value in places[:, 0]],
        "y": [_rounded(value) for value in places[:, 1]],
        "group": [group_name(g, answer) for answer in np.asarray(g.answers)[:POINTS].tolist()],
        "explained": [float(np.nan_to_num(share)) for share in pca.explained_variance_ratio_],
    }


def group_name(g: Grouped, answer: Any) -> str:
    """What people call the rows with an answer."""
    if g.task == "anomaly":
        return "flagged" if answer else "ordinary"
    return "no cluster" if answer == NOISE else str(answer)


def _separation(g: Grouped, apart: Array) -> dict[str, float]:
    from sklearn import metrics

    known = np.isfinite(apart)
    if not known.any():
        return {}
    matrix, labels = np.asarray(g.matrix)[known], np.asarray(g.answers)[known]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {
            "silhouette": apart[known].mean(),
            "davies_bouldin": metrics.davies_bouldin_score(matrix, labels),
            "calinski_harabasz": metrics.calinski_harabasz_score(matrix, labels),
        }
    return {name: float(value) for name, value in found.items() if math.isfinite(value)}


def _inside(g: Grouped) -> Array:
    """Which sampled rows belong to a cluster."""
    return np.asarray(np.asarray(g.answers) != NOISE)


def _share(g: Grouped, is_in: Any) -> float:
    return sum(group.rows for group in g.groups if is_in(group.answer)) / max(g.rows, 1)


def _plain(values: Array) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in values]


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
