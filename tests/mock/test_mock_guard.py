"""Hosts and browsers: which requests are for this machine, and what a page may do with a response."""

import base64
import hashlib
import json
import re
import socket
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from fleet_contract.mock_server import command
from fleet_contract.mock_server.parts import Parts, parts
from fleet_contract.mock_server.serving import serving
from fleet_contract.spec.headers import FROM_NO_PAGE

from .raw import JSON, KEY, Response, exchange, request

KEYS = "/emp/v1/charging-keys"
OF_THIS_MACHINE = (
    "localhost",
    "LocalHost:8080",
    "localhost.",
    "app.localhost:1",
    "127.0.0.1",
    "127.1.2.3:80",
    "127.1",
    "0x7f.0.0.1",
    "[::1]:8080",
    "[::ffff:127.0.0.1]",
    "192.168.1.5:8080",  # An address cannot be rebound: a name can.
    "m",
    "fleet_mock:8080",
    "host.docker.internal:8080",
    "",
)
FOREIGN = (
    "evil.example",
    "evil.example:8080",
    "EVIL.example",
    "evil.example.",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io:80",
    "evillocalhost.com",
    "internal.evil.example",
    "mock.test.evil.example",
)
NO_HOST = (
    "127.0.0.1@evil.example",
    "127.0.0.1, evil.example",
    "evil.example:80:80",
    "localhost:80:80",
    "localhost:99999",
    "localhost:99999999",
    "localhost:x",
    "foo bar",
    "a/b",
    "<script>",
    "[::1",
    "[localhost]",
    "localhost\xe4",
    "a%zz",
)


@pytest.fixture(scope="module")
def named() -> Iterator[str]:
    made = parts()
    made.allowed_hosts = ("Mock.Test", "staging.example:8443")
    with serving(made) as served:
        yield served


def asked(url: str, host: str, target: str = KEYS) -> Response:
    return exchange(url, request(f"GET {target}", KEY, host=f"Host: {host}"))


@pytest.mark.parametrize("host", OF_THIS_MACHINE)
def test_a_host_to_which_no_stranger_can_give_an_address_is_served(url: str, host: str) -> None:
    assert asked(url, host).status == 200


def test_a_request_without_a_host_is_served(url: str) -> None:
    assert exchange(url, request(f"GET {KEYS} HTTP/1.0", KEY, host="")).status == 200


@pytest.mark.parametrize("target", [KEYS, "/ui/", "/openapi.json", "/nothing"])
@pytest.mark.parametrize("host", FOREIGN)
def test_another_host_is_refused_and_told_why(url: str, host: str, target: str) -> None:
    response = asked(url, host, target)
    assert response.status == 421
    assert "--allow-host" in response.headers["mock-hint"]
    assert len(response.headers["mock-hint"]) < 400
    assert json.loads(response.rest)["status"] == 421
    assert "--allow-host" in json.loads(response.rest)["detail"]


@pytest.mark.parametrize("host", NO_HOST)
def test_what_is_no_host_is_a_bad_request(url: str, host: str) -> None:
    response = asked(url, host)
    assert (response.status, json.loads(response.rest)["detail"][:4]) == (400, "Host")
    if "/" not in host and "@" not in host and " " not in host:
        assert exchange(url, request(f"GET http://{host}{KEYS}", KEY)).status in (400, 421)


@pytest.mark.parametrize("host", ["localhost:", "localhost:0", "[fe80::1%25eth0]", "[fe80::1%eth0]:80", "a_b", "%41"])
def test_whatever_http_allows_as_a_host_is_one(url: str, host: str) -> None:
    assert asked(url, host).status == 200


def test_another_host_changes_nothing(url: str) -> None:
    body = b'{"fleetId": "rebound"}'
    for host, status in (("evil.example", 421), ("localhost", 201)):
        assert (
            exchange(url, request("POST /emp/v1/fleets", KEY, JSON, body=body, host=f"Host: {host}")).status == status
        )


def test_a_request_that_no_page_can_send_is_served_whatever_its_host(url: str) -> None:
    mark = f"{FROM_NO_PAGE}: ?1"
    assert exchange(url, request(f"GET {KEYS}", KEY, mark, host="Host: staging.example")).status == 200
    # A browser lets no script set a header whose name begins so: what tells of no page is the name.
    assert FROM_NO_PAGE.startswith("Sec-")


@pytest.mark.parametrize(
    ("authority", "host", "status"),
    [
        ("evil.example", "localhost", 421),
        ("localhost@evil.example", "localhost", 421),
        ("localhost", "evil.example", 200),
        ("evil.example@localhost", "evil.example", 200),
    ],
)
def test_the_host_of_an_absolute_target_counts(url: str, authority: str, host: str, status: int) -> None:
    assert asked(url, host, f"http://{authority}{KEYS}").status == status


@pytest.mark.parametrize(
    ("host", "status"),
    [("mock.test", 200), ("MOCK.test:9", 200), ("staging.example", 200), ("localhost", 200), ("other.test", 421)],
)
def test_hosts_that_are_named_are_taken_whatever_their_port(named: str, host: str, status: int) -> None:
    assert asked(named, host).status == status


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ([], 421),
        (["--allow-host", "evil.example"], 200),
        (["--allow-host", "a.example", "--allow-host", "evil.example"], 200),
        (["--allow-host", "*"], 200),
        (["--host", "::ffff:127.0.0.1"], 421),
        (["--host", "0.0.0.0"], 200),  # noqa: S104  (all interfaces are what this is about)
        (["--host", "*"], 200),
    ],
)
def test_the_command_takes_other_hosts_where_it_is_told_to_or_is_open_to_others(
    options: list[str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Parts] = []

    class Server:
        def __init__(self, parts: Parts, _: object) -> None:
            made.append(parts)

        def run(self, sockets: list[socket.socket]) -> None:
            for each in sockets:
                each.close()

    with monkeypatch.context() as patch:
        patch.setattr("fleet_contract.mock_server.serving.server", Server)
        assert CliRunner().invoke(command.main, ["--port", "0", *options]).exit_code == 0
    with serving(made[0]) as url:
        assert asked(url, "evil.example").status == status


@pytest.mark.parametrize(
    "target",
    [KEYS, "/emp/v1/fleets/acme-corp-001/invitation", "/ui/", "/ui/swagger-ui.css", "/openapi.json", "/nothing"],
)
def test_no_response_is_stored_or_taken_for_what_it_is_not(url: str, target: str) -> None:
    for method in ("GET", "HEAD", "POST"):
        response = exchange(url, request(f"{method} {target}", KEY))
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
    assert exchange(url, b"\0\r\n\r\n").headers["x-content-type-options"] == "nosniff"


def test_the_swagger_ui_runs_its_own_scripts_and_none_of_other_hosts(url: str) -> None:
    page = exchange(url, request("GET /ui/"))
    policy = dict(each.split(" ", 1) for each in page.headers["content-security-policy"].split("; "))
    inline = re.findall(rb"<script>(.*?)</script>", page.rest, re.DOTALL)
    assert inline
    for script in inline:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" in policy["script-src"]
    assert "unsafe" not in policy["script-src"]
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")
    assert not [each for each in re.findall(rb'(?:src|href)="(.*?)"', page.rest) if not each.startswith(b"./")]
    assert (
        exchange(url, request("HEAD /ui/")).headers["content-security-policy"]
        == page.headers["content-security-policy"]
    )
