"""Invented tables to learn with: drawn by a seed, the same at every call, with the defects that real ones have."""

from collections.abc import Callable, Mapping

import pyarrow as pa

from components.sources.customers import customers
from components.sources.samples.experiment import experiment
from components.sources.samples.houses import houses
from components.sources.samples.payments import payments
from components.sources.samples.shop_sales import shop_sales
from components.sources.samples.shoppers import shoppers
from components.sources.samples.tickets import tickets

INVENTED: Mapping[str, Callable[[], pa.Table]] = {
    "customers": customers,
    "houses": houses,
    "shop_sales": shop_sales,
    "shoppers": shoppers,
    "payments": payments,
    "tickets": tickets,
    "experiment": experiment,
}
"""By the name under which they are asked for."""
