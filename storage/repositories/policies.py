"""Policies: when an endpoint's model learns anew; rounds: each time that it did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, select, update

from storage.errors import Conflict, NotFound
from storage.repositories.base import Repository
from storage.schema import ENDED, Endpoint, Pipeline, Policy, Round, RoundState, Run, utc_now

BUSY = Conflict("A round is under way for this endpoint", "Wait for it, or decide about it first.")


class PolicyEntry(NamedTuple):
    """A policy with the names of what it connects."""

    policy: Policy
    endpoint: str
    pipeline: str


class RoundEntry(NamedTuple):
    """A round with the names that people know."""

    round: Round
    endpoint: str
    pipeline: str
    run_number: int | None


class Policies(Repository):
    def of(self, endpoint_id: str, *, lock: bool = False) -> Policy | None:
        """Return the policy of an endpoint, if it has one."""
        query = select(Policy).where(Policy.endpoint_id == endpoint_id)
        return self._session.scalars(query.with_for_update() if lock else query).first()

    def put(self, endpoint_id: str, **told: Any) -> Policy:
        """Give an endpoint a policy, or change the one that it has."""
        policy = self.of(endpoint_id, lock=True)
        if policy is None:
            policy = Policy(endpoint_id=endpoint_id, **told)
            return self._insert(policy, Conflict("The endpoint was given a policy meanwhile", "Look again."))
        for name, value in told.items():
            setattr(policy, name, value)
        policy.changed_at = utc_now()
        self._session.flush()
        return policy

    def remove(self, endpoint_id: str) -> bool:
        """Let the model learn anew no more; whether it did. The rounds stay."""
        return self._change(delete(Policy).where(Policy.endpoint_id == endpoint_id)) > 0

    def list(self) -> Sequence[PolicyEntry]:
        """Return all policies of endpoints that are not retired, by the name of the endpoint."""
        query = (
            select(Policy, Endpoint.name, Pipeline.name)
            .join(Endpoint, Endpoint.id == Policy.endpoint_id)
            .join(Pipeline, Pipeline.id == Policy.pipeline_id)
            .where(Endpoint.status != "retired")
            .order_by(Endpoint.name)
        )
        return [PolicyEntry(*row) for row in self._session.execute(query)]

    def claim(self, endpoint_id: str, turn: int, **told: Any) -> None:
        """Begin what is due before anybody else does, or raise `Conflict`."""
        mine = update(Policy).where(Policy.endpoint_id == endpoint_id, Policy.turn == turn)
        if not self._change(mine.values(turn=turn + 1, **told)):
            raise Conflict("Somebody else has begun it", "Nothing is to be done.")

    def begin(self, endpoint_id: str, **told: Any) -> Round:
        """Make a round; `Conflict` while another one is under way."""
        if self.open_of(endpoint_id) is not None:
            raise BUSY
        number = self._next(Round.number, Round.endpoint_id, endpoint_id)
        return self._insert(Round(endpoint_id=endpoint_id, number=number, **told), BUSY)

    def move(self, round_id: str, before: RoundState, after: RoundState, **told: Any) -> None:
        """Take a round from one state to the next, before anybody else does, or raise `Conflict`."""
        now = utc_now()
        ended = {"finished_at": now} if after in ENDED else {}
        mine = update(Round).where(Round.id == round_id, Round.state == before)
        changed = mine.values(state=after, changed_at=now, **ended, **told)
        if not self._change(changed.execution_options(synchronize_session=False)):
            raise Conflict("Somebody else has taken this round on", "Look at it again.")

    def keep(self, round_id: str, **told: Any) -> None:
        """Add to what is known of a round."""
        self._change(
            update(Round).where(Round.id == round_id).values(**told).execution_options(synchronize_session=False)
        )

    def round(self, round_id: str) -> Round:
        """Return the round with this id, as it is now."""
        found = self._session.get(Round, round_id, populate_existing=True)
        if found is None:
            raise NotFound(f"There is no round with the id {round_id}")
        return found

    def by_number(self, endpoint_id: str, number: int) -> Round:
        """Return a round of an endpoint."""
        query = select(Round).where(Round.endpoint_id == endpoint_id, Round.number == number)
        return self._one(query, f"There is no round {number}")

    def open_of(self, endpoint_id: str) -> Round | None:
        """Return the round that is under way."""
        query = select(Round).where(Round.endpoint_id == endpoint_id, Round.finished_at.is_(None))
        return self._session.scalars(query).first()

    def last_of(self, endpoint_id: str) -> Round | None:
        """Return the newest round."""
        query = select(Round).where(Round.endpoint_id == endpoint_id)
        return self._session.scalars(query.order_by(Round.number.desc()).limit(1)).first()

    def open(self) -> Sequence[Round]:
        """Return all rounds that are under way and wait for no person."""
        query = select(Round).where(Round.finished_at.is_(None), Round.state != "waiting")
        return self._session.scalars(query.order_by(Round.id)).all()

    def rounds(self, endpoint_id: str, *, limit: int = 50, offset: int = 0) -> Sequence[RoundEntry]:
        """Return the rounds of an endpoint, newest first."""
        query = self._entries().where(Round.endpoint_id == endpoint_id).order_by(Round.number.desc())
        return [RoundEntry(*row) for row in self._session.execute(query.limit(limit).offset(offset))]

    def canaries(self, since: datetime) -> Sequence[Round]:
        """Return the rounds since a moment that were published, and that nobody has undone."""
        query = select(Round).where(Round.state == "published", Round.undone_at.is_(None), Round.finished_at >= since)
        return self._session.scalars(query.order_by(Round.id)).all()

    def _entries(self) -> Select[Round, str, str, int | None]:
        return (
            select(Round, Endpoint.name, Pipeline.name, Run.number)
            .join(Endpoint, Endpoint.id == Round.endpoint_id)
            .join(Pipeline, Pipeline.id == Round.pipeline_id)
            .outerjoin(Run, Run.id == Round.run_id)
        )
