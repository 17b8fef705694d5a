"""Settings: environment variables with the prefix ``CANVASBACK_``, or a ``.env`` file."""

from pathlib import Path
from typing import Self

import platformdirs
import psutil
from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _default_home() -> Path:
    return Path(platformdirs.user_data_dir("canvasback"))


def _default_memory() -> int:
    return int(psutil.virtual_memory().total / 1e6 * 0.6)


class Settings(BaseSettings):
    """What can be set; the defaults run on a fresh machine without any server."""

    model_config = SettingsConfigDict(env_prefix="CANVASBACK_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(default_factory=_default_home, description="The directory of this installation.")
    database_url: str | None = Field(
        default=None, description="Metadata database; SQLite inside the home unless set, e.g. postgresql+psycopg://…"
    )
    host: str = Field(default="127.0.0.1", description="Address that the UI and the API listen on; loopback only.")
    ui_port: int = Field(default=8501, ge=1, le=65_535, description="Port of the UI.")
    api_port: int = Field(default=8000, ge=1, le=65_535, description="Port of the API.")
    workers: int = Field(default=1, ge=0, le=64, description="Worker processes that `canvasback up` starts.")
    run_memory_mb: int = Field(
        default_factory=_default_memory, ge=512, description="Memory a job may take, in MB; 60 % of the machine's."
    )
    run_timeout_seconds: float = Field(default=6 * 3600, gt=0, description="Time a job may take, in seconds.")
    run_threads: int | None = Field(default=None, ge=1, description="Threads of a run; all cores unless set.")
    upload_max_mb: int = Field(default=1_024, ge=1, description="Largest file that can be uploaded, in MB.")
    request_max_kb: int = Field(default=2_048, ge=1, description="Largest request to an endpoint, in kB.")
    request_max_records: int = Field(default=1_000, ge=1, description="Most records in one request to an endpoint.")
    lease_seconds: float = Field(default=15, gt=1, description="Without a sign of life for so long, a job has crashed.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")

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
        return f"http://{self.host}:{self.api_port}"

    @property
    def ui_url(self) -> str:
        """Where the UI answers."""
        return f"http://{self.host}:{self.ui_port}"
