"""The kinds of connections, and which fields each has."""

from collections.abc import Mapping
from dataclasses import dataclass

NAMES: Mapping[str, str] = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "sqlserver": "SQL Server",
    "sqlite": "SQLite",
    "s3": "Object store (S3)",
}
PORTS: Mapping[str, int] = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "sqlserver": 1433}
ENCRYPTION: Mapping[str, str] = {
    "prefer": "where the server can",
    "require": "always",
    "verify-full": "always, and check the certificate",
    "disable": "never",
}


@dataclass(frozen=True)
class TextField:
    """A line of text that a kind asks for."""

    name: str
    label: str
    placeholder: str = ""
    help: str = ""


FILE = (TextField("database", "Path of the file", "/srv/data/shop.db", "In a folder of CANVASBACK_FILE_FOLDERS."),)
SERVER = (
    TextField("host", "Host", "db.example.com"),
    TextField("database", "Database", "shop"),
    TextField("user", "User", "reader", "An account that may only read is best."),
)
STORE = (
    TextField("bucket", "Bucket", "company-data"),
    TextField("endpoint", "Endpoint", "https://minio.example.com", "Empty for Amazon's own."),
    TextField("region", "Region", "eu-central-1"),
    TextField("key_id", "Access key id", "", "Empty for a public bucket."),
)


def kind_words(kind: str) -> str:
    """What people call a kind.

    >>> kind_words("postgresql"), kind_words("oracle+oracledb")
    ('PostgreSQL', 'oracle+oracledb')
    """
    return NAMES.get(kind, kind)


def fields_of(kind: str, *, is_file: bool) -> tuple[TextField, ...]:
    """What a kind asks for, beside a password."""
    if kind == "s3":
        return STORE
    return FILE if is_file else SERVER
