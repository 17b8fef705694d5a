import datetime as dates
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sklearn.linear_model import LogisticRegression

from components.ports import ROLE
from engine.errors import CanvasbackError
from engine.schemas import PROBABILITIES
from engine.serve.modelfile import GOLDEN, MODEL, ModelFile
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from engine.train.training import ANSWER_ROWS, answer
from tests.engine.running import Bench, Ran, draw

ROWS = 400
SPLIT = ("split_random", {"test": 0.3})
CLASSIFIER, REGRESSOR = "hist_gradient_boosting_classifier", "hist_gradient_boosting_regressor"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def rows(target: list[Any], **columns: Any) -> pa.Table:
    x = [float(i % 20) for i in range(len(target))]
    return pa.table({"x": x, "z": [float(i % 7) for i in range(len(target))], **columns, "target": target})


def run(bench: Bench, table: pa.Table, model: str = CLASSIFIER, **params: Any) -> Ran:
    bench.store("d", table)
    settings = {"target": "target", **({"max_iter": 10} if "boosting" in model else {}), **params}
    nodes = {"s": ("dataset", {"dataset": "d"}), "split": SPLIT, "model": (model, settings), "ev": "evaluate"}
    return bench.run(draw(nodes, "s -> split -> model -> ev.model"))


def failed(bench: Bench, table: pa.Table, model: str = CLASSIFIER, **params: Any) -> CanvasbackError:
    with pytest.raises(CanvasbackError) as caught:
        run(bench, table, model, **params)
    assert caught.value.node_id == "model"
    assert caught.value.hint
    return caught.value


def served(ran: Ran) -> Any:
    """The model as an endpoint loads it; it answers as the run did, or this raises."""
    folder = ran.folder()
    scorer = load_scorer({name: folder / name for name in ran.model()["files"]})
    check_parity(scorer)
    return scorer


TARGETS: dict[str, tuple[list[Any], Any, Any]] = {
    "text": ([("no", "yes")[i % 20 > 9] for i in range(ROWS)], ["no", "yes"], "yes"),
    "boolean": ([i % 20 > 9 for i in range(ROWS)], [False, True], True),
    "integer": ([int(i % 20 > 9) for i in range(ROWS)], [0, 1], 1),
    "float": ([[0.5, 2.0][i % 20 > 9] for i in range(ROWS)], [0.5, 2.0], 2.0),
    "three": ([("a", "b", "c")[i % 20 // 7] for i in range(ROWS)], ["a", "b", "c"], None),
    "huge": ([2**62 + int(i % 20 > 9) for i in range(ROWS)], [2**62, 2**62 + 1], None),
}


@pytest.mark.parametrize("kind", TARGETS)
def test_every_kind_of_class_comes_back_as_it_was(bench: Bench, kind: str) -> None:
    target, classes, positive = TARGETS[kind]
    ran = run(bench, rows(target))
    facts = ran.model()
    assert facts["classes"] == classes
    assert positive is None or facts["positive"] == positive
    assert facts["metrics"]["accuracy"] == 1.0
    predictions = ran.table("model", "predictions")
    assert predictions.column("prediction").type == predictions.column("target").type
    assert set(predictions.column("prediction").to_pylist()) == set(classes)
    assert ran.results["ev"].report["metrics"]["accuracy"] == 1.0  # type: ignore[index]
    served(ran)


def test_a_decimal_target_is_learned_and_told_as_a_float(bench: Bench) -> None:
    target = pa.array([Decimal("1.5") if i % 20 > 9 else Decimal("2.5") for i in range(ROWS)], pa.decimal128(10, 2))
    ran = run(bench, rows(target))  # type: ignore[arg-type]
    assert ran.model()["classes"] == [1.5, 2.5]
    assert str(ran.table("model", "predictions").column("prediction").type) == "double"
    served(ran)


def test_the_positive_class_may_be_given_as_text(bench: Bench) -> None:
    assert run(bench, rows(TARGETS["integer"][0]), positive="0").model()["positive"] == 0


@pytest.mark.parametrize("kind", ["integer", "float", "boolean", "huge"])
def test_every_kind_of_number_can_be_regressed(bench: Bench, kind: str) -> None:
    ran = run(bench, rows(TARGETS[kind][0]), REGRESSOR, max_iter=50)
    assert str(ran.table("model", "predictions").column("prediction").type) == "double"
    assert set(ran.model()["metrics"]) >= {"mae", "rmse"}
    served(ran)


def test_a_date_is_no_target(bench: Bench) -> None:
    bench.store("d", rows([dates.date(2026, 1, 1 + i % 28) for i in range(ROWS)]))
    nodes = {"s": ("dataset", {"dataset": "d"}), "model": (CLASSIFIER, {"target": "target"})}
    assert "wrong_kind" in {p.code for p in bench.review(draw(nodes, "s -> model")).errors}


def test_rows_without_a_target_are_not_learned_or_scored_but_answered(bench: Bench) -> None:
    target = [None if i % 3 == 0 else ("no", "yes")[i % 20 > 9] for i in range(ROWS)]
    ran = run(bench, rows(target))
    counted = ran.model()["rows"]
    assert counted["train"] + counted["test"] == sum(value is not None for value in target)
    assert ran.table("model", "predictions").column("prediction").null_count == 0


def test_a_class_that_no_train_row_has_is_counted_and_not_scored(bench: Bench) -> None:
    plain = run(bench, rows(["no", "yes"] * (ROWS // 2)))
    roles = plain.table("split").column("__cb_role").to_pylist()
    first = roles.index("test")
    target = ["new" if i == first else ("no", "yes")[i % 20 > 9] for i in range(ROWS)]
    ran = run(bench, rows(target))
    assert ran.model()["rows"]["unseen_labels"] == 1
    assert ran.model()["classes"] == ["no", "yes"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (["yes"] * ROWS, "only one class"),
        (pa.nulls(ROWS, pa.string()), "missing in every train row"),
        ([f"c{i}" for i in range(ROWS)], "different values"),
    ],
    ids=["one class", "all missing", "too many classes"],
)
def test_a_target_that_cannot_be_learned_is_told_at_the_model(bench: Bench, target: Any, message: str) -> None:
    error = failed(bench, rows(target))
    assert message in error.message
    assert error.field == "target"


def test_a_share_so_small_that_no_row_is_tested_is_told_before_anything_is_learned(bench: Bench) -> None:
    bench.store("d", rows(TARGETS["text"][0]))
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "split": ("split_random", {"test": 0.0}),
        "model": (CLASSIFIER, {"target": "target"}),
    }
    with pytest.raises(CanvasbackError, match="no test rows"):
        bench.run(draw(nodes, "s -> split -> model"))


def test_missing_values_are_refused_by_a_model_that_cannot_take_them(bench: Bench) -> None:
    table = rows(TARGETS["text"][0], gap=[None if i % 5 == 0 else 1.0 for i in range(ROWS)])
    error = failed(bench, table, "logistic_regression")
    assert "'gap'" in error.message
    assert run(bench, table).model()["inputs"]["gap"] is True


def test_negative_values_are_refused_by_a_model_that_cannot_take_them(bench: Bench) -> None:
    error = failed(bench, rows(TARGETS["text"][0], below=[float(i % 3 - 1) for i in range(ROWS)]), "multinomial_nb")
    assert error.field == "below"
    assert "'below' (" in error.message


def test_a_model_that_would_not_finish_is_told_before_it_is_begun(bench: Bench) -> None:
    error = failed(bench, rows([float(i % 20) for i in range(9_000)]), "kernel_ridge")
    assert "at most 5,000 rows" in error.message
    assert "gradient boosting" in error.hint


@pytest.mark.parametrize("count", [1, ANSWER_ROWS, ANSWER_ROWS + 1, 3 * ANSWER_ROWS])
def test_a_model_is_asked_about_so_many_rows_at_a_time_and_answers_the_same(count: int) -> None:
    matrix = np.arange(2.0 * count).reshape(count, 2)
    asked = []

    class Sums:
        def predict(self, some: Any) -> Any:
            asked.append(len(some))
            return some.sum(axis=1)

    found, _ = answer(Sums(), matrix, is_classification=False)
    assert np.array_equal(found, matrix.sum(axis=1))
    assert max(asked) <= ANSWER_ROWS


def test_warnings_of_a_model_are_kept_with_it(bench: Bench) -> None:
    ran = run(bench, rows(TARGETS["three"][0]), "logistic_regression", max_iter=1)
    assert any("converge" in warning for warning in ran.model()["warnings"])


def test_huge_and_wide_numbers_fit_into_the_matrix(bench: Bench) -> None:
    big = pa.array([2**64 - 1 - i for i in range(ROWS)], pa.uint64())
    money = pa.array([Decimal(i) for i in range(ROWS)], pa.decimal128(38, 10))
    served(
        run(
            bench,
            rows(TARGETS["text"][0], big=big, small=pa.array([i % 9 for i in range(ROWS)], pa.int8()), money=money),
        )
    )


HOSTILE = [
    "c0",
    "input",
    "n",
    "role",
    "rows",
    "n_right",
    'a"; drop table x; --',
    "a.b\\c",
    "été 📅",
    "{{7*7}}",
    "select",
    "'",
    "m0",
]


def test_hostile_column_names_are_trained_saved_and_served(bench: Bench) -> None:
    columns = {name: [float((i * (k + 3)) % 11) for i in range(ROWS)] for k, name in enumerate(HOSTILE)}
    texts = {'t"; --': ["red" if i % 3 else "blue" for i in range(ROWS)]}
    target = 'the "target"; --'
    table = pa.table({**columns, **texts, target: TARGETS["text"][0]})
    bench.store("d", table)
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "split": ("split_random", {"stratify": target}),
        "fill": "impute_mean",
        "encode": "encode_one_hot",
        "model": ("logistic_regression", {"target": target}),
        "ev": "evaluate",
    }
    ran = bench.run(draw(nodes, "s -> split -> fill -> encode -> model -> ev.model"))
    assert set(ran.model()["inputs"]) == {*HOSTILE, *texts}
    assert served(ran).golden().num_rows >= 200


@pytest.mark.parametrize("name", ["prediction", "Prediction", "PROBABILITY"])
def test_a_column_with_the_name_of_an_answer_is_told_on_the_canvas(bench: Bench, name: str) -> None:
    bench.store("d", rows(TARGETS["text"][0], **{name: [1.0] * ROWS}))
    nodes = {"s": ("dataset", {"dataset": "d"}), "model": (CLASSIFIER, {"target": "target"})}
    (problem,) = bench.review(draw(nodes, "s -> model")).errors
    assert name in problem.message


# What is kept for serving


def test_there_are_golden_rows_and_each_has_one_answer(bench: Bench) -> None:
    bench.store("d", rows(TARGETS["text"][0], k=[i % 50 for i in range(ROWS)]))
    bench.store("more", {"k": [*range(40), *range(10)], "size": [float(i) for i in range(50)]})
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "more": ("dataset", {"dataset": "more"}),
        "both": ("join", {"on": ["k"]}),
        "split": SPLIT,
        "model": (CLASSIFIER, {"target": "target", "max_iter": 5}),
    }
    ran = bench.run(draw(nodes, "s -> both.left", "more -> both.right", "both -> split -> model"))
    scorer = served(ran)
    ids = scorer.golden().column("__cb_row").to_pylist()
    assert len(ids) == len(set(ids)) == 320
    assert not {row % 50 for row in ids} & set(range(10))


def test_golden_rows_are_test_rows_first_and_always_the_same(bench: Bench) -> None:
    table = rows([("no", "yes")[i % 20 > 9] for i in range(2_000)])
    ran = run(bench, table)
    golden = served(ran).golden().column("__cb_row").to_pylist()
    roles = ran.table("split").column("__cb_role").to_pylist()
    assert len(golden) == 500
    assert {roles[row] for row in golden} == {"test"}
    (bench.root / "again").mkdir()
    again = run(Bench(bench.root / "again"), table)
    assert served(again).golden().column("__cb_row").to_pylist() == golden


def test_an_input_may_be_null_only_where_a_row_that_was_learned_from_was(bench: Bench) -> None:
    bench.store("d", rows(TARGETS["text"][0], gap=[None if i % 5 == 0 else 1.0 for i in range(ROWS)]))
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "whole": ("drop_missing", {"columns": ["gap"]}),
        "model": ("logistic_regression", {"target": "target"}),
    }
    ran = bench.run(draw(nodes, "s -> whole -> model"))
    assert ran.model()["inputs"] == {"x": False, "z": False, "gap": False}


def test_a_model_file_says_what_it_predicts(bench: Bench) -> None:
    bench.store("d", rows(TARGETS["text"][0]))
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "f": ("formula", {"name": "goal", "expression": "x > 9"}),
        "model": (CLASSIFIER, {"target": "goal", "features": ["z"], "max_iter": 3}),
    }
    ran = bench.run(draw(nodes, "s -> f -> model"))
    kept = ModelFile.model_validate_json((ran.folder() / MODEL).read_text())
    assert (kept.target, kept.target_type, kept.classes) == ("goal", "boolean", (False, True))
    assert {GOLDEN, MODEL} < set(ran.model()["files"])
    assert json.loads(json.dumps(ran.model())) == ran.model()


def test_importance_finds_the_column_that_matters(bench: Bench) -> None:
    noise = np.random.default_rng(0).normal(size=ROWS)
    found = run(bench, rows(TARGETS["text"][0], noise=noise)).model()["importance"]
    assert found[0]["column"] == "x"
    assert found[0]["mean"] > 0.2


def test_many_categories_are_learned_from_a_sparse_matrix_as_from_a_dense_one(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    towns = [f"t{i % 150:03}" for i in range(1_500)]
    bench.store(
        "d", {"x": [float(i % 11) for i in range(1_500)], "town": towns, "y": [i % 150 < 70 for i in range(1_500)]}
    )
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "split": ("split_random", {"test": 0.3}),
        "encode": ("encode_one_hot", {"columns": ["town"], "max_categories": 200}),
        "model": ("logistic_regression", {"target": "y", "max_iter": 500}),
    }
    ran = bench.run(draw(nodes, "s -> split -> encode -> model"))
    scorer = load_scorer({name: ran.folder() / name for name in ran.model()["files"]})
    assert scorer.model.matrix.is_sparse
    assert check_parity(scorer).max_difference < 1e-9
    table = ran.table("encode")
    train = table.filter(pc.equal(table.column(ROLE), "train"))
    dense = scorer.model.matrix.model_copy(update={"is_sparse": False})
    theirs = LogisticRegression(max_iter=500).fit(dense.fill(train), train.column("y").to_numpy())
    tested = ran.table("model", "predictions")
    found = np.array(tested.column(PROBABILITIES).to_pylist())
    assert np.allclose(found, theirs.predict_proba(dense.fill(tested)), atol=1e-6)
