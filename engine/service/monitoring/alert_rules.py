"""Alert rules: what is measured, of what, and when that is worth an alert."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import InvalidSetting
from engine.monitor.conditions import CONDITIONS
from engine.monitor.conditions import Condition as Condition  # noqa: PLC0414  the screens choose one
from engine.service.monitoring.alert_words import CONDITION_WORDS, amount, rule_words, stretch
from engine.service.monitoring.measures import DAY, HOUR, MEASURES, Measure
from engine.service.views import View
from engine.workspace import Workspace
from storage.errors import NotFound
from storage.repositories import RuleEntry
from storage.repositories.alert_rules import SubjectKind as SubjectKind  # noqa: PLC0414
from storage.schema import AlertRule, Severity, utc_now
from storage.unit_of_work import UnitOfWork

MOST_RULES = 500
"""They are all looked at within a minute."""
LONGEST_MUTE = timedelta(days=366)
MEANS = ("measure", "of", "condition", "limit", "window_minutes", "windows_before", "looks")
"""What of a rule says when it holds."""
Minutes = Annotated[int, Field(ge=1, le=31 * DAY)]


class WrittenRule(BaseModel):
    """A rule as a person writes it.

    Parameters
    ----------
    subject
        The name of the endpoint, dataset or pipeline.
    of
        The field or the metric, where the measure needs one.
    limit
        In the unit of the measure; in percent for `rises` and `falls`; none for `absent`.
    window_minutes
        Over how long it is measured; for `absent`, for how long nothing must have happened.
    looks
        How often in a row it must hold.
    remind_minutes
        After how long people are told again while it is open and nobody has acknowledged it; None for never.
    channels
        Names; all channels where it is empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    measure: str
    of: str = Field(default="", max_length=500)
    condition: Condition = "above"
    limit: float | None = Field(default=None, allow_inf_nan=False)
    window_minutes: Minutes = HOUR
    windows_before: int = Field(default=7, ge=1, le=30)
    looks: int = Field(default=1, ge=1, le=60)
    severity: Severity = "warning"
    remind_minutes: Minutes | None = DAY
    channels: tuple[str, ...] = Field(default=(), max_length=50)


class NewRule(WrittenRule):
    """A rule with its name, or with the one that it gives itself."""

    name: str = ""


class RuleView(View):
    """A rule, and how it stands.

    Parameters
    ----------
    subject_key
        What the page of its subject needs.
    words, found
        What it says, and what was last found.
    reason
        Why nothing is known.
    gone
        Its endpoint is retired, or its pipeline deleted: it is not looked at.
    """

    name: str
    subject_kind: str
    subject: str
    subject_key: str
    measure: str
    of: str = ""
    condition: str
    limit: float | None = None
    window_minutes: int
    windows_before: int
    looks: int
    severity: str
    remind_minutes: int | None = None
    channels: list[str] = Field(default_factory=list)
    words: str
    found: str = ""
    reason: str = ""
    looked_at: datetime | None = None
    muted_until: datetime | None = None
    is_open: bool = False
    gone: bool = False

    def is_muted(self, now: datetime | None = None) -> bool:
        """Whether nobody is told of it now."""
        return self.muted_until is not None and self.muted_until > (now or utc_now())


def read_rule(given: dict[str, Any]) -> NewRule:
    """A rule from a form or a file.

    Raises
    ------
    InvalidSetting
        Naming the field and what is wrong with it.
    """
    try:
        return NewRule.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        field = str(first["loc"][0]) if first["loc"] else None
        raise InvalidSetting(f"{field or 'rule'}: {first['msg']}", hint="Correct it.", field=field) from error


def add_rule(workspace: Workspace, rule: NewRule) -> RuleView:
    """Keep a rule; it is looked at from the next minute on.

    Raises
    ------
    InvalidSetting, NotFound, NameTaken, BadName
    """
    measure = _checked(rule)
    name = rule.name or default_name(rule)

    def write(uow: UnitOfWork) -> None:
        if uow.alert_rules.count() >= MOST_RULES:
            raise InvalidSetting(f"There are {MOST_RULES} rules already.", hint="Delete some that nobody needs.")
        subject_id = _subject_id(uow, measure.kind, rule.subject)
        _check_field(uow, measure, subject_id, rule)
        channels = [uow.channels.by_name(channel).id for channel in rule.channels]
        settings = rule.model_dump(exclude={"subject", "channels", "name"})
        uow.alert_rules.add(name, measure.kind, subject_id, **settings, channels=channels)
        uow.audit.record("local", "alert rule added", f"alert rule {name}", {"subject": rule.subject, **settings})

    workspace.database.transact(write)
    return get_rule(workspace, name)


def edit_rule(workspace: Workspace, rule: NewRule, now: datetime | None = None) -> RuleView:
    """Let the rule of this name say what is given; where it measures or means something else, it begins anew.

    Raises
    ------
    InvalidSetting, NotFound
    """
    measure = _checked(rule)

    def write(uow: UnitOfWork) -> None:
        found = uow.alert_rules.by_name(rule.name)
        subject_id = _subject_id(uow, measure.kind, rule.subject)
        _check_field(uow, measure, subject_id, rule)
        channels = [uow.channels.by_name(channel).id for channel in rule.channels]
        settings = rule.model_dump(exclude={"subject", "channels", "name"})
        before = (_subject_of(found), [getattr(found, key) for key in MEANS])
        anew = before != (subject_id, [settings[key] for key in MEANS])
        if anew:
            _close(uow, found, "Its rule was changed.", now)
        uow.alert_rules.change(found.id, (measure.kind, subject_id), anew=anew, **settings, channels=channels)
        uow.audit.record(
            "local", "alert rule changed", f"alert rule {rule.name}", {"subject": rule.subject, **settings}
        )

    workspace.database.transact(write)
    return get_rule(workspace, rule.name)


def find_rule(workspace: Workspace, name: str) -> NewRule | None:
    """A rule as somebody would write it; None where there is none of this name."""
    with workspace.database.read() as uow:
        if uow.alert_rules.find(name) is None:
            return None
    view = get_rule(workspace, name)
    return NewRule.model_validate({key: getattr(view, key) for key in NewRule.model_fields})


def check_rule(rule: NewRule) -> Measure:
    """What a rule measures, where such a rule can be, whatever it is about.

    Raises
    ------
    InvalidSetting
    """
    return _checked(rule)


def check_subject(workspace: Workspace, rule: NewRule) -> None:
    """Refuse a rule about what is not there, or has no such field or metric.

    Raises
    ------
    InvalidSetting, NotFound
    """
    measure = _checked(rule)
    with workspace.database.read() as uow:
        _check_field(uow, measure, _subject_id(uow, measure.kind, rule.subject), rule)


def words_of(rule: NewRule) -> str:
    """What a rule says, in a line."""
    measure = MEASURES[rule.measure]
    return rule_words(
        measure.title, rule.condition, rule.limit, measure.unit,
        window=measure.window_of(rule.condition, rule.window_minutes), windows_before=rule.windows_before, of=rule.of,
    )  # fmt: skip


def get_rule(workspace: Workspace, name: str) -> RuleView:
    """One rule.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        uow.alert_rules.by_name(name)
    return next(view for view in list_rules(workspace) if view.name == name)


def list_rules(workspace: Workspace, subject: tuple[SubjectKind, str] | None = None) -> list[RuleView]:
    """All rules, or those of one subject (kind and name), by name."""
    with workspace.database.read() as uow:
        names = {channel.id: channel.name for channel in uow.channels.list()}
        open_rules = {alert.rule_id for alert in uow.alerts.list(is_open=True, limit=MOST_RULES)}
        entries = uow.alert_rules.list()
    return [
        _view(entry, names, is_open=entry.rule.id in open_rules)
        for entry in entries
        if subject is None or (entry.kind, entry.subject) == subject
    ]


def delete_rule(workspace: Workspace, name: str, now: datetime | None = None) -> None:
    """Forget a rule; its open alert closes.

    Raises
    ------
    NotFound
    """

    def write(uow: UnitOfWork) -> None:
        rule = uow.alert_rules.by_name(name)
        _close(uow, rule, "Its rule was deleted.", now)
        uow.alert_rules.delete(rule.id)
        uow.audit.record("local", "alert rule deleted", f"alert rule {name}")

    workspace.database.transact(write)


def mute_rule(workspace: Workspace, name: str, until: datetime | None) -> RuleView:
    """Tell nobody of a rule until a moment; None ends that. It is still looked at.

    Raises
    ------
    NotFound, InvalidSetting
    """
    if until is not None and until > utc_now() + LONGEST_MUTE:
        raise InvalidSetting("A rule can be muted for a year at most.", hint="Delete it, or choose an earlier end.")

    def write(uow: UnitOfWork) -> None:
        uow.alert_rules.mute(name, until)
        detail = {"until": until.isoformat() if until else None}
        uow.audit.record("local", "alert rule muted" if until else "alert rule unmuted", f"alert rule {name}", detail)

    workspace.database.transact(write)
    return get_rule(workspace, name)


def subjects_of(workspace: Workspace, kind: SubjectKind) -> list[str]:
    """The names that a rule can be about, the newest first."""
    with workspace.database.read() as uow:
        if kind == "endpoint":
            return [it.endpoint.name for it in uow.endpoints.list(limit=10_000) if it.endpoint.status != "retired"]
        if kind == "dataset":
            return [it.dataset.name for it in uow.datasets.list(limit=10_000)]
        return [it.pipeline.name for it in uow.pipelines.list(limit=10_000)]


def choices_of(workspace: Workspace, measure: Measure, subject: str) -> list[str]:
    """The fields or metrics that a measure of an endpoint can be of."""
    if not measure.needs:
        return []
    with workspace.database.read() as uow:
        return _choices(uow, measure, uow.endpoints.by_name(subject).id)


def default_name(rule: NewRule) -> str:
    """What a rule is called unless somebody says otherwise.

    >>> default_name(NewRule(subject="churn", measure="errors", limit=5))
    'churn: Errors above 5 %'
    """
    measure = MEASURES[rule.measure]
    title = f"{measure.title}, {rule.of}" if rule.of else measure.title
    if rule.condition == "absent":
        return f"{rule.subject}: {title}, none for {stretch(rule.window_minutes)}"[:200]
    unit = "%" if rule.condition in ("rises", "falls") else measure.unit
    return f"{rule.subject}: {title} {CONDITION_WORDS[rule.condition]} {amount(rule.limit, unit)}"[:200].strip()


def _checked(rule: NewRule) -> Measure:
    measure = MEASURES.get(rule.measure)
    if measure is None:
        raise InvalidSetting(
            f"There is no measure {rule.measure[:100]!r}.",
            hint=f"Choose one of {', '.join(MEASURES)}.",
            field="measure",
        )
    if rule.condition not in conditions_of(measure):
        allowed = ", ".join(conditions_of(measure))
        raise InvalidSetting(
            f"{measure.title} cannot be {rule.condition}.", hint=f"Choose one of {allowed}.", field="condition"
        )
    if rule.condition != "absent" and rule.limit is None:
        raise InvalidSetting("The rule has no limit.", hint="Say where it lies.", field="limit")
    if rule.condition in ("rises", "falls") and (rule.limit or 0) <= 0:
        raise InvalidSetting("A change has a limit above 0 %.", hint="Say by how many percent.", field="limit")
    if bool(rule.of) != bool(measure.needs):
        hint = f"Name a {measure.needs}." if measure.needs else "Leave it empty."
        raise InvalidSetting(f"{measure.title} is of {'one' if measure.needs else 'all'}.", hint=hint, field="of")
    return measure


def conditions_of(measure: Measure) -> Sequence[Condition]:
    """The conditions that a measure can have."""
    possible = [one for one in CONDITIONS if (measure.last if one == "absent" else measure.read) is not None]
    return [one for one in possible if measure.has_window or one not in ("rises", "falls")]


def _close(uow: UnitOfWork, rule: AlertRule, because: str, now: datetime | None) -> None:
    """Close the open alert of a rule, if there is one."""
    alert = uow.alerts.open_of(rule.id)
    if alert is not None:
        alert.closed_at, alert.closed_because = now or utc_now(), because


def _subject_of(rule: AlertRule) -> str:
    return str(rule.endpoint_id or rule.dataset_id or rule.pipeline_id)


def _subject_id(uow: UnitOfWork, kind: SubjectKind, name: str) -> str:
    if kind == "dataset":
        return uow.datasets.by_name(name).id
    if kind == "pipeline":
        return uow.pipelines.by_name(name).id
    endpoint = uow.endpoints.by_name(name)
    if endpoint.status == "retired":
        raise InvalidSetting(f"The endpoint {name} is retired.", hint="Choose one that answers.", field="subject")
    return endpoint.id


def _check_field(uow: UnitOfWork, measure: Measure, endpoint_id: str, rule: NewRule) -> None:
    known = _choices(uow, measure, endpoint_id) if measure.needs else []
    if known and rule.of not in known:
        raise InvalidSetting(
            f"{rule.subject} has no {measure.needs} {rule.of[:100]!r}.",
            hint=f"Choose one of {', '.join(known)[:300]}.",
            field="of",
        )


def _choices(uow: UnitOfWork, measure: Measure, endpoint_id: str) -> list[str]:
    active = uow.endpoints.active(endpoint_id)
    try:
        version = uow.models.get_version(active[0].deployment.model_version_id) if active else None
    except NotFound:
        return []
    if version is None:
        return []
    if measure.needs == "metric":
        return sorted(name for name, value in version.metrics.items() if isinstance(value, int | float))
    return [str(given["name"]) for given in version.signature["inputs"]]


def _view(entry: RuleEntry, channels: dict[str, str], *, is_open: bool) -> RuleView:
    rule, measure = entry.rule, MEASURES[entry.rule.measure]
    condition: Any = rule.condition
    same = ("name", "measure", "of", "condition", "limit", "window_minutes", "windows_before", "looks", "severity")
    told = {name: getattr(rule, name) for name in (*same, "remind_minutes", "reason", "looked_at", "muted_until")}
    return RuleView(
        **told,
        subject_kind=entry.kind,
        subject=entry.subject,
        subject_key=entry.key,
        channels=[channels[key] for key in rule.channels if key in channels],
        words=rule_words(
            measure.title, condition, rule.limit, measure.unit,
            window=measure.window_of(condition, rule.window_minutes), windows_before=rule.windows_before, of=rule.of,
        ),
        found=_found(rule.condition, rule.value, measure.unit),
        is_open=is_open,
        gone=entry.gone,
    )  # fmt: skip


def _found(condition: str, value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{stretch(60 * value)} ago" if condition == "absent" else amount(value, unit)
