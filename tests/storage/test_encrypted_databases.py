"""Databases reached through TLS, on real servers: it is encrypted, and a certificate that is checked must fit."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from storage.errors import Unreachable
from storage.foreign import Foreign, read_batches
from tests.certificates import Certificate, certificate_for
from tests.mariadb import MariaServer
from tests.postgres import PostgresServer

pytestmark = pytest.mark.slow  # two servers more

ASKED = {
    "postgresql": "SELECT coalesce(cipher, '') AS cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    "mariadb": "SELECT variable_value AS cipher FROM information_schema.session_status "
    "WHERE variable_name = 'SSL_CIPHER'",
}


@pytest.fixture(scope="module", params=ASKED)
def encrypting(request: pytest.FixtureRequest) -> Iterator[tuple[Foreign, Certificate]]:
    """A server that speaks TLS, with a certificate for 127.0.0.1."""
    is_postgres = request.param == "postgresql"
    with tempfile.TemporaryDirectory(prefix="canvasback-tls-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o777)
        made = certificate_for("127.0.0.1", folder, "postgres" if is_postgres else "mysql")
        server: PostgresServer | MariaServer = PostgresServer(folder) if is_postgres else MariaServer(folder)
        server.create()
        server.encrypt(made.certificate, made.key)
        if isinstance(server, PostgresServer):
            server.start_on_a_free_port()
            account = {"database": "postgres", "user": "postgres"}
        else:
            server.start()
            server.new_database("shop", "secret")
            account = {"database": "shop", "user": "shop", "password": "secret"}
        yield Foreign("shop", request.param, host="127.0.0.1", port=server.port, **account), made
        server.stop()


def cipher(foreign: Foreign) -> str:
    (batch,) = read_batches(foreign, ASKED[foreign.kind], 20)
    return str(batch["cipher"][0].as_py())


def test_what_is_asked_for_is_what_is_done(encrypting: tuple[Foreign, Certificate]) -> None:
    foreign, _ = encrypting
    assert any(kind in cipher(replace(foreign, encryption="require")) for kind in ("AES", "CHACHA"))
    assert cipher(replace(foreign, encryption="disable")) == ""


def test_a_certificate_is_checked_against_the_known_authorities(
    encrypting: tuple[Foreign, Certificate], monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign, made = encrypting
    checked = replace(foreign, encryption="verify-full")
    with pytest.raises(Unreachable) as refused:
        cipher(checked)
    assert "SSL_CERT_FILE" in str(refused.value.hint)
    assert not refused.value.passing

    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    assert cipher(checked)
    with pytest.raises(Unreachable) as refused:
        cipher(replace(checked, host="localhost"))
    assert "must name this host" in str(refused.value.hint)
