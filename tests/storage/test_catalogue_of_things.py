"""Datasets, pipelines, runs, models and endpoints: found, listed, versioned, deleted."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from storage.database import Database
from storage.errors import BadName, Conflict, InUse, NameTaken, NotFound, StorageError
from storage.schema import utc_now
from tests.storage.things import GRAPH, a_dataset_version, a_model_version, a_run, manifest

NOUNS = ["datasets", "pipelines", "models", "endpoints"]


@contextmanager
def counted_queries(database: Database) -> Iterator[list[str]]:
    queries: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        queries.extend([statement] if statement.startswith("SELECT") else [])

    event.listen(database._engine, "before_cursor_execute", note)
    yield queries
    event.remove(database._engine, "before_cursor_execute", note)


def _add(uow: object, noun: str, name: str) -> object:
    repository = getattr(uow, noun)
    return repository.add(name, GRAPH) if noun == "pipelines" else repository.add(name)


@pytest.mark.parametrize("noun", NOUNS)
def test_a_name_is_taken_once(database: Database, noun: str) -> None:
    with database.write() as uow:
        _add(uow, noun, "churn")
    with pytest.raises(NameTaken, match="churn"), database.write() as uow:
        _add(uow, noun, "churn")


@pytest.mark.parametrize("noun", NOUNS)
def test_a_name_that_is_not_there_brings_the_nearest_one(database: Database, noun: str) -> None:
    with database.write() as uow:
        _add(uow, noun, "churn")
    with pytest.raises(NotFound, match="named chrun") as caught, database.read() as uow:
        getattr(uow, noun).by_name("chrun")
    assert caught.value.hint == "Did you mean churn?"


@pytest.mark.parametrize("noun", NOUNS)
def test_a_rename_keeps_the_id_and_respects_other_names(database: Database, noun: str) -> None:
    with database.write() as uow:
        first, _ = _add(uow, noun, "first"), _add(uow, noun, "second")
        key = first.id  # type: ignore[attr-defined]
        getattr(uow, noun).rename(key, "third")
    with database.read() as uow:
        assert getattr(uow, noun).by_name("third").id == key
    with pytest.raises(NameTaken), database.write() as uow:
        getattr(uow, noun).rename(key, "second")


@pytest.mark.parametrize("name", ["", " churn", "a\x00b", "line\nbreak", "x" * 201, "\ud800"])
def test_a_name_that_cannot_be_kept_is_refused(database: Database, name: str) -> None:
    with pytest.raises(BadName), database.write() as uow:
        uow.datasets.add(name)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=200))
def test_any_name_that_can_be_seen_comes_back_unchanged(database: Database, name: str) -> None:
    if name != name.strip():
        return
    with database.write() as uow:
        dataset = uow.datasets.find(name) or uow.datasets.add(name)
    with database.read() as uow:
        assert uow.datasets.by_name(name).id == dataset.id
        assert uow.datasets.get(dataset.id).name == name
        assert dataset.id in [entry.dataset.id for entry in uow.datasets.list(search=name[:20], limit=100)]


@pytest.mark.parametrize("noun", [*NOUNS, "runs"])
def test_a_list_takes_one_query_whatever_its_length(database: Database, noun: str) -> None:
    with database.write() as uow:
        for n in range(5):
            run = a_run(uow, f"p{n}", reads=a_dataset_version(uow, f"d{n}"))
            version = a_model_version(uow, run, f"m{n}")
            uow.endpoints.deploy(uow.endpoints.add(f"e{n}").id, {version.id: 1.0}, parity={})
    with counted_queries(database) as queries, database.read() as uow:
        assert len(getattr(uow, noun).list()) == 5
    assert len(queries) == 1


@pytest.mark.parametrize("noun", NOUNS)
def test_a_list_is_paged_newest_first(database: Database, noun: str) -> None:
    with database.write() as uow:
        keys = [_add(uow, noun, f"thing {n}").id for n in range(5)]  # type: ignore[attr-defined]
        pages = [getattr(uow, noun).list(limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [entry[0].id for page in pages for entry in page] == keys[::-1]


def test_search_takes_percent_signs_literally(database: Database) -> None:
    with database.write() as uow:
        uow.datasets.add("100% sure")
        uow.datasets.add("not sure")
        assert [entry.dataset.name for entry in uow.datasets.list(search="0% S")] == ["100% sure"]


def test_a_dataset_is_listed_with_its_latest_version(database: Database) -> None:
    with database.write() as uow:
        for _ in range(3):
            a_dataset_version(uow)
        (entry,) = uow.datasets.list()
    assert (entry.number, entry.rows, entry.columns) == (3, 3, [{"name": "age", "type": "int64"}])


def test_a_dataset_without_versions_says_so(database: Database) -> None:
    with database.write() as uow:
        dataset = uow.datasets.add("telco")
        assert uow.datasets.list()[0].number is None
    with pytest.raises(NotFound, match="no version yet"), database.read() as uow:
        uow.datasets.version(dataset.id)


def test_a_profile_is_kept_with_its_version(database: Database) -> None:
    with database.write() as uow:
        version = a_dataset_version(uow)
        uow.datasets.set_profile(version.id, {"rows": 3}, [{"code": "constant"}])
    with database.read() as uow:
        found = uow.datasets.version(version.dataset_id, 1)
        assert (found.profile, found.findings) == ({"rows": 3}, [{"code": "constant"}])


def test_a_dataset_goes_with_all_its_versions_when_nobody_needs_it(database: Database) -> None:
    with database.write() as uow:
        first = a_dataset_version(uow)
        uow.datasets.add_version(first.dataset_id, manifest("d/v2/part-00000.parquet"), source={}, parent_id=first.id)
        uow.runs.finish(a_run(uow, reads=first).id, "succeeded")
        uow.datasets.delete(first.dataset_id)
    with database.read() as uow:
        assert uow.datasets.files_in_use() == frozenset()


def test_a_dataset_that_a_run_is_reading_is_in_use(database: Database) -> None:
    with database.write() as uow:
        version = a_dataset_version(uow)
        a_run(uow, reads=version)
    with pytest.raises(InUse) as caught, database.write() as uow:
        uow.datasets.delete(version.dataset_id)
    assert caught.value.users == ["run 1 of churn (queued)"]


def test_a_dataset_version_that_a_model_was_trained_on_is_in_use(database: Database) -> None:
    with database.write() as uow:
        used, unused = a_dataset_version(uow), a_dataset_version(uow)
        run = a_run(uow, reads=used)
        a_model_version(uow, run)
        uow.runs.finish(run.id, "succeeded")
    with pytest.raises(InUse, match="is the latest version"), database.write() as uow:
        uow.datasets.delete_version(unused.id)
    with database.write() as uow:
        uow.datasets.make_latest(used.dataset_id, used.number)
        uow.datasets.delete_version(unused.id)
    with pytest.raises(InUse, match="model churn v1"), database.write() as uow:
        uow.datasets.delete_version(used.id)


def test_a_version_that_is_held_does_not_become_the_latest_until_it_is_released(database: Database) -> None:
    with database.write() as uow:
        first = a_dataset_version(uow)
        held = uow.datasets.add_version(
            first.dataset_id, manifest("d/v2/part-0.parquet"), source={}, held={"rule": "r"}
        )
        assert uow.datasets.version(first.dataset_id).number == 1
        assert uow.datasets.list()[0].number == 1
        uow.datasets.make_latest(first.dataset_id, held.number)
        assert uow.datasets.version(first.dataset_id).held is None
    with database.read() as uow:
        assert uow.datasets.version(first.dataset_id).number == 2


def test_no_version_gives_a_row_id_a_second_time(database: Database) -> None:
    with database.write() as uow:
        first = a_dataset_version(uow)
        grown = uow.datasets.add_version(first.dataset_id, manifest("d/v2/part-0.parquet"), source={}, next_row=900)
        uow.datasets.make_latest(first.dataset_id, 1)
        again = uow.datasets.add_version(first.dataset_id, manifest("d/v3/part-0.parquet"), source={})
        assert (grown.next_row, again.next_row) == (900, 900)
        assert uow.datasets.first_free_row(first.dataset_id) == 900


def test_the_caller_can_name_further_users_of_a_dataset(database: Database) -> None:
    with database.write() as uow:
        dataset = uow.datasets.add("telco")
    with pytest.raises(InUse, match="pipeline churn"), database.write() as uow:
        uow.datasets.delete(dataset.id, also_used_by=["pipeline churn"])


def test_an_edit_is_stored_and_raises_the_revision(database: Database) -> None:
    with database.write() as uow:
        pipeline = uow.pipelines.add("churn", {})
        edit = uow.pipelines.apply_edit(pipeline.id, GRAPH, base=1, cid="tab a", seq=1)
    assert (edit.outcome, edit.draft.rev, edit.draft.by, edit.draft.ack) == ("ok", 2, "tab a", 1)
    with database.read() as uow:
        assert uow.pipelines.draft(pipeline.id).graph == GRAPH


def test_an_edit_that_was_seen_already_is_a_duplicate(database: Database) -> None:
    with database.write() as uow:
        pipeline = uow.pipelines.add("churn", {})
        uow.pipelines.apply_edit(pipeline.id, GRAPH, 1, "tab a", 1)
        edit = uow.pipelines.apply_edit(pipeline.id, {"other": 1}, 1, "tab a", 1)
    assert (edit.outcome, edit.draft.rev, edit.draft.graph) == ("dup", 2, GRAPH)


def test_an_edit_on_top_of_ones_own_echo_needs_no_newer_base(database: Database) -> None:
    with database.write() as uow:
        pipeline = uow.pipelines.add("churn", {})
        uow.pipelines.apply_edit(pipeline.id, GRAPH, 1, "tab a", 1)
        edit = uow.pipelines.apply_edit(pipeline.id, {}, 1, "tab a", 2)
    assert (edit.outcome, edit.draft.rev) == ("ok", 3)


def test_an_edit_on_top_of_an_old_revision_is_a_conflict_and_changes_nothing(database: Database) -> None:
    with database.write() as uow:
        pipeline = uow.pipelines.add("churn", {})
        uow.pipelines.apply_edit(pipeline.id, GRAPH, 1, "tab a", 1)
        edit = uow.pipelines.apply_edit(pipeline.id, {}, 1, "tab b", 1)
    assert (edit.outcome, edit.draft.graph, edit.draft.by) == ("conflict", GRAPH, "tab a")


def test_an_edit_after_the_server_replaced_the_draft_is_a_conflict(database: Database) -> None:
    with database.write() as uow:
        pipeline = uow.pipelines.add("churn", {})
        uow.pipelines.apply_edit(pipeline.id, GRAPH, 1, "tab a", 1)
        assert uow.pipelines.replace(pipeline.id, {"fixed": True}, by="fix").rev == 3
        assert uow.pipelines.apply_edit(pipeline.id, GRAPH, 2, "tab a", 2).outcome == "conflict"


def test_saving_the_same_graph_again_makes_no_new_version(database: Database) -> None:
    with database.write() as uow:
        pipeline = uow.pipelines.add("churn", GRAPH)
        numbers = [uow.pipelines.version_of(pipeline.id, GRAPH, sha256).number for sha256 in ("a", "a", "b", "a")]
    assert numbers == [1, 1, 2, 3]


def test_a_deleted_pipeline_frees_its_name_and_keeps_its_models(database: Database) -> None:
    with database.write() as uow:
        run = a_run(uow)
        a_model_version(uow, run)
        uow.runs.finish(run.id, "succeeded")
        uow.pipelines.delete(run.pipeline_id)
        uow.pipelines.add("churn", GRAPH)
    with database.read() as uow:
        assert len(uow.pipelines.list()) == 1
        assert uow.runs.list()[0].pipeline == "churn"
    with pytest.raises(NameTaken), database.write() as uow:
        uow.pipelines.restore(run.pipeline_id)


def test_a_deleted_pipeline_can_be_restored(database: Database) -> None:
    with database.write() as uow:
        pipeline = uow.pipelines.add("churn", GRAPH)
        uow.pipelines.delete(pipeline.id)
        assert uow.pipelines.find("churn") is None
        uow.pipelines.restore(pipeline.id)
        assert uow.pipelines.by_name("churn").id == pipeline.id


def test_a_running_pipeline_is_in_use(database: Database) -> None:
    with database.write() as uow:
        run = a_run(uow)
    with pytest.raises(InUse, match="run 1"), database.write() as uow:
        uow.pipelines.delete(run.pipeline_id)


def test_a_pipeline_is_listed_with_its_last_run(database: Database) -> None:
    with database.write() as uow:
        a_run(uow)
        uow.runs.finish(a_run(uow).id, "failed", error={"code": "x"})
        (entry,) = uow.pipelines.list()
    assert (entry.number, entry.run_number, entry.run_status) == (1, 2, "failed")


def test_what_a_node_did_is_written_down_step_by_step(database: Database) -> None:
    with database.write() as uow:
        run = a_run(uow)
        uow.runs.record_node(run.id, "fill", component="impute_mean", position=0, status="running")
        uow.runs.record_node(run.id, "fill", status="succeeded", rows_out=5_000_000_000, seconds=0.5)
    with database.read() as uow:
        (node,) = uow.runs.nodes(run.id)
    assert (node.status, node.rows_out, node.component, node.cached) == (
        "succeeded",
        5_000_000_000,
        "impute_mean",
        False,
    )


def test_a_run_that_made_a_model_is_in_use(database: Database) -> None:
    with database.write() as uow:
        run = a_run(uow)
        a_model_version(uow, run)
        uow.runs.finish(run.id, "succeeded")
    with pytest.raises(InUse, match="churn v1"), database.write() as uow:
        uow.runs.delete(run.id)


def test_a_run_of_a_dataset_version_that_is_gone_is_refused(database: Database) -> None:
    with database.write() as uow:
        version = a_dataset_version(uow)
        uow.datasets.delete(version.dataset_id)
    with pytest.raises(NotFound), database.write() as uow:
        a_run(uow, reads=version)


def test_a_model_is_listed_with_its_latest_version(database: Database) -> None:
    with database.write() as uow:
        for _ in range(2):
            a_model_version(uow, a_run(uow))
        (entry,) = uow.models.list()
    assert (entry.number, entry.metrics) == (2, {"roc_auc": 0.84})


def test_a_model_that_a_live_endpoint_may_roll_back_to_is_in_use(database: Database) -> None:
    with database.write() as uow:
        old, new = a_model_version(uow, a_run(uow), "old"), a_model_version(uow, a_run(uow), "new")
        endpoint = uow.endpoints.add("churn-api")
        for version in (old, new):
            uow.endpoints.deploy(endpoint.id, {version.id: 1.0}, parity={})
    for delete in ("delete", "delete_version"):
        with pytest.raises(InUse, match="endpoint churn-api"), database.write() as uow:
            getattr(uow.models, delete)(old.model_id if delete == "delete" else old.id)
    with database.write() as uow:
        uow.endpoints.retire(endpoint.id)
        uow.models.delete(old.model_id)


def test_traffic_is_shared_by_what_was_deployed_last(database: Database) -> None:
    with database.write() as uow:
        first, second = a_model_version(uow, a_run(uow)), a_model_version(uow, a_run(uow))
        endpoint = uow.endpoints.add("churn-api")
        uow.endpoints.deploy(endpoint.id, {first.id: 1.0}, parity={first.id: {"rows": 200}})
        uow.endpoints.deploy(endpoint.id, {first.id: 0.9, second.id: 0.1}, parity={})
    with database.read() as uow:
        (entry,) = uow.endpoints.list()
    assert {(one.model, one.version, one.deployment.share) for one in entry.answering} == {
        ("churn", 1, 0.9),
        ("churn", 2, 0.1),
    }


def test_a_rollback_brings_back_what_answered_before(database: Database) -> None:
    with database.write() as uow:
        first, second = a_model_version(uow, a_run(uow)), a_model_version(uow, a_run(uow))
        endpoint = uow.endpoints.add("churn-api")
        for version in (first, second):
            uow.endpoints.deploy(endpoint.id, {version.id: 1.0}, parity={})
    with database.write() as uow:
        uow.endpoints.rollback(endpoint.id)
        assert [(one.version, one.deployment.revision) for one in uow.endpoints.active(endpoint.id)] == [(1, 3)]
        assert [one.deployment.active for one in uow.endpoints.history(endpoint.id)] == [True, False, False]


def test_a_first_deployment_has_nothing_to_roll_back_to(database: Database) -> None:
    with database.write() as uow:
        endpoint = uow.endpoints.add("churn-api")
        uow.endpoints.deploy(endpoint.id, {a_model_version(uow, a_run(uow)).id: 1.0}, parity={})
    with pytest.raises(NotFound, match="nothing to roll back"), database.write() as uow:
        uow.endpoints.rollback(endpoint.id)


@pytest.mark.parametrize("shares", [{}, {"a": 0.5}, {"a": 1.5, "b": -0.5}])
def test_shares_that_do_not_add_up_are_refused(database: Database, shares: dict[str, float]) -> None:
    with pytest.raises(StorageError, match="add up"), database.write() as uow:
        uow.endpoints.deploy(uow.endpoints.add("churn-api").id, shares, parity={})


def test_a_retired_endpoint_answers_no_more_and_keeps_its_name(database: Database) -> None:
    with database.write() as uow:
        version = a_model_version(uow, a_run(uow))
        endpoint = uow.endpoints.add("churn-api")
        uow.endpoints.deploy(endpoint.id, {version.id: 1.0}, parity={})
        uow.endpoints.retire(endpoint.id)
        assert uow.endpoints.active(endpoint.id) == []
    with pytest.raises(Conflict, match="retired"), database.write() as uow:
        uow.endpoints.deploy(endpoint.id, {version.id: 1.0}, parity={})
    with pytest.raises(NameTaken), database.write() as uow:
        uow.endpoints.add("churn-api")


def test_a_key_opens_its_own_endpoint_until_it_is_revoked(database: Database) -> None:
    with database.write() as uow:
        mine, other = uow.endpoints.add("mine"), uow.endpoints.add("other")
        key = uow.keys.add(mine.id, "cbk_abc", "hash")
        uow.keys.add(other.id, "cbk_def", "other")
        assert getattr(uow.keys.find("hash"), "endpoint", None) == mine
        assert uow.keys.find("ha") is None
        uow.keys.used("hash", utc_now())
        uow.keys.revoke(key.id)
        assert uow.keys.find("hash") is None
    with database.read() as uow:
        (found,) = uow.keys.of(mine.id)
        assert (found.revoked_at is None, found.last_used_at is None) == (False, False)


def test_lineage_leads_from_the_data_to_the_endpoint(database: Database) -> None:
    with database.write() as uow:
        reads = a_dataset_version(uow)
        run = a_run(uow, reads=reads)
        version = a_model_version(uow, run)
        endpoint = uow.endpoints.add("churn-api")
        uow.endpoints.deploy(endpoint.id, {version.id: 1.0}, parity={})
        a_run(uow, "other")
    with database.read() as uow:
        (path,) = uow.runs.lineage(dataset_id=reads.dataset_id)
        assert uow.runs.lineage(endpoint_id=endpoint.id) == [path]
        assert len(uow.runs.lineage()) == 2
    assert (path.dataset, path.dataset_version, path.pipeline, path.run) == ("telco", 1, "churn", 1)
    assert (path.model, path.model_version, path.endpoint, path.active) == ("churn", 1, "churn-api", True)
