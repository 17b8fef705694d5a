"""The metadata tables: one class per noun of the product, one file per group of nouns."""

from storage.ids import new_id
from storage.schema.alerts import SEVERITIES, Alert, AlertRule, Channel, Condition, Delivery, DeliveryStatus, Severity
from storage.schema.audit import Audit
from storage.schema.base import (
    FINISHED,
    UNFINISHED,
    Base,
    EndpointStatus,
    JobStatus,
    JsonList,
    JsonObject,
    Role,
    utc_now,
)
from storage.schema.batches import Batch, EndpointPage, Scoring
from storage.schema.boards import Board, BoardCard, Chart
from storage.schema.connections import Connection
from storage.schema.datasets import Dataset, DatasetVersion
from storage.schema.endpoints import Deployment, Endpoint, EndpointKey, EndpointMinute, Outcome
from storage.schema.jobs import Job
from storage.schema.keys import KeyUse
from storage.schema.models import Model, ModelVersion
from storage.schema.pipelines import Draft, Pipeline, PipelineVersion
from storage.schema.policies import ENDED, Policy, Round, RoundState
from storage.schema.presences import Presence
from storage.schema.publications import CanaryRule, Publication
from storage.schema.registry import STAGES, EventKind, ModelAlias, ModelEvent, Stage, Verdict
from storage.schema.rules import Rule, RuleCheck
from storage.schema.runs import NodeRun, Run, RunInput, RunMetric, RunParam, RunTag, ScoreChange
from storage.schema.slots import Slot
from storage.schema.syncs import Sync, SyncRun, Trigger
from storage.schema.totals import EndpointTotal
from storage.schema.watching import DriftPoint, EndpointWatch

__all__ = [
    "ENDED",
    "FINISHED",
    "SEVERITIES",
    "STAGES",
    "UNFINISHED",
    "Alert",
    "AlertRule",
    "Audit",
    "Base",
    "Batch",
    "Board",
    "BoardCard",
    "CanaryRule",
    "Channel",
    "Chart",
    "Condition",
    "Connection",
    "Dataset",
    "DatasetVersion",
    "Delivery",
    "DeliveryStatus",
    "Deployment",
    "Draft",
    "DriftPoint",
    "Endpoint",
    "EndpointKey",
    "EndpointMinute",
    "EndpointPage",
    "EndpointStatus",
    "EndpointTotal",
    "EndpointWatch",
    "EventKind",
    "Job",
    "JobStatus",
    "JsonList",
    "JsonObject",
    "KeyUse",
    "Model",
    "ModelAlias",
    "ModelEvent",
    "ModelVersion",
    "NodeRun",
    "Outcome",
    "Pipeline",
    "PipelineVersion",
    "Policy",
    "Presence",
    "Publication",
    "Role",
    "Round",
    "RoundState",
    "Rule",
    "RuleCheck",
    "Run",
    "RunInput",
    "RunMetric",
    "RunParam",
    "RunTag",
    "ScoreChange",
    "Scoring",
    "Severity",
    "Slot",
    "Stage",
    "Sync",
    "SyncRun",
    "Trigger",
    "Verdict",
    "new_id",
    "utc_now",
]
