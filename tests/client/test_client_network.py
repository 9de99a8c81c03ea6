"""Through a real forward proxy, and to servers whose certificate a private authority signed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.network.preflight import Unreachable
from fleet_contract.contract_tests.network.proxies import proxy_url
from fleet_contract.spec.files import Contradiction

from .conftest import Open, Serve, TlsFor, target
from .proxies import proxying

PATH = "/emp/v1/fleets/%2E%2E%2f/../x?a=%20"
OWNER = "owners-key-0123456789"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with proxying(tmp_path_factory.mktemp("proxy")) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def guarded_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with proxying(tmp_path_factory.mktemp("proxy"), "--basic-auth", "me:s3cret") as port:
        yield f"127.0.0.1:{port}"


def test_a_private_authority_is_trusted_when_named(
    serve: Serve, open_client: Open, tls_for: TlsFor, ca_file: str
) -> None:
    server = serve(tls=tls_for("127.0.0.1"))
    client = open_client(server.url, network__ca_file=ca_file)
    assert [client.send("GET", PATH).status for _ in range(2)] == [200, 200]
    assert (server.heard[0].path, server.heard[0].all("x-api-key")) == (PATH, [OWNER])
    assert len(server.connections) == 1


def test_a_private_authority_is_not_trusted_otherwise(serve: Serve, open_client: Open, tls_for: TlsFor) -> None:
    server = serve(tls=tls_for("127.0.0.1"))
    with pytest.raises(Unreachable) as told:
        open_client(server.url).preflight()
    assert "the server's certificate is not trusted" in str(told.value)
    assert "If a private authority signed the certificate, name its file in network.ca_file" in str(told.value)
    assert server.heard == []


@pytest.mark.parametrize(("text", "expected"), [(None, "No such file"), ("no certificate", "cannot be used")])
def test_a_ca_file_that_cannot_be_used_is_told(tmp_path: Path, text: str | None, expected: str) -> None:
    file = tmp_path / "ca.pem"
    if text:
        file.write_text(text)
    with pytest.raises(Contradiction, match=expected):
        Client(target("https://localhost", network__ca_file=str(file)), mark="m")


def test_requests_go_through_a_proxy_byte_for_byte(serve: Serve, open_client: Open, proxy: str) -> None:
    server = serve()
    client = open_client(f"http://api.example:{server.port}/drive", network__proxy=proxy, allow_writes=True)
    exchanges = [client.send("GET", PATH), client.send("PUT", "/x", body=b"{}")]
    assert [exchange.status for exchange in exchanges] == [200, 200]
    assert [heard.path for heard in server.heard] == [f"/drive{PATH}", "/drive/x"]
    assert server.heard[0].all("host") == [f"api.example:{server.port}"]
    assert server.heard[0].header("via") is not None


def test_tls_goes_through_a_proxy_untouched(
    serve: Serve, open_client: Open, proxy: str, tls_for: TlsFor, ca_file: str
) -> None:
    server = serve(tls=tls_for("api.example"))
    client = open_client(f"https://api.example:{server.port}", network__proxy=proxy, network__ca_file=ca_file)
    assert client.send("GET", PATH).status == 200
    assert (server.heard[0].path, server.heard[0].header("via")) == (PATH, None)


def test_the_systems_proxy_is_taken(
    serve: Serve, open_client: Open, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    server = serve()
    assert open_client(f"http://api.example:{server.port}").send("GET", "/").status == 200
    assert server.heard[0].header("via") is not None


def test_a_proxy_is_never_taken_to_loopback(serve: Serve, open_client: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server = serve()
    assert open_client(server.url, network__proxy="http://127.0.0.1:1").send("GET", "/").status == 200


def test_which_proxy_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert proxy_url(target("https://api.example")) == "http://proxy.example:3128"
    assert proxy_url(target("http://api.example")) == ""
    assert proxy_url(target("https://api.inside.example")) == ""
    assert proxy_url(target("https://api.inside.example", network__proxy="http://other:1")) == "http://other:1"
    assert proxy_url(target("https://api.example", network__proxy="")) == ""
    monkeypatch.setenv("all_proxy", "http://all.example:1")
    assert proxy_url(target("http://api.example")) == "http://all.example:1"


@pytest.mark.parametrize(
    "proxy_", ["socks5://me:s3cret@proxy:1", "proxy.example", "http://", "http://p:99999", "http://[p"]
)
def test_a_proxy_that_cannot_be_used_is_told(proxy_: str) -> None:
    with pytest.raises(Contradiction, match=r"Expected a URL like http://proxy\.example:3128") as told:
        Client(target("http://api.example", network__proxy=proxy_), mark="m")
    assert "s3cret" not in str(told.value)


def test_a_proxy_gets_its_login(serve: Serve, open_client: Open, guarded_proxy: str) -> None:
    server = serve()
    client = open_client(f"http://api.example:{server.port}", network__proxy=f"http://me:s3cret@{guarded_proxy}")
    assert client.send("GET", "/").status == 200
    assert server.heard[0].header("proxy-authorization") is None
    assert "s3cret" not in str(client.journal)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_a_login_is_told(open_client: Open, guarded_proxy: str, scheme: str) -> None:
    client = open_client(f"{scheme}://api.example", network__proxy=f"http://me:wr0ng@{guarded_proxy}")
    with pytest.raises(Unreachable) as told:
        client.preflight()
    assert "407" in str(told.value)
    assert "Correct network.proxy or the system's proxy settings, user and password included" in str(told.value)
    assert f"(through the proxy {guarded_proxy})" in str(told.value)
    assert "wr0ng" not in str(told.value)


def test_a_proxy_that_is_not_there_is_told(open_client: Open) -> None:
    with pytest.raises(Unreachable, match=r"through the proxy 127\.0\.0\.1:1\): the connection failed"):
        open_client("http://api.example", network__proxy="http://127.0.0.1:1").preflight()


def test_a_target_that_the_proxy_cannot_reach_is_told(open_client: Open, proxy: str) -> None:
    with pytest.raises(Unreachable, match=r"a gateway reached no server behind it \(502\)"):
        open_client("http://api.example:1", network__proxy=proxy).preflight()
