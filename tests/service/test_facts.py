"""The profile of a dataset version and a sample of it become findings of what is drawn on it."""

from components.base import StoredTable
from engine.service.building import pipelines
from engine.service.building.facts import facts_of
from tests.engine.running import draw
from tests.homes import Published, churn_pipeline


def test_a_sound_pipeline_stays_sound(filled_home: Published) -> None:
    found = pipelines.problem_list(filled_home.workspace, churn_pipeline())
    assert {problem["code"] for problem in found} <= {"column_not_used"}


def test_gaps_in_the_stored_data_are_told_before_a_run(filled_home: Published) -> None:
    nodes = {"s": ("dataset", {"dataset": "customers"}), "model": ("logistic_regression", {"target": "churn"})}
    found = pipelines.problem_list(filled_home.workspace, draw(nodes, "s -> model"))
    gaps = next(problem for problem in found if problem["code"] == "missing_values")
    assert "data_gb" in gaps["message"]
    assert gaps["fix"].startswith("Fill")


def test_the_fix_of_a_finding_is_applied_to_the_draft(published: Published) -> None:
    place = published.workspace
    nodes = {"s": ("dataset", {"dataset": "customers"}), "model": ("logistic_regression", {"target": "churn"})}
    draft = pipelines.import_pipeline(place, draw(nodes, "s -> model", name="gaps"))
    problem = next(
        one
        for one in pipelines.review_pipeline(place, pipelines.drawn(draft)).problems
        if one["code"] == "missing_values"
    )
    mended = pipelines.drawn(pipelines.fix_problem(place, draft.pipeline_id, problem["id"], problem["fix"]["id"]))
    assert [node.component for node in mended.nodes if node.component.startswith("impute")] == ["impute_median"]
    left = {one["code"] for one in pipelines.review_pipeline(place, mended).problems}
    assert "missing_values" not in left


def test_what_is_not_there_has_no_facts(filled_home: Published) -> None:
    assert facts_of(filled_home.workspace)(StoredTable("nothing", "latest")) is None
