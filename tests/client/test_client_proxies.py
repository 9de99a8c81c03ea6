"""Which proxy is taken, as curl decides it, and proxies that speak TLS, want a login or lead to an IPv6 address."""

import os
import shutil
import subprocess
from base64 import b64decode
from contextlib import ExitStack

import pytest

from fleet_contract.contract_tests.network.preflight import Unreachable
from fleet_contract.contract_tests.network.proxies import is_excepted, proxy_of, proxy_of_curl, system_proxy
from fleet_contract.contract_tests.network.route import proxy_url
from fleet_contract.contract_tests.replays.curl import road_to
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.spec.files import Contradiction

from .conftest import Open, Serve, TlsFor, target
from .proxies import relaying
from .servers import answer, blurting

LONG = answer(200, b"x" * 300_000)

# NO_PROXY, a host, and whether the host is reached directly
EXCEPTIONS = [
    ("*", "10.1.2.3", True),
    ("a.example, *", "10.1.2.3", False),
    ("*.example", "a.example", False),
    (".example", "a.example", True),
    (".example", "example", True),
    ("example", "a.example", True),
    ("ample", "a.example", False),
    ("a.example", "b.a.example", True),
    ("b.a.example", "a.example", False),
    ("a.example.", "a.example", True),
    ("a.example", "a.example.", True),
    ("A.Example", "a.example", True),
    ("a.EXAMPLE".lower(), "A.Example", True),
    ("x b a.example", "a.example", True),
    ("x,,a.example\t", "a.example", True),
    ("a.example:80", "a.example", False),
    ("10.1.2.3:80", "10.1.2.3", False),
    ("10.0.0.0/8", "10.1.2.3", True),
    ("10.0.0.0/8", "11.1.2.3", False),
    ("10.1.2.3/32", "10.1.2.3", True),
    ("10.1.2.3/33", "10.1.2.3", False),
    ("10.0.0.0/x", "10.1.2.3", False),
    ("10.1", "10.1.2.3", False),
    (".2.3", "10.1.2.3", False),
    ("10.0.0.0/8", "a.10.example", False),
    ("fd00::1", "[fd00::1]", True),
    ("127.0.0.1", "a.example", False),
    ("", "a.example", False),
    (" , ", "a.example", False),
    (".", "a.example", False),
]


@pytest.mark.parametrize(("no_proxy", "host", "directly"), EXCEPTIONS)
def test_no_proxy_is_read_as_curl_reads_it(no_proxy: str, host: str, directly: bool) -> None:
    assert is_excepted(host.strip("[]"), no_proxy) is directly


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_real_curl_reads_no_proxy_the_same_way() -> None:
    for no_proxy, host, directly in EXCEPTIONS:
        environment = {"PATH": os.environ["PATH"], "http_proxy": "http://127.0.0.1:1", "no_proxy": no_proxy}
        # What does not go to the proxy is led to the closed port 2 of this machine, so that nothing leaves it.
        words = ["curl", "-q", "-sv", "--max-time", "5", "--connect-to", "::127.0.0.1:2", f"http://{host}/"]
        told = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=10, check=False).stderr
        assert ("127.0.0.1 port 1" not in told and "127.0.0.1:1.." not in told) is directly, (no_proxy, host, told)


@pytest.mark.parametrize(
    ("no_proxy", "host", "directly"),
    [
        # curl 7.88 has these wrong; 8 does what its manual says.
        ("fd00::/8", "fd00::1", True),
        ("[fd00::]/8", "fd00::1", True),
        ("[fd00::/8]", "fd00::1", True),
        ("[fd00::1]", "fd00::1", True),
        ("FD00:0::0001", "fd00::1", True),
        ("fe00::/8", "fd00::1", False),
    ],
)
def test_no_proxy_knows_networks_of_ipv6(no_proxy: str, host: str, directly: bool) -> None:
    assert is_excepted(host, no_proxy) is directly


@pytest.mark.parametrize(
    ("url", "environment", "proxy"),
    [
        ("http://a", {"http_proxy": "http://p:1"}, "http://p:1"),
        ("http://a", {"http_proxy": "p:1"}, "http://p:1"),
        ("http://a", {"HTTP_PROXY": "http://p:1"}, "http://p:1"),
        ("http://a", {"HTTP_PROXY": "http://p:1", "http_proxy": "http://q:1"}, "http://q:1"),
        ("http://a", {"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, ""),
        ("https://a", {"HTTPS_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, "http://p:1"),
        ("http://a", {"https_proxy": "http://p:1"}, ""),
        ("https://a", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https://a", {"HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:1"}, "http://q:1"),
        ("http://a", {"http_proxy": "", "ALL_PROXY": "http://p:2"}, "http://p:2"),
        ("http://a", {"all_proxy": "http://p:3", "ALL_PROXY": "http://p:4"}, "http://p:3"),
        ("http://a", {"http_proxy": "http://p:1", "all_proxy": "http://p:3"}, "http://p:1"),
        ("http://a", {"http_proxy": "http://p:1", "no_proxy": "", "NO_PROXY": "*"}, ""),
        ("http://a", {"http_proxy": "http://p:1", "no_proxy": "x", "NO_PROXY": "*"}, "http://p:1"),
        ("http://[fd00::1]:8080", {"http_proxy": "http://p:1", "no_proxy": "fd00::/8"}, ""),
    ],
)
def test_the_variables_of_proxies_are_those_of_curl_and_one_in_capitals(
    url: str, environment: dict[str, str], proxy: str
) -> None:
    assert system_proxy(Target(url), environment) == proxy
    assert proxy_of_curl(Target(url), environment) == ("" if proxy == environment.get("HTTP_PROXY") else proxy)


def test_a_replay_names_the_proxy_that_curl_would_not_find(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://p:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://q:1")
    assert road_to(Target("http://api.example")).options == ("--proxy http://p:1",)
    assert road_to(Target("https://api.example")).options == ("--http1.1",)


def test_scripts_may_ask_a_route_for_its_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://p:1")
    monkeypatch.setenv("no_proxy", "localhost,10.0.0.0/8")
    assert [proxy_url(Target(f"http://{host}:8080")) for host in ("10.1.2.3", "11.1.2.3")] == ["", "http://p:1"]


@pytest.mark.parametrize("tls", [False, True])
def test_a_proxy_that_forwards_may_speak_tls(
    serve: Serve, open_client: Open, tls_for: TlsFor, ca_file: str, tls: bool
) -> None:
    proxy = serve(lambda _: LONG, tls_for("127.0.0.1") if tls else None)
    client = open_client("http://api.example:81", network__proxy=proxy.url, network__ca_file=ca_file, allow_writes=True)
    exchanges = [client.send("PUT", "/x", body=b"y" * 300_000) for _ in range(2)]
    assert [each.answer and len(each.answer.body) for each in exchanges] == [300_000] * 2
    assert [(heard.path, len(heard.body)) for heard in proxy.heard] == [("http://api.example:81/x", 300_000)] * 2
    assert len(proxy.connections) == 1


@pytest.mark.parametrize("tls", [False, True])
def test_a_proxy_that_tunnels_may_speak_tls_around_that_of_the_server(
    serve: Serve, open_client: Open, tls_for: TlsFor, ca_file: str, tls: bool
) -> None:
    server = serve(lambda _: LONG, tls_for("api.example"))
    with relaying(tls_for("127.0.0.1") if tls else None) as proxy:
        client = open_client(
            f"https://api.example:{server.port}",
            network__proxy=f"{'https' if tls else 'http'}://{proxy.place}",
            network__ca_file=ca_file,
            allow_writes=True,
        )
        exchanges = [client.send("PUT", "/x", body=b"y" * 300_000) for _ in range(2)]
        client.close()
    assert [each.answer and len(each.answer.body) for each in exchanges] == [300_000] * 2
    assert [(heard.path, len(heard.body)) for heard in server.heard] == [("/x", 300_000)] * 2
    assert [asked.split(b" HTTP")[0] for asked in proxy.asked] == [f"CONNECT api.example:{server.port}".encode()]


def test_a_proxy_whose_authority_is_not_known_is_told(serve: Serve, open_client: Open, tls_for: TlsFor) -> None:
    proxy = serve(tls=tls_for("127.0.0.1"))
    with pytest.raises(Unreachable, match=r"the proxy's certificate is not trusted.*in network\.ca_file"):
        open_client("http://api.example", network__proxy=f"https://127.0.0.1:{proxy.port}").preflight()


def test_a_proxy_that_does_not_speak_tls_is_told(open_client: Open, stack: ExitStack) -> None:
    proxy = stack.enter_context(blurting(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    with pytest.raises(
        Unreachable, match=r"does not speak TLS: it answers with HTTP/1\.1 400 Bad Request\..*Correct network\.proxy"
    ):
        open_client("http://a.example", network__proxy=f"https://{proxy.place}").preflight()


@pytest.mark.parametrize(
    ("proxy", "says"),
    [
        ("http://u:s3cret@127.0.0.1:99999", "its port is not a number from 1 to 65535"),
        ("http://u:s3cret@127.0.0.1:x", "its port is not a number from 1 to 65535"),
        ("http://u:s3cret#@127.0.0.1:1", "its port is not a number from 1 to 65535"),
        ("http://127.0.0.1:0", "port 0"),
        ("http://[::1", "an IPv6 address stands in brackets"),
        ("http://[::1]x", "an IPv6 address stands in brackets"),
        ("socks5://u:s3cret@127.0.0.1:1080", "has the scheme 'socks5'"),
        ("http://u:s3cret@", "names no host"),
        ("http://u:s3cret@stra\u00dfe.example", "write its name with xn--"),
        ("http://u:2024/s3cret@127.0.0.1:1", "has an @ behind its host and port: percent-encode"),
        ("http://u:2024?s3cret@127.0.0.1:1", "has an @ behind its host and port"),
        ("u:2024#s3cret@127.0.0.1:1", "has an @ behind its host and port"),
    ],
)
def test_a_proxy_that_cannot_be_one_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str, says: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(Contradiction, match=r"The proxy for api\.example.*Correct network\.proxy") as told:
        proxy_of(target("http://api.example"))
    assert says in str(told.value)
    assert "s3cret" not in str(told.value)


LOGINS = [("me:s3cret", "me:s3cret"), ("m%40e:p%3A%2F%25", "m@e:p:/%"), ("me", "me:"), ("m%C3%A9:x", "mé:x")]


@pytest.mark.parametrize(("login", "sent"), LOGINS)
def test_a_login_is_sent_to_a_proxy_that_forwards(serve: Serve, open_client: Open, login: str, sent: str) -> None:
    proxy = serve()
    open_client("http://api.example", network__proxy=proxy.url.replace("//", f"//{login}@")).send("GET", "/")
    assert b64decode((proxy.heard[0].header("proxy-authorization") or "").removeprefix("Basic ")).decode() == sent


@pytest.mark.parametrize("password", ["%E4bc", "\udce4bc"])
def test_a_login_is_sent_byte_for_byte_where_it_is_no_text(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setenv("http_proxy", f"http://me:{password}@127.0.0.2:3128")
    proxy = proxy_of(target("http://api.example"))
    assert proxy is not None
    assert b64decode(proxy.login.removeprefix("Basic ")) == b"me:\xe4bc"
    assert proxy.secrets == ("bWU65GJj", "\ufffdbc")


@pytest.mark.parametrize(("login", "sent"), LOGINS)
def test_a_login_is_sent_to_a_proxy_that_tunnels_and_no_further(
    serve: Serve, open_client: Open, tls_for: TlsFor, ca_file: str, login: str, sent: str
) -> None:
    server = serve(tls=tls_for("api.example"))
    with relaying() as proxy:
        client = open_client(
            f"https://api.example:{server.port}",
            network__proxy=f"http://{login}@{proxy.place}",
            network__ca_file=ca_file,
        )
        assert client.send("GET", "/").status == 200
        client.close()
    word = proxy.asked[0].partition(b"Proxy-Authorization: Basic ")[2].split(b"\r")[0]
    assert b64decode(word).decode() == sent
    assert server.heard[0].header("proxy-authorization") is None


@pytest.mark.parametrize("url", ["http://[fd00::1]:8080", "http://[fd00::1]", "https://[fd00::1]"])
def test_an_ipv6_address_keeps_its_brackets(serve: Serve, open_client: Open, stack: ExitStack, url: str) -> None:
    forwarding, relay = serve(), stack.enter_context(relaying(refusal=b"HTTP/1.1 403 Forbidden\r\n\r\n"))
    proxy = relay.place if url.startswith("https") else f"127.0.0.1:{forwarding.port}"
    exchange = open_client(url, network__proxy=f"http://{proxy}").send("GET", "/x")
    if url.startswith("https"):
        assert relay.asked[0].startswith(b"CONNECT [fd00::1]:443 HTTP/1.1\r\nHost: [fd00::1]:443\r\n")
        assert "the proxy refused to connect: 403 Forbidden" in exchange.trouble
    else:
        assert forwarding.heard[0].path == f"{url}/x"
        assert forwarding.heard[0].header("host") == url.removeprefix("http://")


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "the proxy refused to connect: 407"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "the proxy refused to connect: 502"),
        (b"<html>no</html>", "the proxy was asked to connect: what came back is not HTTP"),
        (b"HTTP/1.1 200", "the proxy was asked to connect: the connection ended"),
    ],
)
def test_a_proxy_that_refuses_is_told_as_the_proxy(
    open_client: Open, stack: ExitStack, refusal: bytes, says: str
) -> None:
    relay = stack.enter_context(relaying(refusal=refusal))
    client = open_client("https://api.example", network__proxy=f"http://{relay.place}")
    with pytest.raises(Unreachable, match=r"Correct network\.proxy") as told:
        client.preflight()
    assert says in str(told.value)
    assert client.journal[0].sent is False


def test_the_name_of_a_proxy_may_go_beyond_ascii(serve: Serve, open_client: Open, stack: ExitStack) -> None:
    server, relay = serve(), stack.enter_context(relaying())
    port = relay.place.rpartition(":")[2]
    client = open_client(
        "http://api.example",
        network__proxy=f"http://m\u00e9:s3cret@m\u00fcnchen.example:{port}",
        network__connect_to=[f"api.example:80:\u00fc.example:{server.port}"],
        network__resolve=[f"m\u00fcnchen.example:{port}:127.0.0.1"],
    )
    assert client.send("GET", "/x").status == 200
    assert relay.asked[0].startswith(f"CONNECT xn--tda.example:{server.port} ".encode())


def test_a_redirected_address_is_asked_of_the_proxy(serve: Serve, open_client: Open, stack: ExitStack) -> None:
    server, relay = serve(), stack.enter_context(relaying())
    client = open_client(
        "http://api.example",
        network__proxy=f"http://{relay.place}",
        network__connect_to=[f"api.example:80:inner.example:{server.port}"],
    )
    assert client.send("GET", "/x").status == 200
    assert relay.asked[0].startswith(f"CONNECT inner.example:{server.port} ".encode())
    assert (server.heard[0].path, server.heard[0].header("host")) == ("/x", "api.example")
