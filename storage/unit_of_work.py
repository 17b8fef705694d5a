"""One transaction, and the repositories that work inside it."""

from sqlalchemy.orm import Session

from storage.repositories import (
    AuditLog,
    Boards,
    Charts,
    Connections,
    Datasets,
    Endpoints,
    Jobs,
    Models,
    Pipelines,
    Presences,
    Rules,
    Runs,
    ScoreChanges,
    Syncs,
    Triggers,
)


class UnitOfWork:
    """Everything done through these repositories happens together or not at all.

    Made by :class:`storage.database.Database`; what it returns stays readable after it has closed.
    """

    def __init__(self, session: Session) -> None:
        self.datasets = Datasets(session)
        self.pipelines = Pipelines(session)
        self.runs = Runs(session)
        self.score_changes = ScoreChanges(session)
        self.models = Models(session)
        self.endpoints = Endpoints(session)
        self.jobs = Jobs(session)
        self.connections = Connections(session)
        self.rules = Rules(session)
        self.syncs = Syncs(session)
        self.triggers = Triggers(session)
        self.charts = Charts(session)
        self.boards = Boards(session)
        self.presences = Presences(session)
        self.audit = AuditLog(session)
