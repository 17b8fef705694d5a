"""An invented table of houses that were sold, with their prices."""

from typing import Any

import numpy as np
import pyarrow as pa

ROWS = 4_000
SEED = 20_27
DISTRICTS = {"harbour": 1.35, "old town": 1.5, "hillside": 1.15, "station": 0.9, "meadows": 1.0, "mill quarter": 0.8}
"""What a square metre costs, beside the mean."""
CONDITIONS = {"to renovate": 0.78, "used": 0.95, "renovated": 1.08, "new": 1.18}
TOO_LARGE = 400
"""Some floor areas were entered in square feet: above this many square metres there is no house here."""


def houses() -> pa.Table:
    """Sales of houses in an invented town, the same at every call.

    Returns
    -------
    Table of 4,000 rows and 14 columns
        Numbers, texts, flags and dates with gaps; ``price`` is in euros and has a long tail. About 2 % of the floor
        areas are square feet. What a house lacks is missing: without a garden there is no ``garden_m2``. The mean
        error of a linear model on logarithms is about 9 %.
    """
    random = np.random.default_rng(SEED)
    house = _houses(random)
    return pa.table(
        {
            "listing_id": [f"H-{number:05d}" for number in random.permutation(ROWS) + 10_000],
            "sold_on": pa.array(np.datetime64("2023-01-01") + house["day"]),
            "district": house["district"],
            "floor_area": np.where(random.random(ROWS) < 0.02, house["area"] * 10.764, house["area"]).round(1),
            "rooms": house["rooms"],
            "bathrooms": house["bathrooms"],
            "built": _gaps(house["built"], random.random(ROWS) < 0.05),
            "condition": _gaps(house["condition"], random.random(ROWS) < 0.06),
            "heating": house["heating"],
            "garden_m2": _gaps(house["garden"].round(), house["garden"] == 0),
            "garage": house["garage"],
            "energy_kwh": _gaps(house["energy"].round(), random.random(ROWS) < 0.2),
            "km_to_centre": house["distance"].round(1),
            "price": _prices(random, house),
        }
    )


def _houses(random: np.random.Generator) -> dict[str, Any]:
    district = random.choice([*DISTRICTS], ROWS, p=[0.12, 0.13, 0.2, 0.2, 0.22, 0.13])
    area = np.clip(random.lognormal(4.7, 0.35, ROWS), 35, 360).round(1)
    built = np.clip(random.normal(1978, 28, ROWS), 1880, 2024).round().astype("int64")
    age = 2024 - built
    new = np.array([0.05, 0.2, 0.15, 0.6])
    old = np.array([0.2, 0.5, 0.3, 0.0])
    shares = np.where((age < 8)[:, None], new, old).cumsum(axis=1)
    condition = np.array([*CONDITIONS])[(random.random(ROWS)[:, None] > shares).sum(axis=1)]
    return {
        "day": random.integers(0, 730, ROWS),
        "district": district,
        "area": area,
        "rooms": np.clip((area / 27 + random.normal(0, 0.8, ROWS)).round(), 1, 12).astype("int64"),
        "bathrooms": np.clip((area / 80 + random.normal(0, 0.4, ROWS)).round(), 1, 4).astype("int64"),
        "built": built,
        "condition": condition,
        "heating": random.choice(["gas", "heat pump", "oil", "district heating"], ROWS, p=[0.45, 0.2, 0.15, 0.2]),
        "garden": np.where(random.random(ROWS) < 0.6, random.gamma(2, 160, ROWS), 0.0),
        "garage": random.random(ROWS) < 0.5,
        "energy": np.clip(45 + 1.6 * age + random.normal(0, 25, ROWS), 15, 420),
        "distance": random.gamma(2.5, np.where(district == "old town", 0.4, 2.2)),
    }


def _prices(random: np.random.Generator, house: dict[str, Any]) -> Any:
    of_place = np.array([DISTRICTS[name] for name in house["district"]])
    of_state = np.array([CONDITIONS[name] for name in house["condition"]])
    logarithm = (
        np.log(3_400 * of_place * of_state)
        + 0.93 * np.log(house["area"])
        + 0.0004 * house["garden"]
        + 0.05 * house["garage"]
        + 0.03 * house["bathrooms"]
        - 0.0011 * (house["energy"] - 120)
        - 0.025 * house["distance"]
        + 0.00012 * house["day"]
        + random.normal(0, 0.08, ROWS)
    )
    return (np.exp(logarithm) / 500).round().astype("int64") * 500


def _gaps(values: Any, are_missing: Any) -> pa.Array:
    return pa.array(values, mask=np.asarray(are_missing))
