"""The curl lines, run by real curl against a server that keeps what it hears."""

import os
import shutil
import subprocess

import pytest

from fleet_contract.contract_tests.exchange import Caller, Request
from fleet_contract.contract_tests.network.curl import curl

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
    Request("DELETE", "/p", Caller.NOBODY),
    Request("HEAD", "/p", Caller.OWNER),
    Request("OPTIONS", "/p", Caller.OWNER, (("Accept", "text/plain"),)),
    Request("GET", "/p", Caller.EMPTY),
    Request("GET", "/p", Caller.OWNER, key_header="x-API-kEY"),
]
KEYS = {
    Caller.OWNER: ["o-key"],
    Caller.OTHER: ["x-key"],
    Caller.NOBODY: [],
    Caller.STRANGER: ["nobody-was-given-this"],
    Caller.EMPTY: [""],
}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("request_", REQUESTS, ids=range(len(REQUESTS)))
def test_curl_sends_the_same_request(serve: Serve, shell: str, request_: Request) -> None:
    server = serve()
    environment = {"PATH": os.environ["PATH"], "FLEET_API_KEY": "o-key", "FLEET_OTHER_API_KEY": "x-key"}
    line = curl(request_, f"{server.url}/drive").replace("curl -i", "curl -i --silent --max-time 5 -q", 1)
    subprocess.run([shell], input=line.encode(), env=environment, check=True, capture_output=True, timeout=10)
    heard = server.heard[0]
    assert (heard.method, heard.path, heard.body) == (request_.method, f"/drive{request_.path}", request_.body)
    assert heard.all("x-api-key") == KEYS[request_.caller]
    assert heard.header("content-type") == request_.header("content-type")
    for name, value in request_.headers:
        assert heard.all(name) == [value]
