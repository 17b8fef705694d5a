"""A replay tells what callers would notice: fields, refusals, changed answers and where they lie."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import binomtest

from engine.serve.contract import contract_changes, refused_as_sent
from engine.serve.records import Field, refusal
from engine.serve.records import Mistake as Wrong
from engine.serve.replay import Rows, replay, told_in_words
from engine.serve.scorer import Scored, Scorer

ROWS = 400
AGE = Field("age", "int64", False)
CITY = Field("city", "string", True)


class Model:
    """What a replay asks of a model file."""

    def __init__(self, task: str, classes: tuple[Any, ...]) -> None:
        self.task, self.classes = task, classes


class Formula(Scorer):
    """A version whose answers are a formula over the rows; what is asked of it is what is asked of any."""

    def __init__(self, answer: Any, fields: tuple[Field, ...] = (AGE, CITY), task: str = "regression") -> None:
        self.fields = fields
        self.model = Model(task, ("no", "yes") if task == "classification" else ())  # type: ignore[assignment]
        self._answer = answer

    def score(self, rows: pa.Table) -> Scored:
        labels = [self._answer(row) for row in rows.to_pylist()]
        if "refuse" in labels:
            raise refusal([Wrong(labels.index("refuse"), "age", "cannot be answered")])
        chances = np.array([[0.0, 1.0] if label == "yes" else [1.0, 0.0] for label in labels])
        return Scored(labels, chances if self.model.task == "classification" else None)


def rows(**columns: Any) -> Rows:
    age = [18 + at % 60 for at in range(ROWS)]
    city = [("Graz", "Linz", "Wien")[at % 3] for at in range(ROWS)]
    table = pa.table({"age": age, "city": city, **columns})
    return Rows("log", table, [f"id{at}" for at in range(ROWS)], ["cbk_a" if at % 4 else "cbk_b" for at in range(ROWS)])


def compared(live: Scorer, new: Scorer, asked: Rows | None = None, **how: Any) -> dict[str, Any]:
    asked = asked or rows()
    return replay(live, new, asked, asked, strict=True, **how)


def test_numbers_change_where_they_differ_beyond_the_tolerance() -> None:
    live, new = Formula(lambda row: 2.0 * row["age"]), Formula(lambda row: 2.0 * row["age"] + (row["city"] == "Graz"))
    told = compared(live, new, tolerance=0.5)
    graz = sum(city == "Graz" for city in rows().fields.column("city").to_pylist())
    assert (told["changed"], told["compared"]) == (graz, ROWS)
    assert told["difference"]["mean"] == pytest.approx(graz / ROWS)
    assert sum(told["histogram"]["counts"]) == ROWS
    interval = binomtest(graz, ROWS).proportion_ci(method="wilson")
    assert told["between"] == pytest.approx([interval.low, interval.high])
    assert told["segments"][0]["slice"] == "city is Graz"
    assert (told["segments"][0]["changed"], told["segments"][0]["elsewhere"]) == (1.0, 0.0)
    assert compared(live, new, tolerance=1.5)["changed"] == 0
    assert "by more than the tolerance" in told_in_words(told)


def test_classes_are_told_from_which_to_which_with_examples_that_are_found_again() -> None:
    live = Formula(lambda row: "yes" if row["age"] > 40 else "no", task="classification")
    new = Formula(lambda row: "yes" if row["age"] > 42 else "no", task="classification")
    told = compared(live, new)
    changed = [f"id{at}" for at, age in enumerate(rows().fields.column("age").to_pylist()) if 40 < age <= 42]
    assert told["moves"] == [{"from": "yes", "to": "no", "rows": len(changed)}]
    assert {it["row"] for it in told["examples"]} <= set(changed)
    assert told["probability"]["mean"] == pytest.approx(len(changed) / ROWS)
    assert {it["answer"]: it["after"] - it["before"] for it in told["mix"]} == {
        "yes": -len(changed), "no": len(changed)
    }  # fmt: skip


def test_rows_that_a_version_cannot_answer_are_found_one_by_one() -> None:
    live = Formula(lambda row: 1.0)
    new = Formula(lambda row: "refuse" if row["age"] == 30 else 1.0)
    lost = sum(age == 30 for age in rows().fields.column("age").to_pylist())
    told = compared(live, new)
    assert (told["lost"], told["compared"], told["changed"]) == (lost, ROWS - lost, 0)


@pytest.mark.parametrize(
    ("fields", "strict", "kinds", "breaks", "refused"),
    [
        ((AGE, CITY), True, [], False, 0),
        ((AGE, CITY, Field("plan", "string", True)), True, ["added"], True, ROWS),
        ((AGE, CITY, Field("plan", "string", True)), False, ["added"], False, 0),
        ((AGE, CITY, Field("plan", "string", False)), False, ["added"], True, ROWS),
        ((AGE,), True, ["removed"], True, ROWS),
        ((AGE,), False, ["removed"], False, 0),
        ((Field("age", "float64", False), CITY), True, ["retyped"], False, 0),
        ((Field("age", "string", False), CITY), True, ["retyped"], True, ROWS),
        ((Field("age", "int64", True), CITY), True, ["loosened"], False, 0),
        ((AGE, Field("city", "string", False)), True, ["tightened"], True, 40),
    ],
)
def test_what_breaks_callers_is_named_and_counted(
    fields: tuple[Field, ...], strict: bool, kinds: list[str], breaks: bool, refused: int
) -> None:
    cities = [None if at < 40 else "Graz" for at in range(ROWS)]
    asked = rows(city=cities)
    live, new = Formula(lambda row: 1.0), Formula(lambda row: 1.0, fields)
    told = replay(live, new, asked, asked, strict=strict)
    assert [it["kind"] for it in told["contract"]] == kinds
    assert (told["breaks"], told["refused"]["new"]) == (breaks, refused)
    if refused == 40:
        assert told["refused"]["reasons"] == [{"field": "city", "words": "must not be null", "rows": 40}]
        assert {it["key"]: it["refused"] for it in told["refused"]["callers"]} == {"cbk_a": 30, "cbk_b": 10}


def test_values_that_do_not_fit_a_narrower_type_are_refused_one_by_one() -> None:
    sent = pa.table({"age": pa.array([1, 2, 10_000, None])})
    mask, reasons = refused_as_sent(sent, [Field("age", "int8", False)], strict=True)
    assert mask.tolist() == [False, False, True, True]
    assert [(it.words, it.rows) for it in reasons] == [("is no int8", 1), ("must not be null", 1)]


def test_answers_that_callers_do_not_know_are_a_change_of_contract() -> None:
    live, new = Formula(lambda row: "no", task="classification"), Formula(lambda row: 1.0)
    assert [it.kind for it in contract_changes(live, new, strict=True)] == ["task"]
    told = compared(live, new)
    assert (told["share"], told["breaks"]) == (None, True)
    more = Formula(lambda row: "no", task="classification")
    more.model.classes = ("no", "yes", "maybe")  # type: ignore[misc]
    assert [(it.kind, it.breaks) for it in contract_changes(live, more, strict=True)] == [("classes", True)]
