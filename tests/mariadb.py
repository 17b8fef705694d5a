"""A private MariaDB for the tests: started once per session, in a folder and on a port of its own."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql
import pytest

BINARY = shutil.which("mariadbd") or "/usr/sbin/mariadbd"


class MariaServer:
    """A server in a temporary folder: root through its socket, others by port and password."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._more: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None

    def encrypt(self, certificate: Path, key: Path) -> None:
        """Answer with TLS from the next start on."""
        self._more = [f"--ssl-cert={certificate}", f"--ssl-key={key}"]

    def create(self) -> None:
        command = ["mariadb-install-db", f"--datadir={self.folder / 'data'}", "--skip-test-db", *self._user()]
        options = ["--no-defaults", "--auth-root-authentication-method=normal", "--innodb-log-file-size=8M"]
        done = subprocess.run(
            [command[0], *options, *command[1:]], check=False, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", self.port))
            self.port = int(probe.getsockname()[1])
        options = [
            "--no-defaults", f"--datadir={self.folder / 'data'}", f"--socket={self.folder / 'socket'}", *self._user(),
            f"--port={self.port}", "--bind-address=127.0.0.1", f"--pid-file={self.folder / 'pid'}",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M",
            "--innodb-doublewrite=0", "--performance-schema=0", "--skip-name-resolve", "--sql-mode=",
            f"--log-error={self.folder / 'log'}", "--character-set-server=utf8mb4", *self._more,
        ]  # fmt: skip
        self._process = subprocess.Popen([BINARY, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ends = time.monotonic() + 30
        while True:
            try:
                self.execute("SELECT 1")
                return
            except pymysql.err.OperationalError:
                assert time.monotonic() < ends, (self.folder / "log").read_text()[-3_000:]
                time.sleep(0.05)

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(30)

    def link(self, database: str | None = None) -> Any:
        """A connection of the tests' own, as root through the socket."""
        return pymysql.connect(unix_socket=str(self.folder / "socket"), user="root", autocommit=True, database=database)

    def new_database(self, name: str, password: str) -> None:
        """A database, and an account of the same name that may do everything in it and see nothing else."""
        self.execute(
            f"CREATE DATABASE {name}",
            f"CREATE USER {name} IDENTIFIED BY '{password}'",
            f"GRANT ALL PRIVILEGES ON {name}.* TO {name}",
        )

    def execute(self, *statements: str, database: str | None = None) -> None:
        with self.link(database) as link:
            for statement in statements:
                link.cursor().execute(statement)

    @staticmethod
    def _user() -> list[str]:
        return ["--user=mysql"] if os.geteuid() == 0 else []


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaServer]:
    """A running MariaDB that may be stopped and started by a test, as long as it runs at the end."""
    if not Path(BINARY).exists():
        pytest.fail("MariaDB is missing: bash tests/setup-machine.sh installs it")
    with tempfile.TemporaryDirectory(prefix="canvasback-mariadb-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o777)
        server = MariaServer(folder)
        server.create()
        server.start()
        yield server
        server.stop()
