"""The metadata tables: one class per noun of the product, one file per group of nouns."""

from storage.schema.audit import Audit
from storage.schema.base import (
    FINISHED,
    UNFINISHED,
    Base,
    EndpointStatus,
    JobStatus,
    JsonList,
    JsonObject,
    new_id,
    utc_now,
)
from storage.schema.boards import Board, BoardCard, Chart
from storage.schema.connections import Connection
from storage.schema.datasets import Dataset, DatasetVersion
from storage.schema.endpoints import Deployment, Endpoint, EndpointKey
from storage.schema.jobs import Job
from storage.schema.models import Model, ModelVersion
from storage.schema.pipelines import Draft, Pipeline, PipelineVersion
from storage.schema.presences import Presence
from storage.schema.rules import Rule, RuleCheck
from storage.schema.runs import NodeRun, Run, RunInput, ScoreChange
from storage.schema.syncs import Sync, SyncRun, Trigger

__all__ = [
    "FINISHED",
    "UNFINISHED",
    "Audit",
    "Base",
    "Board",
    "BoardCard",
    "Chart",
    "Connection",
    "Dataset",
    "DatasetVersion",
    "Deployment",
    "Draft",
    "Endpoint",
    "EndpointKey",
    "EndpointStatus",
    "Job",
    "JobStatus",
    "JsonList",
    "JsonObject",
    "Model",
    "ModelVersion",
    "NodeRun",
    "Pipeline",
    "PipelineVersion",
    "Presence",
    "Rule",
    "RuleCheck",
    "Run",
    "RunInput",
    "ScoreChange",
    "Sync",
    "SyncRun",
    "Trigger",
    "new_id",
    "utc_now",
]
