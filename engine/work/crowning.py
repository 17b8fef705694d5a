"""How a round ends whose challenger went live, and which aliases follow what answers."""

from storage.schema import JsonObject, Publication, Round
from storage.unit_of_work import UnitOfWork

BY = "policy"
CHAMPION, CHALLENGER = "champion", "challenger"


def end_round(uow: UnitOfWork, publication: Publication, report: JsonObject, revision: int) -> None:
    """End the round that asked for a publication, in the transaction that lets it answer; nothing for others."""
    if publication.cause.get("kind") != "policy":
        return
    found = uow.policies.round(str(publication.cause["round_id"]))
    uow.policies.move(found.id, "publishing", "published", revision=revision)
    if report["shares"].get(found.challenger_id) == 1.0:
        crown(uow, found)


def crown(uow: UnitOfWork, found: Round) -> None:
    """Let the alias of the champion stand for what answers all requests now."""
    version_id = str(found.challenger_id)
    model_id = uow.models.get_version(version_id).model_id
    uow.registry.set_alias(version_id, CHAMPION, found.decided_by or BY)
    if any(it.alias == CHALLENGER and it.version_id == version_id for it in uow.registry.aliases(model_id)):
        uow.registry.remove_alias(model_id, CHALLENGER, found.decided_by or BY)
