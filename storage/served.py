"""What endpoints were asked and what they answered, as Parquet files.

One folder per endpoint, model version and day: the rows of one version have the same columns, so that they are read
as one table, and what is too old is deleted by the day. Writers never wait for each other: each file has its own name.
"""

import contextlib
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from storage.disk import TEMPORARY, temporary_name, writing
from storage.ids import new_id
from storage.served_days import files_of_day, join_day

ID, AT, ROLE, REVISION = "__cb_id", "__cb_at", "__cb_role", "__cb_revision"
PREDICTION, PROBABILITIES, SCORE = "__cb_prediction", "__cb_probabilities", "__cb_score"
MILLISECONDS, KEY = "__cb_ms", "__cb_key"

OURS = pa.schema(
    [
        (ID, pa.string()),
        (AT, pa.timestamp("us")),
        (ROLE, pa.string()),
        (REVISION, pa.int32()),
        (PROBABILITIES, pa.list_(pa.float64())),
        (SCORE, pa.float64()),
        (MILLISECONDS, pa.float32()),
        (KEY, pa.string()),
    ]
)
"""What is noted beside the fields of a record and `PREDICTION`, whose type is the model's; times are UTC."""


class PredictionLog:
    """The predictions of all endpoints of a home.

    Parameters
    ----------
    root
        ``<home>/served``
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def append(self, endpoint_id: str, version_id: str, rows: pa.Table, now: datetime | None = None) -> Path:
        """Write rows as one file, completely or not at all.

        Parameters
        ----------
        rows
            The record's fields, `PREDICTION`, and the columns of `OURS`.

        Raises
        ------
        DiskFull, WriteFailed
        """
        day = (now or datetime.now(UTC)).astimezone(UTC).date()
        folder = self._root / endpoint_id / version_id / day.isoformat()
        temporary, final = folder / temporary_name(), folder / f"{new_id()}.parquet"
        with writing(final):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                pq.write_table(rows, temporary, compression="zstd")
                temporary.rename(final)
            finally:
                temporary.unlink(missing_ok=True)
        return final

    def versions(self, endpoint_id: str) -> Sequence[str]:
        """Ids of the model versions that have answered, in the order of their ids."""
        return sorted(one.name for one in _folders(self._root / endpoint_id))

    def files(
        self, endpoint_id: str, version_id: str, since: date | None = None, until: date | None = None
    ) -> Sequence[Path]:
        """The files of the days from `since` to `until`, both included, oldest first."""
        days = [
            folder
            for folder in sorted(_folders(self._root / endpoint_id / version_id))
            if (since is None or folder.name >= since.isoformat())
            and (until is None or folder.name <= until.isoformat())
        ]
        return [file for folder in days for file in files_of_day(folder)]

    def compact(self, endpoint_id: str, before: date) -> int:
        """Make one file of each day before this one; how many fewer are listed.

        A reader that has listed the files before can read them for another hour.

        Raises
        ------
        DiskFull, WriteFailed
        """
        gone = 0
        for version_id in self.versions(endpoint_id):
            for folder in _folders(self._root / endpoint_id / version_id):
                if folder.name < before.isoformat():
                    gone += join_day(folder)
        return gone

    def forget(self, endpoint_id: str, before: date) -> int:
        """Delete the days before this one; how many days are gone."""
        gone = 0
        for version_id in self.versions(endpoint_id):
            for folder in _folders(self._root / endpoint_id / version_id):
                if folder.name < before.isoformat():
                    shutil.rmtree(folder, ignore_errors=True)
                    gone += 1
        return gone


def _folders(parent: Path) -> Sequence[Path]:
    with contextlib.suppress(FileNotFoundError):
        return [one for one in parent.iterdir() if one.is_dir() and not one.name.startswith(TEMPORARY)]
    return []
