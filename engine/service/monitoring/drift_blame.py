"""Who is to blame for a drift: asked for with one click, looked for by a job, kept with the window."""

from engine.errors import MissingThing
from engine.monitor.blame import Blame
from engine.workspace import Workspace
from storage.unit_of_work import UnitOfWork

JOB = "blame_drift"
TIMEOUT_SECONDS = 900
RECENT_JOBS = 50


def start_blame(workspace: Workspace, endpoint: str, point_id: str, field: str) -> str:
    """Queue the search; one that is under way is followed.

    Returns
    -------
    str
        The id of the job.

    Raises
    ------
    NotFound
    MissingThing
        When the field was not watched in that window.
    """

    def write(uow: UnitOfWork) -> str:
        row = uow.endpoints.by_name(endpoint)
        point = uow.watching.get(point_id)
        if point.endpoint_id != row.id or field not in point.psi:
            raise MissingThing(
                f"{field} was not watched in this window of {endpoint}, or it has too few rows.",
                hint="Choose another one.",
            )
        payload = {"point_id": point_id, "field": field}
        jobs = uow.jobs.list(kind=JOB, limit=RECENT_JOBS)
        running = next((job for job in jobs if job.payload == payload and not job.finished_at), None)
        job = running or uow.jobs.enqueue(JOB, payload, timeout_seconds=TIMEOUT_SECONDS)
        return str(job.id)

    return workspace.database.transact(write)


def find_blame(workspace: Workspace, point_id: str, field: str) -> Blame | None:
    """What was found, if somebody has asked.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        kept = uow.watching.get(point_id).blame.get(field)
    return Blame.model_validate(kept) if kept else None
