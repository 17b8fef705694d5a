"""One transaction, and the repositories that work inside it."""

from sqlalchemy.orm import Session

from storage.repositories import (
    AlertRules,
    Alerts,
    AuditLog,
    Batches,
    Boards,
    Canaries,
    Channels,
    Charts,
    Connections,
    Datasets,
    Deliveries,
    Ended,
    EndpointPages,
    Endpoints,
    Jobs,
    Keys,
    Models,
    Outcomes,
    Pipelines,
    Policies,
    Presences,
    Publications,
    Registry,
    Rules,
    RunIndex,
    Runs,
    ScoreChanges,
    Slots,
    Syncs,
    Traffic,
    Triggers,
    Watching,
)


class UnitOfWork:
    """Everything done through these repositories happens together or not at all.

    Made by :class:`storage.database.Database`; what it returns stays readable after it has closed.
    """

    def __init__(self, session: Session) -> None:
        self.datasets = Datasets(session)
        self.pipelines = Pipelines(session)
        self.runs = Runs(session)
        self.run_index = RunIndex(session)
        self.score_changes = ScoreChanges(session)
        self.models = Models(session)
        self.registry = Registry(session)
        self.endpoints = Endpoints(session)
        self.keys = Keys(session)
        self.outcomes = Outcomes(session)
        self.publications = Publications(session)
        self.canaries = Canaries(session)
        self.batches = Batches(session)
        self.endpoint_pages = EndpointPages(session)
        self.jobs = Jobs(session)
        self.connections = Connections(session)
        self.rules = Rules(session)
        self.syncs = Syncs(session)
        self.traffic = Traffic(session)
        self.triggers = Triggers(session)
        self.policies = Policies(session)
        self.charts = Charts(session)
        self.boards = Boards(session)
        self.presences = Presences(session)
        self.watching = Watching(session)
        self.ended = Ended(session)
        self.slots = Slots(session)
        self.alert_rules = AlertRules(session)
        self.alerts = Alerts(session)
        self.channels = Channels(session)
        self.deliveries = Deliveries(session)
        self.audit = AuditLog(session)
