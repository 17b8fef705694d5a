"""A certificate authority of the tests' own, and what it signed for this machine."""

import datetime as dt
import ipaddress
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """Files of a server's certificate, its key, and the authority that signed it."""

    authority: Path
    certificate: Path
    key: Path


def certificate_for(host: str, folder: Path, owner: str | None = None) -> Certificate:
    """A certificate that names a host by its address.

    Parameters
    ----------
    owner
        The account that a server runs as; some read a key only if it is their own.
    """
    signer, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _signed(_named("tests").public_key(signer.public_key()), "tests", signer, is_authority=True)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
    own = _signed(_named(host).public_key(key.public_key()).add_extension(names, critical=False), "tests", signer)
    pem = serialization.Encoding.PEM
    written = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made = Certificate(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    made.authority.write_bytes(authority.public_bytes(pem))
    made.certificate.write_bytes(own.public_bytes(pem))
    made.key.write_bytes(written)
    made.key.chmod(0o600)
    if owner and os.geteuid() == 0:
        shutil.chown(made.key, owner)
    return made


def _named(subject: str) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    builder = x509.CertificateBuilder(subject_name=name, serial_number=x509.random_serial_number())
    return builder.not_valid_before(now - DAY).not_valid_after(now + DAY)


def _signed(
    builder: x509.CertificateBuilder, issuer: str, key: ec.EllipticCurvePrivateKey, *, is_authority: bool = False
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)])
    limits = x509.BasicConstraints(ca=is_authority, path_length=None)
    return builder.issuer_name(name).add_extension(limits, critical=True).sign(key, hashes.SHA256())
