"""A model folder as MLflow defines it, written without MLflow: its ``python_function`` flavor.

Source: *MLflow Models*, the storage format (``MLmodel``, ``conda.yaml``, ``python_env.yaml``, ``requirements.txt``).
"""

import json
import platform
import shutil
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow.parquet as pq
import yaml

from engine.serve.exports import elsewhere
from engine.serve.exports.bundle import ANSWERS, ROWS, read_answers
from engine.serve.exports.core import copy_core, copy_files, requirements
from engine.serve.exports.export import Export, Source
from engine.serve.exports.proof import prove
from engine.serve.fields import Field
from engine.serve.parity import plain_value

WHAT = "The MLflow model"
MLFLOW = "3.17.2"
"""The version whose format this is, and that its answers were tried with."""
LOOSER = {"pyarrow": "pyarrow>=20"}
"""What MLflow wants in an older version than is installed here; any that the product itself takes will do."""
CODE, DATA, LOADER = "code", "data", "canvasback_model"
SERVED = "serving_input_example.json"
TYPES = {"integer": "long", "number": "double", "text": "string", "boolean": "boolean"}
"""Dates and times travel as text: MLflow would read them in a zone of its own."""


def write_mlflow(source: Source, folder: Path) -> Export:
    """Write the folder, and ask it in a process of its own.

    Raises
    ------
    ExportRefused
        When it does not run, or answers otherwise than the model.
    """
    place = folder / f"{source.base}_mlflow"
    place.mkdir()
    source.tell(0.3, "Writing the folder")
    names = copy_files(source.files, place / DATA)
    (place / DATA / "files.json").write_text(json.dumps(names), encoding="utf-8")
    copy_core(place / CODE)
    own = _own_files()
    shutil.copyfile(own / f"{LOADER}.py", place / CODE / f"{LOADER}.py")
    needed = [LOOSER.get(line.partition("==")[0], line) for line in requirements(source.model)]
    _write_environment(place, needed)
    _write_example(source, place)
    (place / "MLmodel").write_text(_yaml(_described(source)), encoding="utf-8")
    source.tell(0.6, "Proving that it answers the same")
    pq.write_table(source.questions.rows, folder / ROWS)
    elsewhere.run(
        str(own / "ask.py"), str(place), str(folder / ROWS), str(folder / ANSWERS), folder=place, what=WHAT
    )  # fmt: skip
    proof = prove(
        source.questions.answers, read_answers(pq.read_table(folder / ANSWERS), source.questions.answers), WHAT
    )
    for name in (ROWS, ANSWERS):
        (folder / name).unlink()
    use = f"unzip {place.name}.zip\nmlflow models serve --model-uri {place.name} --port 5001"
    return Export(place, proof, use, ["mlflow", *needed])


def _described(source: Source) -> dict[str, Any]:
    version = platform.python_version()
    now = datetime.now(UTC)
    fields = source.scorer.fields
    answers = [{"type": _answer_type(source), "name": "prediction", "required": True}]
    numbers = [f"probability_{label}" for label in source.model.classes]
    numbers += ["score"] if source.model.task == "anomaly" else []
    answers += [{"type": "double", "name": name, "required": True} for name in numbers]
    return {
        "flavors": {
            "python_function": {
                "loader_module": LOADER,
                "code": CODE,
                "data": DATA,
                "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
                "python_version": version,
            }
        },
        "metadata": {"made_by": "Canvasback", "model": source.name, "version": source.version},
        "mlflow_version": MLFLOW,
        "model_uuid": uuid4().hex,
        "saved_input_example_info": {
            "artifact_path": "input_example.json",
            "pandas_orient": "split",
            "serving_input_path": SERVED,
            "type": "dataframe",
        },
        "signature": {
            "inputs": json.dumps([_column(field) for field in fields]),
            "outputs": json.dumps(answers),
            "params": None,
        },
        "utc_time_created": f"{now:%Y-%m-%d %H:%M:%S.%f}",
    }


def _column(field: Field) -> dict[str, Any]:
    # pandas, and so MLflow, holds whole numbers with gaps as decimal ones.
    kind = TYPES.get(field.family, "string")
    kind = "double" if kind == "long" and field.nullable else kind
    return {"type": kind, "name": field.name, "required": not field.nullable}


def _answer_type(source: Source) -> str:
    if source.model.task == "regression":
        return "double"
    labels = source.questions.answers.labels
    kinds = {bool: "boolean", int: "long", float: "double"}
    return kinds.get(type(labels[0]), "string")


def _write_environment(place: Path, needed: list[str]) -> None:
    version = platform.python_version()
    everything = [f"mlflow=={MLFLOW}", *needed]
    (place / "requirements.txt").write_text("\n".join(everything) + "\n", encoding="utf-8")
    built = {"python": version, "build_dependencies": ["pip"], "dependencies": ["-r requirements.txt"]}
    (place / "python_env.yaml").write_text(_yaml(built), encoding="utf-8")
    conda = {
        "name": "mlflow-env",
        "channels": ["conda-forge"],
        "dependencies": [f"python={version}", "pip", {"pip": everything}],
    }
    (place / "conda.yaml").write_text(_yaml(conda), encoding="utf-8")


def _write_example(source: Source, place: Path) -> None:
    rows = source.questions.rows.slice(0, 5)
    names = [field.name for field in source.scorer.fields]
    values = [[plain_value(row[name]) for name in names] for row in rows.select(names).to_pylist()]
    split = {"columns": names, "data": values}
    (place / "input_example.json").write_text(json.dumps(split), encoding="utf-8")
    (place / SERVED).write_text(json.dumps({"dataframe_split": split}), encoding="utf-8")


def _yaml(document: Any) -> str:
    return yaml.safe_dump(document, sort_keys=True, allow_unicode=True)


def _own_files() -> Path:
    found = find_spec("engine.serve.exports")
    assert found is not None and found.submodule_search_locations  # noqa: S101, PT018  this very package
    return Path(found.submodule_search_locations[0]) / "for_mlflow"
