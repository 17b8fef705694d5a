"""Asks a model folder as MLflow would, without MLflow: python ask.py FOLDER rows.parquet answers.parquet."""

import sys
from pathlib import Path

import pandas as pd

folder, rows, answers = map(Path, sys.argv[1:])
sys.path.insert(0, str(folder / "code"))

from canvasback_model import _load_pyfunc  # type: ignore[import-not-found]  # noqa: E402  the folder has to be found first

_load_pyfunc(str(folder / "data")).predict(pd.read_parquet(rows)).to_parquet(answers)
