"""Client certificates: shown to a server that asks for one, and named where one is missing or of no use."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from fleet_contract.contract_tests.network.preflight import NotThisApi, Unreachable
from fleet_contract.contract_tests.network.wire import Wire
from fleet_contract.spec.files import Contradiction

from .conftest import Open, Serve, TlsFor, target
from .servers import Server, answer

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture
def files(authority: trustme.CA, tmp_path: Path) -> Path:
    """A folder with a certificate and its key, both in one file, a foreign one, and files of no use."""
    ours, foreign = authority.issue_cert("us@example.org"), trustme.CA().issue_cert("them@example.org")
    ours.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    ours.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    ours.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    foreign.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "foreign.pem"))
    foreign.private_key_pem.write_to_path(str(tmp_path / "foreign-key.pem"))
    key = load_pem_private_key(ours.private_key_pem.bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pass"))
    (tmp_path / "locked.pem").write_bytes(locked)
    (tmp_path / "text.pem").write_text("no certificate")
    return tmp_path


@pytest.fixture
def asking(serve: Serve, tls_for: TlsFor, authority: trustme.CA) -> Callable[[ssl.TLSVersion], Server]:
    """Start a server that asks for a certificate of our authority, in a version of TLS."""

    def start(version: ssl.TLSVersion) -> Server:
        tls = tls_for("127.0.0.1")
        tls.maximum_version = version
        tls.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(tls)
        return serve(tls=tls)

    return start


def entries_of(folder: Path, *names: str) -> dict[str, str]:
    """Return the entries that name a certificate, and a key if it stands apart."""
    entries = ("network__client_cert", "network__client_key")
    return {entry: str(folder / name) for entry, name in zip(entries, names, strict=False)}


Asking = Callable[[ssl.TLSVersion], Server]


@pytest.mark.parametrize("names", [["both.pem"], ["cert.pem", "key.pem"], ["both.pem", "key.pem"]])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_client_certificate_is_shown(
    asking: Asking, open_client: Open, ca_file: str, files: Path, names: list[str], version: ssl.TLSVersion
) -> None:
    client = open_client(asking(version).url, network__ca_file=ca_file, **entries_of(files, *names))
    assert client.send("GET", "/").status == 200


@pytest.mark.parametrize("names", [[], ["foreign.pem"]])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_server_that_refuses_us_for_our_certificate_is_understood(
    asking: Asking, open_client: Open, ca_file: str, files: Path, names: list[str], version: ssl.TLSVersion
) -> None:
    server = asking(version)
    with pytest.raises(Unreachable, match=r"asks for a client certificate.* in network\.client_cert"):
        open_client(server.url, network__ca_file=ca_file, **entries_of(files, *names)).preflight()
    assert server.heard == []


@pytest.mark.parametrize("text", ["No required SSL certificate was sent", "The SSL certificate error"])
def test_a_page_of_nginx_about_certificates_is_understood(serve: Serve, open_client: Open, text: str) -> None:
    page = f"<html><head><title>400 {text}</title></head><body><h1>400 Bad Request</h1>{text}</body></html>"
    server = serve(lambda _: answer(400, page.encode(), Content_Type="text/html"))
    with pytest.raises(NotThisApi, match=r"a client certificate is missing.* in network\.client_cert"):
        open_client(server.url).preflight()


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["missing.pem"], "No such file"),
        (["text.pem"], "no certificate is in it"),
        (["cert.pem"], "no private key is in it"),
        (["cert.pem", "foreign-key.pem"], "the private key does not belong to the certificate"),
        (["cert.pem", "missing.pem"], "No such file"),
        (["cert.pem", "locked.pem"], "has a passphrase"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_told(files: Path, names: list[str], says: str) -> None:
    wanted = target("https://localhost", **entries_of(files, *names))
    with pytest.raises(Contradiction, match=says) as told:
        Wire(wanted)
    assert "Expected the certificate and its private key in PEM form" in str(told.value)


def test_a_key_without_a_certificate_is_told(files: Path) -> None:
    with pytest.raises(Contradiction, match=r"Add network\.client_cert"):
        target("https://localhost", network__client_key=str(files / "key.pem"))
