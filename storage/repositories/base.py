"""What every repository can do: find a row or say what is missing, add a row or say what it clashes with."""

from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import CursorResult, Executable, Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.errors import Conflict, NameTaken, NotFound
from storage.repositories.names import check_name, nearest
from storage.schema import AlertRule, Base, Board, Channel, Connection, Dataset, Endpoint, Model, Pipeline

Row = TypeVar("Row", bound=Base)
Named = TypeVar("Named", Dataset, Pipeline, Model, Endpoint, Connection, Board, AlertRule, Channel)
HINT_NAMES = 2000


class Repository:
    """Queries over one session; the unit of work commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def _get(self, entity: type[Row], key: str, noun: str, lock: bool = False) -> Row:
        row = self._session.get(entity, key, with_for_update=lock or None)
        if row is None:
            raise NotFound(f"There is no {noun} with the id {key}")
        return row

    def _one(self, query: Select[Row], otherwise: str, hint: str = "") -> Row:
        row = self._session.scalars(query).first()
        if row is None:
            raise NotFound(otherwise, hint)
        return row

    def _insert(self, row: Row, clash: Conflict) -> Row:
        # Flushed at once: without relationships SQLAlchemy does not know which row must go first.
        self._session.add(row)
        try:
            self._session.flush()
        except IntegrityError as error:
            raise clash from error
        return row

    def _next(self, number: InstrumentedAttribute[int], parent: InstrumentedAttribute[str], parent_id: str) -> int:
        highest = self._session.scalar(select(func.max(number)).where(parent == parent_id))
        return (highest or 0) + 1

    def _change(self, statement: Executable) -> int:
        result: CursorResult[Any] = self._session.execute(statement)  # type: ignore[assignment]
        return result.rowcount


class NamedRepository(Repository, Generic[Named]):
    """A repository of things that people call by name."""

    entity: type[Named]
    noun: ClassVar[str]

    def get(self, key: str) -> Named:
        """Return the one with this id, or raise `NotFound`."""
        return self._get(self.entity, key, self.noun)

    def by_name(self, name: str) -> Named:
        """Return the one with this name; `NotFound` suggests the nearest names."""
        found = self.find(name)
        if found is None:
            raise NotFound(f"There is no {self.noun} named {name}", hint=nearest(name, self.names()))
        return found

    def find(self, name: str) -> Named | None:
        """Return the one with this name, if there is one."""
        return self._session.scalars(self._living().where(self.entity.name == name)).first()

    def names(self) -> frozenset[str]:
        """Return the names in use, the newest 2000 of them."""
        newest = self._living().order_by(self.entity.created_at.desc()).limit(HINT_NAMES).subquery()
        return frozenset(self._session.scalars(select(newest.c.name)))

    def rename(self, key: str, name: str) -> Named:
        """Give it another name; `NameTaken` when something else has it."""
        check_name(name, self.noun)
        row = self.get(key)
        row.name = name
        return self._insert(row, self._taken(name))

    def _add_named(self, row: Named) -> Named:
        check_name(row.name, self.noun)
        return self._insert(row, self._taken(row.name))

    def _living(self) -> Select[Named]:
        return select(self.entity)

    def _taken(self, name: str) -> NameTaken:
        return NameTaken(f"There is a {self.noun} named {name} already", hint="Choose another name.")
