"""Settings: environment variables with the prefix ``CANVASBACK_``, or a ``.env`` file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import platformdirs
import psutil
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from engine.errors import InvalidSetting
from engine.limits import LEAST_MEMORY_MB, MemoryMb, TempMb, Threads, TimeoutSeconds, machine_memory_mb

PREFIX = "CANVASBACK_"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _default_home() -> Path:
    return Path(platformdirs.user_data_dir("canvasback"))


def _default_memory() -> int:
    return max(int(machine_memory_mb() * 0.6), LEAST_MEMORY_MB)


def _default_concurrency() -> int:
    return max(2, psutil.cpu_count() or 2)


class Settings(BaseSettings):
    """What can be set; the defaults run on a fresh machine without any server."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(default_factory=_default_home, description="The directory of this installation.")
    database_url: str | None = Field(
        default=None, description="Metadata database; SQLite inside the home unless set, e.g. postgresql+psycopg://…"
    )
    host: str = Field(default="127.0.0.1", description="Address that the UI and the API listen on; loopback only.")
    api_hosts: tuple[str, ...] = Field(
        default=(), description="Further host names the API answers to, as a JSON list: those of a reverse proxy."
    )
    ui_hosts: tuple[str, ...] = Field(
        default=(), description="Further host names the UI answers to, as a JSON list: those of a reverse proxy."
    )
    ui_port: int = Field(default=8501, ge=1, le=65_535, description="Port of the UI.")
    api_port: int = Field(default=8000, ge=1, le=65_535, description="Port of the API.")
    workers: int = Field(default=1, ge=0, le=64, description="Worker processes that `canvasback up` starts.")
    run_memory_mb: MemoryMb = Field(
        default_factory=_default_memory, description="Memory a job may take, in MB; 60 % of the machine's."
    )
    run_timeout_seconds: TimeoutSeconds = Field(default=6 * 3600, description="Time a job may take, in seconds.")
    run_threads: Threads | None = Field(default=None, description="Threads of a run; all cores unless set.")
    run_temp_mb: TempMb | None = Field(
        default=None, description="Disk a run may take for what does not fit in memory, in MB; what is free unless set."
    )
    spark_remote: str | None = Field(
        default=None, description="A Spark Connect server, sc://host:15002; unset, Spark runs on this machine."
    )
    cache_max_mb: int = Field(default=10_240, ge=100, description="Size of the cache in MB; the least used goes first.")
    upload_max_mb: int = Field(default=1_024, ge=1, description="Largest file that can be uploaded, in MB.")
    file_folders: tuple[Path, ...] = Field(
        default=(), description="Folders of the server that File nodes and SQLite connections may read, as a JSON list."
    )
    url_hosts: tuple[str, ...] = Field(
        default=(),
        description="Hosts inside a private network that files and objects may be fetched from, as a JSON list.",
    )
    url_max_mb: int = Field(
        default=1_024, ge=1, description="Largest file that is fetched from the web or an object store, in MB."
    )
    dialects: tuple[Annotated[str, Field(pattern=r"^[a-z0-9_]+(\+[a-z0-9_]+)?$")], ...] = Field(
        default=(),
        description="Further databases that connections may reach, by SQLAlchemy's names, as a JSON list: "
        '["oracle+oracledb"].',
    )
    request_max_kb: int = Field(default=2_048, ge=1, description="Largest request to an endpoint, in kB.")
    request_max_records: int = Field(default=1_000, ge=1, description="Most records in one request to an endpoint.")
    api_processes: int = Field(
        default=1, ge=1, le=64, description="Processes that share the API's port; each loads every published model."
    )
    request_concurrency: int = Field(
        default_factory=_default_concurrency,
        ge=1,
        description="Batches of requests that one process of the API computes at the same time.",
    )
    request_queue: int = Field(
        default=256, ge=0, description="Requests that may wait for their turn; more are refused with status 429."
    )
    metrics_key: str = Field(
        default="",
        repr=False,
        max_length=200,
        description="Bearer token of whoever scrapes `/metrics`; without one, only this machine may.",
    )
    lease_seconds: float = Field(default=15, gt=1, description="Without a sign of life for so long, a job has crashed.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="What is logged.")

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        # Our processes do not all work in the same directory.
        return home.expanduser().absolute()

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, level: Any) -> Any:
        return level.upper() if isinstance(level, str) else level

    @model_validator(mode="after")
    def _loopback_only(self) -> Self:
        if self.host not in LOOPBACK:
            raise ValueError(
                f"CANVASBACK_HOST is {self.host!r}, but there is no sign-in yet: only loopback ({LOOPBACK[0]}) is "
                "allowed. Put a reverse proxy with authentication in front of it."
            )
        return self

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return f"http://{self._shown_host}:{self.api_port}"

    @property
    def ui_url(self) -> str:
        """Where the UI answers."""
        return f"http://{self._shown_host}:{self.ui_port}"

    @property
    def _shown_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    def limited(self, asked: Mapping[str, Any]) -> Self:
        """The same settings, with the limits that were asked for one run."""
        limits = {f"run_{name}": value for name, value in asked.items() if value is not None}
        return self.model_copy(update=limits)

    def as_environment(self) -> dict[str, str]:
        """The same settings for a process of ours."""
        given = self.model_dump(mode="json", exclude_none=True)
        return {
            PREFIX + name.upper(): json.dumps(value) if isinstance(value, list) else str(value)
            for name, value in given.items()
        }


def read_settings(**given: Any) -> Settings:
    """The settings of this process; what is given counts before the environment, None is not given.

    Raises
    ------
    InvalidSetting
        Naming the variable and what is wrong with it.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = PREFIX + str(first["loc"][0]).upper() if first["loc"] else ""
        message = first["msg"].removeprefix("Value error, ")
        raise InvalidSetting(f"{name}: {message}" if name else message, field=name or None) from error
    except SettingsError as error:
        raise InvalidSetting(f"A setting cannot be read: {error}.", hint="A list is written as JSON.") from error
