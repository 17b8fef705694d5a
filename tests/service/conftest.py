"""The homes that these tests begin with."""

from tests.homes import filled_home, home, new_home, published
from tests.mariadb import mariadb_server
from tests.object_store import bucket, object_store
from tests.postgres import new_postgres_database, postgres_server, postgres_url
from tests.two_versions import second_version, two

__all__ = [
    "bucket",
    "filled_home",
    "home",
    "mariadb_server",
    "new_home",
    "new_postgres_database",
    "object_store",
    "postgres_server",
    "postgres_url",
    "published",
    "second_version",
    "two",
]
