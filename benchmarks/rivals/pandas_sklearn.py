"""pandas and scikit-learn: read, filter, derive, then a ColumnTransformer; with gradient boosting for the whole run."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from benchmarks.report import matrix_facts, measured, tell

NUMBERS = ["age", "amount", "duration", "balance", "rate", "visits", "score", "ratio"]
TEXTS = ["region", "product", "channel", "segment"]


def read(path: Path, dtype: str) -> pd.DataFrame:
    """The rows that count, with the derived column."""
    table = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    table = table[table["visits"] > 1].copy()
    table["ratio"] = table["amount"] / table["duration"]
    # Parquet's missing texts come as None, which the imputer would take for a value.
    table[TEXTS] = table[TEXTS].fillna(np.nan)
    return table if dtype == "float64" else table.astype(dict.fromkeys(NUMBERS, dtype))


def preparation(dtype: str) -> Any:
    """Impute, scale, one-hot."""
    numbers = make_pipeline(SimpleImputer(strategy="mean"), StandardScaler())
    texts = make_pipeline(
        SimpleImputer(strategy="most_frequent"),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.dtype(dtype).type),
    )
    return make_column_transformer((numbers, NUMBERS), (texts, TEXTS))


def to_matrix(path: Path, dtype: str) -> Any:
    """The matrix of shape (n_rows, 65)."""
    return preparation(dtype).fit_transform(read(path, dtype))


def whole_run(path: Path) -> float:
    """Train on 80 %, score on 20 %."""
    table = read(path, "float64")
    train, test = train_test_split(table, test_size=0.2, stratify=table["churned"], random_state=7)
    model = make_pipeline(preparation("float64"), HistGradientBoostingClassifier(random_state=0))
    model.fit(train, train["churned"])
    return float(roc_auc_score(test["churned"], model.predict_proba(test)[:, 1]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["matrix", "run"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--dtype", default="float64")
    asked = parser.parse_args()
    if asked.what == "run":
        area, seconds = measured(whole_run, asked.path)
        tell(seconds=seconds, roc_auc=area)
    else:
        matrix, seconds = measured(to_matrix, asked.path, asked.dtype)
        tell(seconds=seconds, **matrix_facts(matrix))
