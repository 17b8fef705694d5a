"""The trials of a search on disk, written as they end: an attempt after a crash goes on from them.

One line for each trial; what was said of held-out rows lies beside, in a file of its own. A line that a killed process
did not finish is not read, and neither is a line whose answers are not whole.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from components.base import Trial
from components.ensembles.following import Done

LINES = "trials.jsonl"


class Journal:
    """What is known of a search that has not come to its end.

    Parameters
    ----------
    folder
        Made when the first trial ends.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, dict[str, Any]] = {}

    def read(self) -> int:
        """Remember what an earlier attempt wrote; how many trials there are."""
        self._known = {line["key"]: line for line in self._lines()}
        return len(self._known)

    def recall(self, key: str) -> Done | None:
        """A trial of an earlier attempt."""
        line = self._known.get(key)
        if line is None:
            return None
        try:
            answers = np.load(self._folder / f"{key}.npy", allow_pickle=False) if line["has_answers"] else None
        except (OSError, ValueError):
            return None  # only half of it was written: it is tried again
        return Done(Trial.model_validate(line["trial"]), tuple(line["scores"]), line["spent"], answers)

    def write(self, key: str, done: Done) -> None:
        """Write a trial down; where that is not possible, it would only have to be made again."""
        if key in self._known:
            return
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            if done.answers is not None:
                self._write_answers(key, done.answers)
            line = {
                "key": key,
                "trial": done.trial.model_dump(mode="json"),
                "scores": done.scores,
                "spent": done.spent,
                "has_answers": done.answers is not None,
            }
            with (self._folder / LINES).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def forget(self) -> None:
        """The search has come to its end, and its result is kept."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write_answers(self, key: str, answers: Any) -> None:
        unfinished = self._folder / f".{uuid4().hex}.npy"
        np.save(unfinished, answers, allow_pickle=False)
        unfinished.replace(self._folder / f"{key}.npy")

    def _lines(self) -> Iterator[dict[str, Any]]:
        with suppress(OSError):
            for text in (self._folder / LINES).read_text(encoding="utf-8", errors="replace").splitlines():
                with suppress(ValueError):
                    line = json.loads(text)
                    Trial.model_validate(line["trial"])
                    yield line
