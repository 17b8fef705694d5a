"""From data to answers: one row per path through the house."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from storage.repositories.kept_models import is_kept
from storage.schema import (
    Dataset,
    DatasetVersion,
    Deployment,
    Endpoint,
    Model,
    ModelVersion,
    Pipeline,
    PipelineVersion,
    Run,
    RunInput,
)


class LineageRow(NamedTuple):
    """One path: dataset version → pipeline version → run → model version → deployment; what is missing is None."""

    dataset_id: str | None
    dataset: str | None
    dataset_version_id: str | None
    dataset_version: int | None
    pipeline_id: str
    pipeline: str
    pipeline_version_id: str
    pipeline_version: int
    run_id: str
    run: int
    run_status: str
    model_id: str | None
    model: str | None
    model_version_id: str | None
    model_version: int | None
    endpoint_id: str | None
    endpoint: str | None
    deployment_id: str | None
    revision: int | None
    active: bool | None


def lineage(
    session: Session,
    *,
    dataset_id: str | None = None,
    pipeline_id: str | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    endpoint_id: str | None = None,
    limit: int = 1000,
) -> Sequence[LineageRow]:
    """Return the paths through the thing that is given, those of the newest runs first, in one query."""
    query = (
        select(
            *(Dataset.id, Dataset.name, DatasetVersion.id, DatasetVersion.number),
            *(Pipeline.id, Pipeline.name, PipelineVersion.id, PipelineVersion.number),
            *(Run.id, Run.number, Run.status),
            *(Model.id, Model.name, ModelVersion.id, ModelVersion.number),
            *(Endpoint.id, Endpoint.name, Deployment.id, Deployment.revision, Deployment.active),
        )
        .select_from(Run)
        .join(PipelineVersion, PipelineVersion.id == Run.pipeline_version_id)
        .join(Pipeline, Pipeline.id == Run.pipeline_id)
        .outerjoin(RunInput, RunInput.run_id == Run.id)
        .outerjoin(DatasetVersion, DatasetVersion.id == RunInput.dataset_version_id)
        .outerjoin(Dataset, Dataset.id == DatasetVersion.dataset_id)
        .outerjoin(ModelVersion, and_(ModelVersion.run_id == Run.id, is_kept()))
        .outerjoin(Model, Model.id == ModelVersion.model_id)
        .outerjoin(Deployment, Deployment.model_version_id == ModelVersion.id)
        .outerjoin(Endpoint, Endpoint.id == Deployment.endpoint_id)
        .order_by(Run.created_at.desc(), RunInput.node_id, ModelVersion.number, Deployment.revision)
        .limit(limit)
    )
    through = (
        (Dataset.id, dataset_id),
        (Pipeline.id, pipeline_id),
        (Run.id, run_id),
        (Model.id, model_id),
        (Endpoint.id, endpoint_id),
    )
    query = query.where(*(column == value for column, value in through if value is not None))
    return [LineageRow._make(row) for row in session.execute(query)]
