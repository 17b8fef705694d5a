"""What contests found, kept beside the tables: an hour of measuring is not lost to an interruption, nor done again."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from benchmarks.measure import Measured
from benchmarks.results import Line


@dataclass(frozen=True)
class Found:
    """One contest, measured.

    Parameters
    ----------
    load
        Processes that ran before its first command: nothing is worth much that was measured beside others.
    """

    lines: Sequence[Line]
    measured: Sequence[Measured]
    runs: int
    load: float


_FOUND = TypeAdapter(Found)


def keep(folder: Path, contest: str, found: Found) -> None:
    """Write down what a contest found."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{contest}.json").write_bytes(_FOUND.dump_json(found, indent=1))


def kept(folder: Path, contests: Sequence[str]) -> list[Found]:
    """What is written down of these contests, in their order."""
    files = [folder / f"{contest}.json" for contest in contests]
    return [_FOUND.validate_json(file.read_bytes()) for file in files if file.exists()]
