"""Why two runs scored differently."""

from typing import Any

from sqlalchemy import select

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import ScoreChange


class ScoreChanges(Repository):
    def get(self, change_id: str) -> ScoreChange:
        """Return the one with this id."""
        return self._get(ScoreChange, change_id, "explanation of a score")

    def find(self, left_run_id: str, right_run_id: str, node_id: str) -> ScoreChange | None:
        """Return what is known, or asked for, about two runs at a node."""
        wanted = (ScoreChange.left_run_id == left_run_id, ScoreChange.right_run_id == right_run_id)
        return self._session.scalars(select(ScoreChange).where(*wanted, ScoreChange.node_id == node_id)).first()

    def ask(self, left_run_id: str, right_run_id: str, node_id: str) -> ScoreChange:
        """Note that someone wants to know; who asks again gets the same one."""
        change = self.find(left_run_id, right_run_id, node_id) or ScoreChange(
            left_run_id=left_run_id, right_run_id=right_run_id, node_id=node_id
        )
        return self._insert(change, Conflict("Someone else asks the same in this moment", "Try again."))

    def keep(self, change_id: str, report: dict[str, Any]) -> ScoreChange:
        """Write down what was found."""
        change = self.get(change_id)
        change.report = report
        return change
