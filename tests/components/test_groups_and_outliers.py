"""Models without a target say what scikit-learn says, under numbers that stay, and say it of any row."""

import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import kmedoids
import numpy as np
import pytest
from pydantic import ValidationError
from sklearn import cluster, covariance, ensemble, mixture, neighbors, svm
from sklearn.datasets import make_blobs

from components.base import Clusterer, Detector, Grouped, Unsupervised
from components.base.evaluation import Group
from components.catalog import catalog
from components.clusters import birch, dbscan
from components.clusters.hdbscan import parting
from components.clusters.numbering import numbering, renumbered
from components.errors import UnfitData
from components.evaluate.groups import group_plots, group_scores

KINDS: dict[str, Any] = {key: kind for key, kind in catalog().items() if issubclass(kind, Unsupervised)}
CLUSTERERS = [key for key, kind in KINDS.items() if issubclass(kind, Clusterer)]
DETECTORS = [key for key, kind in KINDS.items() if issubclass(kind, Detector)]

BLOBS, _ = make_blobs(120, centers=[[0, 0], [5, 5], [-5, 6], [6, -4]], cluster_std=0.7, random_state=1)
ROWS = np.vstack([BLOBS, np.random.default_rng(0).uniform(-9, 9, (12, 2))])
NEW = np.random.default_rng(1).uniform(-9, 9, (80, 2))

CASES: list[tuple[str, dict[str, Any], Callable[[], Any]]] = [
    ("k_means", {"n_clusters": 4}, lambda: cluster.KMeans(4, random_state=0)),
    (
        "k_means",
        {"n_clusters": 5, "init": "random", "n_init": 3, "algorithm": "elkan", "seed": 2},
        lambda: cluster.KMeans(5, init="random", n_init=3, algorithm="elkan", random_state=2),
    ),
    ("mini_batch_k_means", {"n_clusters": 3}, lambda: cluster.MiniBatchKMeans(3, random_state=0)),
    ("k_medoids", {"n_clusters": 4}, lambda: kmedoids.KMedoids(4, metric="euclidean", random_state=0)),
    (
        "k_medoids",
        {"n_clusters": 3, "metric": "manhattan", "method": "pam", "init": "build"},
        lambda: kmedoids.KMedoids(3, metric="manhattan", method="pam", init="build", random_state=0),
    ),
    ("gaussian_mixture", {"n_components": 4}, lambda: mixture.GaussianMixture(4, random_state=0)),
    *(
        (
            "gaussian_mixture",
            {"n_components": 4, "covariance_type": kind},
            lambda kind=kind: mixture.GaussianMixture(4, covariance_type=kind, random_state=0),
        )
        for kind in ("tied", "diag", "spherical")
    ),
    ("dbscan", {"eps": 0.9}, lambda: cluster.DBSCAN(0.9)),
    (
        "dbscan",
        {"eps": 1.2, "min_samples": 9, "metric": "manhattan"},
        lambda: cluster.DBSCAN(1.2, min_samples=9, metric="manhattan"),
    ),
    ("dbscan", {"eps": 0.001}, lambda: cluster.DBSCAN(0.001)),
    ("hdbscan", {}, lambda: cluster.HDBSCAN(copy=True)),
    (
        "hdbscan",
        {"min_cluster_size": 12, "min_samples": 3, "cluster_selection_method": "leaf", "alpha": 1.3},
        lambda: cluster.HDBSCAN(12, min_samples=3, cluster_selection_method="leaf", alpha=1.3, copy=True),
    ),
    (
        "hdbscan",
        {"min_cluster_size": 40, "allow_single_cluster": True},
        lambda: cluster.HDBSCAN(40, allow_single_cluster=True, copy=True),
    ),
    ("optics", {"min_samples": 8}, lambda: cluster.OPTICS(min_samples=8)),
    (
        "optics",
        {"cluster_method": "dbscan", "eps": 1.0, "max_eps": 2.0, "min_samples": 0.05},
        lambda: cluster.OPTICS(cluster_method="dbscan", eps=1.0, max_eps=2.0, min_samples=0.05),
    ),
    ("mean_shift", {"bandwidth": 2.0}, lambda: cluster.MeanShift(bandwidth=2.0)),
    (
        "mean_shift",
        {"bin_seeding": True, "cluster_all": False, "min_bin_freq": 2},
        lambda: cluster.MeanShift(bin_seeding=True, cluster_all=False, min_bin_freq=2),
    ),
    ("affinity_propagation", {"damping": 0.8}, lambda: cluster.AffinityPropagation(damping=0.8, random_state=0)),
    (
        "affinity_propagation",
        {"preference": -60.0},
        lambda: cluster.AffinityPropagation(preference=-60.0, random_state=0),
    ),
    ("birch", {"n_clusters": 4}, lambda: cluster.Birch(n_clusters=4)),
    (
        "birch",
        {"n_clusters": None, "threshold": 2.0, "branching_factor": 4},
        lambda: cluster.Birch(n_clusters=None, threshold=2.0, branching_factor=4),
    ),
    ("agglomerative", {"n_clusters": 4}, lambda: cluster.AgglomerativeClustering(4)),
    (
        "agglomerative",
        {"n_clusters": None, "distance_threshold": 3.0, "linkage": "average", "metric": "chebyshev"},
        lambda: cluster.AgglomerativeClustering(None, distance_threshold=3.0, linkage="average", metric="chebyshev"),
    ),
    (
        "spectral",
        {"n_clusters": 4, "affinity": "nearest_neighbors", "n_neighbors": 12},
        lambda: cluster.SpectralClustering(4, affinity="nearest_neighbors", n_neighbors=12, random_state=0),
    ),
    (
        "spectral",
        {"n_clusters": 3, "gamma": 0.1, "assign_labels": "cluster_qr"},
        lambda: cluster.SpectralClustering(3, gamma=0.1, assign_labels="cluster_qr", random_state=0),
    ),
    ("isolation_forest", {"n_estimators": 12}, lambda: ensemble.IsolationForest(n_estimators=12, random_state=0)),
    (
        "isolation_forest",
        {"n_estimators": 9, "contamination": 0.1, "max_samples": 0.5, "bootstrap": True, "seed": 3},
        lambda: ensemble.IsolationForest(
            n_estimators=9, contamination=0.1, max_samples=0.5, bootstrap=True, random_state=3
        ),
    ),
    ("one_class_svm", {"nu": 0.1}, lambda: svm.OneClassSVM(nu=0.1)),
    (
        "one_class_svm",
        {"nu": 0.2, "kernel": "poly", "degree": 2, "coef0": 1.0, "gamma": 0.3},
        lambda: svm.OneClassSVM(nu=0.2, kernel="poly", degree=2, coef0=1.0, gamma=0.3),
    ),
    ("elliptic_envelope", {}, lambda: covariance.EllipticEnvelope(random_state=0)),
    (
        "elliptic_envelope",
        {"contamination": 0.05, "support_fraction": 0.8, "assume_centered": True},
        lambda: covariance.EllipticEnvelope(
            contamination=0.05, support_fraction=0.8, assume_centered=True, random_state=0
        ),
    ),
]
IDS = [f"{key}-{number}" for number, (key, _, _) in enumerate(CASES)]


def model(key: str, **params: Any) -> Any:
    kind = KINDS[key]
    return kind(kind.params_type().model_validate({"features": ["a", "b"], **params}))


@cache
def example(key: str) -> tuple[Any, Any]:
    """A model with its example params, and what it learned."""
    made = model(key, **{name: value for name, value in KINDS[key].spec.example.items() if name != "features"})
    return made, made.fit(ROWS)


def same_groups(left: Any, right: Any) -> bool:
    """Whether two labellings differ in their numbers only; -1 is no number."""
    pairs = set(zip(left.tolist(), right.tolist(), strict=True))
    as_many = len(pairs) == len(set(left.tolist())) == len(set(right.tolist()))
    return as_many and ((left == -1) == (right == -1)).all()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("key", "params", "theirs"), CASES, ids=IDS)
def test_what_is_said_of_a_row_is_what_scikit_learn_says(
    key: str, params: dict[str, Any], theirs: Callable[[], Any]
) -> None:
    made, fitted = model(key, **params), theirs().fit(ROWS)
    learned = made.fit(ROWS)
    old, new = made.answer(learned, ROWS), made.answer(learned, NEW)
    if made.task == "anomaly":
        assert np.allclose(old["anomaly_score"], -fitted.decision_function(ROWS), atol=1e-9)
        for answers, rows in ((old, ROWS), (new, NEW)):
            assert (answers["anomaly"] == (fitted.predict(rows) == -1)).all()
        return
    ours = old["cluster"]
    wanted = np.asarray(fitted.labels_ if hasattr(fitted, "labels_") else fitted.predict(ROWS), dtype=np.int64)
    # scikit-learn's gives every new row a cluster even without `cluster_all`; that of kmedoids gives the middle row.
    if hasattr(fitted, "predict") and key != "k_medoids" and params.get("cluster_all") is not False:
        ours, wanted = np.append(ours, new["cluster"]), np.append(wanted, fitted.predict(NEW).astype(np.int64))
    assert same_groups(ours, wanted)


def test_a_local_outlier_factor_is_that_of_fit_predict_for_learned_rows_and_of_novelty_for_others() -> None:
    made = model("local_outlier_factor", n_neighbors=7, contamination=0.1)
    learned = made.fit(ROWS)
    plain = neighbors.LocalOutlierFactor(7, contamination=0.1)
    assert (made.answer(learned, ROWS)["anomaly"] == (plain.fit_predict(ROWS) == -1)).all()
    assert np.allclose(
        made.answer(learned, ROWS)["anomaly_score"], plain.offset_ - plain.negative_outlier_factor_, atol=1e-9
    )
    novelty = neighbors.LocalOutlierFactor(7, contamination=0.1, novelty=True).fit(ROWS)
    assert np.allclose(made.answer(learned, NEW)["anomaly_score"], -novelty.decision_function(NEW))


# What every model without a target promises


@pytest.mark.parametrize("key", KINDS)
def test_it_is_saved_with_no_types_beyond_its_list_and_answers_the_same_bytes(key: str, tmp_path: Path) -> None:
    import skops.io

    made, learned = example(key)
    path = tmp_path / made.file
    made.save(learned, path)
    assert set(skops.io.get_untrusted_types(file=path)) <= set(made.trusted_types)
    loaded, rows = made.load(path), np.vstack([ROWS, NEW])
    again = made.fit(ROWS)
    for name, answers in made.answer(learned, rows).items():
        assert answers.tobytes() == made.answer(loaded, rows)[name].tobytes()
        assert answers.tobytes() == made.answer(again, rows)[name].tobytes()
        one_by_one = np.concatenate([made.answer(loaded, row[None])[name] for row in rows[-20:]])
        assert np.allclose(one_by_one, answers[-20:], atol=1e-9)


@pytest.mark.parametrize("key", KINDS)
def test_it_adds_what_it_says_it_adds(key: str) -> None:
    made, learned = example(key)
    answers = made.answer(learned, NEW)
    assert {name: dtype.to_numpy() for name, dtype in made.adds.items()} == {n: a.dtype for n, a in answers.items()}
    assert set(made.answers.values()) == set(made.adds)


@pytest.mark.parametrize("key", KINDS)
def test_its_params_are_those_of_its_library_with_its_defaults(key: str) -> None:
    other = {"gaussian_mixture": {"n_components"}, "k_medoids": {"metric"}, "optics": {"metric"}}
    other["local_outlier_factor"] = {"metric"}  # minkowski of power 2 is euclidean
    made = model(key)
    estimator = made.build()
    defaults = inspect.signature(type(estimator)).parameters
    own = set(made.params_type().model_fields) - {"features", "seed"}
    assert own <= set(defaults)
    for name in own - other.get(key, set()):
        wanted = defaults[name].default
        assert wanted is inspect.Parameter.empty or estimator.get_params()[name] == wanted, name


@pytest.mark.parametrize("key", CLUSTERERS)
def test_clusters_are_numbered_by_size(key: str) -> None:
    made, learned = example(key)
    sizes = np.bincount(found[found >= 0]) if (found := made.answer(learned, ROWS)["cluster"]).max() >= 0 else []
    assert list(sizes) == sorted(sizes, reverse=True)


def test_clusters_of_one_size_are_numbered_by_their_centres_and_empty_ones_come_last() -> None:
    rows = np.array([[3.0, 1], [1, 5], [1, 2], [9, 9], [9, 9]])
    labels = np.array([4, 0, 2, 1, 1])
    numbers = numbering(labels, rows, 6)
    assert renumbered(labels, numbers).tolist() == [3, 2, 1, 0, 0]
    assert sorted(numbers.tolist()) == list(range(6))
    assert renumbered(np.array([-1, -1]), numbering(np.array([-1, -1]), rows[:2])).tolist() == [-1, -1]


@pytest.mark.parametrize("key", [key for key in KINDS if KINDS[key].takes_missing])
def test_one_that_takes_missing_values_does(key: str) -> None:
    made = model(key)
    gaps = ROWS.copy()
    gaps[::5, 0] = np.nan
    assert np.isfinite(made.answer(made.fit(gaps), gaps)["anomaly_score"]).all()


# Rows that were not there


def test_dbscan_gives_a_new_row_the_nearest_core_row_within_eps_and_noise_beyond() -> None:
    line = np.array([[float(i), 0.0] for i in range(10)] + [[100.0, 0.0]])
    made = model("dbscan", eps=1.5, min_samples=3)
    learned = made.fit(line)
    asked = np.array([[4.2, 0.5], [9.4, 0.0], [10.4, 0.0], [99.0, 0.0], [100.0, 0.0], [-0.0, 0.0]])
    # The last row of the line is no core row: 10.4 is near to it, and too far from the row before.
    assert made.answer(learned, asked)["cluster"].tolist() == [0, 0, -1, -1, -1, 0]


@pytest.mark.parametrize(
    ("key", "params", "between"), [("hdbscan", {}, 0), ("optics", {"min_samples": 20}, -1)], ids=["hdbscan", "optics"]
)
def test_a_new_row_joins_a_cluster_only_where_it_is_near_enough(key: str, params: Any, between: int) -> None:
    random = np.random.default_rng(3)
    two = np.vstack([random.normal(size=(60, 2)), random.normal(size=(50, 2)) + 20])
    made = model(key, **params)
    asked = np.array([[0.01, 0.02], [20.02, 20.01], [10.0, 10.0], [500.0, 0.0]])
    # For HDBSCAN a cluster goes on to where it parts from the other; for OPTICS, as far as its own rows are reached.
    assert made.answer(made.fit(two), asked)["cluster"].tolist() == [0, 1, between, -1]


def test_hdbscan_parts_clusters_where_their_branches_join() -> None:
    tree = np.array(
        [(0, 1, 1.0), (2, 3, 1.5), (5, 4, 2.0), (7, 6, 9.0)],
        dtype=[("left_node", int), ("right_node", int), ("value", float)],
    )
    assert parting(tree, np.array([0, 0, 1, 1, -1])) == [2.0, 9.0]
    assert parting(tree, np.array([0, 0, 1, 1, 0])) == [9.0, 9.0]
    assert parting(tree, np.zeros(5, dtype=int)) == [9.0]
    assert parting(tree, np.full(5, -1)) == []


@pytest.mark.parametrize("key", ["dbscan", "hdbscan", "optics", "agglomerative", "spectral"])
def test_a_learned_row_keeps_its_cluster_whatever_is_nearest(key: str) -> None:
    made, learned = example(key)
    together = made.answer(learned, ROWS)["cluster"]
    alone = np.concatenate([made.answer(learned, row[None] + 0.0)["cluster"] for row in ROWS])
    assert (alone == together).all()


# Refusals


@pytest.mark.parametrize("key", [key for key in KINDS if KINDS[key].most_rows is not None])
def test_more_rows_than_it_can_learn_from_are_refused_in_plain_words(key: str) -> None:
    made = model(key)
    with pytest.raises(UnfitData, match=r"learns from at most .* rows, but there are") as caught:
        made.fit(np.zeros((made.most_rows + 1, 2)))
    assert "sample rows" in caught.value.hint


def test_what_would_take_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbscan, "MOST_NEIGHBOURS", 1_000)
    with pytest.raises(UnfitData, match="others on average") as caught:
        model("dbscan", eps=50.0).fit(ROWS)
    assert caught.value.field == "eps"
    model("dbscan", eps=0.01).fit(ROWS)
    monkeypatch.setattr(birch, "MOST_SUBCLUSTERS", 10)
    with pytest.raises(UnfitData, match="small clusters, too many to be joined"):
        model("birch", threshold=0.1).fit(ROWS)


@pytest.mark.parametrize(
    ("key", "params", "rows", "error"),
    [
        ("k_means", {"n_clusters": 8}, 3, ValueError),
        ("k_medoids", {"n_clusters": 3}, 3, ValueError),
        ("spectral", {"affinity": "nearest_neighbors"}, 5, UnfitData),
        ("elliptic_envelope", {}, 3, UnfitData),
    ],
)
def test_too_few_rows_are_refused(key: str, params: dict[str, Any], rows: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        model(key, **params).fit(ROWS[:rows])


@pytest.mark.parametrize(
    ("key", "params"),
    [
        ("agglomerative", {"n_clusters": 3, "distance_threshold": 1.0}),
        ("agglomerative", {"n_clusters": None}),
        ("agglomerative", {"metric": "manhattan"}),
        ("dbscan", {"eps": 0}),
        ("affinity_propagation", {"damping": 1.0}),
        ("isolation_forest", {"contamination": 0.6}),
        ("optics", {"min_samples": 1.5}),
    ],
)
def test_settings_that_do_not_fit_are_refused(key: str, params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model(key, **params)


# What is told of groups


def grouped(labels: Any, matrix: Any, **more: Any) -> Grouped:
    groups = [Group(label, int((labels == label).sum()), tuple(matrix[labels == label].mean(axis=0))) for label in
              np.unique(labels).tolist()]  # fmt: skip
    task = more.pop("task", "clustering")
    means, spreads = tuple(matrix.mean(axis=0)), tuple(matrix.std(axis=0))
    return Grouped(task, tuple(groups), ("a", "b"), means, spreads, matrix, labels, **more)


def test_groups_are_scored_and_drawn() -> None:
    from sklearn import metrics

    labels = cluster.DBSCAN(0.9).fit_predict(ROWS)
    inside, told = labels >= 0, grouped(labels, ROWS)
    scores, plots = group_scores(told), group_plots(told)
    assert scores["silhouette"] == metrics.silhouette_score(ROWS[inside], labels[inside])
    assert scores["clusters"] == labels.max() + 1
    assert scores["noise"] == (labels == -1).mean()
    assert sum(plots["group_sizes"]["rows"]) == len(ROWS)
    assert "no cluster" in plots["group_sizes"]["groups"]
    profile = plots["group_profile"]
    place, column = profile["groups"].index("0"), profile["columns"].index("b")
    wanted = (ROWS[labels == 0, 1].mean() - ROWS[:, 1].mean()) / ROWS[:, 1].std()
    assert profile["differences"][place][column] == pytest.approx(wanted)
    assert len(plots["projection"]["x"]) == len(ROWS)
    assert sum(plots["projection"]["explained"]) == pytest.approx(1.0)


@pytest.mark.parametrize("rows", [1, 2])
def test_what_cannot_be_scored_is_left_out(rows: int) -> None:
    told = grouped(np.zeros(rows, dtype=int), np.full((rows, 2), 3.0))
    assert group_scores(told) == {"clusters": 1.0, "noise": 0.0}
    assert group_plots(told)["projection"]["explained"] == [0.0] * rows


def test_outliers_are_counted_and_their_scores_drawn() -> None:
    flagged = ROWS[:, 0] > 6
    told = grouped(flagged, ROWS, task="anomaly", scores=ROWS[:, 0] - 6, quantiles={"score_max": 1.0})
    assert group_scores(told) == {"flagged": flagged.mean(), "score_max": 1.0}
    plots = group_plots(told)
    assert sum(plots["score_histogram"]["counts"]) == len(ROWS)
    assert set(plots["projection"]["group"]) == {"flagged", "ordinary"}
