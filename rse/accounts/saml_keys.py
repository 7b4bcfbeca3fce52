"""Keys and certificates of SAML: ours are made at the first start, theirs are read from their metadata."""

import base64
import binascii
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_BITS = 3072
LIFETIME = timedelta(days=3650)  # metadata pins the certificate itself; its end is only a reminder
HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": hashes.SHA384,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": hashes.SHA512,
}
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@dataclass(frozen=True)
class KeyPair:
    """A private key and its certificate, both PEM."""

    key: str
    certificate: str

    @property
    def certificate_body(self) -> str:
        """The certificate as metadata carry it: base64 of DER, no armour."""
        return pem_body(self.certificate)


def pem_body(pem: str) -> str:
    """Strip the armour and the line breaks of a PEM certificate."""
    return "".join(line.strip() for line in pem.splitlines() if "-----" not in line)


def load_or_create(folder: Path, name: str, common_name: str, now: datetime) -> KeyPair:
    """Give the pair kept in `folder` as NAME.pem, for the owner alone; make it when it is absent.

    Two processes that start together end with the same pair: the file appears at once and only once.
    """
    path = folder / f"{name}.pem"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        pair = create(common_name, now)
        fresh = folder / f".{name}.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(pair.key + pair.certificate)
        _appear(fresh, path)
    key, marker, certificate = path.read_text().partition("-----BEGIN CERTIFICATE-----")
    return KeyPair(key, marker + certificate)


def _appear(fresh: Path, path: Path) -> None:
    """Give a written file its name, unless another process was faster."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        fresh.replace(path)
    fresh.unlink(missing_ok=True)


def create(common_name: str, now: datetime, bits: int = KEY_BITS) -> KeyPair:
    """Make an RSA key and a self-signed certificate for it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return KeyPair(private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode())


def certificate_end(body: str) -> datetime:
    """Tell when a certificate (base64 of DER) ends. Raises ValueError when it is not one."""
    return _certificate(body).not_valid_after_utc


def _certificate(body: str) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(base64.b64decode(body, validate=True))
    except binascii.Error as error:
        raise ValueError("not base64") from error


def sign(message: bytes, key: str) -> bytes:
    """Sign with RSA-SHA256 (PKCS 1 v1.5, as the redirect binding wants it)."""
    return _private(key).sign(message, padding.PKCS1v15(), hashes.SHA256())


@lru_cache(maxsize=4)
def _private(key: str) -> rsa.RSAPrivateKey:
    """Read a key once: checking its numbers takes ten times as long as signing with it."""
    private = serialization.load_pem_private_key(key.encode(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("an RSA key is needed")
    return private


def is_signed_by(message: bytes, signature: bytes, algorithm: str, certificates: tuple[str, ...]) -> bool:
    """Tell whether one of the certificates (base64 of DER) signed the message. SHA-1 never counts."""
    digest = HASHES.get(algorithm)
    return digest is not None and any(_verifies(message, signature, digest(), body) for body in certificates)


def _verifies(message: bytes, signature: bytes, digest: hashes.HashAlgorithm, body: str) -> bool:
    public = _certificate(body).public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        return False
    try:
        public.verify(signature, message, padding.PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True
