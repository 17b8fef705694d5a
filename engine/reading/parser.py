"""The process that `apart` starts: one task from standard input, one JSON line as the answer."""

import json
import resource
import sys
from collections.abc import Callable
from typing import Any

from engine.reading.arrow_files import check_arrow
from engine.reading.errors import UnreadableFile
from engine.reading.grid import write_grid
from engine.reading.survey import write_survey

TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "arrow": check_arrow,
    "grid": write_grid,
    "survey": write_survey,
}


def main() -> None:
    """Do it; what cannot be told in words ends the process, which `apart` explains."""
    order = json.loads(sys.stdin.buffer.read())
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    memory = order.pop("memory_bytes") if most == resource.RLIM_INFINITY else min(order.pop("memory_bytes"), most)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = TASKS[order.pop("task")](**order)
    except UnreadableFile as error:
        answer = {"error": {"code": error.code, "message": error.message, "hint": error.hint, "field": error.field}}
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
