"""What Prometheus scrapes is right over several processes and restarts, and told to nobody else."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from engine.service import housekeeping
from engine.workspace import Workspace
from storage.repositories import Counts
from storage.schema import utc_now
from tests.servers import serving

KEY = "scrape-me-0123456789"


@pytest.fixture
def home(home: Workspace) -> Workspace:
    """A home with an endpoint that two processes have answered, long ago and now."""
    with home.database.write() as uow:
        uow.endpoints.add("churn")
    asked(home)
    return home


def asked(home: Workspace) -> None:
    with home.database.write() as uow:
        endpoint = uow.endpoints.by_name("churn").id
        counts = Counts(10, 30, 2, 1, 0.5, (0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1), 3)
        for process, age in (("a", 90_000), ("a", 300), ("b", 300), ("b", 0)):
            minute = utc_now().replace(second=0, microsecond=0) - timedelta(seconds=age)
            uow.traffic.add(process, {(endpoint, minute): counts})
        uow.jobs.enqueue("run_pipeline", {})


def scraped(answer: httpx.Response) -> dict[str, Metric]:
    assert answer.status_code == 200, answer.text
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def values(family: Metric) -> dict[tuple[str, ...], float]:
    return {tuple(sample.labels.values()): sample.value for sample in family.samples}


def test_counts_are_those_of_all_processes_and_never_shrink(home: Workspace) -> None:
    with serving(home) as client:
        first = scraped(client.get("/metrics"))
        housekeeping.tidy(home)
        housekeeping.tidy(home, utc_now() + timedelta(days=500))
        later = scraped(client.get("/metrics"))
    with home.database.read() as uow:
        assert uow.traffic.last_request(uow.endpoints.by_name("churn").id) is None, "the minutes are forgotten"
    for found in (first, later):
        assert values(found["canvasback_endpoint_requests"]) == {("churn",): 40}
        assert values(found["canvasback_endpoint_records"]) == {("churn",): 120}
        assert values(found["canvasback_endpoint_errors"]) == {("churn", "4xx"): 8, ("churn", "5xx"): 4}
        latency = found["canvasback_endpoint_latency_seconds"].samples
        buckets = {sample.labels["le"]: sample.value for sample in latency if sample.name.endswith("_bucket")}
        assert (buckets["0.005"], buckets["0.01"], buckets["5.0"], buckets["+Inf"]) == (0, 36, 36, 40)
        assert [sample.value for sample in latency if sample.name.endswith(("_count", "_sum"))] == [40, 2.0]
    assert values(first["canvasback_endpoint_waiting"]) == {("churn",): 3}
    assert values(first["canvasback_jobs"]) == {("run_pipeline", "queued"): 1}
    assert values(first["canvasback_open_alerts"]) == {("info",): 0, ("warning",): 0, ("critical",): 0}


def test_who_scrapes_needs_the_key_and_through_a_proxy_there_must_be_one(new_home: Callable[..., Workspace]) -> None:
    with serving(new_home(name="open")) as client:
        assert client.get("/metrics").status_code == 200
        refused = client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
        assert (refused.status_code, refused.json()["hint"]) == (401, "Set CANVASBACK_METRICS_KEY.")
        openmetrics = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        assert openmetrics.text.endswith("# EOF\n")
    with serving(new_home(name="proxied", api_hosts=("api.example.com",))) as client:
        assert client.get("/metrics").status_code == 401
    with serving(new_home(name="keyed", metrics_key=KEY)) as client:
        tries = {"": 401, "Bearer": 401, f"Basic {KEY}": 401, f"Bearer {KEY[:-1]}": 401, f"Bearer {KEY}": 200}
        assert {given: client.get("/metrics", headers={"Authorization": given}).status_code for given in tries} == tries
        assert KEY not in client.get("/metrics").text
