"""Another address than the name, as with curl: Host, SNI and certificate follow the name."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleet_contract.contract_tests.exchange import Caller, Request
from fleet_contract.contract_tests.network.client import WritesForbidden
from fleet_contract.contract_tests.network.preflight import Unreachable
from fleet_contract.contract_tests.network.wire import Wire
from fleet_contract.contract_tests.replays.curl import road_to, words_of
from fleet_contract.contract_tests.replays.marks import Marked
from fleet_contract.contract_tests.target.detours import Place, redirected, resolved
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.spec.files import Contradiction

from .conftest import Open, Serve, TlsFor, target
from .servers import Server, answer

HOST, PORT = "staging.example", 443


@pytest.mark.parametrize(
    ("rules", "to"),
    [
        (("staging.example:443:127.0.0.1:8443",), ("127.0.0.1", 8443)),
        (("STAGING.example.:443:a:1",), ("a", 1)),
        (("::a:",), ("a", 443)),
        ((":::8443",), (HOST, 8443)),
        (("other:443:a:1", "staging.example::b:2", "::c:3"), ("b", 2)),
        (("staging.example:80:a:1",), (HOST, 443)),
        (("staging.example:443:[fd00::1]:8443",), ("fd00::1", 8443)),
    ],
)
def test_the_first_rule_that_is_about_a_place_says_where_to_connect(rules: tuple[str, ...], to: Place) -> None:
    assert redirected(Place(HOST, PORT), rules) == to


@pytest.mark.parametrize(
    ("rules", "addresses"),
    [
        (("staging.example:443:127.0.0.1",), ("127.0.0.1",)),
        (("+Staging.Example:443:[::1],10.0.0.1",), ("::1", "10.0.0.1")),
        (("staging.example:443:fd00::1",), ("fd00::1",)),
        (("staging.example:80:127.0.0.1",), ()),
        (("*:443:127.0.0.9", "staging.example:443:127.0.0.1"), ("127.0.0.1",)),
        (("*:443:127.0.0.9",), ("127.0.0.9",)),
        (("staging.example:443:127.0.0.1", "staging.example:443:127.0.0.2"), ("127.0.0.2",)),
    ],
)
def test_given_addresses_stand_for_a_name(rules: tuple[str, ...], addresses: tuple[str, ...]) -> None:
    assert resolved(Place(HOST, PORT), rules) == addresses


@pytest.mark.parametrize(
    "entries",
    [
        {"network__connect_to": ["a:1:b"]},
        {"network__connect_to": ["a:1:b:x"]},
        {"network__connect_to": ["a:1:b:70000"]},
        {"network__connect_to": ["a:1:::1:2"]},
        {"network__resolve": ["a:1"]},
        {"network__resolve": ["a::127.0.0.1"]},
        {"network__resolve": ["a:1:localhost"]},
        {"network__resolve": ["a:1:127.0.0.1,"]},
        {"network__resolve": ["-a:1"]},
    ],
)
def test_a_rule_that_curl_would_not_understand_is_told(entries: dict[str, list[str]]) -> None:
    with pytest.raises(Contradiction, match="Expected a list of HOST"):
        target("http://a:1", **entries)


@pytest.mark.parametrize(
    ("entry", "given", "taken"),
    [
        (
            "connect_to",
            "m\u00fcnchen.example:443:B\u00dcCHER.example.:8443",
            "xn--mnchen-3ya.example:443:xn--bcher-kva.example.:8443",
        ),
        ("connect_to", "::[fd00::1]:", "::[fd00::1]:"),
        ("resolve", "+m\u00fcnchen.example:443:[::1],10.0.0.1", "+xn--mnchen-3ya.example:443:[::1],10.0.0.1"),
    ],
)
def test_a_name_in_a_rule_is_spelled_as_in_a_base_url(entry: str, given: str, taken: str) -> None:
    wanted = target("https://m\u00fcnchen.example", **{f"network__{entry}": [given]})
    assert getattr(wanted.network, entry) == (taken,)
    assert taken in " ".join(road_to(wanted).options)
    Wire(wanted)


@pytest.mark.parametrize("rule", ["stra\u00dfe.example:1:a:1", "a:1:\u00fc..example:1"])
def test_a_name_without_a_sure_spelling_in_ascii_is_told(rule: str) -> None:
    with pytest.raises(Contradiction, match=r"network\.connect_to has a host .*write its name with xn--"):
        target("http://a:1", network__connect_to=[rule])


def test_no_spelling_hides_that_a_rule_leads_to_production() -> None:
    rule = "a.example:443:drive-api\uff0eplugsurfing\uff0ecom:443"
    assert target("https://a.example", network__connect_to=[rule]).is_production


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ("connect_to", "staging.example:80:127.0.0.1:80"),
        ("connect_to", "*:443:127.0.0.1:8443"),
        ("resolve", "staging.example:80:127.0.0.1"),
        ("resolve", "*:8443:127.0.0.1"),
    ],
)
def test_a_rule_that_is_about_nothing_here_is_told(entry: str, rule: str) -> None:
    with pytest.raises(Contradiction, match=r"says nothing about staging\.example:443"):
        Wire(target("https://staging.example", **{f"network__{entry}": [rule]}))


def test_a_rule_for_any_host_is_about_each() -> None:
    Wire(target("https://staging.example", network__connect_to=["::127.0.0.1:"], network__resolve=["*:443:127.0.0.1"]))


@pytest.fixture
def far(serve: Serve, tls_for: TlsFor) -> Server:
    """A server with the certificate of another host, which keeps the name that it is asked for in TLS."""
    names: list[str] = []
    tls = tls_for("staging.example")
    tls.sni_callback = lambda _, name, __: names.append(name)
    return serve(lambda _: answer(200, str(names[-1:]).encode()), tls)


@pytest.mark.parametrize("entry", ["connect_to", "resolve"])
def test_host_and_certificate_follow_the_name(open_client: Open, far: Server, ca_file: str, entry: str) -> None:
    rules = {
        "connect_to": ("https://staging.example", [f"staging.example:443:127.0.0.1:{far.port}"]),
        "resolve": (f"https://staging.example:{far.port}", [f"staging.example:{far.port}:127.0.0.1"]),
    }
    url, rule = rules[entry]
    client = open_client(url, network__ca_file=ca_file, **{f"network__{entry}": rule})
    exchange = client.send("GET", "/x")
    assert exchange.answer is not None, exchange.trouble
    assert exchange.answer.body == b"['staging.example']"
    assert far.heard[0].all("host") == [url.removeprefix("https://")]
    with pytest.raises(WritesForbidden):
        client.send("POST", "/x")


@pytest.fixture
def unix_socket(tmp_path: Path, serve: Serve) -> Iterator[tuple[str, Server]]:
    """A unix socket that leads to a server."""
    server, path = serve(), str(tmp_path / "api.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()

        def accept() -> None:
            try:
                while True:
                    server.process_request(listener.accept()[0], ("unix", 0))
            except OSError:
                return  # The listener was closed.

        thread = threading.Thread(target=accept)
        thread.start()
        yield path, server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_unix_socket_is_a_road_too(unix_socket: tuple[str, Server], open_client: Open) -> None:
    path, server = unix_socket
    client = open_client("http://localhost", network__unix_socket=path)
    assert [client.send("GET", "/x").status for _ in range(2)] == [200, 200]
    assert server.heard[0].all("host") == ["localhost"]
    with pytest.raises(WritesForbidden):
        client.send("POST", "/x")


def test_a_unix_socket_that_is_not_there_is_told(tmp_path: Path, open_client: Open) -> None:
    with pytest.raises(Unreachable, match=r"the unix socket .*none\.sock failed: .*No such file"):
        open_client("http://localhost", network__unix_socket=str(tmp_path / "none.sock")).preflight()


@pytest.mark.parametrize(
    ("entries", "road"),
    [
        ({"network__connect_to": ["::127.0.0.1:1"]}, r"\(to 127\.0\.0\.1:1\)"),
        ({"network__resolve": ["staging.example:1:127.0.0.1"]}, r"\(at 127\.0\.0\.1\)"),
        ({"network__connect_to": ["::a:"], "network__resolve": ["a:1:127.0.0.1"]}, r"\(to a:1, at 127\.0\.0\.1\)"),
        ({"network__unix_socket": "/no/such.sock"}, r"\(over the unix socket /no/such\.sock\)"),
    ],
)
def test_a_road_that_leads_nowhere_is_named(open_client: Open, entries: dict[str, object], road: str) -> None:
    with pytest.raises(Unreachable, match=road):
        open_client("http://staging.example:1", **entries).preflight()


@pytest.mark.parametrize(
    "entries",
    [
        {"network__unix_socket": "/x.sock"},
        {"network__connect_to": ["localhost:8080:127.0.0.1:81"]},
        {"network__resolve": ["localhost:8080:127.0.0.1"]},
    ],
)
def test_what_was_led_elsewhere_is_never_taken_for_this_machine(entries: dict[str, object]) -> None:
    wanted = target("http://localhost:8080", **entries)
    assert (wanted.is_local, wanted.may_write, wanted.rate) == (False, False, 10)
    assert target("http://localhost:8080", **entries, allow_writes=True).may_write
    assert target("http://localhost:8080").is_local


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (target("http://localhost:8080"), []),
        (
            target(
                "https://a",
                network__ca_file="/$ca.pem",
                network__client_cert="/c.pem",
                network__client_key="/k.pem",
                network__connect_to=["a:443:b:1"],
                network__resolve=["b:1:[::1]"],
            ),
            [
                "--cacert",
                "'/$ca.pem'",
                "--cert",
                "/c.pem",
                "--key",
                "/k.pem",
                "--connect-to",
                "a:443:b:1",
                "--resolve",
                "'b:1:[::1]'",
                "--http1.1",
            ],
        ),
        (target("http://a", network__unix_socket="/it's"), ["--unix-socket", "'/it'\"'\"'s'"]),
        (target("http://a", network__proxy="http://p:1"), ["--proxy", "http://p:1"]),
        (
            target("http://a", network__proxy="http://me:s3cret@p:1"),
            ["-K", """<(printf 'proxy = "%s"\\n' "$FLEET_PROXY")"""],
        ),
        (
            target("http://a", network__proxy="https://p", network__ca_file="/ca"),
            ["--cacert", "/ca", "--proxy-cacert", "/ca", "--proxy", "https://p"],
        ),
    ],
)
def test_curl_is_told_the_same_road(wanted: Target, words: list[str]) -> None:
    assert " ".join(road_to(wanted).options) == " ".join(words)


@pytest.mark.parametrize(("url", "proxy"), [("http://localhost:8080", None), ("http://a.example", "")])
def test_curl_is_kept_from_a_proxy_that_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, url: str, proxy: str | None
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert road_to(target(url, network__proxy=proxy)).options == ("--noproxy '*'",)


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_real_curl_takes_the_same_road(far: Server, unix_socket: tuple[str, Server], ca_file: str) -> None:
    rule = f"staging.example:443:127.0.0.1:{far.port}"
    roads = {
        far: target("https://staging.example", network__ca_file=ca_file, network__connect_to=[rule]),
        unix_socket[1]: target("http://localhost", network__unix_socket=unix_socket[0]),
    }
    for server, wanted in roads.items():
        options = words_of(Request("GET", "/x", Caller.NOBODY), wanted.base_url, road_to(wanted), Marked(""))
        line = f"url={wanted.base_url}; curl -sS {' '.join(options)}"
        words, environment = ["bash", "-c", line], {"PATH": os.environ["PATH"]}
        subprocess.run(words, check=True, capture_output=True, timeout=10, env=environment)
        assert server.heard[-1].path == "/x"
