"""The kinds of connections, as people call them."""

from collections.abc import Mapping

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


def kind_words(kind: str) -> str:
    """What people call a kind.

    >>> kind_words("postgresql"), kind_words("oracle+oracledb")
    ('PostgreSQL', 'oracle+oracledb')
    """
    return NAMES.get(kind, kind)


def answer_words(answer: str) -> str:
    """What a server said it is, under the name that people know.

    >>> answer_words("postgresql 15.18")
    'PostgreSQL 15.18'
    """
    kind, blank, version = answer.partition(" ")
    return kind_words(kind) + blank + version
