"""Clusters and strange rows in words, and how far clusters are apart."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn import metrics
from sklearn.datasets import load_iris

from components.base import Group, Grouped
from components.evaluate.evaluate import describe
from components.evaluate.profiles import profiles, traits

ROWS = 600


@pytest.fixture(scope="module")
def customers() -> pa.Table:
    rng = np.random.default_rng(4)
    is_old = np.arange(ROWS) < ROWS // 3
    return pa.table(
        {
            "id": np.arange(ROWS),
            "name": [f"n{i}" for i in range(ROWS)],
            "age": np.where(is_old, rng.normal(67, 4, ROWS), rng.normal(40, 6, ROWS)),
            "charges": rng.normal(60, 10, ROWS),
            "contract": np.where(rng.random(ROWS) < np.where(is_old, 0.9, 0.1), "two-year", "monthly"),
            "joined": np.datetime64("2020-01-01") + np.where(is_old, 0, 900).astype("timedelta64[D]"),
            "paid": pa.array(
                [None if gap else bool(yes) for gap, yes in (rng.random((ROWS, 2)) < (0.1, 0.5)).tolist()]
            ),
        }
    )


def grouped(seen: pa.Table, answers: np.ndarray, task: str = "clustering", **more: object) -> Grouped:
    values, counts = np.unique(answers, return_counts=True)
    groups = tuple(Group(value, int(count), ()) for value, count in zip(values.tolist(), counts, strict=True))
    matrix = np.random.default_rng(0).normal(size=(len(answers), 2)) + 5 * np.asarray(answers)[:, None]
    return Grouped(task, groups, (), (), (), matrix, answers, seen=seen, seen_answers=answers, **more)  # type: ignore


def test_a_cluster_is_told_by_the_columns_in_which_it_differs(customers: pa.Table) -> None:
    answers = (np.arange(ROWS) >= ROWS // 3).astype(int)
    young, old = profiles(grouped(customers, answers))
    assert old.startswith("Cluster 0 (33.3 %): ")
    assert "very high age (median 67, of all rows 44" in old
    assert "mostly contract two-year (89" in old
    assert "early joined (median 2020-01-01, of all rows 2022-06-19)" in old
    assert young.startswith("Cluster 1 (66.7 %): ")
    assert "low age" in young
    for told in (young, old):
        assert not {"name", "charges", "paid", " id"} & set(told.replace("(", " ").split())


def test_what_differs_by_chance_is_no_trait(customers: pa.Table) -> None:
    random = np.random.default_rng(1)
    for _ in range(20):
        assert traits(customers, random.random(ROWS) < 0.05) == []
    assert profiles(grouped(customers, random.integers(0, 2, ROWS)))[0].endswith("much like all rows.")


def test_strange_rows_are_told_by_what_is_far_out_on_either_side(customers: pa.Table) -> None:
    charges = np.asarray(customers["charges"]).copy()
    is_odd = np.arange(ROWS) % 30 == 0
    charges[is_odd] = np.where(np.arange(is_odd.sum()) % 2, 500, -380)
    table = customers.set_column(3, "charges", pa.array(charges))
    told = profiles(grouped(table, is_odd, "anomaly", scores=charges))
    assert len(told) == 1
    assert told[0].startswith("What the 20 flagged rows have in common: far-out charges, high or low (100.0 % outside")
    nobody = grouped(table, np.zeros(ROWS, bool), "anomaly", scores=charges, seen_scores=np.abs(charges - 60))
    assert profiles(nobody)[0].startswith("What the 12 strangest rows have in common: far-out charges")


def test_values_of_every_kind_are_looked_at() -> None:
    rows = pa.table(
        {
            "empty": pa.nulls(100, pa.string()),
            "nan": np.full(100, np.nan),
            "list": pa.array([[1]] * 100),
            "inf": np.where(np.arange(100) < 50, np.inf, 1.0),
            "same": ["x"] * 100,
            "gap": pa.array([None if i < 50 else "there" for i in range(100)]),
        }
    )
    assert [trait.words for trait in traits(rows, np.arange(100) < 50)] == [
        "always gap missing (100.0 %, of all rows 50.0 %)"
    ]


def test_silhouettes_of_clusters_are_scikit_learns() -> None:
    x, y = load_iris(return_X_y=True)
    groups = tuple(Group(k, 50, tuple(x[y == k].mean(axis=0))) for k in range(3))
    known = tuple(x.mean(axis=0)), tuple(x.std(axis=0))
    report = describe(Grouped("clustering", groups, tuple("abcd"), *known, x, y))
    assert report["metrics"]["silhouette"] == pytest.approx(metrics.silhouette_score(x, y))
    low, high = report["intervals"]["of"]["silhouette"]
    assert low < report["metrics"]["silhouette"] < high
    samples = metrics.silhouette_samples(x, y)
    plot = report["plots"]["silhouettes"]
    assert plot["values"] == pytest.approx([samples[y == int(name)].mean() for name in plot["names"]])
    assert "is the least apart" in plot["read"]
