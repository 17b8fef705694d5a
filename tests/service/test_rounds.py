"""The loop that closes itself: a challenger on new data, compared on rows that neither saw, judged, published."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.sources.customers import customers
from engine.errors import CanvasbackError, InvalidSetting, MissingThing
from engine.jobs.ends import end_lost_jobs
from engine.service.data import datasets
from engine.service.modelling import registry
from engine.service.retraining import policies, round_causes, rounds
from engine.service.retraining.policy_settings import PolicySettings, read_policy_settings
from engine.service.retraining.round_causes import fire_policies
from engine.service.retraining.round_steps import go_on
from engine.service.retraining.rounds import RoundView
from engine.service.running import runs
from engine.service.serving import endpoints, publications
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from storage.database import Database
from storage.errors import Conflict, NotFound, Withheld
from storage.unit_of_work import UnitOfWork
from tests.homes import Published, churn_pipeline, do_job, do_run, done, publish
from tests.watched import a_point

LATER = timedelta(hours=2)
DRAWN = churn_pipeline().as_document()


class Killed(BaseException):
    """What no handler of errors catches."""


def more_customers(seed: int = 3, rows: int = 1_500, flip: float = 0.0) -> pa.Table:
    """The customers of the first version, and as many new ones of the same kind; some with another answer."""
    first = customers()
    rng = np.random.default_rng(seed)
    picked = first.take(pa.array(rng.integers(0, first.num_rows, rows)))
    ids = [f"new-{seed}-{nth}" for nth in range(rows)]
    position = picked.schema.get_field_index("customer_id")
    picked = picked.set_column(position, "customer_id", pa.array(ids).cast(picked.schema.field("customer_id").type))
    if flip:
        churn = np.array(picked.column("churn").to_pylist(), dtype=object)
        values = sorted(set(churn.tolist()))
        turned = np.where(rng.random(rows) < flip, np.where(churn == values[0], values[1], values[0]), churn)
        at = picked.schema.get_field_index("churn")
        picked = picked.set_column(at, "churn", pa.array(turned.tolist(), picked.schema.field("churn").type))
    return pa.concat_tables([first, picked])


def bring(home: Workspace, table: pa.Table, folder: Path) -> int:
    path = folder / "customers.parquet"
    pq.write_table(table, path)
    return int(done(home, datasets.start_import(home, path, "customers"))["version"])


def work_off(home: Workspace, now: datetime | None = None) -> RoundView:
    """Look and work until nothing is left to do; the newest round."""
    for _ in range(20):
        begun = fire_policies(home, now or datetime.now(UTC)) + go_on(home)
        queued = []
        with home.database.read() as uow:
            queued = [job.id for job in uow.jobs.list(status="queued")]
        for job_id in queued:
            do_job(home, job_id)
        if not begun and not queued:
            break
    return rounds.get_round(home, "churn")


def policy(home: Workspace, **told: object) -> None:
    policies.set_policy(home, "churn", "churn", read_policy_settings(told))


LENIENT = {"margin": -0.2, "least_rows": 50}


@pytest.fixture(scope="module")
def grown(filled_home: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A home with a policy whose dataset has grown since; the training on it is in the cache."""
    folder = tmp_path_factory.mktemp("grown")
    shutil.copytree(filled_home.workspace.home.path, folder / "home")
    home = open_workspace(Settings(home=folder / "home"))
    policy(home)
    bring(home, more_customers(), folder)
    assert do_run(home, churn_pipeline(), target="model").status == "succeeded"
    yield home
    home.database.close()


@pytest.fixture
def home(grown: Workspace, new_home: Callable[..., Workspace]) -> Workspace:
    return new_home(copy_of=grown)


def revisions(home: Workspace) -> list[tuple[int, int, float]]:
    """Revision, version and share of what answers."""
    found = endpoints.get_endpoint(home, "churn").deployments
    return [(it.revision, it.version, it.share) for it in found if it.active]


def aliases(home: Workspace) -> dict[str, int]:
    return {it.alias: it.version for it in registry.list_aliases(home, "churn")}


def test_new_data_train_a_challenger_that_is_compared_and_published(home: Workspace) -> None:
    policy(home, rule=LENIENT, publish="itself")
    found = work_off(home)
    assert (found.state, found.cause["kind"], found.cause["datasets"]) == ("published", "data", {"customers": 2}), found
    assert found.comparison is not None
    rows = found.comparison["rows"]
    assert rows["remain"] == rows["both"] + rows["new"] == rows["held_out"] - sum(rows["out"].values())
    assert rows["new"] > 300, "rows that came later are new to the champion"
    assert (revisions(home), aliases(home)) == ([(2, 2, 1.0)], {"champion": 2})
    (made, *_) = [it for it in endpoints.get_endpoint(home, "churn").deployments if it.active]
    assert "ROC AUC" in made.note
    assert (fire_policies(home, datetime.now(UTC)), work_off(home).number) == (0, 1), "one cause begins one round"


def test_what_is_there_when_a_policy_is_set_begins_nothing(published: Published) -> None:
    policy(published.workspace)
    assert fire_policies(published.workspace, datetime.now(UTC)) == 0


def test_a_challenger_that_is_not_better_is_kept_back(home: Workspace) -> None:
    policy(home, rule={"margin": 0.05}, publish="itself")
    found = work_off(home)
    assert (found.state, revisions(home), aliases(home)) == ("kept", [(1, 1, 1.0)], {"challenger": 2})
    assert "the rule asks for at least +0.05 beyond chance" in found.verdict
    assert {it.name: it.holds for it in found.conditions} == {"rows": True, "better": False}


def test_a_person_is_asked_and_approves_and_takes_it_back(home: Workspace) -> None:
    policy(home, rule=LENIENT)
    assert work_off(home).state == "waiting"
    assert revisions(home) == [(1, 1, 1.0)]
    assert fire_policies(home, datetime.now(UTC) + LATER) == 0, "no news since"
    rounds.approve_round(home, "churn", by="Zoë", comment="Looks right")
    found = work_off(home)
    assert (found.state, found.decided_by, found.comment, found.can_undo) == ("published", "Zoë", "Looks right", True)
    assert (revisions(home), aliases(home)) == ([(2, 2, 1.0)], {"champion": 2})
    found = rounds.undo_round(home, "churn", by="Zoë")
    assert (revisions(home), aliases(home)) == ([(3, 1, 1.0)], {"champion": 1})
    assert (found.undone_by, found.can_undo) == ("Zoë", False)
    with pytest.raises(CanvasbackError, match="nothing to undo"):
        rounds.undo_round(home, "churn")


def test_what_rounds_change_is_among_the_publications_with_its_cause(home: Workspace) -> None:
    policy(home, rule=LENIENT, publish="itself")
    work_off(home)
    rounds.undo_round(home, "churn", by="Zoë")
    undone, made, first = publications.list_publications(home, "churn")
    assert (made.status, made.revision, made.asked_by) == ("live", 2, "policy")
    assert (made.why, made.parts) == ("Round 1: New data arrived: customers v2", "churn v2")
    assert made.replay is not None, "what changes is shown, as with any publication"
    assert (undone.status, undone.revision, undone.asked_by) == ("live", 3, "Zoë")
    assert (undone.why, undone.parts) == ("Round 1 was undone", "churn v1 at 100 %")
    assert (first.revision, first.why) == (1, "")


def test_a_challenger_that_was_compared_with_what_answers_no_more_is_compared_again(home: Workspace) -> None:
    policy(home, rule=LENIENT, publish="itself")
    for kind in ("run_pipeline", "compare_challenger"):
        fire_policies(home, datetime.now(UTC))
        go_on(home)
        with home.database.read() as uow:
            (job_id,) = [job.id for job in uow.jobs.list(status="queued") if job.kind == kind]
        do_job(home, job_id)
    go_on(home)
    assert rounds.get_round(home, "churn").state == "publishing"
    assert do_run(home, churn_pipeline(C=0.5)).models[0]["version"] == 3
    assert publish(home, "churn", 3, "churn").status == "succeeded"
    found = work_off(home)
    assert (found.state, found.champion and found.champion.version) == ("published", 3)
    told = [(it.status, it.error and it.error["code"]) for it in publications.list_publications(home, "churn")]
    assert told == [("live", None), ("live", None), ("failed", "answer_changed"), ("live", None)]


def test_a_person_declines(home: Workspace) -> None:
    policy(home, rule=LENIENT)
    work_off(home)
    found = rounds.decline_round(home, "churn", by="Zoë", comment="Not before Christmas")
    assert (found.state, found.verdict) == ("kept", "Zoë declined: Not before Christmas")
    assert (revisions(home), aliases(home)) == ([(1, 1, 1.0)], {})
    with pytest.raises(CanvasbackError, match="does not wait"):
        rounds.approve_round(home, "churn")


def test_a_canary_gets_a_part_and_becomes_champion_when_it_answers_everything(home: Workspace) -> None:
    policy(home, rule=LENIENT, publish="itself", canary=0.1)
    assert work_off(home).state == "published"
    assert (revisions(home), aliases(home)) == ([(2, 1, 0.9), (2, 2, 0.1)], {"challenger": 2})
    assert publish(home, "churn", 2, "churn").status == "succeeded"
    assert go_on(home) == 1
    assert (aliases(home), go_on(home)) == ({"champion": 2}, 0)


def test_too_few_rows_are_for_a_person_to_decide(home: Workspace) -> None:
    policy(home, rule={"margin": -0.2, "least_rows": 5_000}, publish="itself")
    found = work_off(home)
    assert found.state == "waiting"
    assert "the rule asks for 5,000" in found.verdict


def test_no_group_may_do_worse(home: Workspace) -> None:
    column = next(name for name in customers().column_names if name not in ("customer_id", "churn", "signup_date"))
    policy(home, rule={**LENIENT, "group": column, "group_tolerance": 0.0}, publish="itself")
    found = work_off(home)
    assert found.comparison is not None
    judged = [it for it in found.comparison["group"]["groups"] if "gain" in it]
    assert len(judged) > 1
    assert all(it["gain"]["low"] <= it["gain"]["value"] <= it["gain"]["high"] for it in judged)
    is_worse = any(it["gain"]["value"] < 0 for it in judged)
    assert found.state == ("kept" if is_worse else "published")


def test_requests_that_cannot_be_replayed_are_for_a_person(home: Workspace) -> None:
    policy(home, rule={**LENIENT, "most_changed": 0.1}, publish="itself")
    found = work_off(home)
    assert (found.state, [it.name for it in found.conditions if it.holds is None]) == ("waiting", ["replay"])


def test_a_version_that_needs_a_sign_off_waits_for_it(home: Workspace) -> None:
    policy(home, rule=LENIENT, publish="itself")
    registry.require_sign_off(home, "churn", True, by="Zoë")
    found = work_off(home)
    assert (found.state, "needs" in found.verdict or "approval" in found.verdict) == ("waiting", True)
    with pytest.raises(Withheld):
        rounds.approve_round(home, "churn")
    registry.approve(home, "churn", 2, by="Zoë")
    rounds.approve_round(home, "churn", by="Zoë")
    assert work_off(home).state == "published"


def test_another_champion_meanwhile_is_compared_with_anew(home: Workspace) -> None:
    other = do_run(home, churn_pipeline(C=0.01)).models[0]["version"]
    home.database.transact(lambda uow: uow.pipelines.replace(uow.pipelines.by_name("churn").id, DRAWN))
    with home.database.write() as uow:
        pipeline = uow.pipelines.by_name("churn")
        uow.pipelines.add_version(pipeline.id, DRAWN, "again")
    policy(home, rule=LENIENT)
    assert work_off(home).state == "waiting"
    publish(home, "churn", other, "churn")
    rounds.approve_round(home, "churn", by="Zoë")
    found = work_off(home)
    assert (found.state, found.champion and found.champion.version, found.decided_by) == ("waiting", other, None)


def test_the_same_data_teach_nothing_new(home: Workspace) -> None:
    policy(home, rule=LENIENT, publish="itself", triggers={"schedule": {"every": "hour"}})
    assert work_off(home).state == "published"
    found = work_off(home, datetime.now(UTC) + LATER)
    assert (found.number, found.cause["kind"], found.state) == (2, "schedule", "kept")
    assert "nothing new to learn" in found.verdict


def test_rounds_keep_their_distance_and_nobody_is_asked_about_an_old_one(home: Workspace, tmp_path: Path) -> None:
    policy(home, rule=LENIENT, triggers={"wait_hours": 1})
    assert work_off(home).state == "waiting"
    bring(home, more_customers(4, 200), tmp_path)
    now = datetime.now(UTC)
    assert fire_policies(home, now) == 0
    assert fire_policies(home, now + LATER) == 1
    overtaken = rounds.get_round(home, "churn", 1)
    assert (overtaken.state, overtaken.verdict[:9], rounds.get_round(home, "churn").number) == ("kept", "Overtaken", 2)


def test_a_paused_policy_rests_and_a_person_may_still_ask(home: Workspace) -> None:
    policy(home, rule=LENIENT)
    policies.pause_policy(home, "churn")
    assert fire_policies(home, datetime.now(UTC)) == 0
    assert rounds.retrain_now(home, "churn", by="Zoë", note="curious").cause["words"] == "Zoë asked for it: curious"
    with pytest.raises(Conflict, match="under way"):
        rounds.retrain_now(home, "churn")
    policies.resume_policy(home, "churn")
    assert (work_off(home).state, len(rounds.list_rounds(home, "churn"))) == ("waiting", 1)


@pytest.mark.parametrize(
    ("trigger", "kind"),
    [
        ({"drift": {"psi": 0.2, "fields": 2}}, "drift"),
        ({"drift": {"psi": 0.2, "fields": 3}}, None),
        ({"performance": {"fell_by": 0.05}}, "performance"),
        ({"performance": {"metric": "log_loss", "fell_by": 0.2}}, None),
    ],
)
def test_drift_and_performance_begin_a_round(
    home: Workspace, trigger: dict[str, object], kind: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    drift = {"age": 0.3, "plan": 0.21, "calls": 0.01}
    with home.database.read() as uow:
        (answering,) = uow.endpoints.active(uow.endpoints.by_name("churn").id)
    point = a_point(
        answering.version,
        now,
        version_id=answering.deployment.model_version_id,
        drift=drift,
        performance={"roc_auc": 0.7, "log_loss": 0.6},
        baseline={"roc_auc": 0.8, "log_loss": 0.5},
    )
    monkeypatch.setattr(round_causes, "latest_point", lambda workspace, endpoint: point)
    policy(home, triggers={"new_data": False, **trigger})
    assert fire_policies(home, now) == (kind is not None)
    if kind is not None:
        assert rounds.get_round(home, "churn").cause["kind"] == kind
        work_off(home, now)
        assert fire_policies(home, now + LATER) == 0, "the same window begins no second round"


def test_a_pipeline_does_not_retrain_on_its_own_rows(home: Workspace) -> None:
    policy(home)
    with home.database.write() as uow:
        run = uow.runs.list(limit=1)[0]
        version = uow.datasets.version(uow.datasets.by_name("customers").id)
        version.source = {**version.source, "run_id": run.id}
    found = work_off(home)
    assert (found.state, (found.error or {})["code"]) == ("failed", "circle")
    assert "came out of this pipeline" in found.verdict


def test_a_training_that_crashed_is_begun_once_more(home: Workspace) -> None:
    policy(home, rule=LENIENT)
    for attempt in (1, 2):
        fire_policies(home, datetime.now(UTC))
        go_on(home)
        (run,) = [it for it in runs.list_runs(home) if not it.is_finished]
        with home.database.write() as uow:
            job = uow.jobs.claim("gone", -1.0, job_id=runs.job_of(home, run.id))
            assert job is not None
            end_lost_jobs(uow)
        assert rounds.get_round(home, "churn").state == "training", attempt
    go_on(home)
    found = rounds.get_round(home, "churn")
    assert (found.state, (found.error or {})["code"]) == ("failed", "worker_lost")


def test_a_process_that_dies_before_or_after_any_step_leaves_a_round_that_goes_on(
    home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy(home, rule=LENIENT, publish="itself")
    transact, deaths = Database.transact, 0

    def before(self: Database, work: Callable[[UnitOfWork], object], patience: float = 20.0) -> None:
        raise Killed

    def after(self: Database, work: Callable[[UnitOfWork], object], patience: float = 20.0) -> None:
        transact(self, work, patience)
        raise Killed

    for _ in range(30):
        for dying in (before, after):
            with monkeypatch.context() as patched:
                patched.setattr(Database, "transact", dying)
                try:
                    fire_policies(home, datetime.now(UTC))
                    go_on(home)
                except Killed:
                    deaths += 1
        with home.database.read() as uow:
            queued = [job.id for job in uow.jobs.list(status="queued")]
        for job_id in queued:
            do_job(home, job_id)
        if not rounds.get_round(home, "churn").is_open:
            break
    found = rounds.get_round(home, "churn")
    assert (found.number, found.state, revisions(home)) == (1, "published", [(2, 2, 1.0)])
    with home.database.read() as uow:
        kinds = [job.kind for job in uow.jobs.list(limit=1_000) if job.created_at >= found.created_at]
    assert sorted(kinds) == ["compare_challenger", "publish_endpoint", "run_pipeline"]
    assert deaths >= 8


def test_whoever_looks_second_begins_nothing(home: Workspace) -> None:
    policy(home)
    with home.database.read() as uow:
        (entry,) = uow.policies.list()
    told = [round_causes._fire(home, entry, datetime.now(UTC)) for _ in range(2)]
    assert (told, len(rounds.list_rounds(home, "churn"))) == ([True, False], 1)


def test_a_policy_says_what_is_wrong_with_it(home: Workspace) -> None:
    with pytest.raises(InvalidSetting, match=r"rule\.least_rows"):
        read_policy_settings({"rule": {"least_rows": 3}})
    with pytest.raises(InvalidSetting, match="no model node modle"):
        policies.set_policy(home, "churn", "churn", PolicySettings(), node="modle")
    with pytest.raises(NotFound, match="no pipeline named chrun"):
        policies.set_policy(home, "churn", "chrun", PolicySettings())
    assert policies.trainer_of(home, "churn") == ("churn", "model")
    assert [(it.pipeline, it.nodes) for it in policies.trainers(home)] == [("churn", ["model"])]
    policies.remove_policy(home, "churn")
    assert policies.get_policy(home, "churn") is None
    with pytest.raises(MissingThing):
        rounds.retrain_now(home, "churn")
