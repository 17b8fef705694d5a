"""Drift is measured as scipy and scikit-learn would, found where it is planted, and nowhere else."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.monitor import observed
from engine.monitor.domain import tell_apart
from engine.monitor.drift import LEAST_ROWS, MISSING, OTHERS, SIGNIFICANCE, Drift, drift_of
from engine.monitor.fields import watched
from engine.monitor.observed import observe
from engine.monitor.reference import references

Compare = Callable[[pa.Table, pa.Table], Drift]
COUNTRIES = ("at", "de", "it", "ch")


def rows_of(random: np.random.Generator, rows: int = 3_000, **changed: Any) -> pa.Table:
    """Rows as a model would see them: numbers, few whole numbers, a moment, categories, a flag, an id."""
    amount = random.lognormal(3, 1, rows)
    columns: dict[str, Any] = {
        "amount": pa.array(amount, mask=random.random(rows) < 0.05),
        "calls": random.poisson(1.3, rows),
        "is_new": random.random(rows) < 0.3,
        "country": pa.array(random.choice(COUNTRIES, rows, p=[0.5, 0.3, 0.15, 0.05]), mask=random.random(rows) < 0.02),
        "when": np.datetime64("2026-01-01", "us") + random.integers(0, 9_000_000, rows) * np.timedelta64(1, "s"),
        "code": [f"X{number:07d}" for number in random.integers(0, 9_999_999, rows)],
    }
    return pa.table({**columns, **changed})


@pytest.fixture
def compare(tmp_path: Path) -> Iterator[Compare]:
    with closing(DuckDBBackend(Limits(512, 2), [], tmp_path)) as backend:

        def drift(then: pa.Table, now: pa.Table) -> Drift:
            left, right = backend.register(then), backend.register(now)
            known = references(left, watched(dict(left.schema().items())), backend)
            return drift_of(known, *observe(right, known, backend))

        yield drift


def test_a_window_read_a_column_at_a_time_says_the_same(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    then, now = rows_of(random), rows_of(random, 1_700)
    at_once = compare(then, now)
    monkeypatch.setattr(observed, "CELLS", 1)
    assert compare(then, now) == at_once


def test_every_number_is_what_scipy_says(compare: Compare) -> None:
    random = np.random.default_rng(1)
    then = rows_of(random)
    now = rows_of(random, 1_700, amount=pa.array(random.lognormal(3.2, 1, 1_700), mask=random.random(1_700) < 0.15))
    left, right = then.to_pandas(), now.to_pandas()
    found = {field.column: field for field in compare(then, now).fields}

    amount = found["amount"]
    expected = stats.ks_2samp(left["amount"].dropna(), right["amount"].dropna(), method="asymp")
    assert (amount.statistic, amount.chance) == pytest.approx((expected.statistic, expected.pvalue))
    cuts = np.quantile(left["amount"].dropna(), np.linspace(0.1, 0.9, 9), method="inverted_cdf")
    shares = [
        pd.cut(side["amount"], [-np.inf, *cuts, np.inf]).value_counts(normalize=False, sort=False, dropna=False)
        / len(side)
        for side in (left, right)
    ]
    assert amount.psi == pytest.approx(sum((b - a) * np.log(b / a) for a, b in zip(*shares, strict=True)), abs=1e-6)
    assert amount.js == pytest.approx(jensenshannon(*shares, base=2), abs=1e-6)
    assert amount.missing == pytest.approx((left["amount"].isna().mean(), right["amount"].isna().mean()))
    assert amount.mean == pytest.approx((left["amount"].mean(), right["amount"].mean()))
    assert amount.quantiles[1] == pytest.approx(right["amount"].quantile([0.05, 0.25, 0.5, 0.75, 0.95]))
    gaps = [[side["amount"].isna().sum(), side["amount"].notna().sum()] for side in (left, right)]
    assert amount.missing_chance == pytest.approx(stats.chi2_contingency(gaps, correction=False).pvalue)

    calls = stats.ks_2samp(left["calls"], right["calls"], method="asymp")  # many ties
    assert (found["calls"].statistic, found["calls"].chance) == pytest.approx((calls.statistic, calls.pvalue))
    country = [side["country"].fillna(MISSING).value_counts().sort_index() for side in (left, right)]
    chi2 = stats.chi2_contingency(country, correction=False)
    assert (found["country"].statistic, found["country"].chance) == pytest.approx((chi2.statistic, chi2.pvalue))
    when = stats.ks_2samp(left["when"].astype("int64"), right["when"].astype("int64"), method="asymp")
    assert found["when"].statistic == pytest.approx(when.statistic)
    for field in found.values():
        assert sum(field.left) == pytest.approx(1 if field.kind == "category" else 1 - field.missing[0])
        assert sum(field.right) == pytest.approx(1 if field.kind == "category" else 1 - field.missing[1])


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("amount", lambda random, rows: pa.array(random.lognormal(3.9, 1, rows)), "its mean went from"),
        (
            "amount",
            lambda random, rows: pa.array(random.lognormal(3, 1, rows), mask=random.random(rows) < 0.4),
            "missing",
        ),
        ("calls", lambda random, rows: random.poisson(2.5, rows), "its mean went from"),
        ("is_new", lambda random, rows: random.random(rows) < 0.7, "“true” went from|“false” went from"),
        ("country", lambda random, rows: random.choice(["at", "fr", "es"], rows, p=[0.5, 0.3, 0.2]), "“fr”"),
        ("when", lambda random, rows: np.full(rows, np.datetime64("2026-06-01", "us")), "values lie elsewhere"),
    ],
)
def test_what_drifts_is_named_first_and_alone(name: str, change: Any, words: str, compare: Compare) -> None:
    random = np.random.default_rng(5)
    then, rows = rows_of(random), 800
    drift = compare(then, rows_of(random, rows, **{name: change(random, rows)}))
    assert [field.column for field in drift.drifting] == [name] == [drift.fields[0].column]
    assert re.search(words, drift.fields[0].sentence)


def test_each_of_a_few_whole_numbers_has_a_bar_of_its_own(compare: Compare) -> None:
    random = np.random.default_rng(11)
    then, now = ([1] * 600 + [2] * 300 + [4] * 100, [1] * 100 + [2] * 100 + [4] * 800)
    drift = compare(pa.table({"stars": random.permutation(then)}), pa.table({"stars": random.permutation(now)}))
    (field,) = drift.fields
    assert (field.left, field.right) == (pytest.approx((0.6, 0.3, 0.1)), pytest.approx((0.1, 0.1, 0.8)))


def test_new_categories_are_told_with_their_rows(compare: Compare) -> None:
    random = np.random.default_rng(6)
    country = ["fr"] * 40 + ["es"] * 3 + random.choice(COUNTRIES, 957, p=[0.5, 0.3, 0.15, 0.05]).tolist()
    field = next(it for it in compare(rows_of(random), rows_of(random, 1_000, country=country)).fields if it.has_new)
    assert (field.column, field.new, field.new_rows) == ("country", (("fr", 40), ("es", 3)), 43)
    assert OTHERS in field.labels


@pytest.mark.slow
def test_nothing_drifts_where_nothing_has_changed_at_the_stated_rate(compare: Compare) -> None:
    """One in a hundred windows may cry; of 150 quiet ones, five or more would do so once in fifty times."""
    cried = 0
    for seed in range(150):
        random = np.random.default_rng(1_000 + seed)
        drift = compare(rows_of(random, 1_000), rows_of(random, (LEAST_ROWS, 300, 1_000)[seed % 3]))
        cried += bool(drift.drifting)
    assert cried <= stats.binom.ppf(0.98, 150, SIGNIFICANCE)


def test_too_few_rows_say_nothing(compare: Compare) -> None:
    random = np.random.default_rng(7)
    drift = compare(rows_of(random), rows_of(random, LEAST_ROWS - 1, calls=[50] * (LEAST_ROWS - 1)))
    assert not drift.is_enough
    assert not drift.drifting
    assert {field.severity for field in drift.fields} == {"unknown"}
    assert "too few rows" in drift.fields[0].sentence


@pytest.mark.parametrize(
    "odd",
    [
        {"amount": pa.nulls(500, pa.float64())},
        {"amount": [float("inf"), float("-inf"), float("nan"), 0.0, -0.0] * 100},
        {"country": [None, "", 'it\'s "odd"', "ü" * 300, "a\nb"] * 100},
        {"calls": ["3"] * 500},
    ],
)
def test_odd_values_are_counted_not_stumbled_over(odd: dict[str, Any], compare: Compare) -> None:
    random = np.random.default_rng(8)
    then, now = rows_of(random, 500), rows_of(random, 500, **odd)
    for one, other in ((then, now), (now, then)):
        if "calls" in odd and one is now:
            continue  # a reference of texts is a field of categories
        drift = compare(one, other)
        assert all(np.isfinite([field.psi, field.js, field.corrected]).all() for field in drift.fields)


def test_a_classifier_tells_what_no_single_field_shows(tmp_path: Path) -> None:
    random = np.random.default_rng(9)
    x = random.normal(size=(4_000, 3))
    then = pa.table({"a": x[:2_000, 0], "b": x[:2_000, 1], "c": x[:2_000, 2]})
    same = pa.table({"a": x[2_000:, 0], "b": x[2_000:, 1], "c": x[2_000:, 2]})
    together = pa.table({"a": x[2_000:, 0], "b": 0.9 * x[2_000:, 0] + 0.436 * x[2_000:, 1], "c": x[2_000:, 2]})
    with closing(DuckDBBackend(Limits(512, 2), [], tmp_path)) as backend:
        fields = watched({name: ibis.dtype("float64") for name in "abc"})
        quiet = tell_apart((backend.register(then), backend.register(same)), fields, backend)
        moved = tell_apart((backend.register(then), backend.register(together)), fields, backend)
    assert quiet is not None
    assert moved is not None
    assert quiet.low <= 0.5 <= quiet.high
    assert not quiet.tells_apart
    assert moved.tells_apart
    assert {name for name, _ in moved.fields[:2]} == {"a", "b"}
