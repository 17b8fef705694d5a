"""Charts of a dataset: draw, suggest, keep, and what is drawn as a file."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.charting import (
    CHARTS,
    ChartSpec,
    Condition,
    Drawn,
    Suggestion,
    draw,
    drawables,
    drawn_of_points,
    suggest,
    title_of,
)
from engine.charting.axis import MISSING, OTHER
from engine.charting.conditions import OPERATOR_WORDS, OPERATORS
from engine.charting.replaced import Vanished, vanished
from engine.errors import DataError
from engine.profile import Profile
from engine.service.views import View
from engine.workspace import Workspace
from storage.errors import StorageError
from storage.schema import Chart, DatasetVersion
from storage.unit_of_work import UnitOfWork

__all__ = [
    "CHARTS",
    "MISSING",
    "OPERATORS",
    "OPERATOR_WORDS",
    "OTHER",
    "ChartSpec",
    "ChartView",
    "Condition",
    "Drawn",
    "DrawnView",
    "Suggestion",
    "Vanished",
    "drawn_of_points",
    "title_of",
]

FORMULA = re.compile(r"^[=+\-@\t\r]")
NUMBER = re.compile(r"^[+-]?[0-9]+([.,][0-9]+)*([eE][+-]?[0-9]+)?%?$")


class ChartView(View):
    """A chart that is kept.

    Parameters
    ----------
    version
        The version it is pinned to; None where it is drawn from the latest one.
    drawn_on
        The version it was last made for.
    """

    id: str
    name: str
    dataset: str
    spec: ChartSpec
    version: int | None = None
    drawn_on: int = 1


class DrawnView(View):
    """A chart, drawn.

    Parameters
    ----------
    version, of
        The version that was drawn, and when it was imported.
    """

    drawn: Drawn
    version: int
    of: datetime | None = None


def list_charts(workspace: Workspace, dataset: str) -> list[ChartView]:
    """The charts of a dataset, the oldest first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.datasets.by_name(dataset)
        return [_view(chart, dataset) for chart in uow.charts.of(row.id)]


def get_chart(workspace: Workspace, chart_id: str) -> ChartView:
    """One chart.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        chart = uow.charts.get(chart_id)
        return _view(chart, uow.datasets.get(chart.dataset_id).name)


def draw_chart(workspace: Workspace, dataset: str, spec: ChartSpec, version: int | None = None) -> DrawnView:
    """Draw a version of a dataset, the latest unless asked otherwise.

    Raises
    ------
    NotFound, UnknownColumn, DataError, LimitReached, DamagedFile
    """
    row = _version(workspace, dataset, version)
    drawn = _drawn(_Stored(tuple(workspace.files_of(row)), row.profile), spec)
    return DrawnView(drawn=drawn, version=row.number, of=row.created_at)


@dataclass(frozen=True)
class _Stored:
    """The files of a version, and the profile that was made of them."""

    files: tuple[Path, ...]
    profile: Mapping[str, Any] | None = field(compare=False)


@lru_cache(maxsize=64)
def _drawn(table: _Stored, spec: ChartSpec) -> Drawn:
    """Files never change, so a drawing of them does not either."""
    profile = Profile.model_validate(table.profile) if table.profile else None
    return draw(table.files, spec, profile=profile)


def missing_columns(workspace: Workspace, chart: ChartView, version: int | None = None) -> list[Vanished]:
    """The columns that a chart needs and its version has not, each with what probably took its place."""
    row = _version(workspace, chart.dataset, version or chart.version)
    try:
        before = _types(_version(workspace, chart.dataset, chart.drawn_on))
    except StorageError:  # that version was deleted: names alone must do
        before = {}
    return vanished(chart.spec, _types(row), before)


def suggest_charts(
    workspace: Workspace, dataset: str, names: Sequence[str] = (), version: int | None = None
) -> list[Suggestion]:
    """Charts that suit one or two columns, or the whole dataset."""
    row = _version(workspace, dataset, version)
    return suggest(drawables(row.profile or {}), names) if row.profile else []


def read_spec(given: Mapping[str, Any]) -> ChartSpec:
    """A chart from what a form or a file says.

    Raises
    ------
    DataError
        Naming the first field that is wrong.
    """
    try:
        return ChartSpec.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "chart"
        raise DataError(f"The chart's {field} is wrong: {first['msg']}.", hint="Choose again.", field=field) from error


def save_chart(workspace: Workspace, dataset: str, name: str, spec: ChartSpec, version: int | None = None) -> ChartView:
    """Keep a chart with its dataset.

    Parameters
    ----------
    version
        Pins it to that version.

    Raises
    ------
    NameTaken, BadName, NotFound
    """

    def write(uow: UnitOfWork) -> Chart:
        row = uow.datasets.by_name(dataset)
        drawn_on = uow.datasets.version(row.id, version).number
        kept = uow.charts.add(row.id, name.strip(), _stored(spec), drawn_on=drawn_on, version=version)
        uow.audit.record("local", "chart kept", f"dataset {dataset}", {"chart": kept.name})
        return kept

    return _view(workspace.database.transact(write), dataset)


def change_chart(
    workspace: Workspace, chart_id: str, name: str, spec: ChartSpec, version: int | None = None
) -> ChartView:
    """Keep a chart anew; boards show it as it is now.

    Raises
    ------
    NameTaken, BadName, NotFound
    """

    def write(uow: UnitOfWork) -> tuple[Chart, str]:
        dataset = uow.datasets.get(uow.charts.get(chart_id).dataset_id)
        drawn_on = uow.datasets.version(dataset.id, version).number
        kept = uow.charts.change(chart_id, name.strip(), _stored(spec), drawn_on=drawn_on, version=version)
        uow.audit.record("local", "chart changed", f"dataset {dataset.name}", {"chart": kept.name})
        return kept, dataset.name

    return _view(*workspace.database.transact(write))


def duplicate_chart(workspace: Workspace, chart_id: str) -> ChartView:
    """A copy of a chart, under a name of its own."""

    def write(uow: UnitOfWork) -> tuple[Chart, str]:
        chart = uow.charts.get(chart_id)
        name = _free(chart.name, uow.charts.names(chart.dataset_id))
        copy = uow.charts.add(chart.dataset_id, name, chart.spec, drawn_on=chart.drawn_on, version=chart.version)
        return copy, uow.datasets.get(chart.dataset_id).name

    return _view(*workspace.database.transact(write))


def delete_chart(workspace: Workspace, chart_id: str) -> None:
    """Forget a chart; it leaves its boards."""

    def write(uow: UnitOfWork) -> None:
        chart = uow.charts.get(chart_id)
        uow.charts.delete(chart_id)
        uow.audit.record("local", "chart deleted", f"chart {chart.name}")

    workspace.database.transact(write)


def boards_of(workspace: Workspace, chart_id: str) -> list[str]:
    """The boards that a chart is on."""
    with workspace.database.read() as uow:
        return list(uow.boards.holding(chart_id))


def free_name(workspace: Workspace, dataset: str, wanted: str) -> str:
    """A name that no chart of the dataset has."""
    with workspace.database.read() as uow:
        return _free(wanted[:180], uow.charts.names(uow.datasets.by_name(dataset).id), copy=False)


def as_csv(drawn: Drawn) -> bytes:
    """What is drawn, as a CSV file; texts that a spreadsheet would run as a formula get a ``'`` in front."""
    names = {part: _heading(drawn, part) for part in drawn.points}
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([_quoted(name) for name in _unlike(names.values())])
    for row in zip(*(drawn.points[part] for part in names), strict=True):
        writer.writerow([_cell(value) for value in row])
    return file.getvalue().encode("utf-8-sig")


def _heading(drawn: Drawn, part: str) -> str:
    if part in ("until", "at"):
        return f"{drawn.titles.get('x' if part == 'until' or drawn.spec.kind == 'density' else 'y', '')} {part}".strip()
    return drawn.titles.get(part) or {"x": "column", "category": "with"}.get(part, part)


def _unlike(names: Any) -> list[str]:
    """Headings, no two alike."""
    found: list[str] = []
    for name in names:
        found.append(name if name not in found else f"{name} ({found.count(name) + 1})")
    return found


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        # A sum of cents is no 454841.1599999999; of a whole number every digit counts.
        return value if value.is_integer() else float(f"{value:.15g}")
    return _quoted(value) if isinstance(value, str) else value


def _quoted(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) and not NUMBER.match(text) else text


def _free(name: str, taken: frozenset[str], *, copy: bool = True) -> str:
    if not copy and name not in taken:
        return name
    bases = [f"{name[:180]} (copy)"] if copy else []
    names = [*bases, *(f"{name[:180]} ({number})" for number in range(2, len(taken) + 4))]
    return next(one for one in names if one not in taken)


def _stored(spec: ChartSpec) -> dict[str, Any]:
    return spec.model_dump(mode="json", exclude_defaults=True) | {"kind": spec.kind}


def _view(chart: Chart, dataset: str) -> ChartView:
    spec = read_spec(chart.spec)
    return ChartView(
        id=chart.id, name=chart.name, dataset=dataset, spec=spec, version=chart.version, drawn_on=chart.drawn_on
    )


def _version(workspace: Workspace, dataset: str, number: int | None) -> DatasetVersion:
    with workspace.database.read() as uow:
        return uow.datasets.version(uow.datasets.by_name(dataset).id, number)


def _types(version: DatasetVersion) -> dict[str, str]:
    return {column["name"]: column["type"] for column in version.columns}
