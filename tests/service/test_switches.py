"""Nodes that are switched off, in a home: what the canvas says of them, and real runs."""

from typing import Any

import pytest

from components.catalog import catalog
from engine.graph import Pipeline
from engine.service.building import pipelines
from engine.service.building.switched import facts_apart
from engine.service.building.trials import try_out
from engine.service.running import comparison, runs
from engine.service.serving import endpoints
from tests.engine.running import draw
from tests.engine.test_switched_off import off
from tests.homes import Published, churn_pipeline, done


def ran(published: Published, pipeline: Pipeline, **asked: Any) -> runs.RunView:
    place = published.workspace
    draft = pipelines.import_pipeline(place, pipeline)
    run_id = runs.start_run(place, draft.pipeline_id, pipelines.drawn(draft), **asked)
    done(place, runs.job_of(place, run_id) or "")
    return runs.get_run(place, run_id)


def test_the_canvas_is_told_what_passes_and_why_a_node_does_not_run(filled_home: Published) -> None:
    place, drawn = filled_home.workspace, churn_pipeline()
    facts = pipelines.review_pipeline(place, off(drawn, "encode")).facts
    assert (facts["encode"].part, facts["fill"].part) == ("bypassed", "on")
    assert facts["encode"].note == "Bypassed: what arrives goes on unchanged."
    assert facts["encode"].summary
    assert facts["encode"].inputs["table"] == facts["encode"].outputs["table"] == facts["fill"].outputs["table"]
    away = pipelines.review_pipeline(place, off(drawn, "customers")).facts
    assert [away[node].part for node in ("customers", "fill", "model")] == ["off", "left_out", "left_out"]
    assert "customers" in str(away["model"].note).lower() or "Dataset" in str(away["model"].note)


def test_the_sample_rows_of_a_bypassed_node_are_those_that_arrive(filled_home: Published) -> None:
    place, drawn = filled_home.workspace, churn_pipeline()
    shown, before = try_out(place, off(drawn, "encode"), "encode"), try_out(place, drawn, "fill")
    assert shown is not None
    assert before is not None
    assert shown.after is not None
    assert before.after is not None
    assert shown.after.rows == before.after.rows
    assert shown.note == "Bypassed: what arrives goes on unchanged."
    nothing = try_out(place, off(drawn, "customers"), "fill")
    assert nothing is not None
    assert (nothing.after, nothing.of) == (None, "data")
    assert "is switched off" in str(nothing.note)


def test_every_component_can_be_described_while_it_is_bypassed(filled_home: Published) -> None:
    nodes = {"s": ("dataset", {"dataset": "customers"})}
    nodes |= {f"n_{key}": (key, dict(kind.spec.example)) for key, kind in catalog().items()}
    drawn = draw(nodes)
    looked = pipelines.look_through(filled_home.workspace, off(drawn, *[name for name in nodes if name != "s"]))
    assert all(facts_apart(looked, name)["part"] == "off" for name in nodes if name != "s")


def test_a_run_leaves_out_what_is_off_and_only_what_changed_is_old(published: Published) -> None:
    place, drawn = published.workspace, churn_pipeline()
    first = ran(published, drawn)
    bypassed = off(drawn, "fill")
    assert runs.stale_nodes(place, first.id, bypassed) == {"encode", "split", "model"}
    assert runs.stale_nodes(place, first.id, off(drawn, "customers")) == set()
    second = ran(published, off(drawn, "encode"), target="encode")
    assert {node.node for node in second.nodes} == {"customers", "split", "fill"}  # the split goes before
    told = [difference.what for difference in comparison.compare_runs(place, first.id, second.id).differences]
    assert any("switched off" in what for what in told)
    again = ran(published, drawn)
    assert all(node.cached for node in again.nodes)


@pytest.mark.slow
def test_an_endpoint_of_a_model_that_was_trained_past_a_bypassed_node_answers(published: Published) -> None:
    place = published.workspace
    drawn = off(churn_pipeline("hist_gradient_boosting_classifier"), "encode")
    view = ran(published, drawn.model_copy(update={"name": "past"}))
    assert view.status == "succeeded"
    version = next(node.model for node in view.nodes if node.model)
    done(place, endpoints.start_publish(place, version["model"], None, "past"))
    assert endpoints.get_endpoint(place, "past").name == "past"
