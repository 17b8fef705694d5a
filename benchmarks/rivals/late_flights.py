"""pandas and scikit-learn on the late flights, from the same CSV files; and one record through the same pipeline.

The preparation and the model are those of ``examples/nycflights_late.yaml``.
"""

import argparse
import statistics
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from benchmarks.report import measured, tell, timed

RECORDS = 200
TEXT = ["carrier", "origin", "dest", "manufacturer"]
NUMBERS = [
    *("month", "day", "sched_dep_time", "sched_arr_time", "distance", "hour"),
    *("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"),
    *("year_plane", "engines", "seats"),
]


def flights(folder: Path) -> pd.DataFrame:
    """The joined table with the target `late`."""
    table = pd.read_csv(folder / "flights.csv")
    table = table[table.arr_delay.notna()]
    weather = pd.read_csv(folder / "weather.csv").drop(columns=["year", "month", "day", "hour"])
    table = table.merge(weather, on=["origin", "time_hour"], how="left")
    table = table.merge(pd.read_csv(folder / "planes.csv"), on="tailnum", how="left", suffixes=("", "_plane"))
    table["late"] = table.arr_delay > 15
    return table


def prepared() -> Any:
    """Impute, encode, boost."""
    preparation = make_column_transformer(
        (SimpleImputer(strategy="median"), NUMBERS),
        (OneHotEncoder(max_categories=41, handle_unknown="infrequent_if_exist", sparse_output=False), TEXT),
    )
    return make_pipeline(preparation, HistGradientBoostingClassifier(random_state=0))


def run(folder: Path) -> float:
    """Train on 80 %, score on 20 %."""
    table = flights(folder)
    train, test = train_test_split(table, test_size=0.2, stratify=table.late, random_state=7)
    model = prepared().fit(train[NUMBERS + TEXT], train.late)
    return float(roc_auc_score(test.late, model.predict_proba(test[NUMBERS + TEXT])[:, 1]))


def record() -> float:
    """Median seconds of one row through a model that learned from a few: what it costs does not depend on how many."""
    table = small_table()
    model = prepared().fit(table, [i % 3 == 0 for i in range(len(table))])
    return statistics.median(timed(model.predict_proba, table.head(1))[1] for _ in range(RECORDS))


def small_table() -> pd.DataFrame:
    """Rows of the same shape."""
    rows = 2_000
    table = pd.DataFrame({name: [(i * (k + 3)) % 97 / 7 for i in range(rows)] for k, name in enumerate(NUMBERS)})
    for k, name in enumerate(TEXT):
        table[name] = [f"{name} {(i * (k + 1)) % 25}" for i in range(rows)]
    return table


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["run", "record"])
    parser.add_argument("folder", type=Path, nargs="?")
    asked = parser.parse_args()
    if asked.what == "record":
        tell(seconds=record())
    else:
        area, seconds = measured(run, asked.folder)
        tell(seconds=seconds, roc_auc=area)
