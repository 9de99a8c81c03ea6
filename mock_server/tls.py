"""TLS: what a mock needs to serve https, from the certificate and the key that a user names."""

import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fleet_contract.spec.files import Contradiction, expanded, read_text

LONGEST_HANDSHAKE = 5.0  # seconds
LONGEST_GOODBYE = 1.0  # seconds, within which the other side is to say that it has read all
CERTIFICATE = "-----BEGIN CERTIFICATE-----"
KEY = re.compile(r"-----BEGIN ([A-Z0-9]+ )?PRIVATE KEY-----")
ENCRYPTED = re.compile(r"-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED", re.MULTILINE)
DO_NOT_FIT = "KEY_VALUES_MISMATCH"


@dataclass(frozen=True)
class Tls:
    """What serves https, and the file of the certificate, which clients are to trust."""

    context: ssl.SSLContext
    certificate: Path


def read_tls(cert: Path | None, key: Path | None) -> Tls | None:
    """Return what serves https with a certificate (and those that lead to its authority) and its key, both in PEM.

    None where neither is named. Raises Contradiction unless both are readable and fit each other; it never repeats
    what is in them.
    """
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        given, missing = ("--cert", "--key") if key is None else ("--key", "--cert")
        raise Contradiction(f"{given} needs {missing}: https takes a certificate and its key. Name both, or neither.")
    cert, key = expanded(cert), expanded(key)
    _require_certificate(cert)
    _require_key(key)
    return Tls(_loaded(cert, key), cert)


def _require_certificate(path: Path) -> None:
    expected = f"Expected a certificate in PEM, which has a line {CERTIFICATE!r}. Correct --cert."
    if CERTIFICATE not in read_text(path, "The certificate", expected):
        raise Contradiction(f"The certificate {path} holds no certificate. {expected}")


def _require_key(path: Path) -> None:
    expected = "Expected a private key in PEM without a passphrase. Correct --key."
    text = read_text(path, "The key", expected)
    if ENCRYPTED.search(text):
        raise Contradiction(
            f"The key {path} needs a passphrase, which the mock does not ask for. {expected} "
            f"`openssl pkey -in {path} -out FILE` writes it without."
        )
    if not KEY.search(text):
        raise Contradiction(f"The key {path} holds no private key. {expected}")


def _loaded(cert: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(cert, key, password=lambda: "")  # Without one, OpenSSL would ask at the terminal.
    except ssl.SSLError as wrong:
        if wrong.reason == DO_NOT_FIT:
            raise Contradiction(
                f"The key {key} does not belong to the certificate {cert}. Expected the key with which its request was "
                "signed; in a file with several certificates, the mock's own comes first. Correct --cert or --key."
            ) from None
        raise Contradiction(
            f"The certificate {cert} and the key {key} cannot be used: {reason_of(wrong)}. Expected a certificate and "
            "its private key, both whole and in PEM. Correct --cert or --key."
        ) from None
    return context


def handshakes(tls: Tls | None) -> dict[str, Any]:
    """Return how asyncio is to begin and end connections."""
    if tls is None:
        return {}
    return {"ssl": tls.context, "ssl_handshake_timeout": LONGEST_HANDSHAKE, "ssl_shutdown_timeout": LONGEST_GOODBYE}


def reason_of(wrong: ssl.SSLError) -> str:
    """Return in words why TLS failed."""
    return (wrong.reason or "unknown").lower().replace("_", " ")
