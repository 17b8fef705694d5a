"""What people say of models and their versions: a description, and tags of a key and a value, as in MLflow."""

import re
from collections.abc import Mapping

from engine.errors import CanvasbackError
from engine.service.people import person
from engine.workspace import Workspace
from storage.repositories.models import Which
from storage.schema import Model, ModelVersion
from storage.unit_of_work import UnitOfWork

LONGEST_DESCRIPTION = 5_000
LONGEST_KEY, LONGEST_VALUE, MOST_TAGS = 100, 500, 50
_KEY = re.compile(r"[\w .:/-]+")


def describe_model(
    workspace: Workspace,
    name: str,
    *,
    description: str | None = None,
    tags: Mapping[str, str] | None = None,
    by: str = "",
) -> None:
    """Change what is said of a model; what is None stays as it is, and tags replace those before.

    Raises
    ------
    NotFound, CanvasbackError
    """

    def write(uow: UnitOfWork) -> None:
        _describe(uow, uow.models.by_name(name), f"model {name}", description, tags, person(by))

    workspace.database.transact(write)


def describe_version(
    workspace: Workspace,
    name: str,
    version: Which,
    *,
    description: str | None = None,
    tags: Mapping[str, str] | None = None,
    by: str = "",
) -> None:
    """The same for one version.

    Raises
    ------
    NotFound, CanvasbackError
    """

    def write(uow: UnitOfWork) -> None:
        row = uow.models.version(uow.models.by_name(name).id, version)
        _describe(uow, row, f"model {name} v{row.number}", description, tags, person(by))

    workspace.database.transact(write)


def tag(
    workspace: Workspace,
    name: str,
    version: Which | bool = False,
    *,
    add: Mapping[str, str],
    remove: frozenset[str] = frozenset(),
    by: str = "",
) -> dict[str, str]:
    """Add and remove single tags of a model, or of a version where one is given; returns the tags there are then.

    Raises
    ------
    NotFound, CanvasbackError
    """

    def write(uow: UnitOfWork) -> dict[str, str]:
        model = uow.models.by_name(name)
        row: Model | ModelVersion = model if version is False else uow.models.version(model.id, version)
        what = f"model {name} v{row.number}" if isinstance(row, ModelVersion) else f"model {name}"
        missing = sorted(remove - row.tags.keys())
        if missing:
            raise CanvasbackError(f"{what.capitalize()} has no tag {missing[0]!r}.", hint="Nothing was changed.")
        kept = {key: value for key, value in row.tags.items() if key not in remove}
        _describe(uow, row, what, None, {**kept, **add}, person(by))
        return dict(row.tags)

    return workspace.database.transact(write)


def read_tags(text: str) -> dict[str, str]:
    """Tags as people write them: one a line or between commas, ``key=value`` or only a word.

    >>> read_tags("owner=Zoë, reviewed")
    {'owner': 'Zoë', 'reviewed': ''}
    """
    pairs = (part.partition("=") for part in re.split(r"[,\n]", text) if part.strip())
    return {key.strip(): value.strip() for key, _, value in pairs}


def written_tags(tags: Mapping[str, str]) -> str:
    """The same the other way round.

    >>> written_tags({"owner": "Zoë", "reviewed": ""})
    'owner=Zoë, reviewed'
    """
    return ", ".join(f"{key}={value}" if value else key for key, value in tags.items())


def checked_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Tags fit to be kept, by key.

    Raises
    ------
    CanvasbackError
    """
    if len(tags) > MOST_TAGS:
        raise CanvasbackError(f"{len(tags)} tags are too many.", hint=f"Keep at most {MOST_TAGS}.", field="tags")
    for key, value in tags.items():
        shown = key if len(key) <= 40 else f"{key[:40]}…"
        if not 1 <= len(key) <= LONGEST_KEY or not _KEY.fullmatch(key) or key != key.strip():
            raise CanvasbackError(
                f"{shown!r} cannot be the key of a tag.",
                hint=f"Use 1 to {LONGEST_KEY} letters, digits, spaces and - _ . : /",
                field="tags",
            )
        if len(value) > LONGEST_VALUE:
            raise CanvasbackError(
                f"The value of the tag {shown!r} has more than {LONGEST_VALUE} characters.",
                hint="Longer texts belong in the description.",
                field="tags",
            )
    return dict(sorted(tags.items()))


def _describe(
    uow: UnitOfWork,
    row: Model | ModelVersion,
    what: str,
    description: str | None,
    tags: Mapping[str, str] | None,
    who: str,
) -> None:
    if description is not None and len(description.strip()) > LONGEST_DESCRIPTION:
        raise CanvasbackError(
            f"A description has at most {LONGEST_DESCRIPTION:,} characters.", hint="Shorten it.", field="description"
        )
    before = {"description": row.description, "tags": dict(row.tags)}
    row.description = row.description if description is None else description.strip()
    row.tags = row.tags if tags is None else checked_tags(tags)
    after = {"description": row.description, "tags": row.tags}
    changed = {key: {"before": before[key], "after": after[key]} for key in after if after[key] != before[key]}
    if changed:
        uow.audit.record(who, "model described", what, changed)
