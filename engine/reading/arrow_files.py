"""Arrow files: IPC files (Feather) and IPC streams, typed already like Parquet."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from engine.reading.apart import apart
from engine.reading.errors import UnreadableFile
from engine.reading.names import settle_names
from engine.reading.parquet_files import changed, column_type, to_batch
from engine.reading.read_as import Column, ReadAs
from engine.reading.reading import Reading, Workspace

MARK, STREAM_MARK = b"ARROW1", b"\xff\xff\xff\xff"


def open_arrow(path: Path, read_as: ReadAs, batch_rows: int, workspace: Workspace) -> Reading:
    """Read an Arrow file; nested columns are refused by name.

    Its buffers say themselves how long they are. So another process checks all of them first: what does not hold there
    ends there.
    """
    checked = apart("arrow", workspace, path=str(path))
    with _batches_of(path) as (schema, _):
        names, findings = settle_names(schema.names)
    columns = [Column(name=name, type=column_type(field)) for name, field in zip(names, schema, strict=True)]
    findings += [one for name, field in zip(names, schema, strict=True) for one in changed(name, field.type)]

    def batches() -> Iterator[pa.RecordBatch]:
        with _batches_of(path) as (_, found):
            for batch in found:
                for start in range(0, batch.num_rows, batch_rows):
                    yield to_batch(batch.slice(start, batch_rows), columns)

    reading = Reading(read_as, columns, batches, findings, [], workspace)
    reading.rows = checked["rows"]
    return reading


def check_arrow(path: str, **_: object) -> dict[str, int]:
    """Look at every buffer of an Arrow file.

    Raises
    ------
    UnreadableFile
    """
    rows = 0
    with _batches_of(Path(path)) as (_, batches):
        for batch in batches:
            batch.validate(full=True)
            rows += batch.num_rows
    return {"rows": rows}


@contextmanager
def _batches_of(path: Path) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    try:
        with pa.memory_map(str(path)) as source:
            if source.read(len(MARK)) == MARK:
                file = pa.ipc.open_file(source)
                yield file.schema, (file.get_batch(i) for i in range(file.num_record_batches))
            else:
                source.seek(0)
                stream = pa.ipc.open_stream(source)
                yield stream.schema, iter(stream)
    except (pa.ArrowException, OSError, EOFError) as error:
        raise UnreadableFile("The Arrow file is damaged or incomplete.", hint="Copy or export it again.") from error
