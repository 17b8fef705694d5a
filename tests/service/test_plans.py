"""Before a run, people are told what it will do and take; nothing runs for that."""

from collections.abc import Callable

import pytest

from components.sources.customers import customers
from engine.errors import PipelineProblems
from engine.graph import Pipeline
from engine.service.building.pipelines import review_pipeline
from engine.service.building.plans import RunPlanView, preview_run
from engine.service.running import runs
from engine.workspace import Workspace
from tests.homes import Published, churn_pipeline, do_run, import_table


@pytest.fixture
def place(published: Published) -> Workspace:
    return published.workspace


def doing(plan: RunPlanView) -> dict[str, str]:
    return {step.node: step.doing for step in plan.steps}


def test_before_the_first_run_everything_is_to_be_computed_and_unknown(home: Workspace, tmp_path: object) -> None:
    import_table(home, "customers", customers(), home.uploads)
    plan = preview_run(home, churn_pipeline())
    assert set(doing(plan).values()) <= {"computed", "fused"}
    assert (plan.running, plan.reused, plan.seconds) == (len(plan.steps), 0, None)
    assert plan.in_words == f"Runs {plan.running} of {plan.running} steps, not measured yet"
    assert plan.rows == customers().num_rows
    assert home.cache.clear() == 0


def test_after_a_run_everything_is_reused(place: Workspace) -> None:
    plan = preview_run(place, churn_pipeline())
    assert (set(doing(plan).values()), plan.seconds) == ({"reused"}, 0)
    assert plan.in_words == f"Nothing to compute; {len(plan.steps)} steps reused"


def test_a_run_keeps_to_its_plan(place: Workspace) -> None:
    changed = churn_pipeline(C=0.25)
    plan = preview_run(place, changed)
    ran = do_run(place, changed)
    assert {step.node for step in plan.steps if step.doing != "reused"} == {
        node.node for node in ran.nodes if not node.cached
    }
    assert [step.node for step in plan.steps] == [node.node for node in ran.nodes]


def test_what_is_measured_is_expected_when_the_cache_is_gone(place: Workspace) -> None:
    place.cache.clear()
    plan = preview_run(place, churn_pipeline())
    assert plan.seconds is not None
    assert plan.memory_mb is not None
    assert (plan.unknown, plan.reused) == (0, 0)
    assert "not measured" not in plan.in_words


def test_a_changed_param_is_expected_to_take_what_it_took_before(place: Workspace) -> None:
    plan = preview_run(place, churn_pipeline(C=0.125))
    (model,) = (step for step in plan.steps if step.doing == "computed")
    assert (model.node, model.is_similar, model.seconds is not None) == ("model", True, True)


def test_the_same_drawing_under_another_name_knows_its_costs(place: Workspace) -> None:
    place.cache.clear()
    plan = preview_run(place, churn_pipeline().model_copy(update={"name": "another"}))
    assert plan.unknown == 0


def test_more_rows_are_expected_to_take_longer(place: Workspace, new_home: Callable[..., Workspace]) -> None:
    place.cache.clear()
    before = preview_run(place, churn_pipeline())
    twice = customers().slice(0, 1_000)
    import_table(place, "customers", twice, place.uploads)
    after = preview_run(place, churn_pipeline())
    assert before.seconds is not None
    assert after.seconds == pytest.approx(before.seconds * 1_000 / customers().num_rows)


def test_a_plan_to_a_node_holds_what_is_before_it(place: Workspace) -> None:
    plan = preview_run(place, churn_pipeline(), target="encode")
    assert "model" not in doing(plan)
    assert "encode" in doing(plan)
    assert plan.splits_moved == {"split": "fill"}


def test_a_drawing_with_errors_has_no_plan(place: Workspace) -> None:
    with pytest.raises(PipelineProblems):
        preview_run(place, churn_pipeline().with_params("model", target="nowhere"))


def test_a_pipelines_parameters_are_put_in_before_it_is_planned_and_reviewed(place: Workspace) -> None:
    document = churn_pipeline().as_document()
    document["nodes"]["split"]["params"]["test"] = "${share}"
    pipeline = Pipeline.from_document({**document, "params": {"share": 0.25}, "name": "churn"})
    assert preview_run(place, pipeline).running == 0
    assert preview_run(place, pipeline, params={"share": 0.5}).running > 0
    assert review_pipeline(place, pipeline).errors == []
    missing = Pipeline.from_document({**document, "name": "churn"})
    assert review_pipeline(place, missing).errors


def test_a_plan_leaves_no_trace(place: Workspace) -> None:
    before = len(runs.list_runs(place))
    preview_run(place, churn_pipeline())
    assert len(runs.list_runs(place)) == before


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (RunPlanView(pipeline="p", running=1, seconds=0.2, memory_mb=300), "Runs 1 of 1 step, under 1 s, 300 MB"),
        (
            RunPlanView(pipeline="p", running=4, reused=5, seconds=4.1, unknown=2),
            "Runs 4 of 9 steps, at least 4 s (2 steps not measured yet); 5 reused",
        ),
        (
            RunPlanView(pipeline="p", running=4, seconds=0.1, unknown=2),
            "Runs 4 of 4 steps, not all measured yet (2 steps are unknown)",
        ),
        (RunPlanView(pipeline="p", running=4, unknown=4), "Runs 4 of 4 steps, not measured yet"),
    ],
)
def test_a_plan_is_told_in_one_line(plan: RunPlanView, words: str) -> None:
    assert plan.in_words == words
