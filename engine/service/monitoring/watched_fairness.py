"""What an endpoint's answers meant for groups of people, in a window of which outcomes are known."""

from components.evaluate.fairness import FairnessParams
from components.params import PlainColumn
from engine.backends.backend import Limits
from engine.errors import DataError
from engine.monitor.logged import opened_log
from engine.monitor.performance import judged_rows
from engine.monitor.window import Window
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.service.modelling.fairness import FairnessView, fairness_view, group_choices
from engine.service.modelling.opened_models import open_model
from engine.workspace import Workspace

MOST_ROWS, MEMORY_MB = 20_000, 512


def watched_groups(workspace: Workspace, endpoint: str, point_id: str) -> list[str]:
    """The fields that groups can be made of, those whose names speak of people first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        point = uow.watching.get(point_id)
        version = uow.models.get_version(point.model_version_id)
        model = uow.models.get(version.model_id).name
    suggested = group_choices(workspace, model, version.number).suggested
    return sorted(point.psi, key=lambda name: (name not in suggested, name))


def watched_fairness(workspace: Workspace, endpoint: str, point_id: str, column: str) -> FairnessView:
    """The groups of one field, judged by the outcomes of a window.

    Raises
    ------
    NotFound
    DataError
        When the field is not kept in the log, or no outcome is known.
    """
    with workspace.database.read() as uow:
        point = uow.watching.get(point_id)
        row = uow.endpoints.by_name(endpoint)
        version = uow.models.get_version(point.model_version_id)
        model = uow.models.get(version.model_id).name
        truths = uow.outcomes.made_within(row.id, point.begins_at, point.ends_at)
        masked = read_endpoint_settings(row.settings).masked
    opened = open_model(workspace, model, version.number)
    window = Window(point.begins_at, point.ends_at)
    logs = workspace.served.files(row.id, version.id, *window.days)
    limits = Limits(MEMORY_MB, workspace.settings.run_threads)
    with opened_log(opened.files, logs, window, workspace=workspace.cache.root, limits=limits, masked=masked) as logged:
        found = judged_rows(logged, truths, MOST_ROWS)
    if found is None or not len(found.predictions.truth):
        raise DataError("No outcome is known in this window.", hint="Choose one whose outcomes have come.")
    columns = found.predictions.columns
    if columns is None or column not in columns.column_names:
        raise DataError(f"{column} is not kept in the log.", hint="Choose another field.", field="group")
    return fairness_view(opened, found.predictions, FairnessParams(group=PlainColumn(column)))
