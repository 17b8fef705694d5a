"""What a file may say: datasets, pipelines, endpoints, policies, channels and alerts, each by its name."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from engine.notify.mail import MailSettings
from engine.service.data.syncs import MOST_RETRIES
from engine.service.modelling.models import split_reference
from engine.service.monitoring.alert_rules import WrittenRule
from engine.service.retraining.policy_settings import PolicySettings, Rule, Triggers
from engine.service.schedules import Schedule
from storage.schema import Severity


def _written_times(given: Any) -> Any:
    """YAML takes 12:30 for a number, unless it is in quotes."""
    if isinstance(given, dict) and not isinstance(given.get("at", ""), str):
        raise ValueError('write the time in quotes: at: "12:30"')
    return given


WrittenSchedule = Annotated[Schedule, BeforeValidator(_written_times)]
Text = Annotated[str, Field(min_length=1, max_length=2_000)]


class _Wish(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SyncWish(_Wish):
    """How a dataset follows its source."""

    schedule: WrittenSchedule = Schedule()
    mode: Literal["replace", "append"] = "replace"
    watermark: str | None = None
    on_schema_change: Literal["report", "block"] = "report"
    retries: int = Field(default=3, ge=0, le=MOST_RETRIES)


class DatasetWish(_Wish):
    """A dataset: where it comes from, and how it is kept in step."""

    origin: Text | None = Field(default=None, alias="from")
    """A file (beside this one), an address, or ``CONNECTION:TABLE``; read when the dataset is not there yet."""
    description: str | None = Field(default=None, max_length=2_000)
    owner: str | None = Field(default=None, max_length=200)
    tags: tuple[str, ...] | None = None
    sync: SyncWish | None = None


class PipelineWish(_Wish):
    """A pipeline: drawn in a file of its own, or here."""

    file: Text | None = None
    drawing: dict[str, Any] | None = None
    starts_with: tuple[str, ...] = ()
    """Datasets each of whose new latest versions starts a run."""

    @model_validator(mode="after")
    def _is_drawn_once(self) -> Self:
        if (self.file is None) == (self.drawing is None):
            raise ValueError("give either a file or a drawing")
        return self


class EndpointWish(_Wish):
    """An endpoint: which models answer it, and how."""

    model: Text | None = None
    """``NAME:VERSION`` or ``NAME@ALIAS``: what answers all requests. Not the latest one: that may have been refused."""
    pipeline: Text | None = None
    """With the newest model of this pipeline it is published first; afterwards its policy decides."""
    node: Text | None = None
    traffic: dict[str, Annotated[float, Field(gt=0, le=100)]] | None = None
    """``NAME:VERSION`` → percent of the requests."""
    settings: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_answered_once(self) -> Self:
        if sum(it is not None for it in (self.model, self.pipeline, self.traffic)) != 1:
            raise ValueError("give one of model, pipeline and traffic")
        if self.node is not None and self.pipeline is None:
            raise ValueError("a node belongs to a pipeline")
        for reference in (*(self.traffic or ()), *((self.model,) if self.model else ())):
            if split_reference(reference)[1] is None:
                raise ValueError(f"say which version of {reference}: {reference}:1 or {reference}@champion")
        if self.traffic is not None and abs(sum(self.traffic.values()) - 100) > 1e-6:
            raise ValueError(f"the shares add up to {sum(self.traffic.values()):g}, not to 100 percent")
        return self


class _WrittenTriggers(Triggers):
    schedule: WrittenSchedule | None = None


class PolicyWish(_Wish):
    """When an endpoint's model learns anew, and by which rule the new one goes live."""

    pipeline: Text
    node: Text | None = None
    paused: bool = False
    triggers: _WrittenTriggers = _WrittenTriggers()
    rule: Rule = Rule()
    publish: Literal["ask", "itself"] = "ask"
    canary: float | None = Field(default=None, gt=0, lt=1)

    @property
    def settings(self) -> PolicySettings:
        """As a policy keeps it."""
        told = {"triggers": self.triggers.model_dump(), "rule": self.rule, "publish": self.publish}
        return PolicySettings.model_validate({**told, "canary": self.canary})


class WebhookWish(_Wish):
    """Where a webhook is posted to: an address, or the environment variable that has it where it is a secret."""

    url: Text | None = None
    url_env: Text | None = None

    @model_validator(mode="after")
    def _is_said_once(self) -> Self:
        if (self.url is None) == (self.url_env is None):
            raise ValueError("give either url or url_env")
        return self


class ChannelWish(_Wish):
    """Who is told of alerts, and from where its secret is read: a file never holds one."""

    email: MailSettings | None = None
    webhook: WebhookWish | None = None
    secret_env: Text | None = None
    """The environment variable with the password, or with the signing key of a webhook."""
    secret_file: Text | None = None
    """A file (beside this one) with nothing else in it."""
    least_severity: Severity = "info"
    most_per_hour: int = Field(default=10, ge=1, le=1_000)

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if (self.email is None) == (self.webhook is None):
            raise ValueError("give either email or webhook")
        given = sum(it is not None for it in (self.secret_env, self.secret_file))
        if given > 1:
            raise ValueError("give one of secret_env and secret_file")
        if self.webhook is not None and not given:
            raise ValueError("name its signing key: secret_env or secret_file")
        if self.email is not None and bool(given) != bool(self.email.user):
            raise ValueError("user and password belong together: name the password with secret_env or secret_file")
        return self

    @property
    def kind(self) -> str:
        """As channels are kept."""
        return "email" if self.email is not None else "webhook"

    @property
    def how(self) -> dict[str, Any]:
        """What it is told."""
        return {"least_severity": self.least_severity, "most_per_hour": self.most_per_hour}


class Document(_Wish):
    """All of a file."""

    format: Literal[1]
    datasets: dict[str, DatasetWish] = Field(default_factory=dict)
    pipelines: dict[str, PipelineWish] = Field(default_factory=dict)
    endpoints: dict[str, EndpointWish] = Field(default_factory=dict)
    policies: dict[str, PolicyWish] = Field(default_factory=dict)
    channels: dict[str, ChannelWish] = Field(default_factory=dict)
    alerts: dict[str, WrittenRule] = Field(default_factory=dict)
