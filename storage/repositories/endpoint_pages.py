"""Pages on which people without a key read about an endpoint."""

from sqlalchemy import delete, select

from storage.repositories.base import Repository
from storage.schema import Endpoint, EndpointPage


class EndpointPages(Repository):
    def of(self, endpoint_id: str) -> EndpointPage | None:
        """Return the page of an endpoint, if it has one."""
        return self._session.get(EndpointPage, endpoint_id, populate_existing=True)

    def share(self, endpoint_id: str, share: str) -> EndpointPage:
        """Let a new link open the page; one that was there opens it no more."""
        page = self.of(endpoint_id)
        if page is None:
            page = EndpointPage(endpoint_id=endpoint_id, share=share)
            self._session.add(page)
        page.share = share
        self._session.flush()
        return page

    def shared(self, share: str) -> tuple[EndpointPage, Endpoint] | None:
        """Return the page that half of a link belongs to, with its endpoint."""
        query = select(EndpointPage, Endpoint).join(Endpoint, Endpoint.id == EndpointPage.endpoint_id)
        row = self._session.execute(query.where(EndpointPage.share == share)).first()
        return (row[0], row[1]) if row is not None else None

    def revoke(self, endpoint_id: str) -> bool:
        """Let no link open the page; whether one did."""
        return self._change(delete(EndpointPage).where(EndpointPage.endpoint_id == endpoint_id)) > 0
