"""Bring a home's tables to this version; never half, never backwards."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from storage.errors import NewerHome

_ADVISORY_LOCK = 0x63616E76  # "canv": one process migrates, the others wait


def migrate(engine: Engine) -> None:
    """Upgrade to the newest revision in one transaction.

    Raises
    ------
    NewerHome
        if the tables carry a revision that this version does not know.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        config = _config(connection)
        if _needs_upgrade(connection, ScriptDirectory.from_config(config)):
            command.upgrade(config, "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _needs_upgrade(connection: Connection, scripts: ScriptDirectory) -> bool:
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise NewerHome(
            f"This home was made by a newer version of Canvasback (its revision is {current})",
            hint="Install the newer version, or restore a backup made by this one.",
        )
    return current != scripts.get_current_head()
