"""A champion is compared only on rows that it cannot know: one that has learned answers by heart wins nothing by it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import accuracy_score

from engine.errors import Incomparable
from engine.graph import Pipeline
from engine.serve.scorer import load_scorer
from engine.service.data import datasets
from engine.settings import Settings
from engine.work.compare_challenger import _compared, _side
from engine.workspace import Workspace, open_workspace
from tests.homes import do_run, done

ROWS = 600
PARROT = """
format: 1
name: parrot
nodes:
  coins: {component: dataset, params: {dataset: coins}}
  split: {component: SPLIT, params: PARAMS}
  model: {component: decision_tree_classifier, params: {target: side, features: [weight, width], max_depth: null}}
edges: [coins -> split, split -> model]
"""
"""It learns by heart what cannot be learned: which side of a coin is up."""


def coins(first: int, rows: int) -> pa.Table:
    rng = np.random.default_rng(first)
    side = np.where(rng.random(rows) < 0.5, "head", "tail")
    owner = [f"owner {(first + nth) // 3}" for nth in range(rows)]
    given = {"coin": np.arange(first, first + rows), "weight": rng.normal(size=rows), "width": rng.normal(size=rows)}
    return pa.table({**given, "owner": owner, "side": side})


def bring(home: Workspace, table: pa.Table, folder: Path) -> None:
    path = folder / "coins.parquet"
    pq.write_table(table, path)
    done(home, datasets.start_import(home, path, "coins"))


def train(home: Workspace, split: str = "split_random", **params: Any) -> int:
    drawn = Pipeline.from_yaml(PARROT.replace("SPLIT", split).replace("PARAMS", str(params or {"test": 0.3})))
    run = do_run(home, drawn)
    assert run.status == "succeeded", run.error
    return int(run.models[0]["version"])


def compare(home: Workspace, challenger: int, champion: int, **asked: Any) -> dict[str, Any]:
    with home.database.read() as uow:
        model = uow.models.by_name("parrot")
        sides = [_side(home, uow.models.version(model.id, number)) for number in (challenger, champion)]
    return _compared(home, *sides, {"metric": "accuracy", **asked})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Version 1 of the coins, with a champion that has learned 70 % of them by heart."""
    folder = tmp_path_factory.mktemp("coins")
    workspace = open_workspace(Settings(home=folder / "home"))
    bring(workspace, coins(0, ROWS), folder)
    assert train(workspace, test=0.3, seed=1) == 1
    yield workspace
    workspace.database.close()


def test_rows_that_the_champion_learned_are_left_out(home: Workspace) -> None:
    """The challenger's split draws other rows: of the rows that it holds out, the champion knows most by heart."""
    challenger = train(home, test=0.3, seed=2)
    with home.database.read() as uow:
        side = _side(home, uow.models.version(uow.models.by_name("parrot").id, challenger))
    with home.database.read() as uow:
        champion = _side(home, uow.models.version(uow.models.by_name("parrot").id, 1))
    held = pq.read_table(side.files["evidence.parquet"], filters=[("__cb_held_out", "=", True)])
    by_heart = load_scorer(champion.files).score(held.select(["weight", "width"])).labels
    cheated = accuracy_score(held.column("side").to_pylist(), by_heart)
    found = compare(home, challenger, 1)
    assert cheated > 0.8, "asked about all of them, it would look like a prophet"
    assert 0.35 < found["champion"]["value"] < 0.65, "and is none"
    ours, theirs = (set(_test_rows(it)) for it in (side, champion))
    assert found["rows"]["remain"] == found["rows"]["both"] == len(ours & theirs)
    assert found["rows"]["out"] == {"learned": len(ours - theirs)}
    assert found["gain"]["low"] < 0 < found["gain"]["high"], "between two parrots there is nothing to choose"


def _test_rows(side: Any) -> list[int]:
    kept = pq.read_table(side.files["evidence.parquet"], filters=[("__cb_held_out", "=", True)])
    return [int(it) for it in kept.column("__cb_row").to_pylist()]


def test_rows_that_came_later_count_unless_they_are_old_ones_again(home: Workspace, tmp_path: Path) -> None:
    """Version 2 has the old rows, 300 new ones, and the old ones once more, under new numbers."""
    first = coins(0, ROWS)
    bring(home, pa.concat_tables([first, coins(ROWS, 300), first]), tmp_path)
    challenger = train(home, test=0.3, seed=1)
    found = compare(home, challenger, 1)
    with home.database.read() as uow:
        model = uow.models.by_name("parrot").id
        champion = _side(home, uow.models.version(model, 1))
        side = _side(home, uow.models.version(model, challenger))
    held = pq.read_table(side.files["evidence.parquet"], filters=[("__cb_held_out", "=", True)]).to_pylist()
    kept_apart = {row["coin"] for row in held if row["coin"] < ROWS and row["__cb_row"] in set(_test_rows(champion))}
    learned = set(range(ROWS)) - set(_test_rows(champion))
    again = [row for row in held if row["__cb_row"] >= ROWS and row["coin"] < ROWS]
    repeated = [row for row in again if row["coin"] in learned]
    assert len(repeated) > 50
    assert found["rows"]["out"]["repeated"] == len(repeated)
    assert found["rows"]["both"] == len(kept_apart)
    assert found["rows"]["new"] == len([row for row in held if row["__cb_row"] >= ROWS]) - len(repeated)
    assert 0.35 < found["champion"]["value"] < 0.65


def test_nobody_is_compared_on_the_coins_of_an_owner_that_it_knows(home: Workspace, tmp_path: Path) -> None:
    """Rows of one owner stay together: a new coin of a known owner is no new row."""
    bring(home, pa.concat_tables([coins(0, ROWS), coins(ROWS - 1, 300)]), tmp_path)
    challenger = train(home, "split_group", column="owner", test=0.3, seed=5)
    found = compare(home, challenger, 1)
    assert found["rows"]["out"]["together"] > 100
    known = {f"owner {nth // 3}" for nth in range(ROWS)}
    with home.database.read() as uow:
        side = _side(home, uow.models.version(uow.models.by_name("parrot").id, challenger))
    held = pq.read_table(side.files["evidence.parquet"], filters=[("__cb_held_out", "=", True)]).to_pylist()
    assert side.groups == ("owner",)
    assert found["rows"]["new"] == len([row for row in held if row["owner"] not in known])


def test_a_row_that_changed_is_asked_anew_unless_the_champion_learned_from_it(home: Workspace, tmp_path: Path) -> None:
    """Of a cross-validation, the model that is kept has seen all rows: only models that stood in for it have not."""
    folded = train(home, "cross_validation", folds=3, seed=1)
    with home.database.write() as uow:
        uow.datasets.by_name("coins").key = ["coin"]
    bring(home, _other_weight(datasets_table(home)), tmp_path)
    challenger = train(home, test=0.3, seed=8)
    with home.database.read() as uow:
        model = uow.models.by_name("parrot").id
        side, first = (_side(home, uow.models.version(model, number)) for number in (challenger, 1))
    ours, theirs = set(_test_rows(side)), set(_test_rows(first))
    changed = {row for row in ours if row < 100}
    assert compare(home, challenger, folded)["rows"]["out"]["changed"] == len(changed)
    found = compare(home, challenger, 1)
    assert "changed" not in found["rows"]["out"]
    assert found["rows"]["both"] == len(ours & theirs)
    assert changed & theirs


def datasets_table(home: Workspace) -> pa.Table:
    """The latest version, as it could be exported."""
    with home.database.read() as uow:
        version = uow.datasets.version(uow.datasets.by_name("coins").id)
    return pa.concat_tables(pq.read_table(path) for path in home.files_of(version)).drop(["__cb_row"])


def _other_weight(table: pa.Table) -> pa.Table:
    """The first hundred coins have lost some weight."""
    weight = table.column("weight").to_numpy().copy()
    weight[:100] -= 0.5
    return table.set_column(table.schema.get_field_index("weight"), "weight", pa.array(weight))


def test_models_that_answer_different_questions_are_not_compared(home: Workspace) -> None:
    text = PARROT.replace("SPLIT", "split_random").replace("PARAMS", "{test: 0.3}").replace("parrot", "scales")
    text = text.replace("decision_tree_classifier", "ridge").replace("target: side", "target: weight")
    drawn = Pipeline.from_yaml(text.replace("features: [weight, width], max_depth: null", "features: [width]"))
    assert do_run(home, drawn).status == "succeeded"
    with home.database.read() as uow:
        sides = [_side(home, uow.models.version(uow.models.by_name(name).id)) for name in ("scales", "parrot")]
    with pytest.raises(Incomparable, match="different questions"):
        _compared(home, *sides, {})
