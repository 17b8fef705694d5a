"""What is answered is kept: every prediction in the log, every request in its minute, shadows beside both."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.api import noting
from engine.api.shadows import as_fields
from engine.serve.fields import Field
from engine.workspace import Workspace
from storage.repositories import Counts
from tests.api.two_models import deploy, endpoint_id, set_up, version_ids
from tests.homes import Published
from tests.servers import eventually, predict, serving


@pytest.fixture
def one(published: Published) -> Iterator[httpx.Client]:
    with serving(published.workspace) as client:
        yield client


def kept(workspace: Workspace, version_id: str | None = None) -> list[dict[str, Any]]:
    """What the log has, as whoever reads it finds it."""
    place = endpoint_id(workspace)
    ids = [version_id] if version_id else workspace.served.versions(place)
    files = [file for id in ids for file in workspace.served.files(place, id)]
    return pa.concat_tables(map(pq.read_table, files)).to_pylist() if files else []


def traffic(workspace: Workspace) -> Counts:
    with workspace.database.read() as uow:
        return uow.traffic.total(endpoint_id(workspace), datetime.now(UTC) - timedelta(hours=1))


def test_an_answer_is_in_the_log_within_three_seconds_with_everything_about_it(
    one: httpx.Client, published: Published
) -> None:
    began = datetime.now(UTC).replace(tzinfo=None)
    told = predict(one, published, json={"records": [published.record, {**published.record, "total_charges": None}]})
    answers = told.json()["predictions"]
    found = eventually(lambda: kept(published.workspace), 3)
    assert [row["__cb_id"] for row in found] == [answer["id"] for answer in answers]
    assert [row["__cb_prediction"] for row in found] == [answer["prediction"] for answer in answers]
    assert [row["__cb_probabilities"] for row in found] == [[*answer["probabilities"].values()] for answer in answers]
    assert [{name: row[name] for name in published.record} for row in found] == [
        published.record,
        {**published.record, "total_charges": None},
    ]
    first = found[0]
    assert (first["__cb_role"], first["__cb_revision"], first["__cb_score"]) == ("live", 1, None)
    assert first["__cb_key"] == published.key[:12]
    assert began <= first["__cb_at"] <= datetime.now(UTC).replace(tzinfo=None)
    assert 0 < first["__cb_ms"] < 30_000


def test_what_is_still_in_memory_is_written_when_the_api_stops(published: Published) -> None:
    with serving(published.workspace) as client:
        for _ in range(3):
            assert predict(client, published).status_code == 200
    assert len(kept(published.workspace)) == 3
    assert traffic(published.workspace).requests == 3


@pytest.mark.parametrize("path", ["/v1/endpoints/churn/predict", "/v2/models/churn/infer"])
def test_a_caller_who_goes_away_is_no_failure_of_ours(published: Published, path: str) -> None:
    headers = {**published.headers, "Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": "900"}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with serving(published.workspace) as client:
        port = client.base_url.port or 0
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(("\r\n".join(lines) + '\r\n\r\n{"records": [').encode())
            time.sleep(0.3)
        time.sleep(0.3)
    told = traffic(published.workspace)
    assert (told.requests, told.refused, told.failed) == (1, 1, 0)


@pytest.mark.parametrize("role", ["live", "shadow"])
def test_masked_fields_are_kept_empty(two_models: Published, new_home: Any, role: str) -> None:
    workspace = new_home(copy_of=two_models.workspace)
    set_up(workspace, masked=["age", "region"])
    deploy(workspace, 1.0, shadows=(2,))
    with serving(workspace) as client:
        predict(client, two_models)
        wanted = version_ids(workspace)[role == "shadow"]
        row = eventually(lambda: kept(workspace, wanted))[0]
    assert (row["__cb_role"], row["age"], row["region"]) == (role, None, None)
    assert row["tenure_months"] == two_models.record["tenure_months"]


def test_nothing_is_kept_where_the_log_is_off_and_a_share_where_it_is_a_share(published: Published) -> None:
    set_up(published.workspace, log=False)
    with serving(published.workspace) as client:
        predict(client, published)
    assert kept(published.workspace) == []
    set_up(published.workspace, log=True, log_share=0.5)
    with serving(published.workspace) as client, ThreadPoolExecutor(8) as threads:
        requests = {"records": [published.record] * 2}
        list(threads.map(lambda _: predict(client, published, json=requests), range(100)))
    found = kept(published.workspace)
    assert 40 < len(found) < 160
    assert len(found) % 2 == 0, "whole requests are drawn, not single records"
    assert traffic(published.workspace).requests == 101


def test_a_disk_that_cannot_be_written_fails_no_request_and_is_made_up_for_later(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting, "MOST_ROWS", 4)
    in_the_way = published.workspace.home.served / endpoint_id(published.workspace)
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.touch()  # no folder can be made here
    with serving(published.workspace) as client:
        told = [predict(client, published) for _ in range(6)]
        assert {answer.status_code for answer in told} == {200}
        time.sleep(noting.WRITE_SECONDS + 0.5)
        in_the_way.unlink()
        found = eventually(lambda: kept(published.workspace))
    ids = [answer.json()["predictions"][0]["id"] for answer in told]
    assert {row["__cb_id"] for row in found} == set(ids[2:]), "the oldest two are given up"


def test_shadows_hear_what_was_asked_and_answer_under_the_same_ids(two_models: Published, new_home: Any) -> None:
    workspace = new_home(copy_of=two_models.workspace)
    deploy(workspace, 1.0, shadows=(2,))
    with serving(workspace) as client, ThreadPoolExecutor(8) as threads:
        bodies = [{"records": [{**two_models.record, "age": 20 + age}] * (1 + age % 2)} for age in range(40)]
        told = list(threads.map(lambda body: predict(client, two_models, json=body), bodies))
    assert {answer.json()["version"] for answer in told} == {1}
    heard, unheard = (
        {row["__cb_id"]: row for row in kept(workspace, version_id)} for version_id in version_ids(workspace)
    )
    assert len(heard) == len(unheard) == 60
    assert heard.keys() == unheard.keys()
    assert {row["__cb_role"] for row in unheard.values()} == {"shadow"}
    assert all(heard[id]["age"] == unheard[id]["age"] for id in heard)
    assert any(heard[id]["__cb_probabilities"] != unheard[id]["__cb_probabilities"] for id in heard)


def test_a_shadow_reads_rows_its_own_way() -> None:
    rows = pa.table({"a": pa.array([1], pa.int64()), "gone": ["x"]})
    read = as_fields(rows, [Field("a", "float64", False), Field("b", "string", True)])
    assert read.to_pylist() == [{"a": 1.0, "b": None}]
    with pytest.raises(KeyError):
        as_fields(rows, [Field("b", "string", False)])


def test_every_request_of_an_endpoint_is_in_its_minute(one: httpx.Client, published: Published) -> None:
    before = traffic(published.workspace)
    assert predict(one, published, json={"records": [published.record] * 5}).status_code == 200
    assert predict(one, published, json={"records": [{}]}).status_code == 422
    assert one.post("/v1/endpoints/churn/predict", json={}).status_code == 401
    assert one.get("/v1/endpoints/churn/schema", headers=published.headers).status_code == 200
    assert one.get("/v1/endpoints/other/schema", headers=published.headers).status_code == 401
    after = eventually(lambda: (found := traffic(published.workspace)).requests - before.requests >= 4 and found, 8)
    assert (after.requests, after.records, after.refused, after.failed) == (4, 5, 2, 0)
    assert sum(after.latencies) == 4
    assert after.most_waiting == 1
    assert 0 < after.seconds < 60
