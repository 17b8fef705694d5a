"""A folder that answers by itself: the model, the code that answers, a server, and a proof of two commands."""

import json
import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.serve.exports import elsewhere
from engine.serve.exports.core import copy_core, copy_files, requirements
from engine.serve.exports.export import Export, Source
from engine.serve.exports.proof import Answers, prove
from engine.serve.parity import plain_value
from storage.disk import sha256_of

WHAT = "The bundle"
NEEDS = ("fastapi", "uvicorn")
SYSTEM_NEEDS = {"lightgbm": "libgomp1"}
"""Packages of Debian that a library does not bring along and the slim image of Python does not have."""
ROWS, ANSWERS = "rows.parquet", "answers.parquet"


def write_bundle(source: Source, folder: Path) -> Export:
    """Write the folder, and let it answer in a process of its own.

    Raises
    ------
    ExportRefused
        When it does not run, or answers otherwise than the model.
    """
    place = folder / f"{source.base}_bundle"
    place.mkdir()
    source.tell(0.3, "Writing the folder")
    names = copy_files(source.files, place / "model")
    copy_core(place / "scoring")
    asked = source.questions
    about = {
        "model": source.name,
        "version": source.version,
        "files": {name: sha256_of(place / "model" / name) for name in names},
    }
    (place / "bundle.json").write_text(json.dumps(about, indent=2), encoding="utf-8")
    needed = requirements(source.model, *NEEDS)
    (place / "requirements.txt").write_text("\n".join(needed) + "\n", encoding="utf-8")
    example = {field.name: plain_value(asked.rows.column(field.name)[0].as_py()) for field in source.scorer.fields}
    (place / "example.json").write_text(json.dumps({"records": [example]}, indent=2), encoding="utf-8")
    _write_texts(source, place, needed)
    source.tell(0.6, "Proving that it answers the same")
    pq.write_table(asked.rows, folder / ROWS)
    elsewhere.run("score.py", str(folder / ROWS), str(folder / ANSWERS), folder=place, what=WHAT)
    proof = prove(asked.answers, read_answers(pq.read_table(folder / ANSWERS), asked.answers), WHAT)
    for name in (ROWS, ANSWERS):
        (folder / name).unlink()
    use = f"unzip {place.name}.zip && cd {place.name} && make install && make test\nmake serve"
    return Export(place, proof, use, needed)


def read_answers(table: pa.Table, asked: Answers) -> Answers:
    """The answers of an export, from the table that it wrote: a prediction, and a number for each name."""
    labels = table.column("prediction").to_pylist()
    if asked.names == ("prediction",):
        return Answers(labels, np.array(labels, dtype=np.float64).reshape(-1, 1), asked.names)
    columns = ["score"] if asked.names == ("score",) else [f"probability_{name}" for name in asked.names]
    found = [table.column(name).to_numpy() for name in columns if name in table.column_names]
    return Answers(labels, np.column_stack(found) if found else None, asked.names)


def system_libraries(needed: Sequence[str]) -> str:
    """The line of a Dockerfile that installs what the libraries need of the system; empty where that is nothing."""
    names = {requirement.partition("==")[0].partition("[")[0] for requirement in needed}
    packages = " ".join(package for name, package in SYSTEM_NEEDS.items() if name in names)
    install = "apt-get update && apt-get install --yes --no-install-recommends"
    return f"RUN {install} {packages} && rm -rf /var/lib/apt/lists/*" if packages else ""


def _write_texts(source: Source, place: Path, needed: Sequence[str]) -> None:
    """The files that are the same in every bundle, but for a few words."""
    found = find_spec("engine.serve.exports")
    assert found is not None and found.submodule_search_locations  # noqa: S101, PT018  this very package
    words: dict[str, Any] = {
        "MODEL_NAME": source.name,
        "MODEL_VERSION": source.version,
        "PYTHON_VERSION": f"{sys.version_info.major}.{sys.version_info.minor}",
        "SYSTEM_LIBRARIES\n": f"{system_libraries(needed)}\n".lstrip("\n"),
        "PROVED_ROWS": f"{source.scorer.golden().num_rows:,}",
    }
    for path in sorted((Path(found.submodule_search_locations[0]) / "bundled").iterdir()):
        if not path.is_file():
            continue
        if path.suffix == ".py":
            shutil.copyfile(path, place / path.name)
            continue
        text = path.read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(word, str(value))
        (place / path.name).write_text(text, encoding="utf-8")
