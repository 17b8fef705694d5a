"""Environments of the rivals that cannot share ours, made once, outside the repository."""

import os
import subprocess
import sys
from pathlib import Path

PACKAGES = {
    "orange": "Orange3==3.40.0",
    "flowfile": "Flowfile==0.23.3",
    "flaml": "FLAML==2.6.0",
    "mlflow": "mlflow==3.17.2",
}
BESIDE = {
    "flaml": ("lightgbm==4.7.0", "xgboost-cpu==2.1.4", "scikit-learn==1.7.2", "pandas==2.3.3", "pyarrow==25.0.0"),
    "mlflow": ("scikit-learn==1.9.1",),
}
"""What a rival needs and does not bring; FLAML's own extra would bring the GPU libraries of XGBoost."""


class CannotInstall(Exception):
    """A rival that is not to be had here; says why."""


def python_of(rival: str, folder: Path) -> Path:
    """The interpreter of a rival's environment.

    Raises
    ------
    CannotInstall
    """
    environment = folder / "environments" / rival
    python = environment / "bin" / "python"
    ready = environment / PACKAGES[rival]
    if not ready.exists():
        uv = str(Path(sys.executable).with_name("uv"))
        _call([uv, "venv", "-q", "--clear", "--python", sys.executable, str(environment)])
        _call(
            [uv, "pip", "install", "-q", "--compile-bytecode", PACKAGES[rival], *BESIDE.get(rival, ())],
            VIRTUAL_ENV=str(environment),
        )
        ready.touch()
    return python


def _call(arguments: list[str], **environment: str) -> None:
    try:
        done = subprocess.run(arguments, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    except OSError as error:
        raise CannotInstall(str(error)) from error
    if done.returncode:
        raise CannotInstall((done.stderr.strip().splitlines() or ["uv failed"])[-1])
