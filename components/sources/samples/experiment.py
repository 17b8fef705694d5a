"""An invented A/B test: who saw which page, and who bought."""

import numpy as np
import pyarrow as pa

VISITORS = 12_000
SEED = 20_32
BASE, LIFT = 0.112, 0.022
"""How many buy with the old page, and how many more with the new one."""
OF_DEVICE = {"phone": -0.02, "desktop": 0.025, "tablet": 0.0}


def experiment() -> pa.Table:
    """Visitors of an invented shop during a test of two pages, the same at every call.

    Returns
    -------
    Table of about 12,200 rows and 8 columns
        One row for each visitor, ``variant`` A or B by chance; about 250 rows were logged twice. Of B about 2.2 in 100
        more buy. ``revenue_eur`` is missing where nothing was bought.
    """
    random = np.random.default_rng(SEED)
    variant = random.choice(["A", "B"], VISITORS)
    device = random.choice([*OF_DEVICE], VISITORS, p=[0.58, 0.34, 0.08])
    chance = BASE + np.array([OF_DEVICE[name] for name in device]) + LIFT * (variant == "B")
    bought = random.random(VISITORS) < chance
    seconds = random.integers(0, 28 * 86_400, VISITORS)
    table = pa.table(
        {
            "visitor_id": [f"V{number:06d}" for number in random.permutation(VISITORS) + 1],
            "variant": variant,
            "visited_at": pa.array(np.datetime64("2025-05-05T00:00:00") + seconds),
            "device": device,
            "country": random.choice(["AT", "DE", "CH"], VISITORS, p=[0.3, 0.55, 0.15]),
            "pages_seen": (1 + random.poisson(2.4 + bought)).astype("int64"),
            "bought": bought,
            "revenue_eur": pa.array(random.lognormal(3.6, 0.6, VISITORS).round(2), mask=~bought),
        }
    )
    twice = random.choice(VISITORS, 250, replace=False)
    return pa.concat_tables([table, table.take(pa.array(twice))])
