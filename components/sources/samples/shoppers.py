"""An invented table of people who shop, of four kinds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

ROWS = 5_000
SEED = 20_29


@dataclass(frozen=True)
class Kind:
    """How people of a kind shop: means, and shares."""

    share: float
    orders: float
    basket: float
    discount: float
    returned: float
    days_since: float
    by_phone: float
    age: float


KINDS: Mapping[str, Kind] = {
    "regulars": Kind(0.3, 26, 38, 0.15, 0.04, 9, 0.35, 47),
    "bargain hunters": Kind(0.28, 14, 24, 0.65, 0.09, 28, 0.75, 33),
    "big spenders": Kind(0.14, 12, 165, 0.08, 0.06, 22, 0.4, 52),
    "sleepers": Kind(0.28, 3, 46, 0.2, 0.03, 190, 0.3, 44),
}
"""Nobody tells them apart in the table: to find them again is the task."""


def shoppers() -> pa.Table:
    """Customers of an invented shop, the same at every call.

    Returns
    -------
    Table of 5,000 rows and 11 columns
        What each customer did in a year, with a few gaps. Four kinds of customers are in it, and overlap.
    """
    random = np.random.default_rng(SEED)
    codes = random.choice(len(KINDS), ROWS, p=[kind.share for kind in KINDS.values()])
    mean = {name: np.array([getattr(kind, name) for kind in KINDS.values()])[codes] for name in Kind.__annotations__}
    orders = np.maximum(1, random.poisson(mean["orders"]))
    basket = random.lognormal(np.log(mean["basket"]), 0.25)
    ages = np.clip(random.normal(mean["age"], 9), 18, 88).round()
    return pa.table(
        {
            "customer_id": [f"S{number:06d}" for number in random.permutation(ROWS) + 1],
            "age": pa.array(ages, mask=random.random(ROWS) < 0.08),
            "city": random.choice(["Linz", "Graz", "Wien", "Salzburg", "Villach"], ROWS, p=[0.2, 0.2, 0.35, 0.15, 0.1]),
            "orders": orders.astype("int64"),
            "basket_eur": basket.round(2),
            "spent_eur": (orders * basket * random.uniform(0.95, 1.05, ROWS)).round(2),
            "discount_share": _shares(random, mean["discount"], 18),
            "returned_share": _shares(random, mean["returned"], 25),
            "phone_share": pa.array(_shares(random, mean["by_phone"], 9), mask=random.random(ROWS) < 0.03),
            "days_since_order": np.maximum(0, random.gamma(4, mean["days_since"] / 4)).round().astype("int64"),
            "newsletter": random.random(ROWS) < 0.2 + 0.5 * mean["discount"],
        }
    )


def _shares(random: np.random.Generator, mean: "np.ndarray[tuple[int], np.dtype[np.float64]]", weight: float) -> object:
    return random.beta(mean * weight, (1 - mean) * weight).round(3)
