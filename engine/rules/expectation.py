"""A rule as a dataset has it: what must hold, and what happens where it does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from components.quality.rules import AnyDatasetRule, Rule
from engine.errors import ParamError

Severity = Literal["warn", "stop"]
"""Whether a version that breaks the rule is only talked about, or kept from becoming the latest one."""


@dataclass(frozen=True)
class Expectation:
    """One rule of a dataset.

    Parameters
    ----------
    id
        Of its row; what it finds is kept under this.
    """

    id: str
    rule: Rule
    severity: Severity

    @property
    def title(self) -> str:
        """What it is called."""
        return self.rule.name or self.rule.expects()


_ANY: TypeAdapter[Rule] = TypeAdapter(AnyDatasetRule)


def read_rule(document: Mapping[str, Any]) -> Rule:
    """A rule from its JSON document.

    Raises
    ------
    ParamError
        For the first field that does not fit; ``detail["all"]`` lists every one.
    """
    try:
        return _ANY.validate_python(dict(document))
    except ValidationError as error:
        found = [_param_error(item) for item in error.errors(include_url=False)]
        found[0].detail["all"] = [one.as_data() for one in found]
        raise found[0] from error


def _param_error(item: Any) -> ParamError:
    """The place begins with the kind of rule, where that is known."""
    field = str(item["loc"][1]) if len(item["loc"]) > 1 else None
    words = (field or "The rule").replace("_", " ").capitalize()
    if item["type"].startswith("union_tag"):
        return ParamError("There is no such kind of rule.", hint="Choose another kind.", field="kind")
    if item["type"] == "missing":
        return ParamError(f"“{words}” is not set.", hint="Set it.", field=field)
    if item["type"] == "extra_forbidden":
        return ParamError(f"A rule of this kind has no {field!r}.", hint="Remove it.", field=field)
    reason = str(item["msg"]).removeprefix("Value error, ")
    return ParamError(f"{words}: {reason}.", hint="Correct the value.", field=field)
