"""An invented table of what shops sold each day."""

from typing import Any

import numpy as np
import pyarrow as pa

DAYS = 1_096
SEED = 20_28
FIRST = np.datetime64("2022-01-01")
SHOPS = {"Amber Lane": 240.0, "Birch Road": 180.0, "Castle Square": 320.0, "Dock Street": 130.0, "Elm Park": 90.0}
"""What each sells on a usual day."""
WEEK = np.array([0.9, 0.88, 0.92, 1.0, 1.18, 1.35, 0.77])
"""Monday to Sunday."""


def shop_sales() -> pa.Table:
    """Daily sales of five shops over three years, the same at every call.

    Returns
    -------
    Table of about 5,450 rows and 6 columns
        One row for each shop and day, in no order. Sales have a trend, a season of the week and of the year, and rise
        by a third on days of a promotion. About half a percent of the days are not there at all.
    """
    random = np.random.default_rng(SEED)
    columns = [_shop(random, name, usual) for name, usual in SHOPS.items()]
    table = pa.table({name: np.concatenate([shop[name] for shop in columns]) for name in columns[0]})
    kept = random.permutation(table.num_rows)
    return table.take(pa.array(kept[random.random(table.num_rows) > 0.005]))


def _shop(random: np.random.Generator, name: str, usual: float) -> dict[str, Any]:
    day = np.arange(DAYS)
    date = FIRST + day
    weekday = (date.astype("int64") + 3) % 7
    growth = 1 + random.uniform(0.0, 0.03) * day / 365
    year = 1 + 0.07 * np.sin(2 * np.pi * (day - 250) / 365.25)
    promotion = random.random(DAYS) < 0.06
    slow = np.convolve(random.normal(0, 0.05, DAYS + 13), np.ones(14) / 14, "valid")
    level = usual * growth * year * WEEK[weekday] * np.where(promotion, 1.33, 1.0) * np.exp(slow)
    units = random.poisson(level)
    return {
        "date": date,
        "shop": np.array([name] * DAYS),
        "units": units.astype("int64"),
        "revenue": (units * random.normal(7.4, 0.15, DAYS)).round(2),
        "promotion": promotion,
        "temperature": (11 - 10 * np.cos(2 * np.pi * (day - 20) / 365.25) + random.normal(0, 3, DAYS)).round(1),
    }
