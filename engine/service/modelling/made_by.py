"""What a model version was made from: the run, the pipeline and the datasets, each in its exact version."""

from typing import Any

from engine.service.views import View
from engine.workspace import Workspace


class DatasetUsed(View):
    """A dataset in the version that a run has read."""

    dataset: str
    version: int


class MadeByView(View):
    """What a model version was made from; `pipeline` is None where the run is gone."""

    pipeline: str | None = None
    pipeline_version: int | None = None
    run: int | None = None
    datasets: tuple[DatasetUsed, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As an answer tells it."""
        return self.model_dump(mode="json")


def made_by(workspace: Workspace, version_id: str) -> MadeByView:
    """What a model version was made from.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        rows = uow.runs.lineage(run_id=uow.models.get_version(version_id).run_id)
    if not rows:
        return MadeByView()
    used = {(row.dataset, row.dataset_version) for row in rows if row.dataset and row.dataset_version}
    return MadeByView(
        pipeline=rows[0].pipeline,
        pipeline_version=rows[0].pipeline_version,
        run=rows[0].run,
        datasets=tuple(DatasetUsed(dataset=name, version=version) for name, version in sorted(used)),
    )
