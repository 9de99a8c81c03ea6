"""A server that speaks TLS, and yet not as we do: each flaw is named with what helps against it."""

import ssl
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fleet_contract.contract_tests.network.preflight import Unreachable

from .conftest import Open, Serve, TlsFor
from .servers import blurting

HOST = "127.0.0.1"
NOW = datetime.now(UTC)
CLOCK, NAME, ISSUE = "Check this machine's clock", "--connect-to or --resolve", "Have a certificate issued"
NO_TLS, AUTHORITY = "http:// in BASE_URL", "name its file in network.ca_file"


def told(open_client: Open, url: str, **entries: Any) -> str:
    """Return why a server cannot be reached."""
    with pytest.raises(Unreachable) as wrong:
        open_client(url, **entries).preflight()
    return str(wrong.value)


def self_signed(folder: Path, bits: int, usage: x509.ObjectIdentifier) -> str:
    """Write a certificate for this machine that vouches for itself, with its key, and return the file."""
    key = rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "this machine")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW - timedelta(1)).not_valid_after(NOW + timedelta(1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
    certificate = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False).sign(key, SHA256())
    file = folder / "self-signed.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    return str(file)


@pytest.fixture
def refused(serve: Serve, open_client: Open) -> Callable[[ssl.SSLContext, str], str]:
    """Return why a server with such TLS cannot be reached, where the authorities of a file are trusted."""

    def reason(tls: ssl.SSLContext, ca_file: str) -> str:
        server = serve(tls=tls)
        text = told(open_client, server.url, network__ca_file=ca_file)
        assert server.heard == []
        return text

    return reason


Dates = tuple[datetime | None, datetime | None]
Refused = Callable[[ssl.SSLContext, str], str]
EVER = (None, None)
PAST = (NOW - timedelta(9), NOW - timedelta(1))
FUTURE = (NOW + timedelta(9), NOW + timedelta(99))


@pytest.mark.parametrize(
    ("name", "dates", "expected"),
    [
        ("other.example", EVER, (f"certificate is not valid for '{HOST}'. Expected", NAME)),
        (HOST, PAST, ("has expired", CLOCK)),
        (HOST, FUTURE, ("is not yet valid", CLOCK)),
    ],
)
def test_a_certificate_that_its_authority_does_not_save_is_told(
    refused: Refused,
    authority: trustme.CA,
    ca_file: str,
    name: str,
    dates: Dates,
    expected: tuple[str, ...],
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_before=dates[0], not_after=dates[1]).configure_cert(tls)
    text = refused(tls, ca_file)
    assert "the server's certificate is not trusted: " in text
    assert all(each in text for each in expected), text
    assert AUTHORITY not in text


@pytest.mark.parametrize(
    ("bits", "usage", "expected"),
    [
        (1024, ExtendedKeyUsageOID.SERVER_AUTH, ("key too weak", ISSUE, "stronger key")),
        (2048, ExtendedKeyUsageOID.CLIENT_AUTH, ("purpose", ISSUE, "without that flaw")),
    ],
)
def test_a_flaw_of_a_certificate_itself_is_told(
    refused: Refused, tmp_path: Path, bits: int, usage: x509.ObjectIdentifier, expected: tuple[str, ...]
) -> None:
    file = self_signed(tmp_path, bits, usage)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.set_ciphers("DEFAULT@SECLEVEL=0")
    tls.load_cert_chain(file)
    text = refused(tls, file)
    assert all(each in text for each in expected), text
    assert AUTHORITY not in text


def test_an_expired_certificate_of_a_proxy_is_told_as_one_of_a_server(
    serve: Serve, open_client: Open, authority: trustme.CA, ca_file: str
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, not_before=PAST[0], not_after=PAST[1]).configure_cert(tls)
    proxy = serve(tls=tls).url
    text = told(open_client, "http://api.example", network__proxy=proxy, network__ca_file=ca_file)
    assert "the proxy's certificate is not trusted: certificate has expired" in text
    assert CLOCK in text


def only_old(tls: ssl.SSLContext) -> None:
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):
        tls.minimum_version, tls.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1


def knows_nobody(tls: ssl.SSLContext) -> None:
    tls.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME


def has_no_cipher_of_ours(tls: ssl.SSLContext) -> None:
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    tls.set_ciphers("AES128-SHA256:@SECLEVEL=0")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (only_old, ("speaks TLS, but neither 1.2 nor 1.3: ", "Enable TLS 1.2 or 1.3")),
        (knows_nobody, (f"speaks TLS, but does not know the name {HOST}: ", NAME)),
        (has_no_cipher_of_ours, ("TLS failed: ", "the versions and ciphers that it accepts")),
    ],
)
def test_a_server_that_refuses_our_tls_is_not_told_to_speak_none(
    refused: Refused, tls_for: TlsFor, ca_file: str, change: Callable[[ssl.SSLContext], None], expected: tuple[str, ...]
) -> None:
    tls = tls_for(HOST)
    change(tls)
    text = refused(tls, ca_file)
    assert all(each in text for each in expected), text
    assert NO_TLS not in text


def test_a_server_that_chooses_an_old_version_is_told(open_client: Open, stack: ExitStack) -> None:
    """It does so where it knows of no way to say which versions are offered: RFC 5246 (E.1)."""
    hello = b"\x03\x02" + bytes(32) + b"\0" + b"\xc0\x13" + b"\0"
    message = b"\x02" + len(hello).to_bytes(3, "big") + hello
    server = stack.enter_context(blurting(b"\x16\x03\x02" + len(message).to_bytes(2, "big") + message))
    text = told(open_client, f"https://{server.place}")
    assert "speaks TLS, but neither 1.2 nor 1.3" in text
    assert NO_TLS not in text


def test_a_server_without_tls_is_told_by_the_first_line_that_it_sends(open_client: Open, stack: ExitStack) -> None:
    for said, shown in (
        (b"HTTP/1.1 400 Bad Request\r\nDate: x\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (b"\x1b[2J", r"\x1b[2J"),
    ):
        server = stack.enter_context(blurting(said))
        text = told(open_client, f"https://{server.place}")
        assert f"the server does not speak TLS: it answers with {shown}. Expected" in text
        assert NO_TLS in text


def test_a_server_that_says_nothing_may_speak_no_tls(open_client: Open, stack: ExitStack) -> None:
    server = stack.enter_context(blurting(b""))
    assert NO_TLS in told(open_client, f"https://{server.place}")
