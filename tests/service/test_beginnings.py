"""A pipeline begins: drawn for a dataset, from a template, on sample data or on one's own."""

from pathlib import Path

import pyarrow as pa
import pytest

from components.sources.samples import INVENTED
from engine.errors import MissingThing, UnfitForTraining
from engine.service.building import beginnings, pipelines
from engine.service.building.beginnings import Goal
from engine.workspace import Workspace
from tests.homes import import_table


@pytest.fixture
def with_customers(home: Workspace, tmp_path: Path) -> Workspace:
    import_table(home, "people", INVENTED["customers"](), tmp_path)
    return home


def test_a_pipeline_is_looked_at_before_it_is_drawn(with_customers: Workspace) -> None:
    outlook = beginnings.look_at(with_customers, "people")
    assert outlook.suggestions[0].answer.name == "churn"
    assert outlook.times == ["signup_date"]
    assert outlook.answer("customer_id").task is None
    goal = Goal("predict", "churn")
    told = beginnings.preview(with_customers, "people", goal)
    assert told.problems == []
    assert [one.column for one in told.left_out] == ["customer_id"]
    assert pipelines.list_pipelines(with_customers) == [], "to look draws nothing"
    draft = beginnings.build(with_customers, "people", goal, "who leaves")
    drawn = pipelines.drawn(draft)
    assert pipelines.review_pipeline(with_customers, drawn).problems == []
    assert [title for title, _ in told.steps] == [node.title for node in drawn.nodes if not node.is_only_drawn]


def test_it_is_drawn_into_an_empty_pipeline_and_never_over_another(with_customers: Workspace) -> None:
    empty = beginnings.begin_empty(with_customers, "mine")
    goal = Goal("groups")
    draft = beginnings.build(with_customers, "people", goal, "ignored", pipeline_id=empty.pipeline_id)
    assert (draft.pipeline_id, draft.name) == (empty.pipeline_id, "mine")
    with pytest.raises(MissingThing, match="mine is not empty any more"):
        beginnings.begin_with_template(with_customers, "churn", "", pipeline_id=empty.pipeline_id)


def test_what_cannot_be_predicted_is_said(with_customers: Workspace) -> None:
    with pytest.raises(UnfitForTraining, match="customer_id cannot be predicted"):
        beginnings.preview(with_customers, "people", Goal("predict", "customer_id"))


def test_a_template_takes_ones_own_data(home: Workspace, tmp_path: Path) -> None:
    visits = INVENTED["experiment"]().rename_columns(
        ["user", "page", "seen", "browser", "land", "pages", "signed_up", "spent"]
    )
    visits = visits.set_column(1, "variant", visits["page"])
    import_table(home, "visits", visits, tmp_path)
    roles = {role.key: role.columns for role in beginnings.fits(home, "ab_readout", "visits")}
    assert roles["variant"][0] == "variant", "a column that is called alike comes first"
    assert roles["outcome"] == ["signed_up"]
    assert roles["day"] == ["seen"]
    with pytest.raises(MissingThing, match="not chosen yet: Who, Which page"):
        beginnings.begin_with_template(home, "ab_readout", "read out", dataset="visits")
    chosen = {"visitor": "user", "variant": "variant", "outcome": "signed_up", "day": "seen", "part": "browser"}
    draft = beginnings.begin_with_template(home, "ab_readout", "read out", dataset="visits", columns=chosen)
    assert pipelines.review_pipeline(home, pipelines.drawn(draft)).errors == []


def test_a_template_with_a_goal_is_drawn_anew_for_own_data(with_customers: Workspace) -> None:
    draft = beginnings.begin_with_template(
        with_customers, "churn", "mine", dataset="people", columns={"target": "churn"}
    )
    nodes = pipelines.drawn(draft).by_id
    assert nodes["dataset"].params["dataset"] == "people"
    assert pipelines.review_pipeline(with_customers, pipelines.drawn(draft)).problems == []


def test_a_dataset_without_a_profile_is_measured_on_the_way(home: Workspace, tmp_path: Path) -> None:
    import_table(home, "small", pa.table({"x": [1.0, 2.5] * 40, "y": ["a", "b"] * 40}), tmp_path)
    home.database.transact(lambda uow: setattr(uow.datasets.version(uow.datasets.by_name("small").id), "profile", None))
    assert [one.name for one in beginnings.look_at(home, "small").answers] == ["x", "y"]
