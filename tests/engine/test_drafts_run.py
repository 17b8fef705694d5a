"""What is drawn for somebody runs, and is better than guessing."""

from pathlib import Path

import pyarrow as pa
import pytest

from components.sources.samples import INVENTED
from engine.drafting import Goal, draft
from tests.engine.drafting_tables import any_table
from tests.engine.running import Bench
from tests.engine.test_drafting import known, with_ids

pytestmark = pytest.mark.slow


def stored(root: Path, table: pa.Table) -> Bench:
    bench = Bench(root)
    bench.store("data", table.drop_columns(["__cb_row"]) if "__cb_row" in table.column_names else table)
    return bench


@pytest.mark.parametrize(
    ("name", "target", "metric", "least"),
    [
        ("customers", "churn", "roc_auc", 0.78),
        ("tickets", "team", "accuracy", 0.85),
        ("houses", "price", "r2", 0.8),
        ("experiment", "bought", "roc_auc", 0.55),
    ],
)
@pytest.mark.timeout(900)  # words of five teams: minutes on a busy machine
def test_a_drawn_prediction_beats_the_dummy(name: str, target: str, metric: str, least: float, tmp_path: Path) -> None:
    table = INVENTED[name]()
    found = draft(known(with_ids(table)), Goal("predict", target))
    ran = stored(tmp_path, table).run(found.pipeline)
    assert set(ran.statuses().values()) <= {"done", "reused"}, ran.statuses()
    strong = next(node.id for node in found.pipeline.nodes if node.component.startswith("hist_gradient"))
    model = ran.model(strong)
    assert model["metrics"][metric] > max(least, model["baseline"][metric])


@pytest.mark.parametrize("goal", [Goal("groups"), Goal("odd_rows")])
@pytest.mark.parametrize("name", ["shoppers", "payments"])
def test_groups_and_odd_rows_are_found(name: str, goal: Goal, tmp_path: Path) -> None:
    table = INVENTED[name]()
    ran = stored(tmp_path, table).run(draft(known(with_ids(table)), goal).pipeline)
    assert set(ran.statuses().values()) <= {"done", "reused"}, ran.statuses()


@pytest.mark.parametrize(("name", "target"), [("shop_sales", "units"), ("payments", "amount_eur")])
def test_a_drawn_forecast_runs_and_is_tested_on_the_past(name: str, target: str, tmp_path: Path) -> None:
    table = INVENTED[name]()
    ran = stored(tmp_path, table).run(draft(known(with_ids(table)), Goal("forecast", target)).pipeline)
    assert set(ran.statuses().values()) <= {"done", "reused"}, ran.statuses()
    summary = {row["method"]: row["mase"] for row in ran.table("forecast_backtest", "summary").to_pylist()}
    assert min(summary.values()) <= summary["naive_seasonal"]


@pytest.mark.parametrize("seed", [3, 5, 8])
def test_a_drawing_for_a_table_of_any_kind_runs(seed: int, tmp_path: Path) -> None:
    table = any_table(seed, 14, 500)
    at_hand = known(table)
    from engine.drafting import answers

    target = next(one.name for one in answers(at_hand) if one.task)
    ran = stored(tmp_path, table).run(draft(at_hand, Goal("predict", target)).pipeline)
    assert set(ran.statuses().values()) <= {"done", "reused"}, ran.statuses()
