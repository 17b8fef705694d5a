"""Pairs of columns and pairs of tables: the figures are those of SciPy and pandas."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from engine.errors import DataError, UnknownColumn
from engine.profile import Profile, compare, profile, tells_target


def mixed(rows: int = 400, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"n": rng.normal(size=rows).round(1), "g": rng.choice(list("abc"), rows)})
    frame["m"] = frame["n"] ** 3 + rng.normal(size=rows)
    frame["h"] = np.where(rng.random(rows) < 0.7, frame["g"].str.upper(), "Z")
    frame["flag"] = frame["n"] > 0.2
    frame.loc[::6, "m"] = np.nan
    frame.loc[::9, "h"] = None
    return frame


def stored(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


def value(found: Profile, measure: str, left: str, right: str) -> float:
    pairs = {(one.measure, one.left, one.right): one.value for one in found.associations}
    return pairs[measure, left, right]  # type: ignore[index]


def test_spearman_is_that_of_pandas_also_with_ties_and_gaps() -> None:
    frame = mixed()
    expected = frame["n"].corr(frame["m"], method="spearman")
    assert value(profile(stored(frame)), "spearman", "n", "m") == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("left", "right"), [("g", "h"), ("g", "flag"), ("h", "flag")])
def test_cramers_v_is_that_of_scipy(left: str, right: str) -> None:
    frame = mixed()
    expected = stats.contingency.association(pd.crosstab(frame[left], frame[right]).to_numpy(), method="cramer")
    assert value(profile(stored(frame)), "cramers_v", left, right) == pytest.approx(expected, abs=1e-6)


def test_the_correlation_ratio_is_the_root_of_the_variance_between_groups() -> None:
    frame = mixed()[["h", "m"]].dropna()
    within = frame["m"] - frame.groupby("h")["m"].transform("mean")
    expected = (1 - (within**2).sum() / ((frame["m"] - frame["m"].mean()) ** 2).sum()) ** 0.5
    assert value(profile(stored(mixed())), "correlation_ratio", "h", "m") == pytest.approx(expected, abs=1e-6)


def test_what_comes_from_a_sample_says_so_and_is_close() -> None:
    rng = np.random.default_rng(2)
    a = rng.normal(size=60_000)
    found = profile(pa.table({"a": a, "b": a + rng.normal(size=60_000)}))
    assert found.sampled_rows == 25_000
    assert value(found, "spearman", "a", "b") == pytest.approx(6 / np.pi * np.arcsin(0.5 * 2**-0.5), abs=0.02)


def test_columns_are_ranked_by_what_they_tell_of_a_target() -> None:
    frame = mixed()
    frame["answer"] = np.where(frame["flag"], "yes", "no")
    table = stored(frame)
    told = tells_target(table, profile(table).columns, "answer")
    assert told[0].column == "flag"
    assert {one.column: one.tells_all for one in told} == {"flag": True, "n": True, "m": False, "g": False, "h": False}
    with pytest.raises(UnknownColumn):
        tells_target(table, profile(table).columns, "nothing")
    texts = pa.table({"t": [f"text {i}" for i in range(90)] * 2, "n": range(180)})
    with pytest.raises(DataError, match="neither a number nor a category"):
        tells_target(texts, profile(texts).columns, "t")


def test_the_distance_of_two_columns_is_that_of_kolmogorov_and_smirnov() -> None:
    rng = np.random.default_rng(3)
    left, right = rng.normal(size=900), rng.normal(0.4, 1.2, size=700)
    (found,) = compare(pa.table({"x": left}), pa.table({"x": right})).columns
    assert found.ks == pytest.approx(stats.ks_2samp(left, right).statistic)
    cuts = np.quantile(left, np.linspace(0, 1, 11)[1:-1])
    shares = [np.bincount(np.searchsorted(cuts, side), minlength=10) / len(side) for side in (left, right)]
    assert found.psi == pytest.approx(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum(), abs=0.02)
    assert found.change in ("some", "much")


SHIFTED: list[tuple[Any, Any, str, str]] = [
    (["a", "b"] * 50, ["a", "b"] * 50, "none", "x is as it was."),
    (["a"] * 90 + ["b"] * 10, ["a"] * 10 + ["b"] * 90, "much", "“a” went from 90.0 % to 10.0 %"),
    ([1.0] * 50 + [2.0] * 50, [1.0] * 50 + [None] * 50, "much", "0.0 % were missing, now 50.0 %"),
    ([1, 2], ["1", "2"], "type", "x was numeric and is text."),
    (pa.nulls(5, pa.float64()), [1.0] * 5, "much", "100.0 % were missing, now 0.0 %"),
    (pa.array([], pa.float64()), [1.0] * 5, "much", "100.0 % were missing, now 0.0 %"),
    ([True, False] * 9, [True, True] * 9, "much", "went from 50.0 % to 100.0 %"),
]


@pytest.mark.parametrize(("left", "right", "change", "sentence"), SHIFTED)
def test_what_has_moved_is_said_in_a_sentence(left: Any, right: Any, change: str, sentence: str) -> None:
    (found,) = compare(pa.table({"x": left}), pa.table({"x": right})).columns
    assert found.change == change
    assert sentence in found.sentence


def test_columns_that_came_or_went_come_first() -> None:
    found = compare(pa.table({"a": [1, 2], "b": [1, 2]}), pa.table({"b": [1, 2], "c": [1, 2]}))
    assert [(one.column, one.change) for one in found.columns] == [("a", "removed"), ("c", "added"), ("b", "none")]
