"""A model as a scikit-learn pipeline in a skops file: no code of this product, and no pickle."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from engine.errors import ExportRefused
from engine.serve.exports import elsewhere
from engine.serve.exports.bundle import ANSWERS, ROWS, read_answers
from engine.serve.exports.export import Export, Source
from engine.serve.exports.plain.pipeline import plain_pipeline
from engine.serve.exports.proof import prove

WHAT = "The scikit-learn pipeline"
TRUSTED = ("sklearn.", "numpy.", "xgboost.", "lightgbm.", "collections.OrderedDict")
"""What a file may hold beyond what skops trusts by itself."""


def write_skops(source: Source, folder: Path) -> Export:
    """Write the file, and ask it in a process that knows nothing of this product.

    Raises
    ------
    ExportRefused
        Naming the node that has no form in plain scikit-learn; or when the file answers otherwise than the model.
    """
    import skops.io

    source.tell(0.3, "Writing the preparation as scikit-learn")
    pipeline = plain_pipeline(source)
    path = folder / f"{source.base}.skops"
    with _named_once():
        skops.io.dump(pipeline, path, compression=8)
    trusted = sorted(skops.io.get_untrusted_types(file=path))
    check_types(trusted)
    source.tell(0.6, "Proving that it answers the same")
    proof = prove(source.questions.answers, _asked(source, path, trusted, folder), WHAT)
    libraries = ["scikit-learn", "skops", "pandas"]
    libraries += [name for name in ("xgboost", "lightgbm") if any(kind.startswith(f"{name}.") for kind in trusted)]
    needs = [f"{name}=={version('xgboost-cpu' if name == 'xgboost' else name)}" for name in libraries]
    return Export(path, proof, _use(path.name, trusted, source), needs)


@contextmanager
def _named_once() -> Iterator[None]:
    """NumPy's functions do not know their module, and skops looks through all that are loaded for it, every time.

    Remembered, a pipeline of some hundred functions is written within a second instead of minutes.
    """
    from skops.io import _utils

    searched = _utils.whichmodule
    found: dict[tuple[int, str], str] = {}

    def remembered(thing: Any, name: str) -> str:
        key = (id(thing), name)
        if not isinstance(thing, np.ufunc):
            return str(searched(thing, name))
        if key not in found:
            found[key] = "numpy" if getattr(np, name, None) is thing else str(searched(thing, name))
        return found[key]

    _utils.whichmodule = remembered
    try:
        yield
    finally:
        _utils.whichmodule = searched


def check_types(names: list[str]) -> None:
    """Refuse a file with types of other libraries.

    Raises
    ------
    ExportRefused
    """
    strange = next((name for name in names if not name.startswith(TRUSTED)), None)
    if strange is not None:
        raise ExportRefused(
            f"This model is made of {strange}, which plain scikit-learn does not have.",
            hint="Export the bundle or the MLflow model instead: they hold any model.",
        )


def _asked(source: Source, path: Path, trusted: list[str], folder: Path) -> Any:
    found = find_spec("engine.serve.exports")
    assert found is not None and found.submodule_search_locations  # noqa: S101, PT018  this very package
    alone = folder / "alone"
    alone.mkdir()
    shutil.copyfile(Path(found.submodule_search_locations[0]) / "for_skops" / "ask.py", alone / "ask.py")
    (alone / "trusted.json").write_text(json.dumps(trusted))
    pq.write_table(source.questions.rows, alone / ROWS)
    elsewhere.run("ask.py", str(path), ROWS, ANSWERS, source.model.task, folder=alone, what=WHAT)
    answers = read_answers(pq.read_table(alone / ANSWERS), source.questions.answers)
    shutil.rmtree(alone)
    return answers


def _use(name: str, trusted: list[str], source: Source) -> str:
    """The lines of Python that use the file."""
    fields = ", ".join(repr(field.name) for field in source.scorer.fields)
    asked = "predict_proba" if source.model.task == "classification" else "predict"
    return (
        "import skops.io\n"
        f'model = skops.io.load("{name}", trusted={json.dumps(trusted)})\n'
        f"model.{asked}(frame)  # a pandas frame with the columns {fields}"
    )
