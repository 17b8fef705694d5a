"""What the service layer hands out: frozen values without any database behind them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from components.catalog import title_of


class View(BaseModel):
    """A frozen value for a screen or a JSON document."""

    model_config = ConfigDict(frozen=True)


class JobView(View):
    """Queued or finished work.

    Parameters
    ----------
    progress
        0 to 1, None while unknown.
    remaining_seconds
        Estimated from the progress so far.
    waited_seconds
        In the queue.
    """

    id: str
    kind: str
    status: str
    waited_seconds: float = 0.0
    progress: float | None = None
    message: str | None = None
    seconds: float | None = None
    remaining_seconds: float | None = None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None

    @property
    def is_finished(self) -> bool:
        """Whether it has ended, one way or the other."""
        return self.status not in ("queued", "running")


class DatasetView(View):
    """A dataset and one of its versions, the latest unless asked otherwise.

    Parameters
    ----------
    latest
        The version that is meant where none is named: not always the newest one.
    versions
        All there are, the newest first.
    held
        Why this version did not become the latest one.
    """

    id: str
    name: str
    description: str = ""
    owner: str = ""
    tags: list[str] = []
    latest: int | None = None
    version: int | None = None
    label: str = ""
    note: str = ""
    held: dict[str, Any] | None = None
    rejected: dict[str, Any] | None = None
    rows: int | None = None
    bytes: int | None = None
    columns: list[dict[str, Any]] = []
    findings: list[dict[str, Any]] = []
    read_as: dict[str, Any] = {}
    source: dict[str, Any] = {}
    created_at: datetime | None = None
    versions: list[int] = []


class TableView(View):
    """Some rows of a table.

    Parameters
    ----------
    total
        Rows of the whole table, None while unknown.
    """

    columns: list[dict[str, str]]
    rows: list[list[Any]]
    total: int | None = None
    offset: int = 0


class PipelineView(View):
    """One line of the list of pipelines."""

    id: str
    name: str
    version: int | None = None
    last_run_id: str | None = None
    last_run_status: str | None = None
    updated_at: datetime | None = None


class DraftView(View):
    """The editable head of a pipeline."""

    pipeline_id: str
    name: str
    rev: int
    by: str
    ack: int
    document: dict[str, Any]
    updated_at: datetime | None = None


class NodeRunView(View):
    """What one node did in one run.

    Parameters
    ----------
    stage
        The node that ended the query this one was computed in; None where it ended one itself.
    started
        Seconds since the run began.
    findings
        What it noticed about its rows.
    made
        What left the pipeline here: ``kind`` says what.
    search
        How far a search is that goes on here, or that was cut short.
    judged
        The models that a report is about: title of the node, model and version.
    """

    node: str
    title: str
    component: str
    status: str
    fingerprint: str | None = None
    stage: str | None = None
    rows_in: int | None = None
    rows_out: int | None = None
    started: float | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    memory_mb: float | None = None
    bytes_read: int | None = None
    bytes_written: int | None = None
    bytes_spilled: int | None = None
    cached: bool = False
    message: str | None = None
    error: dict[str, Any] | None = None
    report: dict[str, Any] | None = None
    model: dict[str, Any] | None = None
    ports: list[str] = []
    findings: list[dict[str, Any]] = []
    made: dict[str, Any] | None = None
    search: dict[str, Any] | None = None
    judged: list[dict[str, Any]] = []


class RunView(View):
    """One execution of a pipeline version.

    Parameters
    ----------
    params, values
        The parameters that were asked for; and the value of each that the pipeline has.
    computed, reused
        Numbers of nodes.
    cpu_seconds, memory_mb, bytes_read, bytes_written, bytes_spilled
        Of the nodes that were computed: sums, and the peak of the memory.
    limits
        What the run was allowed to take, where that was not what the settings say.
    """

    id: str
    number: int
    pipeline: str
    pipeline_id: str
    pipeline_version: int
    status: str
    target: str | None = None
    params: dict[str, Any] = {}
    values: dict[str, Any] = {}
    backend: str = "duckdb"
    limits: dict[str, Any] = {}
    created_at: datetime | None = None
    started_at: datetime | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    memory_mb: float | None = None
    bytes_read: int | None = None
    bytes_written: int | None = None
    bytes_spilled: int | None = None
    computed: int | None = None
    reused: int = 0
    progress: float | None = None
    remaining_seconds: float | None = None
    message: str | None = None
    error: dict[str, Any] | None = None
    nodes: list[NodeRunView] = []

    @property
    def is_finished(self) -> bool:
        """Whether it has ended, one way or the other."""
        return self.status not in ("queued", "running")

    @property
    def models(self) -> list[dict[str, Any]]:
        """The model versions it trained or reused."""
        return [{"node": node.node, **node.model} for node in self.nodes if node.model]

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What its nodes noticed about their rows."""
        return [{"node": node.node, **finding} for node in self.nodes for finding in node.findings]

    @property
    def made(self) -> list[dict[str, Any]]:
        """What left the pipeline: datasets, files, tables of databases, charts."""
        return [{"node": node.node, **node.made} for node in self.nodes if node.made]


class ModelView(View):
    """A model and one of its versions.

    Parameters
    ----------
    aliases
        Of the whole model: each with the version it stands for.
    stages
        Of the whole model: each that some version has, with the newest such version.
    description, tags
        Of the model.
    version_description, version_tags, stage, sign_off, retired
        Of this version.
    needs_sign_off
        Whether a version of the model answers an endpoint only with an approval.
    """

    model: str
    version: int | None = None
    version_id: str | None = None
    versions: list[int] = []
    task: str | None = None
    target: str | None = None
    metrics: dict[str, float] = {}
    baseline: dict[str, float] = {}
    signature: dict[str, Any] = {}
    lineage: dict[str, Any] = {}
    libraries: dict[str, str] = {}
    bytes: int | None = None
    created_at: datetime | None = None
    report: dict[str, Any] = {}
    endpoints: list[str] = []
    description: str = ""
    tags: dict[str, str] = {}
    aliases: dict[str, int] = {}
    stages: dict[str, int] = {}
    needs_sign_off: bool = False
    version_description: str = ""
    version_tags: dict[str, str] = {}
    stage: str = "none"
    sign_off: str | None = None
    retired: bool = False

    @property
    def kind(self) -> str:
        """What people call the component that it was trained by."""
        return title_of(str(self.signature.get("component", "")))

    @property
    def own_aliases(self) -> list[str]:
        """The aliases of this version."""
        return [alias for alias, number in self.aliases.items() if number == self.version]

    @property
    def lacks_sign_off(self) -> bool:
        """Whether it is the missing approval that keeps this version from being published."""
        return self.needs_sign_off and self.sign_off != "approved"


class DeploymentView(View):
    """A model version in a revision of what answers an endpoint; `serving.deployments` has whole revisions."""

    revision: int
    model: str
    version: int
    active: bool
    role: str = "live"
    share: float
    note: str
    parity: dict[str, Any]
    created_at: datetime
    ended_at: datetime | None = None


class KeyView(View):
    """A key that was made; the key itself is never shown again.

    Parameters
    ----------
    requests_today, records_today
        What was asked with it since 00:00 UTC; a few seconds late.
    """

    id: str
    name: str = ""
    prefix: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    is_expired: bool = False
    requests_today: int = 0
    records_today: int = 0


class EndpointView(View):
    """An endpoint and what answers it."""

    name: str
    status: str
    url: str
    model: str | None = None
    version: int | None = None
    created_at: datetime | None = None
    deployments: list[DeploymentView] = []
    keys: list[KeyView] = []
    fields: list[dict[str, Any]] = []
    sample: dict[str, Any] = {}
