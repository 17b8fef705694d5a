"""The homes that these tests begin with."""

from tests.homes import filled_home, home, new_home, published
from tests.postgres import new_postgres_database, postgres_server, postgres_url

__all__ = [
    "filled_home",
    "home",
    "new_home",
    "new_postgres_database",
    "postgres_server",
    "postgres_url",
    "published",
]
