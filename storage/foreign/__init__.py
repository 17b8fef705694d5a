"""Databases of others: read in a transaction that cannot write, a batch at a time, or written to in one transaction.

Only the kinds on a list are spoken to, with options on a list; drivers never see text that a person typed as options.
"""

from storage.foreign.kinds import ENCRYPTION, KINDS, Foreign, encryptions, install_command, is_file
from storage.foreign.looking import Listed, list_tables, test
from storage.foreign.reading import Answer, answered, count_rows, read_batches, read_schema
from storage.foreign.stopping import stop_asking
from storage.foreign.writing import Mode, write_table

__all__ = [
    "ENCRYPTION",
    "KINDS",
    "Answer",
    "Foreign",
    "Listed",
    "Mode",
    "answered",
    "count_rows",
    "encryptions",
    "install_command",
    "is_file",
    "list_tables",
    "read_batches",
    "read_schema",
    "stop_asking",
    "test",
    "write_table",
]
