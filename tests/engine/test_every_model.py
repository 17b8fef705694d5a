"""Every model goes all the way: trained in a run, saved, loaded and asked as an endpoint asks it."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from components.base import Estimator, Wrapper
from components.catalog import catalog
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from tests.engine.running import Bench, draw

ROWS = 120
TABLE = pa.table(
    {
        "size": [float(i % 20) for i in range(ROWS)],
        "share": [(i * 37 % 101) / 101 for i in range(ROWS)],
        "colour": [("red", "green", "blue")[i % 3] for i in range(ROWS)],
        "class": [("low", "middle", "high")[i % 20 // 7] for i in range(ROWS)],
        "number": [i % 20 * 2.5 + i % 3 for i in range(ROWS)],
    }
)


@pytest.mark.slow
@pytest.mark.parametrize(("task", "target"), [("classification", "class"), ("regression", "number")])
def test_every_model_is_trained_saved_and_served_as_it_answered(tmp_path: Path, task: str, target: str) -> None:
    bench = Bench(tmp_path)
    bench.store("d", TABLE)
    kinds = [kind for kind in catalog().values() if issubclass(kind, Estimator) and not issubclass(kind, Wrapper)]
    models = [kind for kind in kinds if kind.task == task and kind.spec.category.startswith("models/")]
    there = [kind for kind in models if all(library.is_there for library in kind.spec.requires)]
    nodes: dict[str, Any] = {kind.spec.key: (kind.spec.key, settings(kind, target)) for kind in there}
    nodes |= {
        "d": ("dataset", {"dataset": "d"}),
        "drop": ("drop_columns", {"columns": ["number" if target == "class" else "class"]}),
        "split": ("split_random", {"test": 0.3}),
        "hot": ("encode_one_hot", {"columns": ["colour"]}),
    }
    ran = bench.run(draw(nodes, "d -> drop -> split -> hot", *(f"hot -> {kind.spec.key}" for kind in there)))
    for kind in there:
        folder = ran.folder(kind.spec.key)
        scorer = load_scorer({name: folder / name for name in ran.model(kind.spec.key)["files"]})
        assert check_parity(scorer).rows == ROWS


def settings(kind: type[Estimator[Any]], target: str) -> dict[str, Any]:
    """Its example over the table here, and balanced classes where it can."""
    balanced = {"class_weight": "balanced"} if "class_weight" in kind.params_type().model_fields else {}
    return {**kind.spec.example, **balanced, "target": target, "features": "all"}
