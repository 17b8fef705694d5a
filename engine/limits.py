"""What a run may use: memory, time, threads, room on disk."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import psutil
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import InvalidSetting

LEAST_MEMORY_MB = 512
MemoryMb = Annotated[int, Field(ge=LEAST_MEMORY_MB, le=16_000_000)]
TimeoutSeconds = Annotated[float, Field(ge=1, le=30 * 24 * 3_600)]
Threads = Annotated[int, Field(ge=1, le=1_024)]
TempMb = Annotated[int, Field(ge=1, le=1_000_000_000)]

PROCESS_MB = 350
"""A process of ours that has everything loaded and nothing to do."""
DATABASE_SHARE = 0.5
LEAST_DATABASE_MB = 80

CONTAINER_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))

NAMES = {
    "memory_mb": "memory limit",
    "timeout_seconds": "time limit",
    "threads": "number of threads",
    "temp_mb": "temporary space",
}
UNITS = {"memory_mb": " MB", "timeout_seconds": " seconds", "threads": "", "temp_mb": " MB"}


class RunLimits(BaseModel):
    """The limits that were asked for one run; what is None is up to the settings of the worker that does it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_mb: MemoryMb | None = Field(default=None, description="Memory of the run's processes together, in MB.")
    timeout_seconds: TimeoutSeconds | None = Field(default=None, description="Time from its start, in seconds.")
    threads: Threads | None = Field(default=None, description="Threads, and processor cores, of all its work.")
    temp_mb: TempMb | None = Field(default=None, description="Disk for what does not fit in memory, in MB.")

    def asked(self) -> dict[str, Any]:
        """Only what was asked for, as a JSON document."""
        return self.model_dump(exclude_none=True)


NO_LIMITS = RunLimits()
"""Nothing was asked for: the settings count."""


def read_limits(**given: float | None) -> RunLimits:
    """Limits as a person gives them.

    Raises
    ------
    InvalidSetting
        Naming the limit and what it can be.
    """
    try:
        return RunLimits.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        if name not in NAMES:
            raise InvalidSetting(
                f"A run has no limit named {name!r}.", hint=f"There are {', '.join(NAMES)}."
            ) from error
        raise InvalidSetting(
            f"The {NAMES[name]} cannot be {first['input']}{UNITS[name]}.", hint=_allowed(name), field=name
        ) from error


def bounds(name: str) -> tuple[float, float]:
    """The least and the most that a limit can be."""
    schema = RunLimits.model_json_schema()["properties"][name]["anyOf"][0]
    return schema["minimum"], schema["maximum"]


def _allowed(name: str) -> str:
    least, most = bounds(name)
    return f"It can be from {least:,} to {most:,}{UNITS[name]}."


def database_memory_mb(memory_mb: int) -> int:
    """The database engine's part of a run's memory.

    The rest is for matrices and models, and for what the engine does not count itself: it was seen to take half as
    much again as it was given.
    """
    return max(LEAST_DATABASE_MB, int((memory_mb - PROCESS_MB) * DATABASE_SHARE))


def matrix_memory_mb(memory_mb: int) -> int:
    """What the matrices of a run's models may take together: all but the process itself."""
    return memory_mb - PROCESS_MB


def machine_memory_mb() -> int:
    """Memory of this machine, or of the container that this process lives in."""
    most = int(psutil.virtual_memory().total)
    for file in CONTAINER_LIMITS:
        with suppress(OSError, ValueError):
            most = min(most, int(file.read_text()))
    return most // 1_000_000
