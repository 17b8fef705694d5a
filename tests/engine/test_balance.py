"""Classes are balanced among train rows; scores and endpoints see rows as they are."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from imblearn import over_sampling, under_sampling

from components.ports import ROLE, ROW
from engine.checks import problems
from engine.errors import CanvasbackError, LimitReached
from engine.serve.modelfile import GOLDEN
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from tests.engine.running import Bench, Ran, draw

ROWS = 400
FEATURES = ["x", "z"]
MODEL = ("logistic_regression", {"target": "y", "features": FEATURES})
SPLIT = ("split_random", {"test": 0.3, "validation": 0.1})
MAKING = {"smote", "borderline_smote", "adasyn"}

CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("smote", {"k_neighbors": 3, "seed": 4}, over_sampling.SMOTE(k_neighbors=3, random_state=4)),
    ("smote", {"ratio": 0.5}, over_sampling.SMOTE(sampling_strategy=0.5, random_state=0)),
    ("borderline_smote", {"m_neighbors": 5}, over_sampling.BorderlineSMOTE(m_neighbors=5, random_state=0)),
    ("borderline_smote", {"kind": "borderline-2"}, over_sampling.BorderlineSMOTE(kind="borderline-2", random_state=0)),
    ("adasyn", {"n_neighbors": 4}, over_sampling.ADASYN(n_neighbors=4, random_state=0)),
    ("tomek_links", {"strategy": "all"}, under_sampling.TomekLinks(sampling_strategy="all")),
    ("edited_nearest_neighbours", {"kind_sel": "mode"}, under_sampling.EditedNearestNeighbours(kind_sel="mode")),
    ("near_miss", {"version": 1, "ratio": 0.4}, under_sampling.NearMiss(sampling_strategy=0.4)),
    ("near_miss", {"version": 2}, under_sampling.NearMiss(version=2)),
    ("near_miss", {"version": 3, "n_neighbors": 2}, under_sampling.NearMiss(version=3, n_neighbors=2)),
]


def rows(count: int = ROWS, **columns: Any) -> pa.Table:
    """About every eighth row is a ``yes``, and two rows have no class."""
    random = np.random.default_rng(0)
    x, z, noise = random.normal(size=(3, count))
    y = [None if i in (5, 9) else "yes" if x[i] + z[i] + noise[i] / 2 > 1.8 else "no" for i in range(count)]
    whole = pa.array((x * 10).round().astype(int), pa.int32())
    return pa.table({"x": x, "z": z, "whole": whole, "flag": z > 0, "name": [f"n{i}" for i in range(count)], "y": y})


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    made = Bench(tmp_path_factory.mktemp("balance"))
    made.store("d", rows())
    return made


def run(bench: Bench, key: str, model: Any = MODEL, **params: Any) -> Ran:
    nodes = {"s": ("dataset", {"dataset": "d"}), "split": SPLIT, "balance": (key, params), "model": model}
    return bench.run(draw(nodes, "s -> split -> balance -> model"))


def given(bench: Bench, ran: Ran) -> pa.Table:
    """The rows as they came to the node that balances, in the order of their ids."""
    return ran.again("split").table("split")


def counted(table: pa.Table) -> pa.Table:
    return table.filter(pc.and_(pc.equal(table[ROLE], "train"), table["y"].is_valid()))


def matrix(table: pa.Table, names: list[str]) -> Any:
    return np.column_stack([table[name].to_numpy(zero_copy_only=False) for name in names]).astype(float)


@pytest.mark.parametrize(("key", "params", "sampler"), CASES)
def test_rows_are_those_of_imbalanced_learn_and_all_others_stay_as_they_are(
    bench: Bench, key: str, params: dict[str, Any], sampler: Any
) -> None:
    ran = run(bench, key, features=FEATURES, **params)
    before, after = given(bench, ran), ran.table("balance")
    train = counted(before)
    is_yes = np.array([label == "yes" for label in train["y"].to_pylist()], dtype=int)
    expected, labels = sampler.fit_resample(matrix(train, FEATURES), is_yes)
    made, stayed = after.filter(pc.less(after[ROW], 0)), after.filter(pc.greater_equal(after[ROW], 0))
    if key in MAKING:
        assert stayed.equals(before)
        np.testing.assert_array_equal(matrix(made, FEATURES), expected[train.num_rows :])
        assert made["y"].to_pylist() == [("no", "yes")[label] for label in labels[train.num_rows :]]
        assert set(made[ROLE].to_pylist()) == {"train"}
        assert made["name"].null_count == made["whole"].null_count == made.num_rows > 0
    else:
        assert not made.num_rows
        kept = set(train[ROW].take(pa.array(np.sort(sampler.sample_indices_))).to_pylist())
        goes = [row in set(train[ROW].to_pylist()) - kept for row in before[ROW].to_pylist()]
        assert any(goes)
        assert stayed.equals(before.filter(pa.array([not gone for gone in goes])))
    assert len(set(after[ROW].to_pylist())) == after.num_rows
    assert (ran.results["balance"].rows_in, ran.results["balance"].rows_out) == (before.num_rows, after.num_rows)


@pytest.mark.parametrize("key", ["smote", "near_miss", "oversample_random", "undersample_random"])
def test_scores_are_those_of_untouched_test_rows_and_an_endpoint_answers_as_the_run(bench: Bench, key: str) -> None:
    ran = run(bench, key)
    before = given(bench, ran)
    wanted = before.filter(pc.not_equal(before[ROLE], "train"))
    seen = ran.table("model", "predictions")
    assert seen.select(before.column_names).equals(wanted)
    tested = seen.filter(pc.and_(pc.equal(seen[ROLE], "test"), seen["y"].is_valid()))
    right = pc.mean(pc.equal(tested["prediction"], tested["y"])).as_py()
    assert ran.model()["metrics"]["accuracy"] == pytest.approx(right)
    assert ran.model()["rows"]["train"] == counted(ran.table("balance")).num_rows != counted(before).num_rows
    folder = ran.folder()
    golden = pq.read_table(folder / GOLDEN)
    assert set(golden[ROW].to_pylist()) <= set(before[ROW].to_pylist())
    assert golden.num_rows > wanted.num_rows  # train rows that stayed prove it too
    scorer = load_scorer({name: folder / name for name in ran.model()["files"]})
    assert [step.component for step in scorer.model.slice.steps] == []
    assert check_parity(scorer).rows == golden.num_rows


def test_what_is_made_up_is_what_its_column_holds(bench: Bench) -> None:
    model = ("logistic_regression", {"target": "y", "features": ["x", "whole"]})
    after = run(bench, "smote", model, features=["x", "whole", "flag"]).table("balance")
    made = after.filter(pc.less(after[ROW], 0))
    assert after.schema.field("whole").type == pa.int32()
    assert made["whole"].null_count == made["flag"].null_count == 0
    assert made["z"].null_count == made.num_rows


@pytest.mark.parametrize(("params", "times"), [({}, 1.0), ({"ratio": 0.5, "seed": 3}, 0.5)])
def test_repeated_rows_are_copies_with_ids_of_their_own(bench: Bench, params: dict[str, Any], times: float) -> None:
    ran = run(bench, "oversample_random", **params)
    before, after = given(bench, ran), ran.table("balance")
    sizes = Counter(counted(before)["y"].to_pylist())
    assert Counter(counted(after)["y"].to_pylist()) == {"no": sizes["no"], "yes": int(sizes["no"] * times)}
    assert after.filter(pc.greater_equal(after[ROW], 0)).equals(before)
    assert len(set(after[ROW].to_pylist())) == after.num_rows
    repeated = Counter(counted(after.filter(pc.equal(after["y"], "yes")))["name"].to_pylist())
    assert len(repeated) == sizes["yes"]
    assert max(repeated.values()) - min(repeated.values()) <= 1
    copies = after.filter(pc.less(after[ROW], 0)).drop_columns([ROW]).to_pylist()
    originals = before.drop_columns([ROW]).to_pylist()
    assert all(copy in originals for copy in copies)


def test_rows_are_taken_out_until_classes_are_equal(bench: Bench) -> None:
    ran = run(bench, "undersample_random", ratio=0.8)
    sizes = Counter(counted(given(bench, ran))["y"].to_pylist())
    assert Counter(counted(ran.table("balance"))["y"].to_pylist()) == {
        "yes": sizes["yes"],
        "no": int(sizes["yes"] / 0.8),
    }


@pytest.mark.slow
def test_only_the_smallest_or_largest_class_changes_where_that_is_wanted(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    x = np.random.default_rng(1).normal(size=300)
    bench.store("d", {"x": x, "z": x, "y": ["a"] * 200 + ["b"] * 70 + ["c"] * 30})
    sizes = Counter(counted(given(bench, run(bench, "undersample_random")))["y"].to_pylist())
    for key, strategy, changed in [
        ("oversample_random", "minority", {"c": sizes["a"]}),
        ("smote", "minority", {"c": sizes["a"]}),
        ("undersample_random", "majority", {"a": sizes["c"]}),
        ("near_miss", "majority", {"a": sizes["c"]}),
        ("oversample_random", "not majority", {"b": sizes["a"], "c": sizes["a"]}),
    ]:
        after = run(bench, key, strategy=strategy)
        assert Counter(counted(after.table("balance"))["y"].to_pylist()) == sizes | changed


def test_the_automatic_split_stands_before_it_and_a_drawn_one_moves_there(bench: Bench) -> None:
    nodes = {"s": ("dataset", {"dataset": "d"}), "balance": "smote", "model": MODEL}
    placed = bench.review(draw(nodes, "s -> balance -> model")).placement
    assert ("automatic_split", "balance") in {(edge.source, edge.target) for edge in placed.pipeline.edges}
    late = draw({**nodes, "split": SPLIT}, "s -> balance -> split -> model")
    assert bench.review(late).placement.moved == {"split": "balance"}


def test_without_a_model_every_row_is_a_train_row(bench: Bench) -> None:
    nodes = {"s": ("dataset", {"dataset": "d"}), "balance": ("smote", {"target": "y", "features": FEATURES})}
    after = bench.run(draw(nodes, "s -> balance")).table("balance")
    assert len({Counter(after["y"].to_pylist())[label] for label in ("yes", "no")}) == 1


def failed(tmp_path: Path, table: pa.Table, key: str = "smote", memory_mb: int = 2_000, **params: Any) -> Any:
    bench = Bench(tmp_path)
    bench.store("d", table)
    nodes = {"s": ("dataset", {"dataset": "d"}), "balance": (key, {"target": "y", "features": FEATURES, **params})}
    with pytest.raises(CanvasbackError) as caught:
        bench.run(draw(nodes, "s -> balance"), memory_mb=memory_mb)
    assert caught.value.node_id == "balance"
    assert caught.value.hint
    return caught.value


def test_what_cannot_be_balanced_is_refused_in_plain_words(tmp_path: Path) -> None:
    few = pa.table({"x": range(20), "z": range(20), "y": ["no"] * 17 + ["yes"] * 3})
    gaps = few.set_column(0, "x", pa.array([None, None, *range(18)], pa.float64()))
    assert "'yes' has 3 train rows" in failed(tmp_path, few).message
    assert "needs at least 6" in failed(tmp_path, few, "adasyn").message
    assert "'x' (2)" in failed(tmp_path, gaps, k_neighbors=2).message
    assert "needs at least 31" in failed(tmp_path, few, "edited_nearest_neighbours", n_neighbors=30).message
    one = few.set_column(2, "y", pa.array(["no"] * 20))
    assert "only one class" in failed(tmp_path, one).message
    none = few.set_column(2, "y", pa.nulls(20, pa.string()))
    assert "no train rows" in failed(tmp_path, none).message
    apart = pa.table({"x": [*range(20)], "z": [0] * 10 + [500] * 10, "y": ["no"] * 11 + ["yes"] * 9})
    assert "cannot balance" in failed(tmp_path, apart.slice(1), "adasyn", n_neighbors=2, features=["z"]).message
    assert isinstance(failed(tmp_path, few, k_neighbors=2, memory_mb=0), LimitReached)


def codes(bench: Bench, nodes: dict[str, Any], wires: str) -> dict[str, str]:
    drawn = draw(
        {"s": ("dataset", {"dataset": "d"}), "model": ("logistic_regression", {"target": "y"}), **nodes}, wires
    )
    return {problem.code: f"{problem.message} {problem.hint}" for problem in problems(drawn, bench.schema)}


def test_columns_without_distances_are_told_before_anything_runs(bench: Bench) -> None:
    hot = ("encode_one_hot", {"columns": ["name"]})
    told = codes(bench, {"hot": hot, "balance": "smote"}, "s -> hot -> balance -> model")
    assert "'name' is one-hot encoded" in told["wrong_kind"]
    assert "Oversample at random" in told["wrong_kind"]
    cleaned = codes(bench, {"hot": hot, "balance": "tomek_links"}, "s -> hot -> balance -> model")
    assert "before the encoding" in cleaned["wrong_kind"]
    after = codes(bench, {"hot": hot, "balance": "smote"}, "s -> balance -> hot -> model")
    assert "no value in 'name'" in after["made_up_rows_lack_columns"]
    assert "made_up_rows_lack_columns" not in codes(
        bench, {"by": ("encode_target", {"columns": ["name"]}), "balance": "smote"}, "s -> by -> balance -> model"
    )
    copied = {"by": ("encode_target", {"columns": ["name"]}), "balance": "oversample_random"}
    assert "copies_meet_answers" in codes(bench, copied, "s -> balance -> by -> model")
    assert "copies_meet_answers" not in codes(bench, copied, "s -> by -> balance -> model")
    assert "wrong_kind" not in codes(
        bench, {"hot": hot, "balance": "oversample_random"}, "s -> hot -> balance -> model"
    )


def test_the_target_is_that_of_the_model_further_down_or_must_be_said(bench: Bench) -> None:
    alone = draw({"s": ("dataset", {"dataset": "d"}), "balance": "smote"}, "s -> balance")
    assert [p.message for p in problems(alone, bench.schema)] == ["It is not said what is predicted."]
    nodes = {"balance": "smote", "other": ("logistic_regression", {"target": "flag"})}
    drawn = draw(
        {"s": ("dataset", {"dataset": "d"}), "model": MODEL, **nodes}, "s -> balance -> model", "balance -> other"
    )
    (told,) = (p.message for p in problems(drawn, bench.schema) if p.severity == "error")
    assert told == "The models further down predict 'flag', 'y'."
