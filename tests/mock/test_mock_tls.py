"""https: which certificates and keys are taken, and what speaks of the scheme."""

import json
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import trustme
from click.testing import CliRunner

from fleet_contract.mock_server.announcing import welcome
from fleet_contract.mock_server.command import main
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving
from fleet_contract.mock_server.tls import read_tls
from tests.mock.processes import LONGEST_END, SLACK, ends, mock

KEY = {"X-API-Key": "demo-key"}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def files(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a certificate for this machine and its key, and another key."""
    folder = tmp_path_factory.mktemp("tls")
    own, other = authority.issue_cert("127.0.0.1", "localhost"), authority.issue_cert("127.0.0.1")
    own.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    own.private_key_pem.write_to_path(folder / "key.pem")
    other.private_key_pem.write_to_path(folder / "other.pem")
    (folder / "none.pem").write_text("nothing of the kind\n")
    (folder / "bytes.pem").write_bytes(b"\x30\x82\xff\xfe")
    whole = (folder / "key.pem").read_text().splitlines()
    (folder / "cut.pem").write_text("\n".join([whole[0], *whole[1:3], whole[-1]]) + "\n")
    (folder / "locked.pem").write_text(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n-----END ENCRYPTED PRIVATE KEY-----\n"
    )
    return folder


@pytest.fixture(scope="module")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def client(trusting: ssl.SSLContext, engine: None, files: Path) -> Iterator[httpx.Client]:
    """Give a client of a mock that speaks https, on either engine."""
    del engine
    made = parts()
    made.tls = read_tls(files / "cert.pem", files / "key.pem")
    with serving(made) as url, httpx.Client(base_url=url, verify=trusting, headers=KEY) as client:
        yield client


def test_calls_over_one_connection_are_answered(client: httpx.Client) -> None:
    assert client.base_url.scheme == "https"
    assert client.post("/emp/v1/fleets", json={"fleetId": "over-tls"}).status_code == 201
    assert client.get("/emp/v1/fleets/acme-corp-001/invitation").json()[0]["code"]
    assert client.get("/ui/").status_code == 200


def test_a_large_body_and_a_refused_one_are_answered(client: httpx.Client) -> None:
    assert client.post("/emp/v1/fleets", json={"fleetId": "x" * 60_000}).status_code == 400
    assert client.post("/emp/v1/fleets", content=b"x" * 3_000_000).status_code == 413


def test_what_shows_urls_shows_https(client: httpx.Client) -> None:
    client.post("/emp/v1/fleets", json={"fleetId": "in-the-journal"})
    (entry,) = client.get("/_mock/journal.har").json()["log"]["entries"]
    assert entry["request"]["url"] == f"{str(client.base_url).rstrip('/')}/emp/v1/fleets"
    with client.stream("GET", "/_mock/journal/events") as events:
        line = next(line for line in events.iter_lines() if line.startswith("data: ") and "repeat" in line)
    assert f"{str(client.base_url).rstrip('/')}/emp/v1/fleets" in json.loads(line[6:])["repeat"]["command"]


def test_a_client_that_closes_its_direction_is_no_trouble(client: httpx.Client, trusting: ssl.SSLContext) -> None:
    place = (client.base_url.host, client.base_url.port)
    with trusting.wrap_socket(socket.create_connection(place), server_hostname="127.0.0.1") as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 200 ")
    assert client.get("/_mock/health").status_code == 200


def arguments(files: Path, given: str) -> list[str]:
    return [str(files / word) if word.endswith(".pem") else word for word in given.split()]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("--cert cert.pem", "--cert needs --key"),
        ("--key key.pem", "--key needs --cert"),
        ("--cert absent.pem --key key.pem", "absent.pem cannot be read"),
        ("--cert cert.pem --key absent.pem", "absent.pem cannot be read"),
        ("--cert none.pem --key key.pem", "holds no certificate"),
        ("--cert bytes.pem --key key.pem", "The certificate"),
        ("--cert key.pem --key cert.pem", "holds no certificate"),
        ("--cert cert.pem --key none.pem", "holds no private key"),
        ("--cert cert.pem --key locked.pem", "needs a passphrase"),
        ("--cert cert.pem --key cut.pem", "cannot be used"),
        ("--cert cert.pem --key other.pem", "does not belong to the certificate"),
    ],
)
def test_what_cannot_serve_https_is_one_message_and_exit_2(files: Path, given: str, words: str) -> None:
    result = CliRunner().invoke(main, ["--port", "0", *arguments(files, given)])
    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert words in said
    assert "Traceback" not in said
    assert "Correct --" in said or "Name both" in said


def test_the_command_prints_an_https_url_says_who_speaks_no_tls_and_ends(
    files: Path, trusting: ssl.SSLContext, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with mock(*arguments(files, "--cert cert.pem --key key.pem"), stderr=log) as (url, process):
        assert url.startswith("https://127.0.0.1:")
        assert httpx.get(f"{url}/_mock/health", verify=trusting).status_code == 200
        with pytest.raises(httpx.HTTPError):
            httpx.get(url.replace("https", "http"))
        place = httpx.URL(url)
        with socket.create_connection((place.host, place.port)):  # Its handshake never begins.
            assert ends(process, signal.SIGTERM, within=LONGEST_END + SLACK) == 0
    said = log.read_text()
    assert "failed the TLS handshake: http request." in said
    assert len(said.splitlines()) == 1, said


def test_the_lines_to_try_trust_the_certificate(files: Path) -> None:
    made = parts()
    made.tls = read_tls(files / "cert.pem", files / "key.pem")
    lines = [line for line in welcome("https://127.0.0.1:1", made).splitlines() if line.startswith("  curl")]
    assert lines
    assert all(f"--cacert {files / 'cert.pem'} " in line for line in lines)
