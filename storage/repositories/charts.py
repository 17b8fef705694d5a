"""Charts of datasets, by name."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from storage.errors import NameTaken
from storage.repositories.base import Repository
from storage.repositories.names import check_name
from storage.schema import Chart, utc_now


class Charts(Repository):
    """The charts that are kept; their names are unique within a dataset."""

    def get(self, key: str) -> Chart:
        """Return the chart with this id, or raise `NotFound`."""
        return self._get(Chart, key, "chart")

    def of(self, dataset_id: str, *, limit: int = 500) -> Sequence[Chart]:
        """Return the charts of a dataset, the oldest first."""
        query = select(Chart).where(Chart.dataset_id == dataset_id).order_by(Chart.created_at, Chart.id)
        return self._session.scalars(query.limit(limit)).all()

    def names(self, dataset_id: str) -> frozenset[str]:
        """Return the names in use in a dataset."""
        return frozenset(self._session.scalars(select(Chart.name).where(Chart.dataset_id == dataset_id)))

    def pinned(self, dataset_id: str, number: int) -> Sequence[str]:
        """Return the names of the charts that are drawn from one version only: they need it."""
        query = select(Chart.name).where(Chart.dataset_id == dataset_id, Chart.version == number)
        return self._session.scalars(query.order_by(Chart.name)).all()

    def add(
        self, dataset_id: str, name: str, spec: dict[str, Any], *, drawn_on: int, version: int | None = None
    ) -> Chart:
        """Keep a chart; `NameTaken` when the dataset has one of that name.

        Parameters
        ----------
        drawn_on : the version whose columns it was made for.
        version : the only version it is drawn from; the latest where it is None.
        """
        check_name(name, "chart")
        row = Chart(dataset_id=dataset_id, name=name, spec=spec, version=version, drawn_on=drawn_on)
        return self._insert(row, _taken(name))

    def change(self, key: str, name: str, spec: dict[str, Any], *, drawn_on: int, version: int | None) -> Chart:
        """Keep a chart anew, under the same id."""
        check_name(name, "chart")
        row = self.get(key)
        row.name, row.spec, row.version, row.drawn_on, row.updated_at = name, spec, version, drawn_on, utc_now()
        return self._insert(row, _taken(name))

    def delete(self, key: str) -> None:
        """Forget a chart; it leaves the boards that it is on."""
        self._change(delete(Chart).where(Chart.id == self.get(key).id))


def _taken(name: str) -> NameTaken:
    return NameTaken(f"There is a chart named {name} already", hint="Choose another name.")
