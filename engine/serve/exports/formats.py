"""The formats that a model leaves in, in words; what writes them is in a file each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Name = Literal["skops", "onnx", "mlflow", "bundle"]


@dataclass(frozen=True)
class Format:
    """One format.

    Parameters
    ----------
    title
        As people call it.
    about
        What it is for.
    needs
        What has to be there to use it.
    """

    title: str
    about: str
    needs: str


FORMATS: Mapping[Name, Format] = {
    "skops": Format(
        "scikit-learn pipeline",
        "One file that plain scikit-learn loads: what the preparation learned, then the model. "
        "Nothing of Canvasback is in it.",
        "scikit-learn, skops and pandas",
    ),
    "onnx": Format(
        "ONNX",
        "One file for any language and device that runs ONNX; answers a row in well under a millisecond.",
        "ONNX Runtime",
    ),
    "mlflow": Format(
        "MLflow model",
        "A folder for MLflow's server and registry, and for the platforms that take its models. Holds any model.",
        "MLflow and the libraries that the folder lists",
    ),
    "bundle": Format(
        "Bundle",
        "A folder that answers by itself: the model, its code, a server, a Dockerfile and a self-test. "
        "Holds any model.",
        "Python and the libraries that the folder lists, or Docker",
    ),
}
