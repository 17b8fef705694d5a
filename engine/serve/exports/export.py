"""What a format is asked to write, and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.serve.exports.proof import Proof, Questions, questions
from engine.serve.modelfile import ModelFile
from engine.serve.scorer import Scorer


@dataclass(frozen=True)
class Source:
    """A model version to export.

    Parameters
    ----------
    name, version
        As the registry has them.
    files
        Its files, verified.
    scorer
        The same, loaded.
    tell
        Says what is going on.
    """

    name: str
    version: int
    files: Mapping[str, Path]
    scorer: Scorer
    tell: Callable[[float, str], None] = lambda share, words: None

    @property
    def model(self) -> ModelFile:
        """What the model is."""
        return self.scorer.model

    @property
    def base(self) -> str:
        """The name of its files: nothing in it can leave a folder or confuse a shell."""
        letters = "".join(
            letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "_" for letter in self.name
        )
        return f"{letters.strip('_-')[:80] or 'model'}_v{self.version}"

    @cached_property
    def questions(self) -> Questions:
        """Rows with the model's answers."""
        return questions(self.scorer, self.files)


@dataclass(frozen=True)
class Export:
    """What was written.

    Parameters
    ----------
    path
        A file, or a folder.
    proof
        What it has answered.
    use
        The lines of a shell or of Python that use it.
    needs
        What has to be installed, as pip is asked for it.
    """

    path: Path
    proof: Proof
    use: str
    needs: Sequence[str]

    def as_data(self) -> dict[str, Any]:
        """As a JSON document."""
        return {"proof": self.proof.as_data(), "use": self.use, "needs": list(self.needs)}
