"""The page and what it is told: its files, the stream of exchanges, and the lines that repeat them."""

import asyncio
import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice, takewhile
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from fleet_contract.mock_server.control import following
from fleet_contract.mock_server.control.curl import repeated
from fleet_contract.mock_server.control.following import MOST_SHOWN
from fleet_contract.mock_server.messages import Call, Fields
from fleet_contract.mock_server.parts import Control, parts
from fleet_contract.mock_server.pseudonyms import Secrets
from fleet_contract.mock_server.serving import serving
from fleet_contract.mock_server.world import World
from tests.mock.test_mock_control import Controller

PAGE = "/_mock/ui"
EVENTS = "/_mock/journal/events"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def mock() -> Controller:
    return Controller(parts())


# --- the files -----------------------------------------------------------------------------------


def test_the_page_loads_its_own_files_and_nothing_else() -> None:
    with serving() as url, httpx.Client(base_url=url) as client:
        page = client.get(PAGE)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        for name, kind in (("page.js", "text/javascript"), ("page.css", "text/css"), ("icon.svg", "image/svg+xml")):
            assert f'"ui/{name}"' in page.text
            found = client.get(f"{PAGE}/{name}")
            assert (found.status_code, found.headers["content-type"].partition(";")[0]) == (200, kind)
            assert found.headers["content-security-policy"] == page.headers["content-security-policy"]
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert client.get(f"{PAGE}/").headers["location"] == "../ui"
        assert client.get(f"{PAGE}/", follow_redirects=True).text == page.text
        assert client.get(f"/_mock/worlds/mine{PAGE}").text == page.text
        assert [each["name"] for each in client.get("/_mock/worlds").json()["worlds"]] == ["main"]
        assert client.head(PAGE).content == b""
        assert client.post(PAGE).status_code == 405


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fservice.py", "__init__.py", "%2e%2e", "index"])
def test_nothing_else_is_a_file_of_the_page(mock: Controller, name: str) -> None:
    assert mock("GET", f"{PAGE}/{name}").status_code == 404


def test_the_page_needs_no_token_but_all_that_it_shows_does() -> None:
    made = parts()
    made.control = Control(token="s3cret-token")
    with serving(made) as url, httpx.Client(base_url=url) as client:
        assert client.get(PAGE, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
        assert client.get(f"{PAGE}/page.js").status_code == 200
        for path in (EVENTS, "/_mock/questions", "/_mock/fleets"):
            assert client.get(path).status_code == 401


def test_without_control_there_is_no_page() -> None:
    made = parts()
    made.control = None
    assert Controller(made)("GET", PAGE).status_code != 200


def test_questions_are_listed_with_their_answers(mock: Controller) -> None:
    listed = mock("GET", "/_mock/questions").json()["questions"]
    by_name = {each["question"]: each for each in listed}
    assert mock("GET", "/_mock/dialect").json().keys() <= by_name.keys()
    assert [each["answer"] for each in by_name["create.status"]["answers"]][:1] == ["201"]


def test_fleets_and_keys_are_found_by_what_they_contain_and_as_many_as_asked_for(mock: Controller) -> None:
    for number in range(3):
        mock.create(f"many-{number}", f"Name {number}")

    def ids(query: str) -> list[str]:
        return [each["fleetId"] for each in mock("GET", f"/_mock/fleets?{query}").json()["fleets"]]

    assert ids("contains=many-&limit=2") == ["many-0", "many-1"]
    assert ids("contains=Name%202") == ["many-2"]
    assert ids("contains=nowhere") == []
    mock("PUT", "/_mock/charging-keys/K1", {"visualNumber": "V", "contractId": "C", "fleetId": "many-1"})
    keys = mock("GET", "/_mock/charging-keys?fleetId=many-1&limit=5").json()["chargingKeys"]
    assert [each["keyIdentifier"] for each in keys] == ["K1"]
    assert mock("GET", "/_mock/fleets?limit=0").status_code == 400


# --- the stream ----------------------------------------------------------------------------------


class Reader:
    """Reads the events of a stream one by one."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.iter_lines()

    def __call__(self, name: str) -> tuple[Any, str]:
        """Return the value and the id of the next event, which has to have this name."""
        fields = self.next()
        assert fields.get("event") == name, fields
        return json.loads(fields["data"]), fields.get("id", "")

    def exchanges(self, number: int) -> list[Any]:
        """Return the values of so many exchanges, whatever else comes between."""
        found: list[Any] = []
        while len(found) < number:
            fields = self.next()
            found += [json.loads(fields["data"])] if fields["event"] == "exchange" else []
        return found

    def signs_of_life(self, most: int) -> int:
        """Return how many comments come next, with nothing else between them, up to a number."""
        lines = (line for line in self._lines if line)
        return sum(1 for _ in takewhile(lambda line: line.startswith(":"), islice(lines, most)))

    def next(self) -> dict[str, str]:
        """Return the fields of the next event."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line and fields:
                break
            if line and not line.startswith(":"):
                member, _, value = line.partition(": ")
                fields[member] = value
        return fields


@contextmanager
def told(url: str, query: str = "", **headers: str) -> Iterator[Reader]:
    with httpx.stream("GET", f"{url}{EVENTS}{query}", headers=headers, timeout=15) as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        yield Reader(answer)


def codes(url: str, fleet: str = "acme-corp-001", key: str = "demo-key", **headers: str) -> httpx.Response:
    return httpx.get(f"{url}/emp/v1/fleets/{fleet}/invitation", headers={"X-API-Key": key, **headers})


def test_exchanges_are_told_as_they_happen_with_pseudonyms_and_reasons() -> None:
    with serving() as url, told(url) as event:
        assert {"world": "main", "most": 5000}.items() <= event("open")[0].items()
        codes(url)
        codes(url, "nobody", "s3cret-key")
        codes(url, **{"Mock-World": "other"})
        codes(url, "nobody")
        first, second, third = (event("exchange")[0] for _ in range(3))
    assert (first["status"], first["reason"]) == (200, None)
    assert (second["reason"], second["problem"]["detail"]) == ("unknown key", "X-API-Key is not a known API key.")
    assert third["reason"] == "no such fleet"
    text = json.dumps([first, second, third])
    for secret in ("demo-key", "s3cret-key", "FLEET2024ABC"):
        assert secret not in text
    keys = [
        h["value"] for each in (first, second, third) for h in each["request"]["headers"] if h["name"] == "x-api-key"
    ]
    assert len(set(keys)) == 2
    assert "$FLEET_API_KEY" in first["repeat"]["command"]


def test_a_key_that_is_repeated_elsewhere_is_not_told() -> None:
    with serving() as url, told(url) as event:
        event("open")
        httpx.get(f"{url}/emp/v1/s3cret%2Fkey?k=s3cret%2fkey", headers={"X-API-Key": "s3cret/key"})
        exchange = event("exchange")[0]
    assert "s3cret" not in json.dumps(exchange)
    [key] = [each["value"] for each in exchange["request"]["headers"] if each["name"] == "x-api-key"]
    assert (exchange["request"]["path"], exchange["request"]["query"]) == (f"/emp/v1/{key}", f"k={key}")


def test_a_secret_that_another_exchange_showed_is_not_told() -> None:
    with serving() as url, told(url) as event:
        event("open")
        codes(url, key="s3cret/key")
        codes(url)
        assert [event("exchange")[0]["status"] for _ in range(2)] == [401, 200]
        httpx.get(f"{url}/emp/v1/fleets/FLEET2024ABC?k=s3cret%2Fkey")
        exchange = event("exchange")[0]
    assert not {"FLEET2024ABC", "s3cret"} & set(re.findall(r"\w+", json.dumps(exchange)))
    assert re.fullmatch("/emp/v1/fleets/CODE[0-9A-F]{12}", exchange["request"]["path"])


def test_a_code_or_key_of_the_world_is_not_told_though_no_exchange_has_shown_it() -> None:
    with serving() as url, told(url) as event:
        event("open")
        codes(url, "FLEET2024ABC")
        codes(url, "other-key")
        httpx.patch(f"{url}/_mock/api-keys", json={"other-key": None})
        httpx.put(f"{url}/_mock/state", json={"fleets": [{"fleetId": "a", "codes": ["S3CRET-A"]}]})
        codes(url, "FLEET2024XYZ")
        codes(url, "other-key")
        codes(url, "S3CRET-A")
        exchanges = event.exchanges(5)
    paths = [each["request"]["path"] for each in exchanges]
    assert [bool(re.search("CODE[0-9A-F]{12}|key-[0-9a-f]{12}", path)) for path in paths] == [True] * 5
    assert not re.search("FLEET2024|other-key|S3CRET", json.dumps(exchanges))


def test_a_code_that_is_made_while_secrets_are_looked_up_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up, changed, known = threading.Event(), threading.Event(), World.secrets

    async def slow(world: World) -> Secrets:
        found = await known(world)
        if not looked_up.is_set():
            looked_up.set()
            await asyncio.to_thread(changed.wait, 10)
        return found

    monkeypatch.setattr(World, "secrets", slow)
    with serving() as url:
        codes(url, "nobody")
        with told(url) as event:
            event("open")
            assert looked_up.wait(10)
            httpx.post(f"{url}/_mock/fleets/acme-corp-001/codes", json={"code": "S3CRET-A"})
            codes(url, "S3CRET-A")
            changed.set()
            exchanges = event.exchanges(2)
    assert [each["status"] for each in exchanges] == [404, 404]
    assert "S3CRET" not in json.dumps(exchanges)


def test_where_nothing_is_new_no_secrets_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up, known = list[str](), World.secrets

    async def counted(world: World) -> Secrets:
        looked_up.append(world.name)
        return await known(world)

    monkeypatch.setattr(World, "secrets", counted)
    monkeypatch.setattr(following, "SIGN_OF_LIFE", 0.01)
    with serving() as url:
        codes(url)
        with told(url) as event:
            event("open")
            event("exchange")
            assert event.signs_of_life(5) == 5
    assert looked_up == ["main"]


def test_codes_that_are_sent_packed_have_pseudonyms_too() -> None:
    with serving() as url, told(url) as event:
        event("open")
        httpx.patch(f"{url}/_mock/dialect", json={"answer.compression": "gzip"})
        event("changed")
        assert "FLEET2024ABC" in codes(url).text
        exchange = event("exchange")[0]
    assert "FLEET2024ABC" not in json.dumps(exchange)
    assert json.loads(exchange["response"]["body"])


def test_a_reader_that_comes_back_is_told_what_it_missed_and_no_more() -> None:
    with serving() as url:
        for _ in range(2):
            codes(url)
        with told(url) as event:
            event("open")
            event("exchange")
            _, last = event("exchange")
        codes(url, "nobody")
        with told(url, **{"Last-Event-ID": last}) as event:
            event("open")
            assert event("exchange")[0]["status"] == 404
        with told(url, **{"Last-Event-ID": "another-journal-7"}) as event:
            event("open")
            assert event("exchange")[0]["number"] == 1


def test_a_change_and_a_reset_are_told() -> None:
    with serving() as url, told(url) as event:
        event("open")
        httpx.post(f"{url}/_mock/fleets/acme-corp-001/codes", json={"code": "NEW"})
        event("changed")
        codes(url)
        event("exchange")
        httpx.post(f"{url}/_mock/reset")
        event("cleared")
        event("changed")
        codes(url)
        assert event("exchange")[0]["number"] == 2


def test_no_more_are_shown_at_a_time_than_are_asked_for() -> None:
    with serving() as url:
        for _ in range(5):
            codes(url)
        with told(url, "?limit=2") as event:
            event("open")
            assert event("skipped")[0] == {"count": 3}
            assert [event("exchange")[0]["number"] for _ in range(2)] == [4, 5]


def test_a_long_body_is_cut_and_a_compressed_one_is_readable() -> None:
    made = parts({"answer.compression": "gzip"})
    with serving(made) as url, told(url) as event:
        event("open")
        text = json.dumps({"fleetId": "one", "fleetName": "n" * MOST_SHOWN})
        httpx.post(f"{url}/emp/v1/fleets", content=text, headers={"X-API-Key": "demo-key", **JSON})
        exchange, _ = event("exchange")
        assert exchange["request"]["body"].endswith("bytes more")
        assert len(exchange["request"]["body"]) < MOST_SHOWN + 100
        codes(url, "nobody")
        assert "No fleet has this fleetId." in event("exchange")[0]["response"]["body"]


def test_readers_are_bounded_and_forgotten_when_they_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MOST_FOLLOWERS", 3)
    monkeypatch.setattr(following, "SIGN_OF_LIFE", 0.2)
    with serving() as url, httpx.Client() as client:
        opened = [client.send(client.build_request("GET", url + EVENTS), stream=True) for _ in range(3)]
        refused = client.get(url + EVENTS)
        for each in opened:
            each.close()
        assert ({each.status_code for each in opened}, refused.status_code) == ({200}, 429)
        until = time.monotonic() + 10
        while (status := status_of(client, url + EVENTS)) == 429 and time.monotonic() < until:
            time.sleep(0.05)
        assert status == 200


def test_a_reader_who_does_not_read_holds_up_nobody_and_goes_on_when_it_reads() -> None:
    large = json.dumps({"fleetId": "one", "fleetName": "n" * MOST_SHOWN})
    with (
        serving() as url,
        httpx.Client(headers={"X-API-Key": "demo-key", **JSON}, timeout=10) as client,
        socket.socket() as reader,
    ):
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", urlsplit(url).port))
        reader.sendall(f"GET {EVENTS} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        began = time.monotonic()
        for _ in range(400):  # More than sockets hold.
            assert client.post(f"{url}/emp/v1/fleets", content=large).status_code == 400
        reader.settimeout(1 + (time.monotonic() - began) * 2)
        read = b""
        while b"event: skipped" not in read:
            came = reader.recv(2**20)
            assert came, "the stream goes on"
            read = read[-100:] + came


def status_of(client: httpx.Client, url: str) -> int:
    with client.stream("GET", url) as answer:
        return answer.status_code


def test_head_says_what_the_stream_is_and_ends() -> None:
    with serving() as url:
        answer = httpx.head(url + EVENTS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


def test_an_open_stream_does_not_keep_the_mock_from_ending() -> None:
    with serving() as url:
        answer = httpx.Client().send(httpx.Request("GET", url + EVENTS), stream=True)
        assert answer.status_code == 200
    answer.close()


# --- the lines that repeat -----------------------------------------------------------------------

ODD = [
    ("POST", "/emp/v1/fleets", b'{"fleetId": "it\'s", "fleetName": "100 % \\u0041 \xc3\xa9 \n"}'),
    ("POST", "/emp/v1/fleets", b"@/etc/passwd"),
    ("POST", "/emp/v1/fleets", b"\x00\xff\\n%s"),
    ("PUT", "/emp/v1/fleets/a%2Fb%20c/rename", b"-n"),
    ("GET", "/emp/v1/fleets/[x]{1,2}/./../invitation?a=[1-3]&b='", b""),
    ("DELETE", "/emp/v1/fleets", b""),
]


@pytest.mark.parametrize(("method", "path", "body"), ODD)
def test_a_line_sends_the_same_again(method: str, path: str, body: bytes) -> None:
    with serving() as url:
        path, _, query = path.partition("?")
        headers = (("x-api-key", "demo-key"), ("content-type", "application/json"), ("x-trace", "a 'b' $c"))
        given = Call(method, path, Fields(headers), raw_query=query.encode(), raw_body=body)
        line = repeated(given, url)
        done = subprocess.run(
            ["bash", "-c", line["command"]], capture_output=True, check=True, env={"FLEET_API_KEY": "demo-key"}
        )
        assert done.stdout.startswith(b"HTTP/1.1 ")
        [entry] = httpx.get(f"{url}/_mock/journal").json()["entries"]
    request = entry["request"]
    assert (request["method"], request["path"], request["query"]) == (method, path, query)
    if entry["operation"]:
        assert request["body"] == body.decode("utf-8", "backslashreplace")
    sent = {each["name"]: each["value"] for each in request["headers"]}
    assert (sent["x-api-key"], sent["x-trace"]) == ("demo-key", "a 'b' $c")
    assert "demo-key" not in line["command"]


def test_what_a_line_cannot_repeat_is_noted() -> None:
    headers = (("authorization", "Bearer s3cret"), ("content-length", "7"), ("user-agent", "x"), ("mock-world", "mine"))
    line = repeated(Call("PUT", "/x", Fields(headers), world="mine"), "http://mock")
    assert line["command"] == "curl -sS -i -X PUT -H 'Mock-World: mine' http://mock/x"
    assert "left out" in line["note"]
    assert "not read" in line["note"]
    long = repeated(Call("POST", "/x", Fields((("x-api-key", ""),)), raw_body=b"x" * 10_000), "http://mock")
    assert "-H 'X-API-Key;'" in long["command"]
    assert "10000 bytes" in long["note"]


# --- why so --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("misbehaviour", "fleet", "reason", "detail"),
    [
        ("every-call-fails", "nobody", "internal error", ""),
        ("truncated-json", "acme-corp-001", "asked for", ""),
        ("errors-in-html", "nobody", "no such fleet", "No fleet has this fleetId. "),
    ],
)
def test_the_journal_names_the_misbehaviour(
    mock: Controller, misbehaviour: str, fleet: str, reason: str, detail: str
) -> None:
    mock.is_honest = False
    mock("PUT", "/_mock/misbehaviours", {"misbehaviours": [misbehaviour]})
    mock.codes(fleet)
    [entry] = mock("GET", "/_mock/journal").json()["entries"]
    assert entry["reason"] == reason
    assert entry["problem"]["detail"] == f"{detail}The misbehaviour {misbehaviour} of this world did this."


def test_the_journal_has_the_body_of_what_is_refused_on_demand(mock: Controller) -> None:
    mock("POST", "/_mock/rules", {"times": 1, "respond": {"status": 429}})
    assert mock.create("one").status_code == 429
    mock.is_honest = False
    mock("PUT", "/_mock/misbehaviours", {"misbehaviours": ["every-call-fails"]})
    assert mock.create("two").status_code == 500
    too_long = mock("POST", "/emp/v1/fleets", {"fleetId": "n" * 200_000})
    assert too_long.status_code == 500
    bodies = [each["request"]["body"] for each in mock("GET", "/_mock/journal").json()["entries"]]
    assert [json.loads(body) for body in bodies[:2]] == [{"fleetId": "one"}, {"fleetId": "two"}]
    assert bodies[2] == ""


def test_what_a_misbehaviour_leaves_as_it_is_has_its_own_reason(mock: Controller) -> None:
    mock("PUT", "/_mock/misbehaviours", {"misbehaviours": ["truncated-json"]})
    mock.codes("nobody")
    [entry] = mock("GET", "/_mock/journal").json()["entries"]
    assert entry["problem"]["detail"] == "No fleet has this fleetId."
