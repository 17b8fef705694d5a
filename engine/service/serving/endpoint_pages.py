"""Pages on which people without a key read what an endpoint does, and try it; opened by link.

Nothing can be changed there. What is tried is asked of the model in this process, by the code of the endpoint: it is no
traffic, is not kept, and takes no turn from programs.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from engine.errors import PEOPLE_ERRORS, DataError, MissingThing, NotAllowed
from engine.serve.scorer import respond
from engine.service import links
from engine.service.modelling.evaluations import report_of
from engine.service.modelling.held_rows import InputView, median_row, row_inputs
from engine.service.modelling.model_cards import CHAPTERS, get_texts
from engine.service.modelling.models import get_model
from engine.service.modelling.opened_models import open_model
from engine.service.scores import better, main_metric
from engine.service.serving.endpoint_samples import plain_inputs
from engine.service.views import ModelView, View
from engine.workspace import Workspace
from storage.moments import Moments
from storage.schema import Endpoint, EndpointPage
from storage.unit_of_work import UnitOfWork

LONGEST_WORDS = 5_000
MINUTE, MOST_A_MINUTE = 60.0, 30
"""Tries through one link."""
TO = "endpoint page"
TOLD = ("purpose", "intended_use", "out_of_scope", "limitations", "contact")
"""Chapters of a model's card that are for those who use it."""


class PageView(View):
    """A page about an endpoint, for those who may change it.

    Parameters
    ----------
    key
        What the link ends in.
    """

    endpoint: str
    key: str
    words: str
    can_try: bool
    created_at: datetime


class ScoreView(View):
    """How good a model was on rows that it had not seen.

    Parameters
    ----------
    low, high
        What chance leaves of it, in 95 % of draws; None where that is not known.
    baseline
        Of a model that looks at nothing.
    """

    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    better: str = ""
    rows: int | None = None


class SharedView(View):
    """What people see who come by link.

    Parameters
    ----------
    fields
        What the answer is made from.
    inputs
        The same with the values that the data hold, for a form.
    example
        A typical record to begin with, not one of a person.
    card
        What people wrote on the model's card for those who use it: title → text.
    """

    endpoint: str
    words: str
    can_try: bool
    answers: bool
    task: str | None = None
    target: str | None = None
    classes: list[str] = Field(default_factory=list)
    model: str = ""
    trained_at: datetime | None = None
    rows: int | None = None
    score: ScoreView | None = None
    fields: list[str] = Field(default_factory=list)
    leans_on: list[str] = Field(default_factory=list)
    card: dict[str, str] = Field(default_factory=dict)
    inputs: list[InputView] = Field(default_factory=list)
    example: dict[str, Any] = Field(default_factory=dict)


def get_page(workspace: Workspace, endpoint: str) -> PageView | None:
    """The page of an endpoint, if it is shared.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        page = uow.endpoint_pages.of(row.id)
    return _view(workspace, row, page) if page is not None else None


def share_endpoint(workspace: Workspace, endpoint: str) -> PageView:
    """Make a link to a page about an endpoint; a link that was there stops working.

    Raises
    ------
    NotFound
    """
    half = links.new_half()

    def write(uow: UnitOfWork) -> tuple[Endpoint, EndpointPage]:
        row = uow.endpoints.by_name(endpoint)
        page = uow.endpoint_pages.share(row.id, half)
        uow.audit.record("local", "endpoint page shared", f"endpoint {endpoint}")
        return row, page

    return _view(workspace, *workspace.database.transact(write))


def change_page(workspace: Workspace, endpoint: str, words: str, *, can_try: bool) -> None:
    """Say in one's own words what an endpoint is for, and whether people may try it.

    Raises
    ------
    NotFound, MissingThing, DataError
    """
    if len(words) > LONGEST_WORDS:
        raise DataError(f"A text has at most {LONGEST_WORDS:,} characters.", hint="Shorten it.", field="words")

    def write(uow: UnitOfWork) -> None:
        page = uow.endpoint_pages.of(uow.endpoints.by_name(endpoint).id)
        if page is None:
            raise MissingThing(f"{endpoint} is not shared.", hint="Make a link first.")
        if page.can_try != can_try:
            uow.audit.record(
                "local", "endpoint page changed", f"endpoint {endpoint}", {"before": page.can_try, "after": can_try}
            )
        page.words, page.can_try = words.strip(), can_try

    workspace.database.transact(write)


def revoke_page(workspace: Workspace, endpoint: str) -> None:
    """Let no link open the page any more."""

    def write(uow: UnitOfWork) -> None:
        uow.endpoint_pages.revoke(uow.endpoints.by_name(endpoint).id)
        uow.audit.record("local", "endpoint page revoked", f"endpoint {endpoint}")

    workspace.database.transact(write)


def open_page(workspace: Workspace, key: str) -> SharedView:
    """The page that a link opens.

    Raises
    ------
    MissingThing
        In the same words for a link that was revoked, that is wrong, and that never was.
    """
    page, endpoint, answering = _opened(workspace, key)
    if answering is None:
        return SharedView(endpoint=endpoint.name, words=page.words, can_try=False, answers=False)
    model = get_model(workspace, *answering)
    opened = open_model(workspace, *answering).model
    texts = get_texts(workspace, *answering)
    ranked = sorted(opened.importance, key=lambda it: -it["mean"])
    return SharedView(
        endpoint=endpoint.name,
        words=page.words,
        can_try=page.can_try,
        answers=True,
        task=model.task,
        target=model.target,
        classes=[str(label) for label in opened.classes],
        model=f"{model.model} v{model.version}",
        trained_at=model.created_at,
        rows=opened.rows.get("train"),
        score=_score(workspace, model),
        fields=list(opened.inputs),
        leans_on=[str(it["column"]) for it in ranked[:3] if it["mean"] > 0],
        card={CHAPTERS[name].title: texts[name] for name in TOLD if name in texts},
        inputs=_inputs(workspace, answering) if page.can_try else [],
        example=_example(workspace, answering) if page.can_try else {},
    )


def try_page(workspace: Workspace, key: str, record: Mapping[str, Any], *, most: int = MOST_A_MINUTE) -> dict[str, Any]:
    """Answer one record for somebody who came by link.

    Returns
    -------
    dict
        The answer for the record, as the endpoint gives it, without an id: nothing is kept that it could name.

    Raises
    ------
    MissingThing
        When the link opens nothing.
    NotAllowed
        When trying is switched off, or was done too often in a minute.
    InvalidRecord
        Naming the field.
    """
    page, endpoint, answering = _opened(workspace, key)
    if not page.can_try or answering is None:
        raise NotAllowed("This page is for reading only.", hint="Ask whoever sent the link.")
    wait = math.ceil(Moments(workspace.home.rates).add(f"page-{endpoint.id}", most, MINUTE))
    if wait:
        raise NotAllowed("This page was tried very often within a minute.", hint=f"Try again in {wait} s.")
    told = respond(open_model(workspace, *answering).scorer, {"records": [dict(record)]}, *answering, most=1)
    return {name: value for name, value in told["predictions"][0].items() if name != "id"}


def _opened(workspace: Workspace, key: str) -> tuple[EndpointPage, Endpoint, tuple[str, int] | None]:
    """The page, its endpoint, and the model version with the greatest share."""
    half = links.half_of(workspace, key, TO)
    with workspace.database.read() as uow:
        found = uow.endpoint_pages.shared(half) if half else None
        if found is None:
            raise MissingThing(
                "This link opens no page.", hint="It was revoked, or is incomplete: ask whoever sent it for a new one."
            )
        live = [it for it in uow.endpoints.active(found[1].id) if it.deployment.role == "live"]
    return *found, (live[0].model, live[0].version) if live else None


def _example(workspace: Workspace, answering: tuple[str, int]) -> dict[str, Any]:
    try:
        return median_row(workspace, *answering).record
    except PEOPLE_ERRORS:  # a version from before rows were kept with models
        return {}


def _inputs(workspace: Workspace, answering: tuple[str, int]) -> list[InputView]:
    try:
        return row_inputs(workspace, *answering)
    except PEOPLE_ERRORS:  # a version from before rows were kept with models
        return plain_inputs(workspace, *answering)


def _score(workspace: Workspace, model: ModelView) -> ScoreView | None:
    name = main_metric(model.metrics)
    if name is None:
        return None
    spans = report_of(workspace, model).get("intervals") or {}
    low, high = spans.get("of", {}).get(name, (None, None))
    return ScoreView(
        metric=name,
        value=model.metrics[name],
        low=low,
        high=high,
        baseline=model.baseline.get(name),
        better=better(name),
        rows=spans.get("rows"),
    )


def _view(workspace: Workspace, endpoint: Endpoint, page: EndpointPage) -> PageView:
    return PageView(
        endpoint=endpoint.name,
        key=links.whole(workspace, page.share, TO),
        words=page.words,
        can_try=page.can_try,
        created_at=page.created_at,
    )
