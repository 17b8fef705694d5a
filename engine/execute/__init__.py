"""Run a plan: fuse, fit, train, write results to the cache, and tell what happens."""

from engine.execute.execution import Deliver, Execution
from engine.execute.reports import REPORT
from engine.execute.tables import STATE, TableFiles
from engine.execute.work import PREVIEW

__all__ = ["PREVIEW", "REPORT", "STATE", "Deliver", "Execution", "TableFiles"]
