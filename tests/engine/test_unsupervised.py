from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from components.base import Unsupervised
from components.catalog import catalog
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer, respond
from tests.engine.running import Bench, Ran, draw

KINDS: dict[str, Any] = {key: kind for key, kind in catalog().items() if issubclass(kind, Unsupervised)}


def table(rows: int = 150) -> pa.Table:
    random = np.random.default_rng(0)
    place = np.arange(rows) % 3
    return pa.table(
        {
            "x": place * 6.0 + random.normal(size=rows),
            "y": np.where(place == 1, 8.0, 0.0) + random.normal(size=rows),
            "flag": pa.array((place == 2).tolist()),
            "colour": [("red", "green", "blue")[p] for p in place],
            "target": [("low", "high")[int(p > 0)] for p in place],
        }
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    bench = Bench(tmp_path_factory.mktemp("groups"))
    bench.store("d", table())
    nodes: dict[str, Any] = {
        key: (key, {**kind.spec.example, "features": {"select": "all", "except": ["target"]}})
        for key, kind in KINDS.items()
    }
    nodes |= {"d": ("dataset", {"dataset": "d"}), "hot": ("encode_one_hot", {"columns": ["colour"]})}
    nodes |= {f"ev_{key}": "evaluate" for key in KINDS}
    return bench.run(draw(nodes, "d -> hot", *(f"hot -> {key} -> ev_{key}.model" for key in KINDS)))


@pytest.mark.parametrize("key", KINDS)
def test_x(ran: Ran, key: str) -> None:
    folder = ran.folder(key)
    scorer = load_scorer({name: folder / name for name in ran.model(key)["files"]})
    assert check_parity(scorer).rows == 150
    print(key, ran.model(key)["metrics"], ran.results[key].rows_out, ran.model(key)["rows"])
    print(respond(scorer, {"records": [{"x": 1.0, "y": 2.0, "flag": True, "colour": "red"}]}, "m", 1))
    print(ran.results[f"ev_{key}"].report["metrics"])
