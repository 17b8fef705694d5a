"""Model cards: what is known of a version, and what people write beside it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from engine.errors import CanvasbackError
from engine.graph import Pipeline
from engine.serve.modelfile import MODEL, ModelFile
from engine.service.modelling.card_sections import Known, sections_of
from engine.service.modelling.models import get_model
from engine.service.modelling.registry import list_events
from engine.service.people import person
from engine.work.page.card import Card, Section, Text, card_html
from engine.work.page.markdown import card_markdown
from engine.workspace import Workspace
from storage.disk import temporary_name, writing
from storage.errors import Conflict, NotFound
from storage.repositories.models import Which
from storage.schema import ModelVersion
from storage.unit_of_work import UnitOfWork

LONGEST_TEXT = 10_000


class Chapter(NamedTuple):
    """A text that only people can write: its title, and what to write."""

    title: str
    ask: str


CHAPTERS: Mapping[str, Chapter] = {
    "purpose": Chapter("Purpose", "Which decision does it support, and for whom?"),
    "intended_use": Chapter("Intended use", "Who uses it, on which data, and what is done with the answer?"),
    "out_of_scope": Chapter("Not meant for", "Where would it be wrong to rely on it?"),
    "limitations": Chapter("Limitations", "What does it get wrong, and which data did it never see?"),
    "people": Chapter("People concerned", "Who is hurt by a wrong answer, and how can they object?"),
    "contact": Chapter("Who answers for it", "A person or a team, and how to reach them."),
}


def get_card(workspace: Workspace, name: str, version: Which = None) -> Card:
    """The card of a version: the texts that people wrote, then what is known.

    Raises
    ------
    NotFound, DamagedFile
    """
    view = get_model(workspace, name, version)
    texts = get_texts(workspace, name, view.version)
    known = _known(workspace, name, view.version or 0)
    written = [Section(chapter.title, [Text(texts.get(key, ""))]) for key, chapter in CHAPTERS.items()]
    about = f"Model card, version of {view.created_at:%Y-%m-%d %H:%M} UTC" if view.created_at else "Model card"
    first, *generated = sections_of(known)
    return Card(view.model, view.version or 0, about, (first, *written, *generated))


def get_texts(workspace: Workspace, name: str, version: Which = None) -> dict[str, str]:
    """What people wrote on the card of a version, by chapter.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.models.version(uow.models.by_name(name).id, version)
    return {key: str(row.card[key]) for key in CHAPTERS if row.card.get(key)}


def earlier_texts(workspace: Workspace, name: str, version: int) -> tuple[int, dict[str, str]] | None:
    """The newest earlier version whose card somebody wrote on, with the texts; None where there is none."""
    with workspace.database.read() as uow:
        rows = uow.models.versions(uow.models.by_name(name).id, limit=1_000)
    return next(((row.number, dict(row.card)) for row in rows if row.number < version and any(row.card.values())), None)


def write_texts(
    workspace: Workspace,
    name: str,
    version: Which,
    texts: Mapping[str, str],
    *,
    seen: Mapping[str, str] | None = None,
    by: str = "",
) -> None:
    """Keep what somebody wrote on a card; chapters that are not named stay as they are.

    Parameters
    ----------
    seen
        What they had before them: a chapter that another person changed since is not overwritten.

    Raises
    ------
    NotFound, CanvasbackError
    Conflict
        Naming the chapter; nothing is kept then.
    """
    wanted = {key: _checked(key, text) for key, text in texts.items()}

    def write(uow: UnitOfWork) -> None:
        model = uow.models.by_name(name)
        row = uow.models.version(model.id, version)
        uow.registry.hold(row.id)
        changed = {key: text for key, text in wanted.items() if text != row.card.get(key, "")}
        if seen is not None:
            changed = {key: text for key, text in changed.items() if text != seen.get(key, "").strip()}
            _check_unchanged(row, changed, seen)
        if not changed:
            return
        row.card = {**row.card, **changed}
        uow.audit.record(person(by), "model card written", f"model {name} v{row.number}", {"chapters": [*changed]})

    workspace.database.transact(write)


def write_card_file(card: Card, path: Path) -> None:
    """Write a card as the file's ending says, completely or not at all.

    Raises
    ------
    CanvasbackError, WriteFailed, DiskFull
    """
    written = {".md": card_markdown, ".html": card_html}.get(path.suffix.lower())
    if written is None:
        raise CanvasbackError(f"{path.name} does not say what to write.", hint="End it in .md or .html.", field="to")
    aside = path.with_name(temporary_name())
    try:
        with writing(path):
            aside.write_text(written(card), encoding="utf-8")
            aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _check_unchanged(row: ModelVersion, changed: Mapping[str, str], seen: Mapping[str, str]) -> None:
    for key in changed:
        if row.card.get(key, "") != seen.get(key, "").strip():
            raise Conflict(
                f"Somebody else changed “{CHAPTERS[key].title}” meanwhile",
                "Copy your text, look at theirs, and write it again.",
            )


def _checked(key: str, text: str) -> str:
    if key not in CHAPTERS:
        raise CanvasbackError(f"A card has no chapter {key[:40]!r}.", hint=f"There are: {', '.join(CHAPTERS)}.")
    if len(text.strip()) > LONGEST_TEXT:
        raise CanvasbackError(
            f"“{CHAPTERS[key].title}” has more than {LONGEST_TEXT:,} characters.", hint="Shorten it.", field=key
        )
    return text.strip()


def _known(workspace: Workspace, name: str, version: int) -> Known:
    view = get_model(workspace, name, version)
    with workspace.database.read() as uow:
        row = uow.models.version(uow.models.by_name(name).id, version)
        run = uow.runs.get(row.run_id)
        graph = uow.pipelines.get_version(row.pipeline_version_id).graph
        data = [*_data(uow, row)]
    described = ModelFile.model_validate_json(workspace.artifacts.verify(row.files[MODEL], MODEL).read_text())
    drawn = Pipeline.from_document({**graph, "name": "_"})
    events = [event for event in list_events(workspace, name, version) if event.kind in ("sign_off", "stage")]
    return Known(view=view, model=described, pipeline=drawn, seed=run.seed, data=data, events=events)


def _data(uow: UnitOfWork, row: ModelVersion) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for given in row.lineage.get("inputs", ()):
        try:
            version = uow.datasets.get_version(given["dataset_version_id"])
        except NotFound:
            found.append({"dataset": "a dataset that was deleted", "version": None, "rows": None, "columns": None})
            continue
        dataset = uow.datasets.get(version.dataset_id)
        facts = {"rows": version.rows, "columns": len(version.columns), "sha256": version.sha256}
        found.append({"dataset": dataset.name, "version": version.number, **facts})
    return found


__all__ = ["CHAPTERS", "Card", "card_html", "card_markdown", "get_card", "get_texts", "write_card_file", "write_texts"]
