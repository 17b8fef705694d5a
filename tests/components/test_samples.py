"""Invented tables are the same at every call, as large as they say, and have what real ones have."""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from components.sources.samples import INVENTED

DEFECTS: dict[str, Callable[[pa.Table], bool]] = {
    "customers": lambda table: table["satisfaction"].null_count > 100,
    "houses": lambda table: pc.sum(pc.greater(table["floor_area"], 400)).as_py() > 30,
    "shop_sales": lambda table: table.num_rows < 5 * 1_096,
    "shoppers": lambda table: table["age"].null_count > 100,
    "payments": lambda table: 40 < pc.sum(table["confirmed_fraud"]).as_py() < 200,
    "tickets": lambda table: table["earlier_tickets"].null_count > 50,
    "experiment": lambda table: table.num_rows - pc.count_distinct(table["visitor_id"]).as_py() == 250,
}


@pytest.mark.parametrize("name", INVENTED)
def test_a_sample_is_the_same_at_every_call_and_has_defects(name: str) -> None:
    table = INVENTED[name]()
    assert table.equals(INVENTED[name]())
    assert 2_000 <= table.num_rows <= 20_000
    assert DEFECTS[name](table)
    documented = INVENTED[name].__doc__ or ""
    assert f"{table.num_columns} columns" in documented
