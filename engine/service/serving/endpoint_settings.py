"""How an endpoint answers: looked at and changed by people."""

from collections.abc import Mapping
from typing import Any

from engine.errors import CanvasbackError, InvalidSetting
from engine.serve.endpoint_settings import EndpointSettings, read_endpoint_settings
from engine.workspace import Workspace
from storage.unit_of_work import UnitOfWork

SHOWN = 5


def get_endpoint_settings(workspace: Workspace, endpoint: str) -> EndpointSettings:
    """The settings of an endpoint.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        return read_endpoint_settings(uow.endpoints.by_name(endpoint).settings)


def change_endpoint_settings(
    workspace: Workspace, endpoint: str, changes: Mapping[str, Any], *, by: str = "local"
) -> EndpointSettings:
    """Change some settings of an endpoint; those that are not named stay as they are.

    What changed is in the audit log, before and after. The API takes it up within a second.

    Raises
    ------
    NotFound
    InvalidSetting
        Naming the setting and what is wrong with it.
    """

    def write(uow: UnitOfWork) -> EndpointSettings:
        row = uow.endpoints.by_name(endpoint)
        before = read_endpoint_settings(row.settings)
        after = _changed(before, changes)
        _check_masked(uow, row.id, after, before)
        differing = [name for name in type(after).model_fields if getattr(after, name) != getattr(before, name)]
        if differing:
            row.settings = after.model_dump(mode="json")
            detail = {
                when: {name: settings.model_dump(mode="json")[name] for name in differing}
                for when, settings in (("before", before), ("after", after))
            }
            uow.audit.record(by, "endpoint settings changed", f"endpoint {endpoint}", detail)
        return after

    return workspace.database.transact(write)


def read_changes(pairs: Mapping[str, str]) -> dict[str, Any]:
    """Settings from their texts, as a command line has them: ``masked=age,name``, ``requests_per_minute=none``.

    >>> read_changes({"masked": "age, name", "requests_per_minute": "none", "strict": "no"})
    {'masked': ['age', 'name'], 'requests_per_minute': None, 'strict': 'no'}
    """
    found: dict[str, Any] = {}
    for name, text in pairs.items():
        if name == "masked":
            found[name] = [part.strip() for part in text.split(",") if part.strip()]
        else:
            found[name] = None if text.lower() in ("none", "") and _may_be_none(name) else text
    return found


def _may_be_none(name: str) -> bool:
    field = EndpointSettings.model_fields.get(name)
    return field is not None and field.default is None


def _changed(before: EndpointSettings, changes: Mapping[str, Any]) -> EndpointSettings:
    unknown = next((name for name in changes if name not in EndpointSettings.model_fields), None)
    if unknown is not None:
        raise InvalidSetting(
            f"An endpoint has no setting {unknown[:80]!r}.",
            hint=f"Choose one of {', '.join(EndpointSettings.model_fields)}.",
            field="set",
        )
    try:
        return read_endpoint_settings(before.model_dump(mode="json") | dict(changes))
    except CanvasbackError as error:
        about = EndpointSettings.model_fields[error.field].description if error.field else ""
        raise InvalidSetting(f"{error.message}.", hint=about or "Correct this setting.", field=error.field) from error


def _check_masked(uow: UnitOfWork, endpoint_id: str, after: EndpointSettings, before: EndpointSettings) -> None:
    """A misspelt field would leave the values in the log that somebody wants out of it."""
    new = [name for name in after.masked if name not in before.masked]
    if not new:
        return
    versions = [it.deployment.model_version_id for it in uow.endpoints.active(endpoint_id)]
    known = {given["name"] for one in versions for given in uow.models.get_version(one).signature["inputs"]}
    wrong = [name for name in new if name not in known]
    if wrong and known:
        raise InvalidSetting(
            f"The endpoint has no field {', '.join(map(repr, wrong[:SHOWN]))}.",
            hint=f"Its fields are {', '.join(sorted(known))[:400]}.",
            field="masked",
        )
