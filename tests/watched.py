"""Plays real rows through an endpoint's own scorer and writes its log, as the API does, at whatever moment is wanted.

By hand: ``python -m tests.watched HOME ENDPOINT`` fills two weeks, the last two days of which drift.
"""

import secrets
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from engine.service.modelling.opened_models import OpenedModel, open_model
from engine.service.monitoring.watch_points import VersionName, WatchPoint
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from storage.repositories import Counts
from storage.served import AT, ID, KEY, MILLISECONDS, PREDICTION, PROBABILITIES, REVISION, ROLE, SCORE

Shift = Callable[[dict[str, Any], np.random.Generator], dict[str, Any]]


def no_shift(columns: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    """The rows as they are."""
    return columns


def play(
    workspace: Workspace,
    endpoint: str,
    moments: tuple[datetime, datetime],
    rows: int,
    *,
    shift: Shift = no_shift,
    seed: int = 0,
    key: str = "cbk_tests",
    version: int | None = None,
    role: str = "live",
    ids: list[str] | None = None,
) -> list[str]:
    """Ask an endpoint for some of its model's own rows, spread over a stretch of time; the ids of the predictions.

    Parameters
    ----------
    shift
        What happens to the columns first.
    ids
        Those of another version's answers to the very same rows: the same seed, rows and shift.
    """
    random = np.random.default_rng(seed)
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        answering = uow.endpoints.active(row.id)[0]
    opened = open_model(workspace, answering.model, version or answering.version)
    drawn = drawn_rows(opened, rows, random)
    asked = table_of(shift(drawn.to_pydict(), random), drawn.schema)
    start, end = moments
    seconds = np.sort(random.random(rows)) * (end - start).total_seconds()
    at = [start + timedelta(seconds=float(each)) for each in seconds]
    made = ids or [f"{int(moment.timestamp() * 1_000):011x}{secrets.token_hex(7)[:13]}" for moment in at]
    scored = opened.scorer.score(asked)
    chances = scored.probabilities
    columns: Mapping[str, Any] = {
        **dict(zip(asked.column_names, asked.columns, strict=True)),
        ID: made,
        AT: pa.array([moment.astimezone(UTC).replace(tzinfo=None) for moment in at], pa.timestamp("us")),
        ROLE: [role] * rows,
        REVISION: pa.array([answering.deployment.revision] * rows, pa.int32()),
        PREDICTION: scored.labels,
        PROBABILITIES: pa.array(None if chances is None else chances.tolist(), pa.list_(pa.float64()))
        if chances is not None
        else pa.nulls(rows, pa.list_(pa.float64())),
        SCORE: pa.nulls(rows, pa.float64()) if scored.scores is None else pa.array(scored.scores, pa.float64()),
        MILLISECONDS: pa.array(random.gamma(2, 4, rows), pa.float32()),
        KEY: [key] * rows,
    }
    table = pa.table(dict(columns))
    days = [moment.astimezone(UTC).date() for moment in at]
    for day in dict.fromkeys(days):
        here = [place for place, each in enumerate(days) if each == day]
        part = table.take(pa.array(here))
        workspace.served.append(row.id, opened.version_id, part, now=at[here[0]])
    return made


def tell_truths(workspace: Workspace, endpoint: str, truths: Mapping[str, Any], at: datetime | None = None) -> None:
    """Tell what turned out to be true."""
    with workspace.database.write() as uow:
        row = uow.endpoints.by_name(endpoint)
        uow.outcomes.keep(row.id, truths, at)


def tell_minutes(workspace: Workspace, endpoint: str, moments: tuple[datetime, datetime], requests: int) -> None:
    """What a process of the API would have counted."""
    random = np.random.default_rng(3)
    minute = moments[0].replace(second=0, microsecond=0)
    found: dict[tuple[str, datetime], Counts] = {}
    with workspace.database.write() as uow:
        row = uow.endpoints.by_name(endpoint)
        while minute < moments[1]:
            counts = random.multinomial(
                requests, [0.02, 0.08, 0.3, 0.35, 0.15, 0.06, 0.02, 0.01, 0.005, 0.005, 0, 0, 0]
            )
            found[row.id, minute] = Counts(
                requests, requests * 2, refused=int(random.random() < 0.1), seconds=requests * 0.012,
                latencies=tuple(int(it) for it in counts), most_waiting=int(random.poisson(2)),
            )  # fmt: skip
            minute += timedelta(minutes=1)
        uow.traffic.add("p1", found)


def a_point(version: int, at: datetime, version_id: str = "v", **found: Any) -> WatchPoint:
    """What watching could have found in the hour up to a moment."""
    name = VersionName(id=version_id, model="churn", number=version, role="live")
    worst = max(found.get("drift", {}).items(), key=lambda it: it[1], default=(None, None))
    told = {"worst_field": worst[0], "worst_psi": worst[1], "rows": 1_000, **found}
    return WatchPoint(id="p", version=name, begins_at=at - timedelta(hours=1), ends_at=at, **told)


def drawn_rows(opened: OpenedModel, rows: int, random: np.random.Generator) -> pa.Table:
    """Some of the rows that were kept with a model, in the columns of its fields."""
    names = [field.name for field in opened.scorer.fields]
    known = opened.held_out.select(names)
    return known.take(pa.array(random.integers(0, known.num_rows, rows)))


def table_of(columns: Mapping[str, Any], schema: pa.Schema) -> pa.Table:
    """Columns in the types of the fields."""
    return pa.table({name: pa.array(list(columns[name]), schema.field(name).type) for name in schema.names})


def dearer(columns: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    """Everybody pays half as much again, and some live where nobody lived before."""
    told = dict(columns)
    for name in ("monthly_charges",):
        if name in told:
            told[name] = [None if value is None else value * 1.5 for value in told[name]]
    if "region" in told:
        told["region"] = ["overseas" if random.random() < 0.08 else value for value in told["region"]]
    return told


def main(home: str, endpoint: str) -> None:
    """Two weeks of requests, the last two days of which drift; outcomes for most of them."""
    workspace = open_workspace(Settings(home=Path(home)))
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    random = np.random.default_rng(1)
    for day in range(14, 0, -1):
        moments = (now - timedelta(days=day), now - timedelta(days=day - 1))
        ids = play(workspace, endpoint, moments, 1_500, shift=dearer if day <= 2 else no_shift, seed=day)
        told = {key: "yes" if random.random() < 0.26 else "no" for key in ids if random.random() < 0.5}
        tell_truths(workspace, endpoint, told)
    tell_minutes(workspace, endpoint, (now - timedelta(days=1), now), 40)


if __name__ == "__main__":
    main(*sys.argv[1:3])
