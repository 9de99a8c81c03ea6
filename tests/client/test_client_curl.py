"""The curl lines, run by real curl against a server that keeps what it hears."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fleet_contract.contract_tests.exchange import Caller, Request
from fleet_contract.contract_tests.network.curl import curl, road_to
from fleet_contract.contract_tests.target import Target
from fleet_contract.contract_tests.target_file import read_target

from .conftest import Serve

SHELLS = [shell for shell in ("sh", "bash", "dash") if shutil.which(shell)] if shutil.which("curl") else []
JSON = ("Content-Type", "application/json")


def test_a_line_reads_well() -> None:
    request = Request("POST", "/emp/v1/fleets", Caller.OWNER, (JSON,), b'{"fleetId": "a"}')
    assert curl(request, "http://localhost:8080") == (
        'curl -i --path-as-is --globoff -X POST -H "X-API-Key: $FLEET_API_KEY" '
        "-H 'Content-Type: application/json' --data-binary '{\"fleetId\": \"a\"}' http://localhost:8080/emp/v1/fleets"
    )


@pytest.mark.parametrize(
    ("caller", "key"),
    [
        (Caller.OWNER, '-H "X-API-Key: $FLEET_API_KEY"'),
        (Caller.OTHER, '-H "X-API-Key: $FLEET_OTHER_API_KEY"'),
        (Caller.STRANGER, '-H "X-API-Key: nobody-was-given-this"'),
        (Caller.EMPTY, "-H 'X-API-Key;'"),
    ],
)
def test_a_key_is_a_variable(caller: Caller, key: str) -> None:
    assert key in curl(Request("GET", "/", caller), "http://x")


def test_nobody_has_no_key() -> None:
    assert curl(Request("GET", "/", Caller.NOBODY), "http://x") == "curl -i --path-as-is --globoff -X GET http://x/"


REQUESTS = [
    Request("GET", "/emp/v1/fleets/%2E%2E/../a%2Fb%2f/{x}[1-3]$HOME`id`'\"\\!?a=&b#", Caller.OWNER),
    Request("POST", "/p", Caller.OTHER, (JSON,), b'{"a": "it\'s \\"quoted\\" $HOME `id` \\u0000 100% !"}'),
    Request("POST", "/p", Caller.OWNER, (JSON,), '{"a": "ß€😀"}'.encode()),
    Request("PUT", "/p", Caller.OWNER, (JSON,), bytes(range(256))),
    Request("PUT", "/p", Caller.OWNER, (), b"-n\nline\r\n\n1234%s\\n0\x008"),
    Request("POST", "/p", Caller.OWNER, (("X-Empty", ""), ("X-Odd", 'it\'s "$x"')), b"@/etc/hostname"),
    Request("POST", "/p", Caller.OWNER),
    Request("PATCH", "/p", Caller.STRANGER, (JSON,), b"x" * 300_000),
    Request("PUT", "/p", Caller.OWNER, (JSON,), b'{"newName": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    Request(
        "PUT", "/p", Caller.OWNER, (JSON,), b"\0" + b'{"a":' * 900 + b"\n" * 30 + "東é".encode() * 900 + b"-n" * 90
    ),
    Request("PUT", f"/p/{'a' * 4_000}%2F{'%C3' * 90}/rename?b='#", Caller.OWNER, (JSON,), b"%s\\'" * 200 + b"-" * 600),
    Request("DELETE", "/p", Caller.NOBODY),
    Request("HEAD", "/p", Caller.OWNER),
    Request("OPTIONS", "/p", Caller.OWNER, (("Accept", "text/plain"),)),
    Request("GET", "/p", Caller.EMPTY),
    Request("GET", "/p", Caller.OWNER, key_header="x-API-kEY"),
]
LONGEST_LINE = 700  # characters
KEYS = {
    Caller.OWNER: ["o-key"],
    Caller.OTHER: ["x-key"],
    Caller.NOBODY: [],
    Caller.STRANGER: ["nobody-was-given-this"],
    Caller.EMPTY: [""],
}


def run(shell: str, line: str, **environment: str) -> None:
    line = line.replace("curl -i", "curl -i --silent --max-time 5 -q", 1)
    keys = {"FLEET_API_KEY": "o-key", "FLEET_OTHER_API_KEY": "x-key"}
    environment = {"PATH": os.environ["PATH"], **keys, **environment}
    subprocess.run([shell], input=line.encode(), env=environment, check=True, capture_output=True, timeout=10)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("request_", REQUESTS, ids=range(len(REQUESTS)))
def test_curl_sends_the_same_request(serve: Serve, shell: str, request_: Request) -> None:
    server = serve()
    line = curl(request_, f"{server.url}/drive")
    run(shell, line)
    heard = server.heard[0]
    assert (heard.method, heard.path, heard.body) == (request_.method, f"/drive{request_.path}", request_.body)
    assert heard.all("x-api-key") == KEYS[request_.caller]
    assert heard.header("content-type") == request_.header("content-type")
    for name, value in request_.headers:
        assert heard.all(name) == [value]


@pytest.mark.parametrize("request_", [each for each in REQUESTS if len(each.body) + len(each.path) > 1_000])
def test_a_line_of_what_is_long_is_short(request_: Request) -> None:
    assert len(curl(request_, "http://localhost:8080")) < LONGEST_LINE


HEADERS = """
[network.headers]
X-Team = "it's 5$"
X-Gateway = "env:GATEWAY"
Authorization = "Bearer env:TOKEN"
"Proxy!Id" = "Odd! file:a token"
Cookie = "session=s3cret-of-the-file"
Accept = "text/html"
"""
SECRETS = {"GATEWAY": "s3cret-of-the-gateway", "TOKEN": "s3cret-of-the-token"}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_headers_of_the_target_are_sent_and_the_secret_ones_not_shown(
    serve: Serve, shell: str, tmp_path: Path
) -> None:
    server = serve()
    (tmp_path / "a token").write_text("s3cret-of-a-file\n")
    (tmp_path / "target.toml").write_text(f'base_url = "{server.url}"{HEADERS}')
    road = road_to(read_target(tmp_path / "target.toml", environment=SECRETS))
    line = curl(Request("GET", "/p", Caller.OWNER, (("Accept", "*/*"),)), server.url, road)
    assert "s3cret" not in line
    run(shell, line, COOKIE="session=s3cret-of-the-file", **SECRETS)
    sent = {name: server.heard[0].all(name) for name in ("X-Team", "X-Gateway", "Authorization", "Proxy!Id", "Cookie")}
    assert sent == {
        "X-Team": ["it's 5$"],
        "X-Gateway": ["s3cret-of-the-gateway"],
        "Authorization": ["Bearer s3cret-of-the-token"],
        "Proxy!Id": ["Odd! s3cret-of-a-file"],
        "Cookie": ["session=s3cret-of-the-file"],
    }
    assert server.heard[0].all("accept") == ["*/*"], "what a check sends takes the place of the target's"


@pytest.mark.parametrize(
    ("url", "is_told"),
    [
        ("http://mock.test:8080", True),
        ("http://localhost:8080", False),
        ("http://127.0.0.1:8080", False),
        ("http://[::1]:8080", False),
        ("https://staging.example", False),
    ],
)
def test_a_mock_under_a_name_that_a_page_could_give_it_is_told_that_no_page_asks(url: str, is_told: bool) -> None:
    line = curl(Request("GET", "/p", Caller.OWNER), url, road_to(Target(url)))
    assert ("-H 'Sec-Fleet-Contract: ?1'" in line) is is_told
