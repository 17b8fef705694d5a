"""Secrets stay where they are, names stay names, and nothing that was typed or loaded is ever run."""

import io
import json
import logging
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import CanvasbackError, InvalidSetting
from engine.logs import start_logging
from engine.service import jobs
from engine.service.data import datasets
from engine.service.serving import endpoints, keys
from engine.settings import Settings, read_settings
from engine.workspace import Workspace, open_workspace
from storage.errors import NotFound, StorageError
from tests.homes import Published, done
from tests.servers import predict, serving

ROOT = Path(__file__).parents[2]
HOUSE = [path for part in ("ui", "engine", "components", "storage") for path in (ROOT / part).rglob("*.py")]

# `exec` of ours would be os.exec*, which replaces the process by one of our own programs.
FORBIDDEN = re.compile(
    r"\b(import|from) (pickle|marshal|shelve|dill|cloudpickle)\b"
    r"|\bimport joblib\b|\bfrom joblib import .*\b(load|dump)\b"
    r"|(?<![\w.])(eval|exec|compile|__import__)\("
    r"|\bjoblib\.load\b|\bpd\.read_pickle\b|\ballow_pickle\s*=\s*True|\bshell\s*=\s*True|\bos\.system\b"
    r"|\byaml\.(unsafe_load|full_load)\(|\byaml\.load\((?!text, Loader=_Yaml\))|\.query\(\s*f?[\"']|get_untrusted_types"
)

HOSTILE = [
    'a"; drop table datasets; --',
    "<script>alert(1)</script>",
    "{{7*7}}",
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    "con.txt\\..\\x",
    "名前 🦆",
    "'; SELECT pg_sleep(9) --",
    "=cmd|' /C calc'!A0",
]


WRITES_SKOPS = ("engine/serve/exports/skops_file.py", "engine/serve/exports/plain/steps.py")
"""These ask what is in a file that they have just written, to refuse what others should not have to trust."""


def test_nothing_typed_or_loaded_is_run() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in HOUSE
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if FORBIDDEN.search(line)
        and not ("get_untrusted_types" in line and str(path.relative_to(ROOT)) in WRITES_SKOPS)
    ]
    assert not found, "\n".join(found)


def test_a_home_is_for_its_owner_only(home: Workspace) -> None:
    folders = [home.home.path, home.uploads, *(path for path in home.home.path.iterdir() if path.is_dir())]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    assert len(home.secret) == 32
    assert stat.S_IMODE(home.home.secret_file.stat().st_mode) == 0o600


def test_no_secret_is_found_in_what_the_home_keeps_or_tells(published: Published) -> None:
    home = published.workspace
    start_logging(home.settings, "api")
    new = keys.create_key(home, "churn")
    with serving(home) as client:
        answers = [predict(client, published).text, client.get("/openapi.json").text, client.get("/readyz").text]
        refused = predict(client, published, json={"records": [{"age": published.key}]}, headers={"X-Key": new})
        answers.append(client.post("/v1/endpoints/churn/predict", headers={"Authorization": f"Bearer {new}x"}).text)
        assert refused.status_code == 422
    view = endpoints.get_endpoint(home, "churn")
    answers.append(view.model_dump_json())
    home.database.close()
    kept = {path: path.read_bytes() for path in home.home.path.rglob("*") if path.is_file()}
    kept.pop(home.home.secret_file)
    for canary in (home.secret, home.secret.hex().encode(), new.encode(), published.key.encode()):
        assert not [path for path, data in kept.items() if canary in data]
        assert not [answer for answer in answers if canary in answer.encode()]


def test_the_log_of_a_failure_holds_no_row_values(home: Workspace) -> None:
    start_logging(home.settings, "jobs")
    value = "Jane Doe"
    try:
        int(value)
    except ValueError:
        logging.getLogger("canvasback.child").exception("job %s failed", "7")
    told = (home.home.logs / "jobs.jsonl").read_text()
    assert "ValueError" in told
    assert "test_secrets_and_code.py" in told
    assert "Jane" not in told


def test_the_result_of_publishing_holds_no_key(filled_home: Published) -> None:
    with filled_home.workspace.database.read() as uow:
        results = [json.dumps(job.result) + json.dumps(job.payload) for job in uow.jobs.list(limit=100)]
    assert results
    assert not [result for result in results if "cbk_" in result]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_dataset_name_is_a_name(home: Workspace, tmp_path: Path, name: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    result = done(home, datasets.start_import(home, path, name))
    assert (result["dataset"], result["version"], result["rows"]) == (name, 1, 2)
    assert [view.name for view in datasets.list_datasets(home)] == [name]
    files = [file for file in home.home.datasets.rglob("*") if file.is_file()]
    assert [re.fullmatch(r"[0-9a-f]{24}/v1/part-\d{5}\.parquet", str(f.relative_to(home.home.datasets))) for f in files]
    datasets.delete_dataset(home, name)
    assert datasets.list_datasets(home) == []


@pytest.mark.parametrize("name", ["", " ", "x" * 10_000, "a\x00b", "a\nb", "\ud800"])
def test_a_name_that_cannot_be_seen_is_refused(home: Workspace, tmp_path: Path, name: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a\n1\n")
    with pytest.raises(StorageError):
        datasets.start_import(home, path, name)


@pytest.mark.parametrize("name", [*HOSTILE, "", "UPPER", "a/b", "a" * 64, "-a", "a%2fb"])
def test_an_endpoint_name_is_part_of_a_url_or_refused(filled_home: Published, name: str) -> None:
    with pytest.raises(CanvasbackError):
        endpoints.start_publish(filled_home.workspace, "churn", 1, name)


@pytest.mark.parametrize(
    "name", ["../../../etc/cron.d/x.csv", "/etc/passwd", "a\x00.csv", "..", "x.csv/../../y", "C:\\x.csv", "x" * 5_000]
)
def test_an_uploaded_file_gets_a_name_of_ours(home: Workspace, name: str) -> None:
    kept = datasets.keep_upload(home, io.BytesIO(b"a\n1\n"), name)
    assert kept.parent == home.uploads
    assert re.fullmatch(r"[0-9a-f]{32}(\.[a-z0-9]{1,8}){0,2}", kept.name)


def test_an_upload_that_is_too_large_is_cut_off_and_removed(new_home: Callable[..., Workspace]) -> None:
    home = new_home(upload_max_mb=1)

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b"x" * size

    with pytest.raises(CanvasbackError, match="1 MB"):
        datasets.keep_upload(home, Endless(), "big.csv")  # type: ignore[arg-type]
    assert list(home.uploads.iterdir()) == []


def test_an_upload_is_removed_once_imported_and_kept_when_it_could_not_be(home: Workspace) -> None:
    good = datasets.keep_upload(home, io.BytesIO(b"a,b\n1,2\n"), "good.csv")
    done(home, datasets.start_import(home, good, "good"))
    assert not good.exists()
    bad = datasets.keep_upload(home, io.BytesIO(b""), "bad.csv")
    job_id = datasets.start_import(home, bad, "bad")
    from tests.homes import do_job

    assert do_job(home, job_id).status == "failed"
    assert bad.exists()


def test_a_file_that_was_not_uploaded_is_never_removed(home: Workspace, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("a\n1\n")
    done(home, datasets.start_import(home, tmp_path / "mine.csv", "mine"))
    assert (tmp_path / "mine.csv").exists()


@pytest.mark.parametrize("host", [".".join("0000"), "::", "192.168.1.4", "example.com", "127.0.0.1.evil.example"])
def test_only_loopback_is_listened_on(tmp_path: Path, host: str) -> None:
    with pytest.raises(InvalidSetting, match="loopback"):
        read_settings(home=tmp_path, host=host)


def test_a_wrong_setting_is_named_without_its_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANVASBACK_API_PORT", "secret-99")
    with pytest.raises(InvalidSetting, match="CANVASBACK_API_PORT") as refused:
        read_settings(home=tmp_path)
    assert "secret-99" not in refused.value.message


def test_a_job_of_an_unknown_kind_fails_in_words(home: Workspace) -> None:
    from tests.homes import do_job

    job_id = home.database.transact(lambda uow: uow.jobs.enqueue("os.system", {"command": "id"})).id
    assert do_job(home, job_id).status == "failed"


def test_a_home_opened_twice_has_one_secret(tmp_path: Path) -> None:
    first, second = (open_workspace(Settings(home=tmp_path / "home")) for _ in range(2))
    assert first.secret == second.secret
    with pytest.raises(NotFound):
        jobs.get_job(first, "../../secret")
