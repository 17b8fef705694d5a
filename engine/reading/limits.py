"""How much a file may ask of us."""

MAX_COLUMNS = 10_000
MAX_FIELD_CHARS = 1 << 20
MAX_LINE_CHARS = 1 << 24
MAX_UNCOMPRESSED_BYTES = 8 << 30
MAX_JSON_RECORD_CHARS = 1 << 24
MAX_NAME_CHARS = 200

INSPECT_BYTES = 64 << 20  # a longer file is inspected by its head; the rest is checked while it is read
HEAD_CHARS = 1 << 20  # what the delimiter and the header are guessed from
MAX_BOOK_BYTES = 4 << 30  # of the parts of a workbook, unpacked
HEADER_ROWS = 500  # of a sheet, to find its header
INSPECT_ROWS = 5_000  # of a sheet or a statistics file that is looked at
KEPT_REJECTED = 1_000
CELLS_PER_CHUNK = 1 << 20
PREVIEW_ROWS = 50
