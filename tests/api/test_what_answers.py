"""An endpoint answers what the run would have answered, says which version that was, and swaps without a gap."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.service.data import datasets
from engine.service.modelling import models
from engine.service.running import runs
from engine.service.serving import endpoints
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from tests.homes import Published, churn_pipeline, do_run, publish
from tests.servers import eventually, predict, serving


def rows_of(view: Any) -> list[dict[str, Any]]:
    names = [column["name"] for column in view.columns]
    return [dict(zip(names, row, strict=True)) for row in view.rows]


def test_predictions_equal_those_of_the_run(client: httpx.Client, filled_home: Published) -> None:
    home = filled_home.workspace
    ran = {row["customer_id"]: row for row in rows_of(runs.node_table(home, filled_home.run.id, "model", limit=1000))}
    rows = [
        row for row in rows_of(datasets.preview_dataset(home, "customers", limit=1000)) if row["customer_id"] in ran
    ]
    assert len(rows) >= 200
    records = [{name: row[name] for name in filled_home.record} for row in rows]
    told = predict(client, filled_home, json={"records": records}).json()
    assert (told["model"], told["version"]) == ("churn", 1)
    for row, answer in zip(rows, told["predictions"], strict=True):
        assert answer["prediction"] == ran[row["customer_id"]]["prediction"]


def test_the_openapi_page_describes_each_endpoint_and_its_example_is_answered(
    client: httpx.Client, filled_home: Published
) -> None:
    document = client.get("/openapi.json").json()
    asked = document["paths"]["/v1/endpoints/churn/predict"]["post"]
    content = asked["requestBody"]["content"]["application/json"]
    record = content["schema"]["properties"]["records"]["items"]
    assert record["properties"]["age"] == {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}
    assert record["properties"]["total_charges"] == {"type": ["number", "null"]}
    assert set(record["required"]) == filled_home.record.keys()
    refusals = {"400", "401", "404", "408", "410", "413", "415", "422", "429", "503"}
    assert refusals | {"200"} == asked["responses"].keys()
    assert predict(client, filled_home, json=content["example"]).status_code == 200


def test_the_example_is_no_row_of_the_data(client: httpx.Client, filled_home: Published) -> None:
    schema = client.get("/v1/endpoints/churn/schema", headers=filled_home.headers).json()
    rows = rows_of(datasets.preview_dataset(filled_home.workspace, "customers", limit=1000))
    example = schema["record"]["examples"][0]
    assert all({name: row[name] for name in example} != example for row in rows)


@pytest.fixture
def two_versions(published: Published) -> Published:
    """The endpoint answers with version 1; version 2 exists."""
    run = do_run(published.workspace, churn_pipeline(C=0.01))
    assert [model["version"] for model in run.models] == [2]
    return published


def test_version_2_takes_over_and_a_rollback_brings_version_1_back(two_versions: Published) -> None:
    home = two_versions.workspace
    with serving(home) as client:
        before = predict(client, two_versions).json()["predictions"][0]["probabilities"]
        assert publish(home, "churn", 2, "churn").status == "succeeded"
        eventually(lambda: predict(client, two_versions).json()["version"] == 2)
        after = predict(client, two_versions).json()["predictions"][0]["probabilities"]
        assert after != before
        assert endpoints.roll_back(home, "churn").version == 1
        eventually(lambda: predict(client, two_versions).json()["version"] == 1)
        assert predict(client, two_versions).json()["predictions"][0]["probabilities"] == before


def test_swapping_under_load_never_fails_and_never_mixes(two_versions: Published) -> None:
    home = two_versions.workspace
    answers: list[tuple[int, int, str]] = []
    stop = threading.Event()

    with serving(home) as client:

        def ask() -> None:
            records = {"records": [two_versions.record] * 5}
            while not stop.wait(0.02):
                answer = predict(client, two_versions, json=records)
                told = answer.json()
                chances = {str(row["probabilities"]) for row in told.get("predictions", ())}
                answers.append((answer.status_code, told.get("version", 0), "|".join(sorted(chances))))

        askers = [threading.Thread(target=ask) for _ in range(3)]
        for asker in askers:
            asker.start()
        for version in (2, 1, 2, 1):
            publish(home, "churn", version, "churn")
            eventually(lambda version=version: answers and answers[-1][1] == version)
        stop.set()
        for asker in askers:
            asker.join()
    assert {status for status, _, _ in answers} == {200}
    # Each version has one answer for this record, whoever asked and when; five equal records get one answer.
    assert len({(version, chances) for _, version, chances in answers}) == 2


def flip_a_byte(home: Workspace, model: str, version: int, file: str) -> None:
    with home.database.read() as uow:
        row = uow.models.version(uow.models.by_name(model).id, version)
    path = home.artifacts.path(row.files[file])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("file", ["estimator.skops", "model.json", "golden.parquet"])
def test_a_damaged_file_is_not_served_and_readyz_says_so(published: Published, file: str) -> None:
    flip_a_byte(published.workspace, "churn", 1, file)
    with serving(published.workspace) as client:
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["broken"]["churn"]) == (503, "damaged_file")
        answer = predict(client, published)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert client.get("/healthz").status_code == 200


def test_the_old_model_keeps_answering_when_the_new_one_is_damaged(two_versions: Published) -> None:
    home = two_versions.workspace
    assert publish(home, "churn", 2, "churn").status == "succeeded"
    with serving(home) as client:
        eventually(lambda: predict(client, two_versions).json()["version"] == 2)
        flip_a_byte(home, "churn", 1, "estimator.skops")
        endpoints.roll_back(home, "churn")
        eventually(lambda: client.get("/readyz").status_code == 503)
        assert predict(client, two_versions).json()["version"] == 2


def test_the_version_before_stays_warm_so_that_a_rollback_loads_nothing(two_versions: Published) -> None:
    home = two_versions.workspace
    with serving(home) as client:
        assert publish(home, "churn", 2, "churn").status == "succeeded"
        eventually(lambda: predict(client, two_versions).json()["version"] == 2)
        flip_a_byte(home, "churn", 1, "estimator.skops")  # whoever reads it now notices
        endpoints.roll_back(home, "churn")
        eventually(lambda: predict(client, two_versions).json()["version"] == 1, 3)
        assert client.get("/readyz").status_code == 200


def test_publishing_a_damaged_model_fails_and_names_the_file(two_versions: Published) -> None:
    flip_a_byte(two_versions.workspace, "churn", 2, "estimator.skops")
    job = publish(two_versions.workspace, "churn", 2, "churn")
    assert (job.status, (job.error or {})["code"]) == ("failed", "damaged_file")
    assert endpoints.get_endpoint(two_versions.workspace, "churn").version == 1


def test_an_answering_model_cannot_be_deleted(published: Published) -> None:
    from storage.errors import InUse

    with pytest.raises(InUse, match="endpoint churn"):
        models.delete_model_version(published.workspace, "churn", 1)


@pytest.fixture
def narrow(published: Published) -> Iterator[tuple[httpx.Client, Workspace]]:
    """An API that answers one request at a time and lets two wait."""
    published.workspace.database.close()
    workspace = open_workspace(Settings(home=published.workspace.home.path, request_concurrency=1, request_queue=2))
    with serving(workspace) as client:
        yield client, workspace
    workspace.database.close()


def test_more_than_fits_is_refused_with_429_and_the_rest_is_answered(
    narrow: tuple[httpx.Client, Workspace], published: Published
) -> None:
    client, _ = narrow
    statuses: list[int] = []
    waits: list[str] = []

    def ask() -> None:
        answer = predict(client, published, json={"records": [published.record] * 900})
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            waits.append(answer.headers["retry-after"])

    askers = [threading.Thread(target=ask) for _ in range(24)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert set(statuses) == {200, 429}
    assert set(waits) == {"1"}
    began = time.monotonic()
    assert predict(client, published).status_code == 200
    assert time.monotonic() - began < 5


def test_a_home_without_endpoints_is_ready(home: Workspace, tmp_path: Path) -> None:
    with serving(home) as client:
        assert client.get("/readyz").json() == {"status": "ok", "broken": {}}
