"""What Parquet files tell of their columns without being read."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow.parquet as pq

Ends: TypeAlias = tuple[Any, Any]


def ends_of(files: Sequence[Path], names: Iterable[str]) -> dict[str, Ends]:
    """The least and the greatest value of columns; without those of which some part of a file tells nothing.

    A number that is none (NaN) is not counted; an infinite one is.
    """
    found: dict[str, Ends | None] = dict.fromkeys(names)
    for path in files:
        footer = pq.read_metadata(path)
        places = {footer.schema.column(at).path: at for at in range(footer.num_columns)}
        for name in [name for name in found if name in places]:
            for group in map(footer.row_group, range(footer.num_row_groups)):
                told = group.column(places[name]).statistics
                if not group.num_rows or (told is not None and told.null_count == group.num_rows):
                    continue
                if told is None or not told.has_min_max:
                    del found[name]
                    break
                low, high = found[name] or (told.min, told.max)
                found[name] = min(low, told.min), max(high, told.max)
    return {name: ends for name, ends in found.items() if ends is not None}
