"""How a model version comes to an endpoint: all at once, as a canary, as a shadow, or with shares that are given."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import CanvasbackError
from engine.serve.canary import PromotionRule

How = Literal["all", "canary", "shadow", "traffic"]


class Traffic(NamedTuple):
    """Who answers with which share, and who only listens; by the ids of model versions."""

    shares: dict[str, float]
    shadows: tuple[str, ...] = ()


class Rollout(BaseModel):
    """A wish to change what answers an endpoint.

    Parameters
    ----------
    version_id
        The version that comes; of given shares, the newcomer among them, empty where there is none.
    share
        Of a canary.
    shares, shadows
        For how ``traffic``.
    replay
        Whether the last requests go through both versions before.
    most_changed
        The largest share of answers that may change; beyond it nothing is published. None leaves it to people.
    is_check
        Whether it waits, once checked, for somebody to let it go live.
    rule
        When a canary takes over by itself.
    instead_of
        The version that must have the greatest share when it is checked, because the newcomer was compared with it;
        empty for nothing at all. None where that does not matter.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    how: How = "all"
    version_id: str = ""
    share: float = Field(default=0.1, gt=0, lt=1)
    shares: dict[str, float] = {}
    shadows: tuple[str, ...] = ()
    replay: bool = True
    most_changed: float | None = Field(default=None, ge=0, le=1)
    is_check: bool = False
    rule: PromotionRule | None = None
    instead_of: str | None = None

    @property
    def versions(self) -> frozenset[str]:
        """The ids of the versions that it names."""
        return frozenset((self.version_id, *self.shares, *self.shadows)) - {""}

    def after(self, now: Traffic) -> Traffic:
        """What answers once it has happened.

        Raises
        ------
        CanvasbackError
            When there is nothing beside which a canary or a shadow could be.
        """
        if self.how == "traffic":
            return Traffic(dict(self.shares), self.shadows)
        others = tuple(one for one in now.shadows if one != self.version_id)
        if self.how == "all":
            return Traffic({self.version_id: 1.0}, others)
        rest = {one: share for one, share in now.shares.items() if one != self.version_id}
        if not rest:
            word = "canary" if self.how == "canary" else "shadow"
            raise CanvasbackError(
                f"There is no other version beside which this one could be a {word}.",
                hint="Publish it all at once, or name another version.",
                field="how",
            )
        if self.how == "shadow":
            if self.version_id in now.shares:
                raise CanvasbackError("This version answers already.", hint="A shadow is one that nobody hears.")
            return Traffic(dict(now.shares), (*others, self.version_id))
        scale = (1 - self.share) / sum(rest.values())
        return Traffic({**{one: share * scale for one, share in rest.items()}, self.version_id: self.share}, others)


def read_rollout(stored: Mapping[str, Any]) -> Rollout:
    """A rollout from its JSON document, or from what a person asked for.

    Raises
    ------
    CanvasbackError
        Naming what cannot be.
    """
    try:
        return Rollout.model_validate(stored)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise CanvasbackError(f"{name}: {first['msg']}", hint="Correct it.", field=name or None) from error
