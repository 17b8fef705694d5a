"""Pages about endpoints for people without a key: opened by link, read, tried, and nothing else."""

import pytest

from engine.errors import InvalidRecord, MissingThing, NotAllowed
from engine.service.data import boards
from engine.service.serving import endpoint_pages, endpoints
from engine.service.serving.endpoint_pages import (
    change_page,
    get_page,
    open_page,
    revoke_page,
    share_endpoint,
    try_page,
)
from tests.homes import Published


def test_the_page_says_what_the_endpoint_does(published: Published) -> None:
    home = published.workspace
    assert get_page(home, "churn") is None
    page = share_endpoint(home, "churn")
    assert get_page(home, "churn") == page
    seen = open_page(home, page.key)
    assert (seen.endpoint, seen.target, seen.task, seen.classes) == ("churn", "churn", "classification", ["no", "yes"])
    assert seen.score is not None
    assert seen.score.metric == "roc_auc"
    assert seen.score.low is not None
    assert seen.score.high is not None
    assert seen.score.low < seen.score.value < seen.score.high
    assert {it.name for it in seen.inputs} == set(published.record)
    assert set(seen.example) == set(published.record)


def test_what_is_tried_is_what_the_endpoint_says_and_nothing_is_kept(published: Published) -> None:
    home = published.workspace
    page = share_endpoint(home, "churn")
    told = try_page(home, page.key, published.record)
    wanted = endpoints.predict(home, "churn", [published.record])["predictions"][0]
    assert told == {name: value for name, value in wanted.items() if name != "id"}
    with pytest.raises(InvalidRecord, match="field 'age'"):
        try_page(home, page.key, published.record | {"age": "old"})
    with home.database.read() as uow:
        assert not home.served.versions(uow.endpoints.by_name("churn").id)


def test_a_link_opens_one_page_until_it_is_revoked_or_made_anew(published: Published) -> None:
    home = published.workspace
    boards.create_board(home, "sales")
    board = boards.share_board(home, "sales")
    first = share_endpoint(home, "churn").key
    second = share_endpoint(home, "churn").key
    revoked = (first, "", "x", first[:-1], second[:-1] + "é", board, second[:22], f"{board[:22]}{second[22:]}")
    for key in revoked:
        with pytest.raises(MissingThing, match="This link opens no page"):
            open_page(home, key)
        with pytest.raises(MissingThing, match="This link opens no page"):
            try_page(home, key, published.record)
    assert open_page(home, second)
    revoke_page(home, "churn")
    with pytest.raises(MissingThing):
        open_page(home, second)
    with home.database.read() as uow:
        told = [entry.action for entry in uow.audit.list() if entry.action.startswith("endpoint page")]
    assert sorted(told) == ["endpoint page revoked", "endpoint page shared", "endpoint page shared"]


def test_trying_can_be_switched_off_and_is_limited(published: Published) -> None:
    home = published.workspace
    key = share_endpoint(home, "churn").key
    for _ in range(3):
        try_page(home, key, published.record, most=3)
    with pytest.raises(NotAllowed, match="very often") as refused:
        try_page(home, key, published.record, most=3)
    assert "Try again in" in refused.value.hint
    change_page(home, "churn", " For the call centre. ", can_try=False)
    seen = open_page(home, key)
    assert (seen.words, seen.can_try, seen.inputs) == ("For the call centre.", False, [])
    with pytest.raises(NotAllowed, match="reading only"):
        try_page(home, key, published.record)
    with pytest.raises(Exception, match="at most"):
        change_page(home, "churn", "x" * (endpoint_pages.LONGEST_WORDS + 1), can_try=True)


def test_a_page_of_an_endpoint_that_nothing_answers_says_so(published: Published) -> None:
    home = published.workspace
    key = share_endpoint(home, "churn").key
    endpoints.retire_endpoint(home, "churn")
    assert open_page(home, key).answers is False
    with pytest.raises(NotAllowed):
        try_page(home, key, published.record)
