"""The model of this folder, loaded by the code that trained it."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "scoring"))

from engine.serve.scorer import Scorer, load_scorer  # noqa: E402  the folder "scoring" has to be found first

ABOUT: dict[str, Any] = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))


def load_model() -> Scorer:
    """The scorer, once each file of the model is what it was when it was exported."""
    files = {name: HERE / "model" / name for name in ABOUT["files"]}
    for name, path in files.items():
        if hashlib.sha256(path.read_bytes()).hexdigest() != ABOUT["files"][name]:
            sys.exit(f"model/{name} is damaged: it is not the file that was exported. Unpack the bundle again.")
    return load_scorer(files)
