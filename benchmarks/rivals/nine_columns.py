"""The model that every server answers with: nine columns, imputed, scaled, one-hot, gradient boosting."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["age", "amount", "duration", "balance", "rate", "visits"]
TEXTS = ["region", "product", "channel"]
RECORD: dict[str, Any] = {
    "age": 44.0,
    "amount": 120.5,
    "duration": 12.0,
    "balance": 1500.25,
    "rate": 0.31,
    "visits": 6.0,
    "region": "region 1",
    "product": "product 3",
    "channel": "channel 0",
}


def trained(path: Path) -> Any:
    """A pipeline fitted to the rows of a Parquet file."""
    table = pd.read_parquet(path)
    table[TEXTS] = table[TEXTS].astype(object).where(table[TEXTS].notna(), np.nan)
    numbers = make_pipeline(SimpleImputer(strategy="mean"), StandardScaler())
    texts = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    )
    model = make_pipeline(
        make_column_transformer((numbers, NUMBERS), (texts, TEXTS)), HistGradientBoostingClassifier(random_state=0)
    )
    return model.fit(table[NUMBERS + TEXTS], table["churned"])
