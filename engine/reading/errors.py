"""Why a file could not be read.

::

    DataError
    └── UnreadableFile         no table can be made of this file
        ├── NotATable              a picture, an archive, a program: something else
        ├── EmptyFile              nothing in it
        ├── UnsupportedFormat      a table, but in a format we do not read
        ├── UnsupportedColumn      a column whose values fit in no table cell
        ├── TooBig                 beyond a limit on columns or uncompressed bytes
        └── PrivateHost            it is inside our own network
"""

from engine.errors import DataError


class UnreadableFile(DataError):
    code = "unreadable_file"


class NotATable(UnreadableFile):
    code = "not_a_table"


class EmptyFile(UnreadableFile):
    code = "empty_file"


class UnsupportedFormat(UnreadableFile):
    code = "unsupported_format"


class UnsupportedColumn(UnreadableFile):
    code = "unsupported_column"


class TooBig(UnreadableFile):
    code = "too_big"


READING_ERRORS: dict[str, type[UnreadableFile]] = {
    kind.code: kind for kind in (UnreadableFile, NotATable, EmptyFile, UnsupportedFormat, UnsupportedColumn, TooBig)
}
"""By their codes, to be raised again from what another process said."""


class PrivateHost(UnreadableFile):
    """A host inside the network that we stand in, which nobody has allowed."""
