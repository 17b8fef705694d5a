"""Where a benchmark happens: its files, its homes, its environments."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data import Data
from benchmarks.environments import python_of
from benchmarks.measure import Command, run
from benchmarks.sizes import Sizes
from engine.jobs.child_process import PATIENT


class CannotPrepare(Exception):
    """What must be there before something is measured could not be made; says why."""


@dataclass(frozen=True)
class Bench:
    """One go at the benchmarks.

    Parameters
    ----------
    folder
        Generated tables and environments, kept from go to go.
    scratch
        Homes and outputs, thrown away.
    """

    sizes: Sizes
    folder: Path
    scratch: Path

    @property
    def data(self) -> Data:
        """The generated tables."""
        return Data(self.folder / "data")

    def ours(self, command: str, home: Path, *arguments: object, memory_mb: int | None = None) -> Command:
        """A command of our side; its threads wait as those of a run do."""
        limit = ["--memory-mb", str(memory_mb)] if memory_mb else []
        words = [command, str(home), *map(str, arguments), *limit]
        return Command(Path(sys.executable), "benchmarks.ours", tuple(words), PATIENT)

    def script(self, rival: str, *arguments: object) -> Command:
        """A rival that shares our environment."""
        return Command(Path(sys.executable), f"benchmarks.rivals.{rival}", tuple(map(str, arguments)))

    def guest(self, rival: str, *arguments: object, script: str = "") -> Command:
        """A rival with an environment and a home folder of its own.

        Parameters
        ----------
        script
            Where it is measured in several ways; else the one that is called as it is.

        Raises
        ------
        CannotInstall
        """
        home = self.scratch / rival
        home.mkdir(exist_ok=True)
        python, words = python_of(rival, self.folder), tuple(map(str, arguments))
        return Command(python, f"benchmarks.rivals.{script or rival}_script", words, {"HOME": str(home)})

    def home(self, name: str, files: Mapping[str, Path]) -> Path:
        """A home of ours with these datasets.

        Raises
        ------
        CannotPrepare
        """
        home = self.scratch / name
        for dataset, file in files.items():
            self.prepare(self.ours("keep", home, dataset, file))
        return home

    def prepare(self, command: Command) -> None:
        """Do what is not measured.

        Raises
        ------
        CannotPrepare
        """
        outcome = run(command)
        if outcome.error:
            raise CannotPrepare(f"`{command}`: {outcome.error}")
