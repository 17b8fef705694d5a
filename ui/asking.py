"""Ask an endpoint over HTTP, as any other program would."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import ServingError

TIMEOUT_SECONDS = 20
LEVEL = "0.9"
"""Of prediction intervals: so many true values lie within."""
AT_ONCE = 500
"""Records of a table that are asked at a time, where the API takes as many."""
MOST_TRIES = 20
"""Times that a part of a table is asked again without the records that were refused."""


@dataclass(frozen=True)
class Asked:
    """What was asked and answered.

    Parameters
    ----------
    answer
        The whole document: an answer, or problem details.
    milliseconds
        From sending to having it, seen from here.
    """

    request: Mapping[str, Any]
    answer: Mapping[str, Any]
    status: int
    milliseconds: float

    @property
    def is_answered(self) -> bool:
        """Whether it was answered, not refused."""
        return self.status < 400

    @property
    def error(self) -> ServingError:
        """What it was refused for, in the endpoint's own words."""
        said = self.answer.get("detail") or self.answer.get("title") or f"Status {self.status}"
        return ServingError(str(said), hint=str(self.answer.get("hint", "")))

    @property
    def mistakes(self) -> Sequence[Mapping[str, Any]]:
        """What is wrong, by record and field."""
        return self.answer.get("errors") or ()


@dataclass
class Answers:
    """A table of records with what was answered for each.

    Parameters
    ----------
    told
        One answer per record; None where there is none.
    refused
        Place of a record → why it was not answered.
    """

    records: Sequence[Mapping[str, Any]]
    told: list[Mapping[str, Any] | None]
    refused: dict[int, str] = field(default_factory=dict)
    model: str = ""
    version: int | None = None
    milliseconds: float = 0.0


def ask(url: str, key: str, request: Mapping[str, Any], *, explain: bool = False, interval: bool = False) -> Asked:
    """Send a request.

    Raises
    ------
    ServingError
        When nobody listens there, or what answers is no endpoint.
    """
    import httpx

    if not key.strip():
        raise ServingError("The endpoint wants a key.", hint="Type one, or make one under Keys.", field="key")
    wishes = {**({"explain": "true"} if explain else {}), **({"intervals": LEVEL} if interval else {})}
    headers = {"Authorization": f"Bearer {key.strip()}"}
    begun = time.perf_counter()
    try:
        answer = httpx.post(url, json=request, params=wishes, headers=headers, timeout=TIMEOUT_SECONDS)
    except httpx.TimeoutException as error:
        raise ServingError("The endpoint did not answer in time.", hint="Try again.") from error
    except (httpx.HTTPError, UnicodeEncodeError) as error:
        raise _unreachable(url, error) from error
    milliseconds = 1_000 * (time.perf_counter() - begun)
    try:
        found = answer.json()
    except ValueError as error:
        raise ServingError(f"The endpoint answered with status {answer.status_code}, without JSON.") from error
    if not isinstance(found, dict):
        raise ServingError(f"The endpoint answered with status {answer.status_code}, and no object.")
    return Asked(request, found, answer.status_code, milliseconds)


def ask_many(
    url: str, key: str, records: Sequence[Mapping[str, Any]], at_once: int = AT_ONCE
) -> Iterator[tuple[int, Answers]]:
    """Ask for many records, part by part; how many are done, and all answers so far.

    A record that is refused is left out, and its part asked again without it.

    Raises
    ------
    ServingError
        When it is not the records that are refused.
    """
    answers = Answers(records, [None] * len(records))
    for first in range(0, len(records), at_once):
        _ask_part(url, key, answers, list(range(first, min(first + at_once, len(records)))))
        yield min(first + at_once, len(records)), answers


def _ask_part(url: str, key: str, answers: Answers, places: list[int]) -> None:
    for _ in range(MOST_TRIES):
        if not places:
            return
        asked = ask(url, key, {"records": [answers.records[place] for place in places]})
        answers.milliseconds += asked.milliseconds
        if asked.is_answered:
            answers.model = str(asked.answer.get("model", ""))
            answers.version = asked.answer.get("version")
            for place, told in zip(places, asked.answer.get("predictions", ()), strict=False):
                answers.told[place] = told
            return
        wrong = {places[it["record"]]: it for it in asked.mistakes if isinstance(it.get("record"), int)}
        if not wrong:
            raise asked.error
        for place, mistake in wrong.items():
            where = f"{mistake['field']}: " if mistake.get("field") else ""
            answers.refused[place] = f"{where}{mistake.get('message', '')}"
        places = [place for place in places if place not in wrong]
    for place in places:
        answers.refused[place] = "not asked any more: too many records beside it were refused"


def _unreachable(url: str, error: Exception) -> ServingError:
    import httpx

    if isinstance(error, UnicodeEncodeError | httpx.LocalProtocolError):
        return ServingError("A key has letters and digits only.", hint="Copy it again.", field="key")
    return ServingError(
        f"Nothing answers at {url.partition('/v1/')[0]}.",
        hint="Start the API with `canvasback api`, or everything with `canvasback up`.",
    )
