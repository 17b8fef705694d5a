"""What compares models on train rows prepares the rows of each part by what the others taught: nothing leaks inside."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from components.base import Balance, Unsupervised
from components.catalog import catalog
from components.ensembles.trying import Part
from components.ports import ROLE, ROW
from engine.execute.folds import split_within
from engine.train.inner import inner_parts
from tests.engine.running import Bench, Ran, draw
from tests.engine.test_planted_leaks import learners, planted, rows

COUNT, COLUMNS = 240, 60
NOISE = [f"x{at}" for at in range(COLUMNS)]
SPLIT = ("split_random", {"test": 0.4, "seed": 3})
CHOOSE = ("select_k_best", {"target": "y", "columns": "numeric", "k": 6})
TRIALS = {"budget": 1, "folds": 3}
CHANCE = 0.16
"""So far from one half an area may be by chance, on so few rows."""


@pytest.fixture
def noise(tmp_path: Path) -> Bench:
    """Columns that say nothing of the answer; who belongs to a group has the answer and the looks of the group."""
    random = np.random.default_rng(5)
    columns = {name: random.normal(size=COUNT).round(3) for name in NOISE}
    group = random.integers(24, size=COUNT)
    looks, answers = random.normal(size=24).round(3), random.permutation(np.arange(24) % 2)
    made = Bench(tmp_path)
    table = pa.table(
        {
            **columns,
            "group": [f"g{at}" for at in group],
            "looks": looks[group],
            "alike": np.where(answers[group] == 1, "yes", "no"),
            "when": np.arange(COUNT),
            "y": random.choice(["yes", "no"], COUNT),
        }
    )
    made.store("d", table)
    return made


def searched(*before: tuple[str, Any], split: Any = SPLIT, by: str = "tune", **params: Any) -> Any:
    """A search for what predicts the answer from columns that say nothing of it."""
    nodes: dict[str, Any] = {"s": ("dataset", {"dataset": "d"}), "split": split, **dict(before)}
    wanted = {"target": "y", "features": NOISE, **params}
    if by == "tune":
        nodes |= {"one": ("decision_tree_classifier", {**wanted, "max_depth": 4})}
        return tuned(nodes, {"budget": 2})
    nodes["model"] = (by, {**wanted, "budget_seconds": None, "budget_trials": 3})
    return draw(nodes, "->".join(nodes))


def tuned(nodes: dict[str, Any], params: dict[str, Any]) -> Any:
    return draw({**nodes, "model": ("tune", params)}, "->".join(nodes), "one.model -> model.model")


def best(ran: Ran) -> float:
    return max(trial["score"] for trial in ran.model()["search"]["trials"] if trial["score"] is not None)


@pytest.mark.parametrize("by", ["tune", pytest.param("auto_ml", marks=pytest.mark.slow)])
def test_columns_that_were_chosen_by_the_answers_win_nothing_inside_a_search(noise: Bench, by: str) -> None:
    ran = noise.run(searched(("choose", CHOOSE), by=by))
    assert ran.model()["search"]["anew"]
    assert abs(best(ran) - 0.5) < CHANCE


@pytest.mark.slow
def test_copies_of_rows_that_are_held_out_are_not_learned_from(noise: Bench) -> None:
    """A tree knows a copy again; so it scores what it would without copies."""
    more = ("more", ("oversample_random", {"target": "y", "ratio": 1.0}))
    assert abs(best(noise.run(searched(more))) - 0.5) < CHANCE


@pytest.mark.slow
def test_a_search_within_a_cross_validation_learns_anew_in_each_part_of_each_fold(noise: Bench) -> None:
    """Nested: the part of a fold is drawn otherwise than the fold, so none is empty."""
    folds = ("cross_validation", {"folds": 3, "stratify": "y", "seed": 0})
    ran = noise.run(searched(("choose", CHOOSE), split=folds))
    assert ran.model()["search"]["anew"]
    assert abs(best(ran) - 0.5) < CHANCE
    assert abs(ran.model()["metrics"]["roc_auc"] - 0.5) < CHANCE


def test_groups_that_a_split_keeps_together_are_together_inside_a_search(noise: Bench) -> None:
    """Who is known by looks has the answer of the group: a search that tears groups apart would take that for skill."""
    asked: dict[str, Any] = {"target": "alike", "features": ["looks"]}
    torn = noise.run(searched(**asked))
    whole = noise.run(searched(split=("split_group", {"column": "group", "test": 0.3}), **asked))
    assert best(torn) > 0.9
    assert best(whole) < 0.8
    assert whole.model()["search"]["anew"]


def test_parts_go_by_time_where_the_split_does(noise: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Watching()
    monkeypatch.setattr("engine.train.training.inner_parts", seen)
    noise.run(searched(split=("split_time", {"column": "when", "test": 0.25})))
    assert len(seen.tables) == 5
    sizes = []
    for table in seen.tables:  # rows were stored in the order of time
        known, held = (table.filter(pc.equal(table[ROLE], role))[ROW].to_numpy() for role in ("train", "test"))
        assert known.max() < held.min() <= held.max() < COUNT * 0.75
        sizes.append(len(known))
    assert sizes == sorted(sizes, reverse=True), "the part with the most to learn from comes first"


@pytest.mark.parametrize("key", ["stacking", "calibrate", "choose_threshold"])
def test_rows_that_a_model_of_models_holds_out_are_prepared_alone(
    noise: Bench, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns that were chosen by the answers of held-out rows would be trusted too far."""
    tree = ("decision_tree_classifier", {"target": "y", "features": NOISE, "max_depth": 2})
    chain = {"s": ("dataset", {"dataset": "d"}), "split": SPLIT, "choose": CHOOSE, "one": tree}
    others = {"two": tree, "model": (key, {})} if key == "stacking" else {"model": (key, {})}
    wires = ["choose->two", "two.model -> model.model"] if key == "stacking" else []
    drawing = draw({**chain, **others}, "->".join(chain), "one.model -> model.model", *wires)
    seen = Watching()
    monkeypatch.setattr("engine.train.training.inner_parts", seen)
    ran = noise.run(drawing)
    assert ran.model()["held_out"] == "prepared alone"
    assert len({part.matrix.tobytes() for part in seen.parts}) == 5, "each part has columns of its own"


def test_what_cannot_be_prepared_alone_is_told(noise: Bench) -> None:
    """The model of each part answers, so all of them need the same columns."""
    tree = ("decision_tree_classifier", {"target": "y", "features": NOISE, "max_depth": 2})
    nodes = {"s": ("dataset", {"dataset": "d"}), "split": SPLIT, "choose": CHOOSE, "one": tree}
    drawing = draw({**nodes, "model": ("calibrate", {"ensemble": True})}, "->".join(nodes), "one.model -> model.model")
    assert noise.run(drawing).model()["held_out"] == "prepared together"


def test_nothing_is_prepared_twice_where_nothing_learns(noise: Bench) -> None:
    ran = noise.run(searched())
    assert split_within(ran.plan, ran.plan.by_id["model"]) is None


# A leak planted for every component that learns


SAMPLE = {"encode_target", "smote"}
"""The others are swept in `make test-all`."""


def components_that_learn() -> list[Any]:
    there = [each.values[0] for each in learners()]
    keys = [key for key in there if not issubclass(catalog()[key], Unsupervised)]
    return [pytest.param(key, marks=[] if key in SAMPLE else [pytest.mark.slow]) for key in keys]


@dataclass
class Watching:
    """Sees the rows of each part that a search gets, and the parts."""

    tables: list[pa.Table] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def __call__(self, component: Any, given: Iterable[Any], classes: Any, backend: Any) -> list[Part]:
        tables = list(given)
        self.tables = [backend.collect(table.select(ROW, ROLE)).sort_by(ROW) for table in tables]
        self.parts = inner_parts(component, tables, classes, backend)
        return self.parts


@pytest.mark.parametrize("key", components_that_learn())
def test_what_learns_before_a_search_knows_nothing_of_the_rows_that_it_holds_out(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepared() -> Watching:
        seen = Watching()
        monkeypatch.setattr("engine.train.training.inner_parts", seen)
        bench.run(drawing)
        return seen

    bench, kind = Bench(tmp_path), catalog()[key]
    is_taken = "target_number" in kind.spec.example.get("columns", ())  # and gone behind the step
    one = ("decision_tree_regressor", {"target": "number" if is_taken else "target_number", "features": "all"})
    whole = () if getattr(kind, "takes_missing", True) else (("whole", ("drop_missing", {"columns": "all"})),)
    nodes = {"s": ("dataset", {"dataset": "d"}), **dict(whole), "step": (key, dict(kind.spec.example))}
    drawing = tuned({**nodes, "split": ("split_random", {"test": 0.3, "seed": 1}), "one": one}, TRIALS)
    bench.store("d", rows())
    before = prepared()
    held = before.tables[0].filter(pc.equal(before.tables[0][ROLE], "test"))[ROW].to_numpy()
    assert len(held) > 20
    leak = planted(rows(), np.isin(np.arange(len(rows())), held))
    if issubclass(kind, Balance):  # classes of other sizes could not be balanced
        place = leak.column_names.index("target_class")
        leak = leak.set_column(place, "target_class", rows()["target_class"])
    bench.store("d", leak)
    after = prepared()
    assert np.array_equal(after.tables[0].filter(pc.equal(after.tables[0][ROLE], "test"))[ROW].to_numpy(), held)
    learned_from, again = (it.parts[0].matrix[it.parts[0].known] for it in (before, after))
    assert _dense(learned_from).tobytes() == _dense(again).tobytes(), f"{key} knows rows that are held out"


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if hasattr(matrix, "toarray") else np.ascontiguousarray(matrix)
