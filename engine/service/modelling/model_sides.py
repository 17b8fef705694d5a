"""What is known of the models in a comparison, each in the same shape, and in what they differ."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from components.catalog import title_of
from engine.errors import InvalidSetting
from engine.graph import Pipeline
from engine.serve.modelfile import MODEL, ModelFile
from engine.service.building.drawn_changes import value_words
from engine.service.modelling.models import split_reference
from engine.service.views import View
from engine.workspace import Workspace
from storage.errors import NotFound
from storage.schema import Model, ModelVersion
from storage.unit_of_work import UnitOfWork

LEAST, MOST = 2, 8
LONGEST_NAME = 20


class DataView(View):
    """A dataset version that a model was made from."""

    dataset: str
    version: int
    rows: int | None = None
    columns: int | None = None


class SideView(View):
    """One of the models in a comparison.

    Parameters
    ----------
    name
        As it is called in the comparison: ``churn v3``; a long name is cut.
    origin
        What the rows are of: equal where two models may share rows.
    snapshot
        The version of it, where it is a dataset.
    fields
        The columns that its records need.
    seconds
        What the training took, where that is known.
    """

    name: str
    model: str
    version: int
    version_id: str
    task: str
    target: str | None = None
    kind: str = ""
    metrics: dict[str, float] = Field(default_factory=dict)
    baseline: dict[str, float] = Field(default_factory=dict)
    params: dict[str, Any] = Field(default_factory=dict)
    importance: list[dict[str, Any]] = Field(default_factory=list)
    rows: dict[str, int] = Field(default_factory=dict)
    data: list[DataView] = Field(default_factory=list)
    fields: list[str] = Field(default_factory=list)
    origin: str = ""
    snapshot: str | None = None
    pipeline: str = ""
    pipeline_id: str = ""
    pipeline_version: int = 0
    run: int = 0
    run_id: str = ""
    note: str = ""
    tags: list[str] = Field(default_factory=list)
    seconds: float | None = None
    bytes: int = 0
    created_at: datetime | None = None

    @property
    def reference(self) -> str:
        """How it is written in an address and on the command line."""
        return f"{self.model}:{self.version}"


class RowView(View):
    """One line of a table with a column for each model.

    Parameters
    ----------
    differs
        Whether the models are not all alike in it.
    """

    what: str
    values: list[str]
    differs: bool = True


def read_references(written: str) -> list[str]:
    """The models that an address names: ``churn:1,churn:3``.

    >>> read_references("churn:1,a, b:2,churn:3")
    ['churn:1', 'a, b:2', 'churn:3']
    """
    found, open_ = [], ""
    for piece in written.split(","):
        open_ = f"{open_},{piece}" if open_ else piece
        name, _, number = open_.rpartition(":")
        if name and number.isdigit():
            found.append(open_)
            open_ = ""
    return [*found, open_] if open_ else found


def read_sides(workspace: Workspace, references: Sequence[str]) -> list[SideView]:
    """The models that are named, each once.

    Raises
    ------
    InvalidSetting
        When there are fewer than two or more than eight.
    NotFound
        When there is no such model or version.
    """
    with workspace.database.read() as uow:
        found: dict[str, tuple[Model, ModelVersion]] = {}
        for reference in references:
            name, number = split_reference(reference.strip())
            model = uow.models.by_name(name)
            version = uow.models.version(model.id, number)
            found[version.id] = model, version
        if not LEAST <= len(found) <= MOST:
            told = f"A comparison is of {LEAST} to {MOST} different models, not {len(found)}."
            raise InvalidSetting(told, hint="Name each as NAME:VERSION.", field="compare")
        sides = [_side(workspace, uow, model, version) for model, version in found.values()]
    return _told_apart(sides)


def _told_apart(sides: Sequence[SideView]) -> list[SideView]:
    """With different names, even where long ones were cut to the same."""
    names = [side.name for side in sides]
    again = [names[:place].count(name) for place, name in enumerate(names)]
    return [
        side.model_copy(update={"name": f"{side.name} ({nth + 1})"}) if nth else side
        for side, nth in zip(sides, again, strict=True)
    ]


def _short(name: str) -> str:
    """A name that fits above a column; what tells names apart is often at their end.

    >>> _short("churn"), _short("customers of the northern region who left in 2026")
    ('churn', 'customers …t in 2026')
    """
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME // 2]}…{name[-(LONGEST_NAME // 2 - 1) :]}"


def params_of(sides: Sequence[SideView]) -> list[RowView]:
    """The params of every model; those in which they differ come first."""
    told = [{"Kind of model": side.kind, **side.params} for side in sides]
    names = list(dict.fromkeys(name for params in told for name in params))
    rows = [_row(name, [value_words(p[name]) if name in p else "–" for p in told]) for name in names]
    return sorted(rows, key=lambda row: not row.differs)


def data_of(sides: Sequence[SideView]) -> list[RowView]:
    """What every model was made from: dataset versions, rows by their role, columns."""
    datasets = list(dict.fromkeys(it.dataset for side in sides for it in side.data))
    of = [{it.dataset: it for it in side.data} for side in sides]
    rows = [_row(f"Dataset {name}", [_version(data.get(name)) for data in of]) for name in datasets]
    rows += [
        _row(f"Rows of {name}", [_amount(data[name].rows if name in data else None) for data in of])
        for name in datasets
    ]
    roles = list(dict.fromkeys(role for side in sides for role in side.rows))
    rows += [_row(f"{role.capitalize()} rows", [_amount(side.rows.get(role)) for side in sides]) for role in roles]
    rows.append(_row("Target", [side.target or "–" for side in sides]))
    rows.append(_row("Columns that a record needs", [_amount(len(side.fields)) for side in sides]))
    return [*rows, *_fields(sides)]


def differing_data(sides: Sequence[SideView]) -> list[str]:
    """In words, of which versions of the same datasets they were made."""
    told = []
    for name in dict.fromkeys(it.dataset for side in sides for it in side.data):
        versions = {side.name: it.version for side in sides for it in side.data if it.dataset == name}
        if len(set(versions.values())) > 1:
            listed = ", ".join(f"{side} from v{version}" for side, version in versions.items())
            told.append(f"They were made from different versions of {name}: {listed}.")
    return told


def _fields(sides: Sequence[SideView]) -> Iterator[RowView]:
    """The columns that some need and others do not."""
    for name in dict.fromkeys(name for side in sides for name in side.fields):
        row = _row(f"Needs {name}", ["yes" if name in side.fields else "no" for side in sides])
        if row.differs:
            yield row


def _row(what: str, values: list[str]) -> RowView:
    return RowView(what=what, values=values, differs=len(set(values)) > 1)


def _version(data: DataView | None) -> str:
    return f"v{data.version}" if data else "–"


def _amount(amount: int | None) -> str:
    return "–" if amount is None else f"{amount:,}"


def _side(workspace: Workspace, uow: UnitOfWork, model: Model, row: ModelVersion) -> SideView:
    version = uow.pipelines.get_version(row.pipeline_version_id)
    run = uow.runs.get(row.run_id)
    node = next((node for node in uow.runs.nodes(row.run_id) if node.node_id == row.node_id), None)
    described = _described(workspace, row)
    origin, snapshot = _origin(uow, row, described, lambda: Pipeline.from_document(version.graph).filled_in(run.params))
    signature: Mapping[str, Any] = row.signature
    return SideView(
        name=f"{_short(model.name)} v{row.number}",
        model=model.name,
        version=row.number,
        version_id=row.id,
        task=row.task,
        target=row.target,
        kind=title_of(str(signature.get("component", ""))),
        metrics=row.metrics,
        baseline=row.baseline,
        params=described.params if described else {},
        importance=list(signature.get("importance") or []),
        rows=dict(signature.get("rows") or {}),
        data=list(_data(uow, row)),
        fields=[field["name"] for field in signature.get("inputs") or []],
        origin=origin,
        snapshot=snapshot,
        pipeline=uow.pipelines.get(version.pipeline_id).name,
        pipeline_id=version.pipeline_id,
        pipeline_version=version.number,
        run=run.number,
        run_id=run.id,
        note=run.note or "",
        tags=list(uow.run_index.tags_of(run.id)),
        seconds=node.seconds if node else None,
        bytes=row.bytes,
        created_at=row.created_at,
    )


def _described(workspace: Workspace, row: ModelVersion) -> ModelFile | None:
    """The model's own description; None where its files are gone."""
    try:
        return ModelFile.model_validate_json(workspace.artifacts.get_bytes(row.files[MODEL], MODEL))
    except (NotFound, KeyError):
        return None


def _origin(
    uow: UnitOfWork, row: ModelVersion, described: ModelFile | None, drawn: Callable[[], Pipeline]
) -> tuple[str, str | None]:
    """What the rows are of; two models with another origin have no row in common."""
    begins = described.slice.origin if described else ""
    for given in row.lineage.get("inputs", ()):
        if given["node"] == begins:
            try:
                return f"dataset {uow.datasets.get_version(given['dataset_version_id']).dataset_id}", given[
                    "dataset_version_id"
                ]
            except NotFound:
                break
    node = drawn().by_id.get(begins)
    return (f"{node.component} {sorted(node.params.items(), key=str)}", None) if node else (f"node {begins}", None)


def _data(uow: UnitOfWork, row: ModelVersion) -> Iterator[DataView]:
    for given in row.lineage.get("inputs", ()):
        try:
            version = uow.datasets.get_version(given["dataset_version_id"])
        except NotFound:
            continue
        name = uow.datasets.get(version.dataset_id).name
        yield DataView(dataset=name, version=version.number, rows=version.rows, columns=len(version.columns))
