"""How much the gaps of columns tell of a target."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from components.ports import is_reserved
from engine.profile import telling


def gaps_tell(sample: pa.Table, target: str) -> Mapping[str, float]:
    """From 0 (a gap says nothing) to 1 (all), for columns with gaps; as `telling` measures a flag.

    >>> table = pa.table({"asked": [None, 1] * 30, "left": ["yes", "no"] * 30})
    >>> gaps_tell(table, "left")
    {'asked': 1.0}
    """
    if target not in sample.column_names:
        return {}
    others = [name for name in sample.column_names if name != target and not is_reserved(name)]
    gaps = {name: pc.cast(pc.is_null(sample.column(name)), pa.int8()) for name in others}
    gaps = {name: flags for name, flags in gaps.items() if 0 < pc.sum(flags).as_py() < sample.num_rows}
    return telling(pa.table({**gaps, target: sample.column(target)}), target) if gaps else {}
