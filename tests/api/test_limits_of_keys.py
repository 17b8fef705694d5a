"""A key has an end and limits; what is over is refused with 429, over restarts too; a retired endpoint says so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.api.problems import TooMany
from engine.api.rates import Rates
from engine.api.uses import Uses
from engine.errors import CanvasbackError
from engine.service.serving import keys
from engine.service.serving.keys import Opened
from engine.workspace import Workspace
from storage.schema import utc_now
from storage.secrets import hash_key
from tests.homes import Published
from tests.servers import eventually, predict, serving


def change(workspace: Workspace, **given: Any) -> None:
    """Change the endpoint ``churn`` as its settings page would."""

    def write(uow: Any) -> None:
        row = uow.endpoints.by_name("churn")
        for name, value in given.items():
            setattr(row, name, value)

    workspace.database.transact(write)


@contextmanager
def limited(published: Published, **settings: Any) -> Iterator[httpx.Client]:
    change(published.workspace, settings=settings)
    with serving(published.workspace) as client:
        yield client


def test_more_requests_than_a_minute_allows_are_refused_until_it_is_over(published: Published) -> None:
    with limited(published, requests_per_minute=3) as client:
        statuses = [predict(client, published).status_code for _ in range(5)]
        refused = predict(client, published)
    assert statuses == [200, 200, 200, 429, 429]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "3 requests in a minute" in refused.json()["detail"]


def test_a_restart_begins_no_new_minute(published: Published) -> None:
    with limited(published, requests_per_minute=3) as client:
        assert [predict(client, published).status_code for _ in range(2)] == [200, 200]
    with serving(published.workspace) as client:
        assert [predict(client, published).status_code for _ in range(2)] == [200, 429]


def test_a_disk_that_cannot_be_written_refuses_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rates = Rates(tmp_path / "is not there")
    for _ in range(3):
        rates.count("mine", 1)
    assert "the requests of a key are not counted" in caplog.text


def test_the_window_moves_and_keys_do_not_share_it(tmp_path: Path) -> None:
    now = [1_000.0]
    rates = Rates(tmp_path, lambda: now[0])
    for moment in (0, 30):
        now[0] = 1_000.0 + moment
        rates.count("mine", 2)
    with pytest.raises(TooMany):
        rates.count("mine", 2)
    rates.count("other", 2)
    now[0] = 1_061.0
    rates.count("mine", 2)
    with pytest.raises(TooMany) as caught:
        rates.count("mine", 2)
    assert caught.value.detail["retry_after"] == 29


@pytest.mark.parametrize("form", ["predict", "invocations", "infer"])
def test_more_records_than_a_day_allows_are_refused_in_every_protocol(published: Published, form: str) -> None:
    record = published.record
    names = {int: "INT64", float: "FP64", str: "BYTES", bool: "BOOL"}
    inputs = [
        {"name": name, "shape": [4], "datatype": names[type(value)], "data": [value] * 4}
        for name, value in record.items()
    ]
    path, sent = {
        "predict": ("/v1/endpoints/churn/predict", {"records": [record] * 4}),
        "invocations": ("/invocations", {"instances": [record] * 4}),
        "infer": ("/v2/models/churn/infer", {"inputs": inputs}),
    }[form]
    with limited(published, records_per_day=10) as client:
        told = [client.post(path, json=sent, headers=published.headers) for _ in range(3)]
        assert predict(client, published, json={"records": [record] * 2}).status_code == 200
        assert predict(client, published).status_code == 429
    assert [it.status_code for it in told] == [200, 200, 429]
    assert 1 <= int(told[2].headers["retry-after"]) <= 86_400
    with serving(published.workspace) as client:  # a restart does not begin a new day
        assert predict(client, published).status_code == 429


def test_refused_records_are_not_counted(published: Published) -> None:
    with limited(published, records_per_day=2) as client:
        for _ in range(5):
            assert predict(client, published, json={"records": [{}, {}]}).status_code == 422
        assert predict(client, published, json={"records": [published.record] * 2}).status_code == 200
        assert predict(client, published).status_code == 429


@pytest.fixture
def counted(published: Published) -> tuple[Opened, Callable[[], Uses]]:
    change(published.workspace, settings={"records_per_day": 1_000})
    opened = keys.opened_by(published.workspace, hash_key(published.workspace.secret, published.key))
    assert opened is not None
    return opened, lambda: Uses(published.workspace)


@pytest.mark.anyio
async def test_several_processes_never_answer_more_than_the_day_allows(
    counted: tuple[Opened, Callable[[], Uses]],
) -> None:
    opened, process = counted
    processes, answered = [process() for _ in range(3)], 0
    for nth in range(400):
        try:
            await processes[nth % 3].take(opened, 4)
        except TooMany:
            continue
        answered += 4
    assert 960 <= answered <= 1_000  # each process may hold back a hundredth
    for one in processes:
        one.stop()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_what_was_asked_today_is_told_with_the_key(published: Published) -> None:
    with limited(published) as client:
        for count in (1, 2, 3):
            predict(client, published, json={"records": [published.record] * count})
    told = next(it for it in keys.list_keys(published.workspace, "churn") if published.key.startswith(it.prefix))
    assert (told.requests_today, told.records_today) == (3, 6)


def test_an_expired_key_is_refused_in_the_words_of_a_revoked_one(published: Published) -> None:
    home = published.workspace
    old, revoked = (keys.create_key(home, "churn", label, days=1) for label in ("old", "revoked"))
    views = {it.name: it for it in keys.list_keys(home, "churn")}
    keys.revoke_key(home, "churn", views["revoked"].id)
    with home.database.read() as uow:
        assert uow.keys.find(hash_key(home.secret, old)) is not None
        assert uow.keys.find(hash_key(home.secret, old), utc_now() + timedelta(days=1)) is None

    def expire(uow: Any) -> None:
        (row,) = (it for it in uow.keys.of(uow.endpoints.by_name("churn").id) if it.name == "old")
        row.expires_at = utc_now()

    home.database.transact(expire)
    with serving(home) as client:
        told = [predict(client, published, headers={"Authorization": f"Bearer {it}"}) for it in (old, revoked)]
    assert [it.status_code for it in told] == [401, 401]
    assert told[0].content == told[1].content
    assert [it.is_expired for it in keys.list_keys(home, "churn") if it.name == "old"] == [True]


@pytest.mark.parametrize(("label", "days"), [("x" * 81, None), ("", 0), ("", -1), ("", 3_651)])
def test_a_key_that_cannot_be_is_refused(published: Published, label: str, days: int | None) -> None:
    with pytest.raises(CanvasbackError):
        keys.create_key(published.workspace, "churn", label, days)


def test_a_retired_endpoint_tells_callers_why_and_what_answers_instead(published: Published) -> None:
    home = published.workspace
    with serving(home) as client:
        assert predict(client, published).status_code == 200
        change(home, status="retired", sunset={"reason": "Its model is old.", "successor": "churn-2"})
        gone = eventually(lambda: _gone(client, published), seconds=3)
        assert predict(client, published, headers={"Authorization": "Bearer cbk_wrong"}).status_code == 401
        for path in ("/v1/endpoints/churn/schema", "/v2/models/churn", "/v1/endpoints/churn/predictions/" + "0" * 24):
            assert client.get(path, headers=published.headers).status_code == 410
    told = gone.json()
    assert "is retired. Its model is old." in told["detail"]
    assert ("churn-2" in told["hint"], told["successor"]) == (True, "churn-2")


def _gone(client: httpx.Client, published: Published) -> httpx.Response | None:
    answer = predict(client, published)
    return answer if answer.status_code == 410 else None


def test_a_planned_end_is_told_in_the_headers_of_every_answer(published: Published) -> None:
    change(published.workspace, sunset={"reason": "", "at": "2027-01-31T00:00:00+00:00"})
    with serving(published.workspace) as client:
        for answer in (
            predict(client, published),
            client.get("/v2/models/churn", headers=published.headers),
            client.post("/invocations", json={"instances": [published.record]}, headers=published.headers),
        ):
            assert answer.headers["sunset"] == "Sun, 31 Jan 2027 00:00:00 GMT"
            assert "deprecation" not in answer.headers
