"""Everything that can go wrong while keeping things.

StorageError
├── NotFound            no such dataset, pipeline, run, model, endpoint, job or file
├── Conflict            someone else was there first
│   ├── NameTaken
│   └── LostLease       the job was given to another worker, or has ended
├── InUse               cannot be deleted: `users` says who needs it
├── Withheld            a model version that may not answer: retired, deleted, or without the sign-off it needs
├── BadName             a name that cannot be kept
├── BadTable            a table that cannot be kept: `column` says where
├── DamagedFile         the bytes on disk are not the bytes that were written
├── NewerHome           made by a newer version of Canvasback
├── OtherHome           its tables are those of another version
├── OpenSecret          other users of this computer can read the secret
├── Busy                the database did not let us in; trying again may help
│   └── Unavailable     the database cannot be reached
├── Unreachable         a database of others did not let us in, or refused what was asked
│   └── TookTooLong     it was stopped before it had answered
├── DiskFull
└── WriteFailed         the disk refused, for another reason
"""

from collections.abc import Sequence
from typing import ClassVar


class StorageError(Exception):
    """An error as data: what happened, and what to do about it.

    Parameters
    ----------
    message : what happened, in the words of the person who asked.
    hint : what to do; may be empty.
    """

    code: ClassVar[str] = "storage_error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(StorageError):
    code = "not_found"


class Conflict(StorageError):
    code = "conflict"


class NameTaken(Conflict):
    code = "name_taken"


class LostLease(Conflict):
    code = "lost_lease"


class InUse(StorageError):
    code = "in_use"

    def __init__(self, message: str, hint: str = "", users: Sequence[str] = ()) -> None:
        super().__init__(message, hint)
        self.users = list(users)


class Withheld(StorageError):
    code = "withheld"


class BadName(StorageError):
    code = "bad_name"


class BadTable(StorageError):
    code = "bad_table"

    def __init__(self, message: str, hint: str = "", column: str | None = None) -> None:
        super().__init__(message, hint)
        self.column = column


class DamagedFile(StorageError):
    code = "damaged_file"


class NewerHome(StorageError):
    code = "newer_home"


class OtherHome(StorageError):
    code = "other_home"


class OpenSecret(StorageError):
    code = "open_secret"


class Busy(StorageError):
    code = "busy"


class Unavailable(Busy):
    """The database is out of reach; `outcome_unknown` when that happened in the middle of a commit."""

    code = "unavailable"

    def __init__(self, message: str, hint: str = "", outcome_unknown: bool = False) -> None:
        super().__init__(message, hint)
        self.outcome_unknown = outcome_unknown


class Unreachable(StorageError):
    """A database of others is out of reach; `passing` when trying again may help."""

    code = "unreachable"

    def __init__(self, message: str, hint: str = "", *, passing: bool = False) -> None:
        super().__init__(message, hint)
        self.passing = passing


class TookTooLong(Unreachable):
    code = "took_too_long"


class DiskFull(StorageError):
    code = "disk_full"


class WriteFailed(StorageError):
    code = "write_failed"
