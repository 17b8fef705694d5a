"""Asks a pipeline as anybody would who has scikit-learn: python ask.py FILE rows.parquet answers.parquet TASK.

Whatever would import this product fails, so that the file is known to need nothing of it.
"""

import json
import sys
from pathlib import Path
from typing import Any

for product in ("engine", "components", "storage", "ui"):
    sys.modules[product] = None  # type: ignore[assignment]

import numpy as np  # noqa: E402  what is named above is out of reach first
import pandas as pd  # noqa: E402
import skops.io  # noqa: E402

file, rows, answers, task = sys.argv[1:]
model = skops.io.load(file, trusted=json.loads(Path("trusted.json").read_text()))
frame = pd.read_parquet(rows)
told: dict[str, Any] = {}
if task == "anomaly":
    told["score"] = -np.asarray(model.decision_function(frame), dtype=float).ravel()
    told["prediction"] = told["score"] > 0
else:
    told["prediction"] = model.predict(frame)
if task == "classification":
    chances = model.predict_proba(frame)
    told |= {f"probability_{label}": chances[:, place] for place, label in enumerate(model.classes_)}
pd.DataFrame(told).to_parquet(answers)
