"""Endpoints: the list, one of them, and the publication that is under way."""

from engine.service.serving import endpoints
from ui import places, session
from ui.endpoints.listing import show_list
from ui.endpoints.one import show_one
from ui.publishing import show_publication

home = session.workspace()
asked, publishing = places.asked("endpoint"), places.asked("job")
if asked and publishing:
    show_publication(publishing, asked)
if asked and (not publishing or any(it.name == asked for it in endpoints.list_endpoints(home))):
    show_one(home, asked)
elif not asked:
    show_list(home)
