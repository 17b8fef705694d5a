"""`canvasback apply`: a fresh home becomes what a file says, with a plan first; a second time nothing is left to do."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import CanvasbackError, InvalidSetting
from engine.service.applying import apply_plan, make_plan, read_wishes
from engine.service.data.datasets import get_dataset
from engine.service.data.syncs import get_sync
from engine.service.modelling import registry
from engine.service.retraining import policies
from engine.service.running.triggers import list_triggers
from engine.service.serving import endpoints
from engine.sources import FileSource
from engine.workspace import Workspace
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
    ]
    found = endpoints.get_endpoint(home, "churn")
    assert (found.model, found.version, found.keys) == ("churn", 1, [])
    told = policies.get_policy(home, "churn")
    assert told is not None
    assert (told.settings.rule.group, told.settings.publish, told.node) == ("contract", "ask", "model")
    assert told.next_at is not None
    assert get_dataset(home, "customers").tags == ["example"]
    assert (left(home, folder / "churn.yaml"), wish(home, folder / "churn.yaml")) == ({"leave"}, [])


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


def test_the_command_plans_asks_and_does(canvasback: Canvasback, published: Published, folder: Path) -> None:
    (folder / "wish.yaml").write_text("format: 1\nendpoints:\n  second: {model: 'churn:1'}\n")
    command = ("apply", str(folder / "wish.yaml"), "--home", published.workspace.home.path)
    seen = canvasback(*command, "--dry-run", "--json").json
    assert [step["action"] for step in seen["plan"]] == ["make"]
    assert seen["done"] == []
    assert "+ make     endpoint  second: answered by churn v1" in canvasback(*command, "--dry-run").out
    told = canvasback(*command, "--yes", "--json").json
    assert [step["done"] for step in told["done"]] == ["revision 1"]
    assert "Everything is as the file says." in canvasback(*command).out
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
