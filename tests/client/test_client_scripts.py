"""The scripts of replays, run by real bash and curl against a server that keeps what it hears."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from fleet_contract.contract_tests.exchange import Answer, Caller, Exchange, Request
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.network.near_keys import NEAR_KEYS
from fleet_contract.contract_tests.replays.replay import Known, Replay
from fleet_contract.contract_tests.replays.script import script
from fleet_contract.contract_tests.replays.steps import Step
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.contract_tests.target.target_file import read_target

from .conftest import Open, Serve
from .servers import Heard, answer

needs_curl = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs bash and curl")
JSON = ("Content-Type", "application/json")
MARK = "a1b2c3d4"
FOUND = Finding("fleets.id-finds-the-fleet", False, (1,), "200", "404")


def step(*requests: Request) -> Step:
    """Return what one caller sends, or several at once."""
    exchanges = [Exchange(number, "", each, number, number + 0.5) for number, each in enumerate(requests, 1)]
    return Step(tuple((each,) for each in exchanges))


def lines(*steps: Step, target: Target | None = None, tries: int = 1, one_connection: bool = True) -> list[str]:
    replay = Replay(FOUND, steps, Known.SHORTENED, tries, one_connection)
    return script(replay, target or Target("http://localhost:8080"), MARK)


def line(request: Request, target: Target | None = None) -> str:
    return lines(step(request), target=target)[-1]


def test_a_script_reads_well() -> None:
    create = Request("POST", "/emp/v1/fleets", Caller.OWNER, (JSON,), f'{{"fleetId": "ct-{MARK}-001"}}'.encode())
    rename = Request("PUT", f"/emp/v1/fleets/ct-{MARK}-001/rename", Caller.OWNER, (JSON,), b'{"newName": "b"}')
    assert lines(step(create), step(rename)) == [
        "#!/usr/bin/env bash",
        "# fleets.id-finds-the-fleet: expected 200, got 404",
        "# The last response shows it.",
        "# Minimised: sent again, these requests showed it and no fewer did.",
        ': "${FLEET_API_KEY:?Put the API key into it}"',
        """owner() { printf '%s: %s\\n' "${1:-X-API-Key}" "$FLEET_API_KEY"; }""",
        "url=http://localhost:8080",
        "each='--no-progress-meter -i --compressed --path-as-is --globoff -w \\n\\n'",
        "run=$(printf %04x%04x $RANDOM $RANDOM)  # new ids each time",
        """curl $each -H @<(owner) -H 'Content-Type: application/json' --data-binary """
        """'{"fleetId": "ct-'$run'-001"}' "$url"/emp/v1/fleets \\""",
        """  --next $each -X PUT -H @<(owner) -H 'Content-Type: application/json' --data-binary """
        """'{"newName": "b"}' "$url"/emp/v1/fleets/ct-$run-001/rename""",
    ]


@pytest.mark.parametrize(
    ("caller", "key"),
    [
        (Caller.OWNER, "-H @<(owner)"),
        (Caller.OTHER, "-H @<(other)"),
        (Caller.STRANGER, "-H 'X-API-Key: nobody-was-given-this'"),
        (Caller.EMPTY, "-H 'X-API-Key;'"),
    ],
)
def test_a_key_is_no_argument(caller: Caller, key: str) -> None:
    assert f"$each {key} " in line(Request("GET", "/", caller))


def test_nobody_has_no_key() -> None:
    assert line(Request("GET", "/", Caller.NOBODY)) == 'curl $each "$url"/'


def test_a_key_is_taken_where_the_target_takes_it(tmp_path: Path) -> None:
    (tmp_path / "other.key").write_text("x-key")
    (tmp_path / "target.toml").write_text(
        'base_url = "http://localhost"\napi_key = "env:STAGING"\nother_api_key = "file:other.key"\n'
    )
    target = read_target(tmp_path / "target.toml", environment={"STAGING": "o-key"})
    text = "\n".join(
        lines(step(Request("GET", "/", Caller.OWNER)), step(Request("GET", "/", Caller.OTHER)), target=target)
    )
    assert '"$STAGING"' in text
    assert f'"$(cat {tmp_path}/other.key)"' in text
    assert "FLEET_API_KEY" not in text


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


def run(script: list[str], **environment: str) -> str:
    text = "\n".join(script).replace("curl ", "curl -q --max-time 5 ")
    keys = {"FLEET_API_KEY": "o-key", "FLEET_OTHER_API_KEY": "x-key"}
    environment = {"PATH": os.environ["PATH"], **keys, **environment}
    done = subprocess.run(["bash"], input=text.encode(), env=environment, check=True, capture_output=True, timeout=20)
    assert done.stderr == b""
    return done.stdout.decode("utf-8", "replace")


@needs_curl
@pytest.mark.parametrize("request_", REQUESTS, ids=range(len(REQUESTS)))
def test_curl_sends_the_same_request(serve: Serve, request_: Request) -> None:
    server = serve()
    run(lines(step(request_), target=Target(f"{server.url}/drive")))
    heard = server.heard[0]
    assert (heard.method, heard.path, heard.body) == (request_.method, f"/drive{request_.path}", request_.body)
    assert heard.all("x-api-key") == KEYS[request_.caller]
    assert heard.header("content-type") == request_.header("content-type")
    for name, value in request_.headers:
        assert heard.all(name) == [value]


@needs_curl
def test_all_requests_go_over_one_connection_where_that_matters(serve: Serve) -> None:
    server = serve()
    requests = [each for each in REQUESTS if each.method != "HEAD"]  # its response would have a body here
    for one_connection, connections in ((True, 1), (False, len(requests))):
        server.heard.clear()
        server.connections.clear()
        run(lines(*map(step, requests), target=Target(server.url), one_connection=one_connection))
        assert [each.body for each in server.heard] == [each.body for each in requests]
        assert len(server.connections) == connections


@needs_curl
@pytest.mark.parametrize(
    ("near", "own"),
    [
        *((near, "owners-key-0123456789") for near in NEAR_KEYS),
        *((near, own) for near in ("shorter", "with-another-end") for own in ("b3duZXI=", "a-Key=")),
    ],
)
def test_a_near_key_is_made_of_the_owners(serve: Serve, open_client: Open, tmp_path: Path, near: str, own: str) -> None:
    server = serve()
    (tmp_path / "key").write_text(own)
    client = open_client(server.url, api_key=f"file:{tmp_path}/key")
    client.send("GET", "/", caller=Caller.STRANGER, key=client.near_key(near))
    target = client.target
    assert target.api_key is not None
    run(lines(step(client.journal[0].request), target=target), FLEET_API_KEY=target.api_key.reveal())
    first, second = (each.header("x-api-key") for each in server.heard)
    assert first == second


SPELLED = [
    (Request("GET", f"/f/ct-{MARK}1-{MARK.upper()}0", Caller.NOBODY), "/f/ct-{run}1-{RUN}0"),
    (Request("PUT", "/p", Caller.NOBODY, (JSON,), f'{{"a": {int(MARK, 16)}003}}'.encode()), '{{"a": {number}003}}'),
    (Request("PUT", "/p", Caller.NOBODY, (JSON,), f"ß{MARK}ß".encode()), "ß{run}ß"),
    (
        Request("PUT", "/p", Caller.NOBODY, (JSON,), "".join(f"\\u{ord(each):04x}" for each in MARK).encode()),
        "{escaped}",
    ),
]


@needs_curl
@pytest.mark.parametrize(("request_", "expected"), SPELLED, ids=range(len(SPELLED)))
def test_the_mark_is_another_in_each_spelling(serve: Serve, request_: Request, expected: str) -> None:
    server = serve()
    script_ = [*lines(step(request_), target=Target(server.url)), 'echo "run is $run"']
    mark = run(script_).rpartition("run is ")[2].strip()
    assert len(mark) == len(MARK)
    assert mark != MARK
    escaped = "".join(f"\\u{ord(each):04x}" for each in mark)
    told = expected.format(run=mark, RUN=mark.upper(), number=int(mark, 16), escaped=escaped)
    heard = server.heard[0]
    assert told in (heard.path, heard.body.decode())


@needs_curl
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_the_mark_is_another_in_wide_characters(serve: Serve, encoding: str) -> None:
    server = serve()
    body = f'{{"newName": "{MARK}"}}'.encode(encoding)
    script_ = lines(step(Request("PUT", "/p", Caller.NOBODY, (JSON,), body)), target=Target(server.url))
    mark = run([*script_, 'echo "run is $run"']).rpartition("run is ")[2].strip()
    assert server.heard[0].body.decode(encoding) == f'{{"newName": "{mark}"}}'


@needs_curl
def test_calls_at_once_overlap(serve: Serve) -> None:
    server = serve()
    requests = [Request("PUT", f"/{number}", Caller.OWNER, (JSON,), b"{}") for number in range(4)]
    exchanges = [Exchange(number, "", each, 0, 1) for number, each in enumerate(requests)]
    run(lines(Step(tuple((each,) for each in exchanges)), target=Target(server.url), tries=2))
    assert sorted(each.path for each in server.heard) == sorted(["/0", "/1", "/2", "/3"] * 2)
    assert len(server.connections) == 8
    server.heard.clear()
    server.connections.clear()
    run(lines(Step(((exchanges[0], exchanges[1]), (exchanges[2], exchanges[3]))), target=Target(server.url)))
    assert sorted(each.path for each in server.heard) == ["/0", "/1", "/2", "/3"]
    assert len(server.connections) == 2


def answered(status: int) -> Step:
    """Return a read that was answered with a status."""
    exchange = Exchange(1, "", Request("GET", "/", Caller.OWNER), 0, 1, Answer(status, (), b"{}"))
    return Step(((exchange,),))


def test_a_script_of_what_shows_now_and_then_says_how_often_it_tries() -> None:
    read = lines(answered(200), tries=40)
    assert "# This failure is intermittent: expect it within 40 tries." in read
    assert "# The last response shows it in some tries: compare its body with what was expected." in read
    assert "for try in {1..40}; do" in read
    assert read[-1] == "done", "where the status does not tell, all tries are shown"


@needs_curl
@pytest.mark.parametrize(("fourth", "tries"), [(404, 4), (200, 11)])
def test_a_script_ends_at_the_first_try_that_shows_it(serve: Serve, fourth: int, tries: int) -> None:
    asked = list[str]()

    def now_and_then(heard: Heard) -> bytes:
        asked.append(heard.path)
        # The status alone tells: the body of each ends as one that shows it would.
        return answer(fourth if len(asked) == 8 else 200, body=b"404")

    server = serve(now_and_then)
    create = step(Request("POST", "/fleets", Caller.OWNER, (JSON,), b"{}"))
    read = lines(create, answered(404), target=Target(server.url), tries=11)
    assert "# A try shows it if its last response is 404 instead of 200." in read
    said = run(read)
    assert len(asked) == 2 * tries
    assert said.count("--- try ") == tries
    assert said.splitlines()[-1] == ("try 4 of 11 shows it" if fourth == 404 else "no try of 11 showed it")


@pytest.mark.parametrize("request_", [each for each in REQUESTS if len(each.body) + len(each.path) > 1_000])
def test_a_line_of_what_is_long_is_short(request_: Request) -> None:
    assert len(line(request_)) < LONGEST_LINE


@needs_curl
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no process list to read here")
def test_the_process_list_shows_no_secret(serve: Serve, tmp_path: Path) -> None:
    seen = list[bytes]()

    def look(_: Heard) -> bytes:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                seen.append(process.read_bytes())
        return answer()

    server = serve(look)
    (tmp_path / "target.toml").write_text(f'base_url = "{server.url}"{HEADERS}')
    (tmp_path / "a token").write_text("s3cret-of-a-file")
    target = read_target(tmp_path / "target.toml", environment=SECRETS)
    requests = [
        Request("GET", "/", Caller.OWNER),
        *(Request("GET", "/", Caller.STRANGER, near_key=near) for near in NEAR_KEYS),
    ]
    key = "s3cret-of-the-owner"
    run(lines(*map(step, requests), target=target), FLEET_API_KEY=key, COOKIE="s3cret-cookie", **SECRETS)
    assert len(server.heard) == len(requests)
    assert any(b"curl" in each for each in seen)
    secrets = [key, key.swapcase(), "s3cret-cookie", "s3cret-of-a-file", *SECRETS.values()]
    assert not [each for each in seen if any(secret.encode() in each for secret in secrets)]


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


@needs_curl
def test_the_headers_of_the_target_are_sent_and_the_secret_ones_not_shown(serve: Serve, tmp_path: Path) -> None:
    server = serve()
    (tmp_path / "a token").write_text("s3cret-of-a-file\n")
    (tmp_path / "target.toml").write_text(f'base_url = "{server.url}"{HEADERS}')
    target = read_target(tmp_path / "target.toml", environment=SECRETS)
    read = lines(step(Request("GET", "/p", Caller.OWNER, (("Accept", "*/*"),))), target=target)
    assert "s3cret" not in "".join(read)
    run(read, COOKIE="session=s3cret-of-the-file", **SECRETS)
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
    assert ("-H 'Sec-Fleet-Contract: ?1'" in line(Request("GET", "/p", Caller.OWNER), Target(url))) is is_told
