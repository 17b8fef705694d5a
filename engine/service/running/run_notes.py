"""Notes and tags of runs."""

from collections.abc import Sequence

from pydantic import Field

from engine.errors import InvalidSetting
from engine.service.views import View
from engine.workspace import Workspace
from storage.unit_of_work import UnitOfWork

LONGEST_NOTE, LONGEST_TAG, MOST_TAGS = 10_000, 50, 30


class NotesView(View):
    """What people wrote about a run."""

    note: str = ""
    tags: list[str] = Field(default_factory=list)


def notes_of(workspace: Workspace, run_id: str) -> NotesView:
    """What people wrote about a run.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        return NotesView(note=uow.runs.get(run_id).note or "", tags=list(uow.run_index.tags_of(run_id)))


def annotate_run(
    workspace: Workspace, run_id: str, *, note: str | None = None, tags: Sequence[str] | None = None, by: str = "local"
) -> NotesView:
    """Change a run's note, its tags, or both; None leaves it as it is.

    Raises
    ------
    NotFound
    InvalidSetting
        When a note or a tag is too long, or there are too many tags.
    """
    note, tags = _fit_note(note), _fit_tags(tags)

    def write(uow: UnitOfWork) -> None:
        run = uow.runs.get(run_id)
        before = {"note": run.note or "", "tags": list(uow.run_index.tags_of(run_id))}
        uow.run_index.annotate(run_id, note=note, tags=tags)
        after = {"note": run.note or "", "tags": list(uow.run_index.tags_of(run_id))}
        if after != before:
            uow.audit.record(by, "run.annotate", f"run {run_id}", {"before": before, "after": after})

    workspace.database.transact(write)
    return notes_of(workspace, run_id)


def tag_runs(workspace: Workspace, run_ids: Sequence[str], tag: str, by: str = "local") -> None:
    """Give several runs one more tag.

    Raises
    ------
    NotFound, InvalidSetting
    """
    for run_id in run_ids:
        annotate_run(workspace, run_id, tags=[*notes_of(workspace, run_id).tags, tag], by=by)


def _fit_note(note: str | None) -> str | None:
    if note is not None and len(note) > LONGEST_NOTE:
        hint = f"At most {LONGEST_NOTE:,} letters are kept."
        raise InvalidSetting(f"The note has {len(note):,} letters.", hint=hint, field="note")
    return None if note is None else note.strip()


def _fit_tags(tags: Sequence[str] | None) -> list[str] | None:
    if tags is None:
        return None
    fit = list(dict.fromkeys(" ".join(tag.split()) for tag in tags if tag.strip()))
    long = next((tag for tag in fit if len(tag) > LONGEST_TAG), None)
    if long is not None:
        hint = f"A tag has at most {LONGEST_TAG} letters; write more in the note."
        raise InvalidSetting(f"The tag {long[:LONGEST_TAG]!r}… is too long.", hint=hint, field="tags")
    if len(fit) > MOST_TAGS:
        raise InvalidSetting(f"There are {len(fit)} tags.", hint=f"A run has at most {MOST_TAGS}.", field="tags")
    return fit
