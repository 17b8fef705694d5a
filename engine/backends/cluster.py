"""An engine's own workers, which can train a model from rows where the rows are."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import ibis.expr.types as ir


class Cluster(ABC):
    """Workers that learn together, each from a part of the rows.

    Parameters
    ----------
    connect
        Whether they are reached through Spark Connect.
    """

    def __init__(self, *, connect: bool) -> None:
        self.connect = connect

    @abstractmethod
    def workers(self) -> int:
        """How many there are."""

    @abstractmethod
    def do(self, tasks: Sequence[Callable[[], Any]]) -> list[Any]:
        """Do all tasks, several at the same time, and give what they return, in their order.

        Raises
        ------
        CanvasbackError
            When the workers cannot.
        """

    @abstractmethod
    def spread(self, table: ir.Table, order: Sequence[str], parts: int) -> AbstractContextManager[Any]:
        """The rows of a query as a Spark DataFrame, computed once and kept for several readings.

        Parameters
        ----------
        order
            Columns that order the rows of a part; the first one decides which part a row is in.
        """
