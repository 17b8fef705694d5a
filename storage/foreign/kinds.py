"""Which kinds of databases are spoken to, by which driver, and what one of them needs to be reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DRIVERS: Mapping[str, str] = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "sqlserver": "mssql+pymssql",
}
KINDS = tuple(DRIVERS)
FILE_KINDS = ("sqlite", "duckdb")
"""Databases that are a file: what stands for their name is a path."""

EXTRAS: Mapping[str, str] = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlserver": "sqlserver",
}
ENCRYPTION = ("prefer", "require", "verify-full", "disable")


@dataclass(frozen=True)
class Foreign:
    """How one database is reached.

    Parameters
    ----------
    kind : one of `KINDS`, or a dialect of SQLAlchemy that an administrator allowed: ``oracle+oracledb``.
    database : its name; for SQLite the path of the file.
    password : in plain, for as long as it is used; never in a text of this object.
    """

    name: str
    kind: str
    database: str
    host: str = ""
    port: int | None = None
    user: str = ""
    encryption: str = "prefer"
    password: str | None = field(default=None, repr=False)

    @property
    def driver(self) -> str:
        """What SQLAlchemy calls it."""
        return DRIVERS.get(self.kind, self.kind)

    @property
    def family(self) -> str:
        """Which database it is, whatever drives it.

        >>> Foreign("x", "mariadb", "db").family, Foreign("x", "oracle+oracledb", "db").family
        ('mysql', 'oracle')
        """
        name = self.driver.split("+", maxsplit=1)[0]
        return "mysql" if name == "mariadb" else name


def is_file(kind: str) -> bool:
    """Whether a kind of database is a file.

    >>> is_file("sqlite"), is_file("duckdb"), is_file("mysql")
    (True, True, False)
    """
    return kind.split("+", maxsplit=1)[0] in FILE_KINDS


def encryptions(kind: str) -> tuple[str, ...]:
    """What a driver can be told of encryption; a dialect that we do not know only by its own configuration.

    >>> encryptions("postgresql")[-1], encryptions("sqlserver")[-1], encryptions("oracle+oracledb")
    ('disable', 'disable', ('prefer',))
    """
    driver = DRIVERS.get(kind, kind)
    if driver == "mssql+pymssql":
        return tuple(how for how in ENCRYPTION if how != "verify-full")
    return ENCRYPTION if driver in {"postgresql+psycopg", "mysql+pymysql", "mariadb+pymysql"} else ENCRYPTION[:1]


def install_command(kind: str, module: str = "") -> str:
    """What brings the driver of a kind.

    >>> install_command("sqlserver"), install_command("oracle+oracledb")
    ("pip install 'canvasback[sqlserver]'", 'pip install oracledb')
    """
    if kind in EXTRAS:
        return f"pip install 'canvasback[{EXTRAS[kind]}]'"
    return f"pip install {module or kind.rsplit('+', maxsplit=1)[-1]}"
