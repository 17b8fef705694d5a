"""A model explained: rows to choose from, reasons, what-if, smallest changes, groups; and on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score
from typer.testing import CliRunner

from engine.cli.main import app
from engine.errors import CanvasbackError, DataError, InvalidRecord, MissingThing
from engine.service.modelling import explanations, fairness, held_rows, opened_models, what_if
from tests.homes import Published, done

CHURN = ("churn", 1)


@pytest.fixture
def first(filled_home: Published) -> held_rows.RowView:
    rows = held_rows.held_rows(filled_home.workspace, *CHURN, "worst")
    return held_rows.held_row(filled_home.workspace, *CHURN, rows.rows[0][0])


def test_rows_come_worst_first_least_sure_first_or_as_they_are(filled_home: Published) -> None:
    worst = held_rows.held_rows(filled_home.workspace, *CHURN, "worst", limit=50)
    assert worst.columns[:4] == ["row", "actual churn", "predicted", "probability"]
    assert "customer_id" in worst.columns
    wrong = [row for row in worst.rows if row[1] != row[2]]
    assert worst.rows[: len(wrong)] == wrong, "the surest mistakes come first"
    assert [row[3] for row in wrong] == sorted((row[3] for row in wrong), reverse=True)
    unsure = held_rows.held_rows(filled_home.workspace, *CHURN, "unsure", limit=50)
    sure = [row[3] for row in unsure.rows]
    assert sure == sorted(sure)
    as_they_are = held_rows.held_rows(filled_home.workspace, *CHURN)
    assert [row[0] for row in as_they_are.rows] == sorted(row[0] for row in as_they_are.rows)


def test_a_row_is_found_by_its_number_or_by_a_value_that_it_alone_has(filled_home: Published) -> None:
    rows = held_rows.held_rows(filled_home.workspace, *CHURN)
    place = rows.columns.index("customer_id")
    wanted = rows.rows[3]
    assert held_rows.held_rows(filled_home.workspace, *CHURN, search=wanted[place]).rows == [wanted]
    for name in (str(wanted[0]), wanted[place]):
        found = held_rows.row_with(filled_home.workspace, *CHURN, name)
        assert (found.row, found.others["customer_id"], found.truth) == (wanted[0], wanted[place], wanted[1])
    with pytest.raises(MissingThing, match="rows have the value"):
        held_rows.row_with(filled_home.workspace, *CHURN, "monthly")
    with pytest.raises(MissingThing, match="No held-out row"):
        held_rows.row_with(filled_home.workspace, *CHURN, "nobody")


def test_a_held_out_row_is_answered_as_its_run_did_and_its_reasons_sum_to_that(
    filled_home: Published, first: held_rows.RowView
) -> None:
    told = what_if.explain_row(filled_home.workspace, *CHURN, first.record)
    assert told.answer.prediction == first.said
    assert told.reasons is not None
    assert told.reasons.of == opened_models.open_model(filled_home.workspace, *CHURN).model.positive
    summed = told.reasons.base + sum(reason.contribution for reason in told.reasons.reasons)
    assert summed == pytest.approx(told.reasons.answer)
    assert told.answer.probabilities[str(told.reasons.of)] == pytest.approx(told.reasons.answer)
    assert {reason.column for reason in told.reasons.reasons} == set(first.record)


def test_another_value_changes_the_answer_and_a_wrong_one_is_told_by_its_field(
    filled_home: Published, first: held_rows.RowView
) -> None:
    fields = {field.name: field for field in held_rows.row_inputs(filled_home.workspace, *CHURN)}
    text = next(field for field in fields.values() if field.choices)
    other = next(value for value in text.choices if value != first.record[text.name])
    before, now = (
        what_if.explain_row(filled_home.workspace, *CHURN, record)
        for record in (first.record, {**first.record, text.name: other})
    )
    assert before.answer != now.answer
    number = next(field for field in fields.values() if field.least is not None)
    assert number.least <= first.record[number.name] <= number.most
    with pytest.raises(InvalidRecord, match=number.name):
        what_if.explain_row(filled_home.workspace, *CHURN, {**first.record, number.name: "many"})


def test_a_written_row_begins_in_the_middle_of_the_data(filled_home: Published) -> None:
    middle = held_rows.median_row(filled_home.workspace, *CHURN)
    seen = opened_models.open_model(filled_home.workspace, *CHURN).seen
    for field in held_rows.row_inputs(filled_home.workspace, *CHURN):
        value = middle.record[field.name]
        if field.choices:
            assert value == field.choices[0]
        elif field.least is not None:
            known = seen.column(field.name).drop_null().to_numpy()
            assert abs((known < value).mean() - 0.5) <= max((known == value).mean(), 0.01)
    assert what_if.explain_row(filled_home.workspace, *CHURN, middle.record).answer.probabilities


def test_smallest_changes_are_told_in_words_and_leave_locked_columns_alone(
    filled_home: Published, first: held_rows.RowView
) -> None:
    found = what_if.smallest_changes(filled_home.workspace, *CHURN, first.record, locked=["contract"])
    assert found.found
    for each in found.found:
        assert "contract" not in each.changes
        assert each.answer.prediction != first.said
        changed = {**first.record, **{name: after for name, (_, after) in each.changes.items()}}
        again = what_if.explain_row(filled_home.workspace, *CHURN, changed).answer
        assert again.probabilities == pytest.approx(each.answer.probabilities)
        assert each.words.startswith("If ")
        assert f"the answer would be {each.answer.prediction} (" in each.words
    with pytest.raises(DataError, match="already"):
        what_if.smallest_changes(filled_home.workspace, *CHURN, first.record, label=str(first.said))
    nothing = what_if.smallest_changes(filled_home.workspace, *CHURN, first.record, locked=list(first.record))
    assert "No change" in nothing.in_words


def test_the_summary_is_worked_out_by_a_job_and_kept_with_the_version(published: Published) -> None:
    home = published.workspace
    assert explanations.find_summary(home, *CHURN).summary is None
    job = explanations.start_summary(home, *CHURN)
    assert explanations.start_summary(home, *CHURN) == job, "one that is under way is followed"
    done(home, job)
    kept = explanations.find_summary(home, *CHURN)
    assert kept.summary is not None
    assert kept.summary["unit"] == "probability"
    strongest = kept.summary["outputs"][0]["columns"][0]["column"]
    assert explanations.inputs_by_weight(home, *CHURN)[0] == strongest


def test_dependence_is_that_of_scikit_learn(filled_home: Published) -> None:
    home = filled_home.workspace
    opened = opened_models.open_model(home, *CHURN)
    number = next(field.name for field in held_rows.row_inputs(home, *CHURN) if field.least is not None)
    plot = explanations.dependence(home, *CHURN, number)["plots"]["dependence_0"]
    mean = next(line for line in plot["series"] if line["name"] == "mean")
    with opened.evidence() as evidence:
        from engine.explanation.asked import asked_of

        rows = asked_of(opened.scorer, evidence, explanations.ASKED_CELLS // explanations.POINTS).rows
    from sklearn.inspection import partial_dependence

    place = next(part for feature, part in opened.model.matrix.slices() if feature.name == number)
    matrix = np.array(opened.scorer.matrix(opened.scorer.features(rows)))
    wanted = partial_dependence(
        opened.scorer.estimator, matrix, [place.start], custom_values={place.start: np.array(mean["x"], dtype=float)},
        method="brute", response_method="predict_proba",
    )  # fmt: skip
    assert mean["y"] == pytest.approx(wanted["average"][0].tolist())
    with pytest.raises(DataError, match="do not depend"):
        explanations.dependence(home, *CHURN, "customer_id")


def test_slices_speak_of_the_columns_where_rows_begin(filled_home: Published) -> None:
    report = explanations.failing_slices(filled_home.workspace, *CHURN)
    assert report["notes"]
    for each in report["slices"]:
        assert each["rows"] >= 30
        assert "churn" not in each["condition"]


def test_groups_may_be_of_a_column_that_the_model_does_not_look_at(filled_home: Published) -> None:
    home = filled_home.workspace
    opened = opened_models.open_model(home, *CHURN)
    text = next(field.name for field in held_rows.row_inputs(home, *CHURN) if field.choices)
    found, unused = fairness.fairness_of(home, *CHURN, [text, "signup_date"])
    assert (found.is_used, unused.is_used) == (True, False)
    assert "does not look at" in " ".join(unused.notes)
    with opened.evidence() as evidence:
        told = evidence.predictions(text)
    assert told.columns is not None
    group = found.groups[0]
    here = np.array(told.columns[text].to_pylist()) == group.name
    assert group.rates["accuracy"].value == pytest.approx(accuracy_score(told.truth[here], told.prediction[here]))
    assert group.rates["selection_rate"].value == pytest.approx((told.prediction[here] == found.of).mean())
    with pytest.raises(DataError, match="no column"):
        fairness.fairness_of(home, *CHURN, ["nothing"])


def test_limits_decide_what_warns_and_small_groups_are_not_judged(filled_home: Published) -> None:
    home = filled_home.workspace
    strict = fairness.fairness_of(home, *CHURN, ["contract"], largest_difference=0.0, smallest_ratio=1.0)[0]
    easy = fairness.fairness_of(home, *CHURN, ["contract"], largest_difference=1.0, smallest_ratio=0.0)[0]
    assert strict.judgement == "warning"
    assert "beyond the limit of 0 points" in strict.verdict
    assert easy.judgement == "fine"
    assert "no difference beyond the limits" in easy.verdict
    few = fairness.fairness_of(home, *CHURN, ["contract"], least_rows=10_000)[0]
    assert (few.measures, few.judgement) == ([], None)
    assert "nothing can be said" in few.verdict
    assert not any(group.is_compared for group in few.groups)


def test_the_command_line_tells_reasons_and_groups(
    filled_home: Published, first: held_rows.RowView, tmp_path: Path
) -> None:
    home = ["--home", str(filled_home.workspace.home.path), "--json"]
    run: Callable[[list[str]], str] = lambda words: CliRunner().invoke(app, ["model", *words, *home]).stdout  # noqa: E731
    by_row = json.loads(run(["explain", "churn:1", "--row", str(first.row)]))
    file = tmp_path / "rows.json"
    file.write_text(json.dumps({"records": [first.record]}))
    by_file = json.loads(run(["explain", "churn", "--input", str(file)]))
    assert by_file[0].items() <= by_row[0].items()
    assert by_row[0]["row"] == first.row
    assert by_row[0]["reasons"]["reasons"][0]["column"] in first.record
    found = json.loads(run(["fairness", "churn:1", "--group", "contract", "--group", "signup_date"]))
    assert [view["column"] for view in found] == ["contract", "signup_date"]
    assert "hint" in json.loads(run(["explain", "churn", "--row", "nobody"]))["error"]


def test_a_missing_model_is_told(filled_home: Published) -> None:
    with pytest.raises(Exception, match="nothing") as told:
        what_if.explain_row(filled_home.workspace, "nothing", None, {})
    assert getattr(told.value, "hint", None) is not None or isinstance(told.value, CanvasbackError)
