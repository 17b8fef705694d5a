"""A key opens one endpoint; every other key, and every other endpoint, gets one and the same refusal."""

import time
from collections.abc import Iterator

import httpx
import pytest
from starlette.routing import Route

from engine.api.app import make_app
from engine.service.serving import endpoints, keys
from tests.homes import Published, publish
from tests.servers import eventually, predict, serving

OPEN = {
    "/healthz",
    "/readyz",
    "/docs",
    "/openapi.json",
    "/metrics",
    "/ping",
    "/health",
    "/version",
    "/v2",
    "/v2/health/live",
    "/v2/health/ready",
}


@pytest.fixture(scope="module")
def other_key(served: Published) -> str:
    publish(served.workspace, "churn", 1, "other")
    return keys.create_key(served.workspace, "other")


@pytest.fixture
def revoked_key(served: Published) -> str:
    key = keys.create_key(served.workspace, "churn")
    row = endpoints.get_endpoint(served.workspace, "churn").keys[0]
    keys.revoke_key(served.workspace, "churn", row.id)
    return key


def test_every_route_without_a_key_is_refused_except_a_listed_few(client: httpx.Client, served: Published) -> None:
    routes = [route for route in make_app(served.workspace).routes if hasattr(route, "methods")]
    assert {route.path for route in routes} > OPEN  # type: ignore[attr-defined]
    for route in routes:
        for method in route.methods - {"HEAD"}:  # type: ignore[attr-defined]
            path = route.path.format(name="churn", id="0" * 24, version=1)  # type: ignore[attr-defined]
            answer = client.request(method, path)
            assert answer.status_code == (200 if path in OPEN else 401), f"{method} {path}"
        assert isinstance(route, Route) or route.path in OPEN  # type: ignore[attr-defined]


def test_all_wrong_keys_get_the_same_answer(
    client: httpx.Client, served: Published, other_key: str, revoked_key: str
) -> None:
    record = {"records": [served.record]}
    good = served.key
    tries = {
        "missing": ("churn", {}),
        "empty": ("churn", {"Authorization": ""}),
        "no scheme": ("churn", {"Authorization": good}),
        "basic": ("churn", {"Authorization": f"Basic {good}"}),
        "wrong": ("churn", {"Authorization": "Bearer cbk_" + "x" * 43}),
        "cut": ("churn", {"Authorization": f"Bearer {good[:-1]}"}),
        "longer": ("churn", {"Authorization": f"Bearer {good}x"}),
        "only the shown part": ("churn", {"Authorization": f"Bearer {good[:12]}"}),
        "another endpoint's": ("churn", {"Authorization": f"Bearer {other_key}"}),
        "revoked": ("churn", {"Authorization": f"Bearer {revoked_key}"}),
        "unknown endpoint": ("nothing", {"Authorization": f"Bearer {good}"}),
        "right key elsewhere": ("other", {"Authorization": f"Bearer {good}"}),
        "endpoint in capitals": ("CHURN", {"Authorization": f"Bearer {good}"}),
        "hostile endpoint": ("churn'%20OR%201=1", {"Authorization": f"Bearer {good}"}),
    }
    bodies = {}
    for name, (endpoint, headers) in tries.items():
        answer = client.post(f"/v1/endpoints/{endpoint}/predict", json=record, headers=headers)
        assert answer.status_code == 401, name
        assert answer.headers["www-authenticate"] == "Bearer"
        bodies[name] = answer.text
    assert len(set(bodies.values())) == 1


def test_a_wrong_key_is_refused_before_the_body_is_looked_at(client: httpx.Client) -> None:
    assert client.post("/v1/endpoints/churn/predict", content=b"[" * 3_000_000).status_code == 401


def test_a_new_key_opens_at_once_and_a_revoked_one_is_refused_within_two_seconds(
    client: httpx.Client, served: Published
) -> None:
    key = keys.create_key(served.workspace, "churn")
    headers = {"Authorization": f"Bearer {key}"}
    assert predict(client, served, json={"records": [served.record]}, headers=headers).status_code == 200
    row = endpoints.get_endpoint(served.workspace, "churn").keys[0]
    keys.revoke_key(served.workspace, "churn", row.id)
    eventually(lambda: client.get("/v1/endpoints/churn/schema", headers=headers).status_code == 401, seconds=2)


def test_the_last_use_of_a_key_is_noted(client: httpx.Client, served: Published) -> None:
    key = keys.create_key(served.workspace, "churn")
    assert client.get("/v1/endpoints/churn/schema", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    row = next(row for row in endpoints.get_endpoint(served.workspace, "churn").keys if key.startswith(row.prefix))
    assert row.last_used_at is not None


def test_the_database_is_asked_for_a_key_at_most_once_a_second(
    client: httpx.Client, served: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    real = keys.opened_by
    monkeypatch.setattr("engine.api.keys.opened_by", lambda *given: asked.append(1) or real(*given))
    began = time.monotonic()
    for _ in range(30):
        assert client.get("/v1/endpoints/churn/schema", headers=served.headers).status_code == 200
    assert len(asked) <= 2 + (time.monotonic() - began)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil", "169.254.169.254", ""])
def test_a_foreign_host_name_is_refused(client: httpx.Client, host: str) -> None:
    answer = client.get("/openapi.json", headers={"Host": host})
    assert answer.status_code == 400


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_our_own_host_names_are_answered(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.fixture
def retired(published: Published) -> Iterator[httpx.Client]:
    with serving(published.workspace) as client:
        assert predict(client, published).status_code == 200
        endpoints.retire_endpoint(published.workspace, "churn")
        yield client


def test_a_retired_endpoint_stops_answering(retired: httpx.Client, published: Published) -> None:
    eventually(lambda: predict(retired, published).status_code == 410, seconds=3)
