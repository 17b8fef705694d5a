"""The contest of AutoML is fair: the same rows for both sides, and a difference is told from chance."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import real_tables
from benchmarks.contests.automl import difference


def test_both_sides_get_the_same_rows_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(real_tables.FOLDER, raising=False)
    assert len(real_tables.tables()) == 5  # without the folder, too
    first, second = (real_tables.write("breast cancer", tmp_path / name, 300) for name in ("a", "b"))
    rows = pd.read_parquet(first)
    assert rows.equals(pd.read_parquet(second))
    assert rows["part"].value_counts().to_dict() == {"train": 240, "test": 60}
    shares = rows.groupby("part")["y"].mean()
    assert abs(shares["train"] - shares["test"]) < 0.01  # the classes are in equal shares


@pytest.mark.slow
def test_a_difference_comes_with_how_far_chance_would_move_it(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    truth = random.normal(size=400)
    good, better = truth + random.normal(size=400), truth + 0.2 * random.normal(size=400)
    for name, said in {"good": good, "better": better}.items():
        np.savez(tmp_path / f"{name}.npz", truth=truth, said=said)
    low, high = difference("r2", tmp_path / "better.npz", tmp_path / "good.npz")
    assert 0 < low < high
    level = difference("r2", tmp_path / "good.npz", tmp_path / "good.npz")
    assert level == (0, 0)
    np.savez(tmp_path / "other.npz", truth=truth[::-1], said=good)
    with pytest.raises(ValueError, match="different rows"):
        difference("r2", tmp_path / "good.npz", tmp_path / "other.npz")
