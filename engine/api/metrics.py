"""What Prometheus scrapes, read from the metadata each time: right over all processes and restarts."""

import hmac
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Annotated

import anyio.to_thread
from fastapi import FastAPI, Header, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from engine.errors import NotAllowed
from engine.service.monitoring import watch_points
from engine.settings import Settings
from engine.workspace import Workspace
from storage.repositories import BUCKETS, EndpointEntry
from storage.schema import SEVERITIES, utc_now
from storage.unit_of_work import UnitOfWork

MOST_ENDPOINTS, MOST_FIELDS = 1_000, 200
"""A label that takes ever more values is what brings a Prometheus server down."""
WATCHED_WITHIN = timedelta(days=2)
"""An older point tells nothing of now."""
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


def add_metrics(app: FastAPI, workspace: Workspace) -> None:
    """Let the API answer at ``/metrics``."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Measured(workspace))

    @app.get("/metrics", include_in_schema=False)
    async def metrics(
        request: Request, authorization: Annotated[str, Header()] = "", accept: Annotated[str, Header()] = ""
    ) -> Response:
        """What endpoints, jobs and alerts are doing, for Prometheus."""
        check_scraper(workspace.settings, request, authorization)
        encode, content_type = choose_encoder(accept)
        return Response(await anyio.to_thread.run_sync(encode, registry), media_type=content_type)


def check_scraper(settings: Settings, request: Request, authorization: str) -> None:
    """Let a scraper pass that knows the key; without one, only who asks on this machine and not through a proxy.

    Raises
    ------
    NotAllowed
    """
    if settings.metrics_key:
        scheme, _, given = authorization.partition(" ")
        is_known = hmac.compare_digest(given.strip().encode(), settings.metrics_key.encode())
        if scheme.lower() == "bearer" and is_known:
            return
        raise NotAllowed("The key is missing or wrong.", hint="Send CANVASBACK_METRICS_KEY as a bearer token.")
    if settings.api_hosts or any(name in request.headers for name in FORWARDED):
        raise NotAllowed(
            "Through a proxy, metrics are told to nobody without a key.", hint="Set CANVASBACK_METRICS_KEY."
        )


class Measured(Collector):
    """Every metric, as the metadata have it now."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def collect(self) -> Iterator[Metric]:
        """All families; a scrape sees one snapshot."""
        with self._workspace.database.read() as uow:
            live = [it for it in uow.endpoints.list(limit=MOST_ENDPOINTS) if it.endpoint.status != "retired"]
            yield from _traffic(uow, live)
            yield _deployments(live)
            yield from _watched(uow, live)
            yield _jobs(uow)
            yield _alerts(uow)


def _traffic(uow: UnitOfWork, live: list[EndpointEntry]) -> Iterator[Metric]:
    totals = uow.traffic.totals()
    requests = CounterMetricFamily("canvasback_endpoint_requests", "Requests to an endpoint.", labels=["endpoint"])
    records = CounterMetricFamily("canvasback_endpoint_records", "Records that were answered.", labels=["endpoint"])
    errors = CounterMetricFamily(
        "canvasback_endpoint_errors", "Requests that were refused (4xx) or failed (5xx).", labels=["endpoint", "status"]
    )
    latency = HistogramMetricFamily(
        "canvasback_endpoint_latency_seconds", "How long requests took to answer.", labels=["endpoint"]
    )
    waiting = GaugeMetricFamily(
        "canvasback_endpoint_waiting",
        "Most requests that waited at once, in the last two minutes.",
        labels=["endpoint"],
    )
    recent = uow.traffic.of_late(utc_now() - timedelta(minutes=2))
    for entry in live:
        name, found = [entry.endpoint.name], totals.get(entry.endpoint.id)
        if found is None:
            continue
        requests.add_metric(name, found.requests)
        records.add_metric(name, found.records)
        errors.add_metric([*name, "4xx"], found.refused)
        errors.add_metric([*name, "5xx"], found.failed)
        latency.add_metric(name, _buckets(found.latencies), sum_value=found.seconds)
        waiting.add_metric(name, recent[entry.endpoint.id].most_waiting if entry.endpoint.id in recent else 0)
    yield from (requests, records, errors, latency, waiting)


def _buckets(counts: Sequence[int]) -> list[tuple[str, float]]:
    """Upper bound in seconds → requests up to it, as Prometheus counts."""
    bounds = [*(str(bound / 1_000) for bound in BUCKETS[:-1]), "+Inf"]
    return [(bound, float(amount)) for bound, amount in zip(bounds, accumulate(counts), strict=True)]


def _deployments(live: list[EndpointEntry]) -> Metric:
    share = GaugeMetricFamily(
        "canvasback_endpoint_share",
        "Share of the traffic that a model version answers.",
        labels=["endpoint", "model", "version", "role"],
    )
    for entry in live:
        for one in entry.answering:
            row = one.deployment
            share.add_metric([entry.endpoint.name, one.model, str(one.version), row.role], row.share)
    return share


def _watched(uow: UnitOfWork, live: list[EndpointEntry]) -> Iterator[Metric]:
    of_version = ["endpoint", "version"]
    drift = GaugeMetricFamily(
        "canvasback_endpoint_drift_psi", "Population stability index of a field.", labels=[*of_version, "field"]
    )
    prediction = GaugeMetricFamily(
        "canvasback_endpoint_prediction_psi", "Population stability index of the predictions.", labels=of_version
    )
    domain = GaugeMetricFamily(
        "canvasback_endpoint_domain_auc", "How well requests are told from training rows (AUC).", labels=of_version
    )
    performance = GaugeMetricFamily(
        "canvasback_endpoint_performance", "A metric, by the outcomes sent back.", labels=[*of_version, "metric"]
    )
    training = GaugeMetricFamily(
        "canvasback_endpoint_performance_training", "The same metric in training.", labels=[*of_version, "metric"]
    )
    now = utc_now()
    for entry in live:
        for point in watch_points.points_within(uow, entry.endpoint.id, now - WATCHED_WITHIN, now):
            key = [entry.endpoint.name, str(point.version.number)]
            worst = sorted(point.drift.items(), key=lambda it: -it[1])[:MOST_FIELDS]
            for family, values in ((drift, dict(worst)), (performance, point.performance), (training, point.baseline)):
                for label, value in values.items():
                    family.add_metric([*key, label], value)
            for family, known in ((prediction, point.prediction_psi), (domain, point.domain_auc)):
                if known is not None:
                    family.add_metric(key, known)
    yield from (drift, prediction, domain, performance, training)


def _jobs(uow: UnitOfWork) -> Metric:
    jobs = GaugeMetricFamily("canvasback_jobs", "Jobs of the last 30 days.", labels=["kind", "status"])
    for (kind, status), amount in uow.jobs.amounts().items():
        jobs.add_metric([kind, status], amount)
    return jobs


def _alerts(uow: UnitOfWork) -> Metric:
    alerts = GaugeMetricFamily("canvasback_open_alerts", "Alerts that are open.", labels=["severity"])
    found = uow.alerts.open_by_severity()
    for severity in SEVERITIES:
        alerts.add_metric([severity], found.get(severity, 0))
    return alerts
