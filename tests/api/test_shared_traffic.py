"""Traffic is shared as it was said, callers stay with their version, and no shift costs an answer."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from scipy.stats import binomtest

from engine.service.serving import deployments, endpoints, keys
from engine.workspace import Workspace
from tests.homes import done
from tests.servers import eventually, serving

V1, V2 = ("churn", 1), ("churn", 2)
ASKED = 120
Ask = Callable[..., int]


@pytest.fixture
def ask(two: Workspace) -> Iterator[Ask]:
    """Ask an API whose endpoint answers with version 1 to 70 %, with version 2 to 30 %: which has answered."""
    done(two, deployments.change_traffic(two, "churn", {V1: 0.7, V2: 0.3}) or "")
    key, sample = keys.create_key(two, "churn"), endpoints.get_endpoint(two, "churn").sample
    with serving(two) as client:
        client.headers["Authorization"] = f"Bearer {key}"

        def version(route: str = "") -> int:
            headers = {"Canvasback-Route": route} if route else {}
            answer = client.post("/v1/endpoints/churn/predict", json=sample, headers=headers)
            assert answer.status_code == 200, answer.text
            return int(answer.json()["version"])

        yield version


def asked(ask: Ask, times: int = ASKED) -> Counter[int]:
    return Counter(ask() for _ in range(times))


def test_shares_are_kept_within_what_chance_allows_before_and_after_a_shift(ask: Ask, two: Workspace) -> None:
    told = asked(ask)
    assert binomtest(told[2], ASKED, 0.3).pvalue > 1e-5, told
    deployments.change_traffic(two, "churn", {V1: 0.1, V2: 0.9})
    eventually(lambda: asked(ask, 20)[2] > 13)
    told = asked(ask)
    assert binomtest(told[2], ASKED, 0.9).pvalue > 1e-5, told
    deployments.promote(two, "churn", V1)
    eventually(lambda: asked(ask, 10)[1] == 10)


@pytest.mark.slow
def test_twenty_shifts_under_load_cost_no_answer(ask: Ask, two: Workspace) -> None:
    stop, told, failed = threading.Event(), Counter[int](), list[BaseException]()

    def keep_asking() -> None:
        while not stop.wait(0.02):
            try:
                told[ask()] += 1
            except BaseException as error:  # noqa: BLE001  whatever it was, it is told below
                failed.append(error)

    askers = [threading.Thread(target=keep_asking) for _ in range(3)]
    for asker in askers:
        asker.start()
    for share in [0.05 + 0.9 * (at % 7) / 7 for at in range(18)]:
        deployments.change_traffic(two, "churn", {V1: share, V2: 1 - share})
        stop.wait(0.3)
    deployments.promote(two, "churn", V2)
    deployments.roll_back(two, "churn", 1)
    eventually(lambda: asked(ask, 5)[1] == 5)
    stop.set()
    for asker in askers:
        asker.join()
    assert not failed, failed[0]
    assert min(told[1], told[2]) > 5, told


def test_requests_of_one_route_stay_with_one_version(ask: Ask) -> None:
    routes = [f"customer {number}" for number in range(60)]
    first = {route: ask(route) for route in routes}
    assert {route: ask(route) for route in routes} == first
    assert binomtest(Counter(first.values())[2], len(routes), 0.3).pvalue > 1e-5
