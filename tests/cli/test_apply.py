"""`canvasback apply`: a fresh home becomes what a file says, with a plan first; a second time nothing is left to do."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.errors import CanvasbackError, InvalidSetting
from engine.notify.signing import new_signing_key
from engine.service.applying import apply_plan, make_plan, read_wishes
from engine.service.data.datasets import get_dataset
from engine.service.data.syncs import get_sync
from engine.service.modelling import registry
from engine.service.monitoring import alert_rules, alerts, channels
from engine.service.monitoring.alert_looks import look_at_rules
from engine.service.retraining import policies
from engine.service.running.triggers import list_triggers
from engine.service.serving import endpoints, publications
from engine.sources import FileSource
from engine.workspace import Workspace
from storage.schema import utc_now
from tests.cli.test_commands import Canvasback, canvasback
from tests.homes import Published, done

__all__ = ["canvasback"]

EXAMPLE = Path(__file__).parents[2] / "examples" / "apply"
MORE = """
format: 1
datasets:
  customers:
    from: customers.csv
    owner: Zoë
    sync: {schedule: {every: day, at: "13:30"}, mode: append, retries: 1}
pipelines:
  counting:
    starts_with: [customers]
    drawing:
      nodes:
        customers: {component: dataset, params: {dataset: customers}}
        young: {component: filter_rows, params: {condition: age < 30}}
      edges: [customers -> young]
endpoints:
  churn: {traffic: {"churn:1": 75, "churn:2": 25}, settings: {log: false}}
policies:
  churn: {pipeline: churn, publish: itself, canary: 0.2, paused: true}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE, tmp_path / "wished")
    return tmp_path / "wished"


def wish(home: Workspace, path: Path) -> list[tuple[str, str]]:
    """Apply a file; what was done."""
    plan = make_plan(home, read_wishes(path))
    told = apply_plan(
        home, plan, origin=lambda text: FileSource(path=path.parent / text), wait=lambda job_id: done(home, job_id)
    )
    return [(it.step.verb, it.step.what) for it in told]


def left(home: Workspace, path: Path) -> set[str]:
    return {step.verb for step in make_plan(home, read_wishes(path)).steps}


def test_the_example_makes_a_fresh_home_and_a_second_time_changes_nothing(home: Workspace, folder: Path) -> None:
    made = wish(home, folder / "churn.yaml")
    assert made == [
        *(("make", what) for what in ("dataset", "pipeline", "model", "endpoint")),
        ("change", "settings"),
        ("make", "policy"),
        *(("make", "alert") for _ in range(3)),
    ]
    found = endpoints.get_endpoint(home, "churn")
    assert (found.model, found.version, found.keys) == ("churn", 1, [])
    told = policies.get_policy(home, "churn")
    assert told is not None
    assert (told.settings.rule.group, told.settings.publish, told.node) == ("contract", "ask", "model")
    assert told.next_at is not None
    assert get_dataset(home, "customers").tags == ["example"]
    assert (left(home, folder / "churn.yaml"), wish(home, folder / "churn.yaml")) == ({"leave"}, [])


def test_what_went_live_is_among_the_publications_with_its_cause(home: Workspace, folder: Path) -> None:
    wish(home, folder / "churn.yaml")
    (found,) = publications.list_publications(home, "churn")
    assert (found.status, found.revision, found.asked_by, found.why) == ("live", 1, "apply", "A file was applied")


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The secrets that the example names."""
    told = {"PAGER_KEY": new_signing_key(), "MAIL_PASSWORD": "canary-p4ssw0rd"}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    return told


def test_who_is_told_comes_from_a_file_and_its_secrets_from_elsewhere(
    published: Published, folder: Path, secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, path = published.workspace, folder / "on_call.yaml"
    plan = make_plan(home, read_wishes(path))
    assert [(it.verb, it.what, it.name) for it in plan.steps] == [
        ("make", "channel", "pager"),
        ("make", "channel", "analysts"),
        ("make", "alert", "nobody asks churn"),
    ]
    assert not any(secret in repr(plan) for secret in secrets.values())
    wish(home, path)
    assert (left(home, path), wish(home, path)) == ({"leave"}, [])
    pager = next(it for it in channels.list_channels(home) if it.name == "pager")
    assert (pager.kind, pager.least_severity, pager.most_per_hour) == ("webhook", "critical", 20)
    (rule,) = alert_rules.list_rules(home)
    assert (rule.condition, rule.window_minutes, rule.channels) == ("absent", 1440, ["analysts"])
    monkeypatch.setenv("MAIL_PASSWORD", "another-canary")
    path.write_text(path.read_text().replace("critical", "info").replace("1440", "60"))
    plan = make_plan(home, read_wishes(path))
    assert {it.name: it.words for it in plan.to_do if it.what == "channel"} == {
        "pager": "least severity of the webhook https://hooks.example.com/…",
        "analysts": "secret of the e-mail to analysts@example.com by mail.example.com:587",
    }
    assert wish(home, path) == [("change", "channel"), ("change", "channel"), ("change", "alert")]
    assert (left(home, path), alert_rules.list_rules(home)[0].window_minutes) == ({"leave"}, 60)


def test_a_secret_may_lie_in_a_file_of_its_own(home: Workspace, tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text(new_signing_key() + "\n")
    path = tmp_path / "wish.yaml"
    path.write_text("format: 1\nchannels: {pager: {webhook: {url: 'https://example.org/x'}, secret_file: key.txt}}\n")
    assert (wish(home, path), left(home, path)) == ([("make", "channel")], {"leave"})
    (tmp_path / "key.txt").write_text(new_signing_key())
    assert wish(home, path) == [("change", "channel")]


HOOK = "format: 1\nchannels:\n  pager:\n    webhook: {url: 'https://example.org/x'}\n"


@pytest.mark.parametrize(
    ("text", "line", "said", "hint"),
    [
        (HOOK, 3, "name its signing key", ""),
        (HOOK + "    secret: canary\n", 5, "'secret' is not known here", "never in a file"),
        (HOOK + "    secret_env: NOT_SET_ANYWHERE\n", 5, "no environment variable NOT_SET_ANYWHERE", "Set it"),
        (HOOK + "    secret_file: nowhere.txt\n", 5, "nowhere.txt cannot be read", "Files are looked for"),
        (HOOK + "    secret_env: CANARY\n", 3, "This is no signing key", ""),
        (HOOK + "    secret_env: CANARY\n    secret_file: x\n", 3, "one of secret_env and secret_file", ""),
        (
            "format: 1\nchannels:\n  a: {webhook: {url_env: CANARY}, secret_env: CANARY}\n",
            3,
            "no address of the web",
            "https://host/path",
        ),
        ("format: 1\nchannels:\n  a:\n    email: {host: h, sender: x, to: [y@z]}\n", 4, "no address", ""),
        ("format: 1\nchannels:\n  a:\n    email: {host: h, password: p}\n", 4, "'password'", "never in a file"),
        ("format: 1\nalerts:\n  a: {subject: e, measure: colour, limit: 1}\n", 3, "no measure 'colour'", "drift_worst"),
        ("format: 1\nalerts:\n  a: {subject: e, measure: errors, limit: 1}\n", 3, "no endpoint named e", ""),
        (
            "format: 1\nalerts:\n  a:\n    subject: e\n    measure: errors\n    limt: 1\n",
            6,
            "'limt'",
            "Did you mean limit?",
        ),
        ("format: 1\nalerts:\n  a: {subject: d, measure: age, condition: rises, limit: 1}\n", 3, "cannot be rises", ""),
        (
            "format: 1\ndatasets: {d: {from: x.csv}}\nalerts:\n  a:\n    subject: d\n    measure: age\n    limit: 1\n"
            "    channels: [nobody]\n",
            8,
            "no channel named nobody",
            "under channels",
        ),
    ],
)
def test_what_is_wrong_with_channels_and_alerts_is_named_with_its_line(
    home: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, line: int, said: str, hint: str
) -> None:
    monkeypatch.setenv("CANARY", "canary-value")
    path = tmp_path / "wish.yaml"
    path.write_text(text)
    with pytest.raises(CanvasbackError) as caught:
        make_plan(home, read_wishes(path))
    assert said in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.detail["line"] == line
    assert "canary-value" not in repr(caught.value) + caught.value.message + caught.value.hint


def test_an_alert_that_says_something_else_begins_anew(published: Published, tmp_path: Path) -> None:
    home, path = published.workspace, tmp_path / "wish.yaml"
    text = "format: 1\nalerts: {old: {subject: customers, measure: age, limit: 1, severity: info}}\n"
    path.write_text(text)
    wish(home, path)
    look_at_rules(home, utc_now() + timedelta(hours=5))
    assert alert_rules.get_rule(home, "old").is_open
    path.write_text(text.replace("info", "critical"))
    assert wish(home, path) == [("change", "alert")]
    assert alert_rules.get_rule(home, "old").is_open, "it still says when it holds"
    path.write_text(text.replace("limit: 1", "limit: 100"))
    wish(home, path)
    assert not alert_rules.get_rule(home, "old").is_open
    assert alerts.list_alerts(home, is_open=None)[0].closed_because == "Its rule was changed."


def test_what_differs_is_changed_and_nothing_else(
    published: Published, folder: Path, new_home: Callable[..., Workspace]
) -> None:
    home = new_home(copy_of=published.workspace, name="other", file_folders=[folder])
    from tests.homes import churn_pipeline, do_run

    assert do_run(home, churn_pipeline(C=0.3)).models[0]["version"] == 2
    (folder / "more.yaml").write_text(MORE, encoding="utf-8")
    assert wish(home, folder / "more.yaml") == [
        *(("change", "dataset"), ("make", "sync"), ("make", "pipeline"), ("make", "trigger"), ("change", "endpoint")),
        *(("change", "settings"), ("make", "policy")),
    ]
    live = {it.version: it.share for it in endpoints.get_endpoint(home, "churn").deployments if it.active}
    assert live == {1: 0.75, 2: 0.25}
    sync = get_sync(home, "customers")
    assert sync is not None
    assert (f"{sync.schedule.at:%H:%M}", sync.mode) == ("13:30", "append")
    assert [it.pipeline for it in list_triggers(home, "customers")] == ["counting"]
    told = policies.get_policy(home, "churn")
    assert told is not None
    assert (told.paused, told.next_at, told.settings.canary) == (True, None, 0.2)
    assert left(home, folder / "more.yaml") == {"leave"}
    registry.set_alias(home, "churn", 2, "champion")
    (folder / "alias.yaml").write_text("format: 1\nendpoints: {churn: {model: churn@champion}}\n")
    assert wish(home, folder / "alias.yaml") == [("change", "endpoint")]
    assert endpoints.get_endpoint(home, "churn").version == 2


@pytest.mark.parametrize(
    ("text", "line", "said", "hint"),
    [
        ("format: 1\ndatasets:\n  a: {frm: x.csv}\n", 3, "'frm' is not known here", "Did you mean from?"),
        ("format: 1\ndataset:\n  a: {}\n", 2, "'dataset' is not known here", "datasets"),
        ("datasets: {}\n", 1, "'format' is missing", ""),
        ("format: 1\nendpoints:\n  churn:\n    model: churn:1\n    keys: [abc]\n", 5, "'keys'", "never in a file"),
        ("format: 1\nendpoints:\n  churn:\n    model: churn\n", 3, "say which version of churn", ""),
        ("format: 1\nendpoints:\n  churn:\n    traffic: {'churn:1': 50}\n", 3, "add up to 50", ""),
        ("format: 1\nendpoints:\n  Bad Name: {model: churn:1}\n", 3, "cannot be the name of an endpoint", ""),
        (
            "format: 1\npolicies:\n  e:\n    pipeline: p\n    rule: {least_rows: 2}\n",
            5,
            "greater than or equal to 30",
            "",
        ),
        (
            "format: 1\npolicies:\n  e:\n    pipeline: p\n    triggers: {schedule: {at: 12:30}}\n",
            5,
            "in quotes",
            "",
        ),
        ("format: 1\npipelines:\n  p: {file: nowhere.yaml}\n", 3, "nowhere.yaml cannot be read", "Files are looked"),
        ("format: 1\npipelines:\n  p:\n    drawing: {nodes: {a: {component: nothing}}}\n", 4, "nothing", ""),
        ("format: 1\na: &x {}\nb: *x\n", 2, "anchors", ""),
        ("format: 1\nformat: 1\n", 2, "there twice", ""),
        ("!!python/object/apply:os.system [ls]\n", 1, "", ""),
    ],
)
def test_every_mistake_is_named_with_its_line_before_anything_is_done(
    home: Workspace, tmp_path: Path, text: str, line: int, said: str, hint: str
) -> None:
    path = tmp_path / "wish.yaml"
    path.write_text(text)
    with pytest.raises(InvalidSetting) as caught:
        make_plan(home, read_wishes(path))
    assert said in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.detail["line"] == line


def test_what_is_not_there_is_told_while_planning(home: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "wish.yaml"
    for text, said in (
        ("datasets: {a: {description: none}}", "does not say from where"),
        ("endpoints: {e: {model: 'churn:3'}}", "no model named churn"),
        ("endpoints: {e: {pipeline: churn}}", "no pipeline named churn"),
        ("policies: {e: {pipeline: churn}}", "no endpoint named e"),
        ("endpoints: {e: {model: 'churn:3', settings: {logg: true}}}", "no model named churn"),
    ):
        path.write_text(f"format: 1\n{text}\n")
        with pytest.raises(InvalidSetting, match=said):
            make_plan(home, read_wishes(path))


def test_the_command_plans_asks_and_does(
    canvasback: Canvasback, published: Published, folder: Path, secrets: dict[str, str]
) -> None:
    (folder / "wish.yaml").write_text("format: 1\nendpoints:\n  second: {model: 'churn:1'}\n")
    command = ("apply", str(folder / "wish.yaml"), "--home", published.workspace.home.path)
    seen = canvasback(*command, "--dry-run", "--json").json
    assert [step["action"] for step in seen["plan"]] == ["make"]
    assert seen["done"] == []
    assert "+ make     endpoint  second: answered by churn v1" in canvasback(*command, "--dry-run").out
    told = canvasback(*command, "--yes", "--json").json
    assert [step["done"] for step in told["done"]] == ["revision 1"]
    assert "Everything is as the file says." in canvasback(*command).out
    (folder / "wish.yaml").write_text(
        "format: 1\nchannels: {pager: {webhook: {url: 'https://example.org/x'}, secret_env: PAGER_KEY}}\n"
        "alerts: {slow: {subject: churn, measure: latency_p95, limit: 500, channels: [pager]}}\n"
    )
    ran = [canvasback(*command, "--dry-run"), canvasback(*command, "--yes"), canvasback(*command, "--yes", "--json")]
    assert "+ make     channel   pager: webhook https://example.org/…" in ran[0].out
    assert "+ make     alert     slow: churn: Latency, 95th percentile" in ran[0].out
    assert (ran[2].json["done"], {step["action"] for step in ran[2].json["plan"]}) == ([], {"leave"})
    assert not any(secrets["PAGER_KEY"] in it.out + it.err for it in ran)
    (folder / "wish.yaml").write_text("format: 1\nendpoint: {}\n")
    wrong = canvasback(*command, "--json")
    assert (wrong.code, wrong.json["error"]["detail"]) == (2, {"line": 2, "key": "endpoint"})


def test_what_fails_names_the_wish_and_what_was_done_stays(home: Workspace, folder: Path) -> None:
    (folder / "customers.csv").write_text("")
    plan = make_plan(home, read_wishes(folder / "churn.yaml"))
    with pytest.raises(CanvasbackError, match=r"Line 5, datasets\.customers"):
        list(apply_plan(home, plan, origin=lambda text: FileSource(path=folder / text), wait=_failing(home)))


def _failing(home: Workspace) -> Callable[[str], dict[str, Any]]:
    from tests.homes import do_job

    def wait(job_id: str) -> dict[str, Any]:
        job = do_job(home, job_id)
        if job.status != "succeeded":
            raise CanvasbackError(str((job.error or {})["message"]))
        return job.result or {}

    return wait
