"""Which model versions are there for others, and which may answer an endpoint."""

from sqlalchemy import ColumnElement, and_, select

from storage.errors import Withheld
from storage.schema import Model, ModelVersion


def is_kept() -> ColumnElement[bool]:
    """Whether a version, and its model, are not in the bin."""
    gone = select(Model.id).where(Model.deleted_at.is_not(None))
    return and_(ModelVersion.deleted_at.is_(None), ModelVersion.model_id.not_in(gone))


def check_may_answer(model: Model, version: ModelVersion) -> None:
    """Raise `Withheld`, saying who can do what, unless an endpoint may answer with this version."""
    name, reference = f"{model.name} v{version.number}", f"{model.name}:{version.number}"
    if model.deleted_at is not None or version.deleted_at is not None:
        raise Withheld(f"{name} is in the bin", "Restore it first, or publish another version.")
    if version.retired_at is not None:
        raise Withheld(
            f"{name} is retired",
            "Publish another version, or take this one back on its page or with "
            f"`canvasback model retire {reference} --undo`.",
        )
    if model.needs_sign_off and version.sign_off != "approved":
        why = "was rejected" if version.sign_off == "rejected" else "has not been signed off"
        raise Withheld(
            f"{name} {why}, and {model.name} needs an approval before it is published",
            f"Whoever answers for {model.name} approves this version in the heading of its page or with "
            f"`canvasback model approve {reference}`. Whoever looks after the model can also stop asking for approvals "
            "there, under More.",
        )
