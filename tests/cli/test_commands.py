"""Every command: one JSON document on standard output, progress on standard error, exit codes 0, 1 and 2."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from components.sources.customers import customers
from engine.cli.main import arranged, main
from engine.graph import Pipeline
from engine.service import jobs
from engine.service.views import JobView
from engine.workspace import Workspace
from tests.homes import Published, churn_pipeline, do_job


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document."""
        return json.loads(self.out)


Canvasback = Callable[..., Ran]


@pytest.fixture
def canvasback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Canvasback:
    """Run a command in this process; jobs too, which `tests/jobs` does in processes of their own."""

    def here(workspace: Workspace, job_id: str, on_change: Callable[[JobView], None] = lambda job: None) -> JobView:
        job = do_job(workspace, job_id)
        on_change(job)
        return job

    monkeypatch.setattr(jobs, "wait_for_job", here)

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["canvasback", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else 0, said.out, said.err)

    return run


@pytest.fixture
def place(published: Published) -> tuple[str, Path]:
    """``--home`` and the directory of a home that a test may change."""
    return "--home", published.workspace.home.path


@pytest.fixture
def fresh(tmp_path: Path) -> tuple[str, Path]:
    """``--home`` and a directory that does not exist yet."""
    return "--home", tmp_path / "fresh"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("id,amount,when\n1,2.5,2026-01-31\n2,,2026-02-01\n")
    return path


def test_importing_tells_how_the_file_was_read(canvasback: Canvasback, fresh: tuple[str, Path], rows: Path) -> None:
    told = canvasback("dataset", "import", rows, "--name", "few", "--json", *fresh)
    assert told.code == 0
    assert {"dataset", "version", "rows", "columns", "findings", "read_as"} <= told.json.keys()
    assert (told.json["dataset"], told.json["version"], told.json["rows"]) == ("few", 1, 2)
    assert told.json["columns"][0].keys() == {"name", "type"}
    assert {"delimiter", "quote", "encoding", "header"} <= told.json["read_as"].keys()
    assert "succeeded" in told.err or "%" in told.err
    again = canvasback("dataset", "import", rows, "--name", "few", *fresh)
    assert (again.code, again.out.splitlines()[0]) == (0, "few v2: 2 rows, 3 columns")


def wrong_files(folder: Path) -> dict[str, Path]:
    made = {name: folder / f"{name}.csv" for name in ("missing", "empty", "blank", "bytes", "folder", "not-parquet")}
    made["empty"].write_text("")
    made["blank"].write_text("\n\n\n")
    made["bytes"].write_bytes(bytes(range(256)) * 20)
    made["folder"].mkdir()
    made["not-parquet"] = folder / "x.parquet"
    made["not-parquet"].write_text("PAR1 but no")
    return made


@pytest.mark.parametrize("which", ["missing", "empty", "blank", "bytes", "folder", "not-parquet"])
def test_a_file_that_is_no_table_fails_in_words(
    canvasback: Canvasback, fresh: tuple[str, Path], tmp_path: Path, which: str
) -> None:
    told = canvasback("dataset", "import", wrong_files(tmp_path)[which], "--name", "x", "--json", *fresh)
    assert told.code == 1
    assert told.json["error"]["message"]
    assert told.json["error"]["code"] != "unexpected"
    assert "Traceback" not in told.err
    assert canvasback("dataset", "list", "--json", *fresh).json == []


@pytest.mark.slow
def test_a_sheet_and_several_files_are_imported(
    canvasback: Canvasback, fresh: tuple[str, Path], tmp_path: Path
) -> None:
    book = Path(__file__).parents[1] / "data" / "books" / "sales.xlsx"
    told = canvasback("dataset", "import", book, "--read-as", "sheet=Sales 2024", *fresh, "--json").json
    assert (told["rows"], told["read_as"]["sheet"]) == (12, "Sales 2024")
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text("x\ty\n1\t2\n3\n")
    pattern = tmp_path / "*.txt"
    options = ("--read-as", "delimiter=tab", "--file-column", "file", "--name", "both")
    told = canvasback("dataset", "import", pattern, *options, *fresh, "--json").json
    assert (told["rows"], told["rejected"], [column["name"] for column in told["columns"]]) == (
        2,
        2,
        ["file", "x", "y"],
    )
    left = canvasback("dataset", "rejected", "both", *fresh, "--json").json
    assert [(line["file"], line["line"]) for line in left["lines"]] == [("a.txt", 3), ("b.txt", 3)]
    assert canvasback("dataset", "rejected", "both", "--to", tmp_path / "left.csv", *fresh).code == 0
    assert (tmp_path / "left.csv").read_text().count("\n") == 3


def test_a_file_with_a_header_only_is_an_empty_dataset(
    canvasback: Canvasback, fresh: tuple[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "none.csv").write_text("a,b\n")
    told = canvasback("dataset", "import", tmp_path / "none.csv", "--json", *fresh)
    assert (told.code, told.json["rows"], len(told.json["columns"])) == (0, 0, 2)
    assert canvasback("dataset", "profile", "none", "--json", *fresh).json["rows"] == 0


def test_datasets_are_listed_shown_profiled_and_deleted(
    canvasback: Canvasback, fresh: tuple[str, Path], rows: Path
) -> None:
    canvasback("dataset", "import", rows, "--name", "few", *fresh)
    assert [view["name"] for view in canvasback("dataset", "list", "--json", *fresh).json] == ["few"]
    assert canvasback("dataset", "show", "few", "--json", *fresh).json["rows"] == 2
    profile = canvasback("dataset", "profile", "few", "--json", *fresh).json
    assert {"rows", "duplicates", "quality_score", "columns", "findings"} <= profile.keys()
    amount = next(column for column in profile["columns"] if column["name"] == "amount")
    assert {"name", "type", "missing", "distinct", "min", "max", "mean", "std"} <= amount.keys()
    assert canvasback("dataset", "delete", "few", "--json", *fresh).json == {"deleted": "few"}
    assert canvasback("dataset", "delete", "few", "--json", *fresh).code == 1


@pytest.mark.slow
def test_a_dataset_is_held_to_rules(canvasback: Canvasback, fresh: tuple[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    ages = [*range(20, 60)]
    file.write_text("id,age\n" + "".join(f"{i},{age}\n" for i, age in enumerate(ages)))
    assert canvasback("dataset", "import", file, "--name", "people", *fresh).code == 0
    rule = canvasback(
        "dataset", "rules", "add", "people", "in_range", "-p", "columns=age", "-p", "max=120", "--severity", "stop",
        "--json", *fresh,
    ).json  # fmt: skip
    assert (rule["title"], rule["state"]) == ("age is at most 120", "unchecked")
    assert canvasback("dataset", "rules", "check", "people", *fresh).code == 0
    suggested = canvasback("dataset", "rules", "suggest", "people", "--add", "--json", *fresh).json
    assert {"title": "id is unique and never missing", "failing": 0}.items() <= suggested[0].items()

    file.write_text("id,age\n" + "".join(f"{i},{age * 3}\n" for i, age in enumerate(ages)))
    imported = canvasback("dataset", "import", file, "--name", "people", "--json", *fresh).json
    assert "Rule “age is at most 120” is broken" in imported["held"]["message"]
    listed = canvasback("dataset", "rules", "list", "people", "--version", 2, "--json", *fresh).json
    assert listed["rules"][0]["failing"] == sum(3 * age > 120 for age in ages)
    rows = canvasback("dataset", "rules", "failing", "people", rule["id"], "--version", 2, "--json", *fresh).json
    assert rows["rows"][0] == {"age": 123, "id": 21}
    assert canvasback("dataset", "rules", "check", "people", "--version", 2, *fresh).code == 1
    assert canvasback("dataset", "rollback", "people", 2, "--json", *fresh).json["latest"] == 2
    refused = canvasback(
        "dataset", "rules", "add", "people", "matches", "-p", "columns=[age]", "-p", "pattern='('", "--json", *fresh
    )
    assert (refused.code, refused.json["error"]["field"]) == (1, "pattern")
    assert canvasback("dataset", "rules", "delete", "people", rule["id"], *fresh).code == 0
    assert "id is unique" in canvasback("dataset", "rules", "list", "people", *fresh).out


@pytest.mark.parametrize(
    "name", ['a"; drop table x; --', "<script>", "名前", "../../x", "-rf", "$(id)", "%s%n", "\u202e"]
)
def test_a_hostile_name_comes_back_as_it_was(
    canvasback: Canvasback, fresh: tuple[str, Path], rows: Path, name: str
) -> None:
    assert canvasback("dataset", "import", rows, f"--name={name}", "--json", *fresh).json["dataset"] == name
    assert canvasback("dataset", "list", "--json", *fresh).json[0]["name"] == name
    shown = canvasback("dataset", "list", *fresh)
    assert "\u202e" not in shown.out
    assert canvasback("dataset", "show", "--json", *fresh, "--", name).json["name"] == name


def test_a_pipeline_is_validated_with_exit_code_1_when_it_cannot_run(
    canvasback: Canvasback, place: tuple[str, Path], tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(churn_pipeline().as_yaml())
    bad.write_text(churn_pipeline().as_yaml().replace("target: churn", "target: nowhere"))
    fine = canvasback("pipeline", "validate", good, "--json", *place)
    assert fine.code == 0
    assert not [problem for problem in fine.json["problems"] if problem["severity"] == "error"]
    told = canvasback("pipeline", "validate", bad, "--json", *place)
    assert told.code == 1
    assert {"code", "node", "severity", "message", "fix"} <= told.json["problems"][0].keys()
    for text in ("", "[1, 2", "format: 99", "a: &a [*a]", "\x00"):
        bad.write_text(text)
        refused = canvasback("pipeline", "validate", bad, "--json", *place)
        assert (refused.code, bool(refused.json["error"]["message"])) == (1, True)


def test_a_pipeline_goes_in_and_comes_out_the_same(
    canvasback: Canvasback, fresh: tuple[str, Path], tmp_path: Path
) -> None:
    file = tmp_path / "churn.yaml"
    file.write_text(churn_pipeline().as_yaml())
    assert canvasback("pipeline", "import", file, "--json", *fresh).json["pipeline"] == "churn"
    assert Pipeline.from_yaml(canvasback("pipeline", "export", "churn", *fresh).out) == churn_pipeline()
    assert canvasback("pipeline", "export", "churn", "--json", *fresh).json["nodes"]
    assert canvasback("pipeline", "list", "--json", *fresh).json[0]["name"] == "churn"
    assert canvasback("pipeline", "show", "churn", "--json", *fresh).json["versions"] == []


def test_a_run_tells_its_nodes_and_models(canvasback: Canvasback, place: tuple[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "churn.yaml"
    file.write_text(churn_pipeline(C=0.5).as_yaml())
    told = canvasback("run", file, "--json", *place)
    assert told.code == 0, told.err
    assert {"run", "status", "seconds", "reused", "nodes", "models"} <= told.json.keys()
    node_keys = {"node", "status", "rows_in", "rows_out", "seconds", "memory_mb", "cached"}
    assert all(node_keys <= node.keys() for node in told.json["nodes"])
    assert {"node", "model", "version", "task", "metrics", "baseline"} <= told.json["models"][0].keys()
    assert canvasback("runs", "list", "--json", *place).json[0]["id"] == told.json["run"]
    assert canvasback("runs", "show", told.json["run"], "--json", *place).json["run"] == told.json["run"]
    assert canvasback("run", "churn", "--to", "fill", "--json", *place).json["reused"] > 0
    script = canvasback("pipeline", "script", told.json["run"], "--to", tmp_path / "script", "--json", *place).json[
        "script"
    ]
    assert Path(script).read_text().startswith('"""churn')


def test_a_run_tells_what_it_and_each_node_took(
    canvasback: Canvasback, place: tuple[str, Path], tmp_path: Path
) -> None:
    file = tmp_path / "churn.yaml"
    file.write_text(churn_pipeline(C=0.5).as_yaml())
    told = canvasback("run", file, "--json", *place).json
    totals = {
        "cpu_seconds",
        "memory_mb",
        "bytes_read",
        "bytes_written",
        "bytes_spilled",
        "computed",
        "backend",
        "limits",
    }
    assert totals <= told.keys()
    measured = {"stage", "started", "cpu_seconds", "bytes_read", "bytes_written", "bytes_spilled"}
    assert all(measured <= node.keys() for node in told["nodes"])
    assert told["computed"] + told["reused"] == len(told["nodes"])
    shown = canvasback("runs", "show", told["run"], *place).out
    assert "computed" in shown
    assert "of CPU" in shown


def test_a_plan_says_what_a_run_would_do_and_changes_nothing(
    canvasback: Canvasback, place: tuple[str, Path], tmp_path: Path
) -> None:
    file = tmp_path / "churn.yaml"
    file.write_text(churn_pipeline(C=0.5).as_yaml())
    told = canvasback("pipeline", "plan", file, "--json", *place)
    assert told.code == 0, told.err
    assert {
        "seconds",
        "memory_mb",
        "running",
        "reused",
        "unknown",
        "steps",
        "stages",
        "splits_moved",
    } <= told.json.keys()
    assert [step["node"] for step in told.json["steps"] if step["doing"] == "computed"] == ["model"]
    assert len(canvasback("runs", "list", "--json", *place).json) == 1
    shown = canvasback("pipeline", "plan", file, *place).out
    assert shown.splitlines()[-1] == f"{told.json['in_words']}."
    assert "model" not in canvasback("pipeline", "plan", "churn", "--to", "fill", *place).out.lower()
    assert canvasback("pipeline", "plan", "no-such", "--json", *place).json["error"]["code"] == "not_found"


@pytest.mark.slow
def test_two_runs_are_compared(canvasback: Canvasback, place: tuple[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "churn.yaml"
    file.write_text(churn_pipeline(C=0.001).as_yaml())
    second = canvasback("run", file, "--json", *place).json["run"]
    first = canvasback("runs", "list", "--json", *place).json[-1]["id"]
    told = canvasback("runs", "compare", first, second, "--json", *place)
    assert told.code == 0, told.err
    assert {"left", "right", "pace", "differences", "nodes", "scores"} <= told.json.keys()
    assert [(it["what"], it["right"]) for it in told.json["differences"]] == [("Logistic regression (model): C", 0.001)]
    assert {node["node"]: node["same_result"] for node in told.json["nodes"]}["model"] is False
    assert {"left", "right", "metric"} <= told.json["scores"][0].keys()
    shown = canvasback("runs", "compare", first, second, *place).out
    assert "than run 1" in shown or "as run 1" in shown
    assert "roc_auc" in shown
    assert canvasback("runs", "compare", first, "nothing", "--json", *place).code == 1


def test_a_detached_run_waits_and_can_be_cancelled(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    run_id = canvasback("run", "churn", "--detach", "--json", *place).json["run"]
    assert canvasback("runs", "cancel", run_id, "--json", *place).json == {"run": run_id, "status": "cancelled"}


def test_a_run_that_cannot_be_fails_with_json(canvasback: Canvasback, place: tuple[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(churn_pipeline().as_yaml().replace("target: churn", "target: nowhere"))
    told = canvasback("run", file, "--json", *place)
    assert (told.code, told.json["error"]["code"]) == (1, "pipeline_problems")
    assert told.json["problems"]
    for wrong in (("run", "no-such"), ("run", tmp_path / "no.yaml"), ("run", "churn", "--to", "nowhere")):
        assert canvasback(*wrong, "--json", *place).json["error"]["message"]


def test_a_run_that_fails_on_its_way_tells_which_node(
    canvasback: Canvasback, place: tuple[str, Path], tmp_path: Path
) -> None:
    file = tmp_path / "one_class.yaml"
    document = churn_pipeline().as_document()
    document["nodes"]["some"] = {"component": "filter_rows", "params": {"condition": "churn = 'no'"}}
    document["edges"] = [edge for edge in document["edges"] if edge != "customers -> fill"]
    document["edges"] += ["customers -> some", "some -> fill"]
    file.write_text(json.dumps({**document, "name": "one_class"}))
    told = canvasback("run", file, "--json", *place)
    assert (told.code, told.json["status"]) == (1, "failed")
    assert told.json["error"]["node"] == "model" or told.json["error"]["message"]


def test_a_model_is_shown_with_all_that_made_it(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    told = canvasback("model", "show", "churn:1", "--json", *place).json
    keys = {"model", "version", "task", "target", "signature", "metrics", "lineage", "libraries"}
    assert keys <= told.keys()
    assert {"pipeline", "pipeline_version", "datasets", "run"} <= told["lineage"].keys()
    assert "scikit-learn" in told["libraries"]
    assert canvasback("model", "list", "--json", *place).json[0]["model"] == "churn"
    assert canvasback("model", "show", "churn", *place).out.startswith("churn v1")
    assert canvasback("model", "show", "churn:99", "--json", *place).json["error"]["code"] == "not_found"


def test_a_model_is_published_rolled_back_and_retired(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    told = canvasback("endpoint", "publish", "churn:1", "--name", "second", "--json", *place).json
    assert {"endpoint", "url", "model", "version", "key", "parity"} <= told.keys()
    assert {"rows", "max_difference"} <= told["parity"].keys()
    assert "key" not in canvasback("endpoint", "publish", "churn", "--name", "second", "--json", *place).json
    assert canvasback("endpoint", "rollback", "second", "--json", *place).json["version"] == 1
    assert canvasback("endpoint", "key", "create", "second", "--json", *place).json["key"].startswith("cbk_")
    keys = canvasback("endpoint", "key", "list", "second", "--json", *place)
    assert len(keys.json) == 2
    assert told["key"] not in keys.out
    assert canvasback("endpoint", "key", "revoke", "second", keys.json[0]["id"], "--json", *place).code == 0
    assert {view["name"] for view in canvasback("endpoint", "list", "--json", *place).json} == {"churn", "second"}
    assert canvasback("endpoint", "retire", "second", "--json", *place).json["status"] == "retired"
    refused = canvasback("endpoint", "publish", "churn", "--name", "second", "--json", *place)
    assert refused.code == 1


@pytest.mark.parametrize("suffix", ["json", "csv", "parquet"])
def test_predict_answers_a_file_as_the_api_would(
    canvasback: Canvasback, place: tuple[str, Path], published: Published, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"rows.{suffix}"
    table = customers().slice(0, 20)
    if suffix == "json":
        file.write_text(json.dumps([published.record] * 20))
    elif suffix == "csv":
        pyarrow.csv.write_csv(table, file)
    else:
        pq.write_table(table, file)
    told = canvasback("predict", "churn", "--input", file, "--json", *place)
    assert told.code == 0, told.err
    assert told.json.keys() == {"predictions", "model", "version"}
    assert len(told.json["predictions"]) == 20
    assert {"prediction", "probabilities", "id"} == told.json["predictions"][0].keys()


@pytest.mark.parametrize("text", ["", "{", "5", '{"records": 5}', "[5]", '[{"age": 1e999}]', "[" * 100_000])
def test_predict_refuses_a_file_without_records(
    canvasback: Canvasback, place: tuple[str, Path], tmp_path: Path, text: str
) -> None:
    (tmp_path / "x.json").write_text(text)
    told = canvasback("predict", "churn", "--input", tmp_path / "x.json", "--json", *place)
    assert (told.code, told.json["error"]["code"] != "unexpected") == (1, True)


@pytest.mark.parametrize(
    "wrong",
    [
        ("no-such-command",),
        ("dataset", "no-such"),
        ("dataset", "show"),
        ("dataset", "show", "a", "--version", "x"),
        ("dataset", "list", "--no-such"),
        ("run", "x", "--param", "novalue"),
        ("up", "--ui-port", "99999"),
    ],
)
def test_wrong_use_ends_with_code_2_and_json_when_asked(
    canvasback: Canvasback, fresh: tuple[str, Path], wrong: tuple[str, ...]
) -> None:
    told = canvasback(*wrong, *fresh, "--json")
    assert told.code == 2
    assert told.json["error"]["message"]
    assert told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("name", "value"), [("HOST", "192.168.1.4"), ("API_PORT", "x"), ("LOG_LEVEL", "LOUD"), ("API_HOSTS", "x")]
)
def test_a_wrong_setting_is_wrong_use(
    canvasback: Canvasback, fresh: tuple[str, Path], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CANVASBACK_{name}", value)
    told = canvasback("dataset", "list", "--json", *fresh)
    assert (told.code, told.json["error"]["code"]) == (2, "invalid_setting")
    assert f"CANVASBACK_{name}" in told.err or name.lower() in told.err
    assert not fresh[1].exists()


def test_home_and_json_may_stand_anywhere(canvasback: Canvasback, fresh: tuple[str, Path]) -> None:
    home = str(fresh[1])
    for given in (
        ("--home", home, "dataset", "list", "--json"),
        ("--json", f"--home={home}", "dataset", "list"),
        ("dataset", "--json", "list", "--home", home),
        ("dataset", "--home", home, "list", "--json"),
    ):
        assert (canvasback(*given).code, canvasback(*given).json) == (0, [])
    assert arranged(["a", "--", "--json"]) == ["a", "--", "--json"]


def test_doctor_and_gc_tell_what_they_found(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    assert {check["status"] for check in canvasback("doctor", "--json", *place).json["checks"]} <= {"ok", "warning"}
    assert canvasback("gc", "--json", *place).json["artifacts"] == 0
    assert canvasback("doctor", *place).out.startswith("ok")
    assert canvasback("gc", *place).out.startswith("Removed")


def test_doctor_ends_with_code_1_when_something_is_broken(canvasback: Canvasback, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    told = canvasback("doctor", "--json", "--home", tmp_path / "file")
    assert (told.code, told.json["checks"][0]["status"]) == (1, "error")


def test_openapi_and_components_are_documents(canvasback: Canvasback, place: tuple[str, Path]) -> None:
    assert "/v1/endpoints/churn/predict" in canvasback("openapi", *place).json["paths"]
    listed = canvasback("components", "--json", *place).json
    assert {"key", "title", "about", "inputs", "outputs", "params"} <= listed[0].keys()
    assert canvasback("components", "impute_mean", "--json").json["key"] == "impute_mean"
    assert canvasback("components", "no_such", "--json").json["error"]["code"] == "unknown_component"


def test_an_error_of_ours_is_one_line_and_the_log_has_the_rest(
    canvasback: Canvasback, place: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("engine.service.data.datasets.list_datasets", broken)
    told = canvasback("dataset", "list", "--json", *place)
    assert (told.code, told.json["error"]["code"]) == (1, "unexpected")
    assert "Traceback" not in told.err
    assert "RuntimeError" in (place[1] / "logs" / "cli.jsonl").read_text()


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "engine.cli", "--help"], capture_output=True, text=True, check=True
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    heavy = {
        "ibis",
        "sklearn",
        "pandas",
        "pyarrow",
        "duckdb",
        "sqlalchemy",
        "fastapi",
        "numpy",
        "pydantic",
        "streamlit",
    }
    assert not imported & heavy
    assert "typer" in imported


def test_components_open_no_database() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "engine.cli", "components"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"sqlalchemy", "sklearn", "fastapi", "streamlit", "alembic"}
