"""A private PostgreSQL for the tests: started once per session, a fresh database for every test."""

import os
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

BINARIES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/lib/postgresql/bin"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: list[str]) -> None:
    # PostgreSQL refuses to run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*prefix, *command], check=False, capture_output=True, text=True, timeout=60, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr


class PostgresServer:
    """A cluster in a temporary folder, reached on loopback and a socket in that folder."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.folder = folder
        self.port = _free_port()

    def encrypt(self, certificate: Path, key: Path) -> None:
        """Answer with TLS from the next start on."""
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(f"ssl = on\nssl_cert_file = '{certificate}'\nssl_key_file = '{key}'\n")

    def create(self) -> None:
        command = [BINARIES / "initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"]
        _run([*map(str, command), "--no-sync"])

    def start(self) -> None:
        options = (
            f"-p {self.port} -k {self.folder} -h 127.0.0.1 -c max_connections=60 "
            "-c fsync=off -c full_page_writes=off -c shared_buffers=32MB"
        )
        command = [BINARIES / "pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", options, "start"]
        _run([str(part) for part in command])

    def start_on_a_free_port(self) -> None:
        """Start; someone else may have taken the port since it was free."""
        try:
            self.start()
        except AssertionError:
            self.port = _free_port()
            self.start()

    def stop(self) -> None:
        _run([str(BINARIES / "pg_ctl"), "-D", str(self.data), "-w", "-m", "fast", "stop"])

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres", autocommit=True) as link:
            link.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL that may be stopped and started by a test, as long as it runs at the end."""
    if not (BINARIES / "initdb").exists():
        pytest.fail("PostgreSQL is missing: bash tests/setup-machine.sh installs it")
    with tempfile.TemporaryDirectory(prefix="canvasback-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o777)
        server = PostgresServer(folder)
        server.create()
        server.start_on_a_free_port()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """The URL of the server's own, empty database."""
    return postgres_server.url("postgres")


@pytest.fixture(scope="session")
def new_postgres_database(postgres_server: PostgresServer) -> Callable[[], str]:
    """Make a database with our tables, as a copy of one that was migrated once; returns its URL."""
    from storage.database import Database

    postgres_server.execute("CREATE DATABASE canvasback_template")
    template = Database(postgres_server.url("canvasback_template"))
    template.create_or_migrate()
    template.close()

    def make() -> str:
        name = f"test_{uuid4().hex}"
        postgres_server.execute(f"CREATE DATABASE {name} TEMPLATE canvasback_template STRATEGY file_copy")
        return postgres_server.url(name)

    return make
