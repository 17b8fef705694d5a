"""Libraries that not every installation has, and what brings them."""

import importlib
import importlib.metadata
import importlib.util
from dataclasses import dataclass


@dataclass(frozen=True)
class Library:
    """A library that a part of the product needs.

    Parameters
    ----------
    name
        As people know it.
    module
        What is imported.
    install
        What pip is asked for.
    """

    name: str
    module: str
    install: str

    @property
    def is_there(self) -> bool:
        """Whether it is installed; nothing is imported to find out."""
        return importlib.util.find_spec(self.module) is not None

    @property
    def version(self) -> str:
        """Which version is installed."""
        found = getattr(importlib.import_module(self.module), "__version__", None)
        return str(found or importlib.metadata.version(self.module))

    @property
    def hint(self) -> str:
        """What to do where it is missing."""
        return f'Install it with: pip install "{self.install}"'


SPARK = Library("Spark", "pyspark", "canvasback[spark]")
XGBOOST = Library("XGBoost", "xgboost", "canvasback[boosters]")
LIGHTGBM = Library("LightGBM", "lightgbm", "canvasback[boosters]")
IMBALANCED_LEARN = Library("imbalanced-learn", "imblearn", "canvasback[balance]")
KMEDOIDS = Library("kmedoids", "kmedoids", "canvasback[clusters]")
STATSFORECAST = Library("StatsForecast", "statsforecast", "canvasback[forecast]")
OPTUNA = Library("Optuna", "optuna", "canvasback[tune]")
SHAP = Library("SHAP", "shap", "canvasback[explain]")
ONNX = Library("ONNX", "skl2onnx", "canvasback[onnx]")
ONNX_RUNTIME = Library("ONNX Runtime", "onnxruntime", "canvasback[onnx]")
