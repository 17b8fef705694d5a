"""An invented table of card payments, a few of which are strange."""

from typing import Any

import numpy as np
import pyarrow as pa

ROWS = 8_000
SEED = 20_30
STRANGE = 0.012
SHOPS = {"groceries": 32.0, "fuel": 58.0, "restaurant": 41.0, "clothes": 74.0, "electronics": 210.0, "travel": 320.0}
"""What is usually paid."""


def payments() -> pa.Table:
    """Payments by cards of an invented bank, the same at every call.

    Returns
    -------
    Table of 8,000 rows and 11 columns
        About 1.2 % are strange: much too high, at night, far away, and many in a row. ``confirmed_fraud`` says which
        of them somebody has looked at since: it is for judging what was found, not for finding it.
    """
    random = np.random.default_rng(SEED)
    is_strange = random.random(ROWS) < STRANGE
    paid = _payments(random, is_strange)
    moment = np.datetime64("2025-03-01T00:00:00") + random.integers(0, 61, ROWS) * np.timedelta64(86_400, "s")
    seconds = (paid["hour"] * 3_600 + random.integers(0, 3_600, ROWS)).astype("int64")
    return pa.table(
        {
            "payment_id": [f"P{number:07d}" for number in random.permutation(ROWS) + 1],
            "card": [f"card {number:04d}" for number in random.integers(1, 900, ROWS)],
            "paid_at": pa.array(moment + seconds.astype("timedelta64[s]")),
            "amount_eur": paid["amount"].round(2),
            "kind_of_shop": paid["shop"],
            "country": paid["country"],
            "km_from_home": pa.array(paid["distance"].round(1), mask=random.random(ROWS) < 0.04),
            "hour": paid["hour"].astype("int64"),
            "payments_last_hour": paid["often"].astype("int64"),
            "online": paid["online"],
            "confirmed_fraud": is_strange & (random.random(ROWS) < 0.9),
        }
    )


def _payments(random: np.random.Generator, is_strange: Any) -> dict[str, Any]:
    shop = random.choice([*SHOPS], ROWS, p=[0.38, 0.14, 0.2, 0.14, 0.08, 0.06])
    usual = np.array([SHOPS[name] for name in shop])
    abroad = np.where(is_strange, random.random(ROWS) < 0.75, random.random(ROWS) < 0.05)
    day = np.clip(random.normal(14.5, 3.6, ROWS), 0, 23).astype("int64")
    night = random.integers(0, 6, ROWS)
    return {
        "shop": shop,
        "amount": usual * random.lognormal(0, 0.45, ROWS) * np.where(is_strange, random.uniform(3, 12, ROWS), 1.0),
        "country": np.where(abroad, random.choice(["BR", "US", "RO", "TH"], ROWS), "AT"),
        "distance": random.gamma(1.5, np.where(abroad, 1_400.0, 8.0)),
        "hour": np.where(is_strange & (random.random(ROWS) < 0.7), night, day),
        "often": random.poisson(np.where(is_strange, 3.2, 0.25)),
        "online": random.random(ROWS) < np.where(is_strange, 0.7, 0.35),
    }
