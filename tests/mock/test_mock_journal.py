"""The journal: what was sent, how it was answered and why so; and the log of requests."""

import asyncio
import html
import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_contract.mock_server.app import build
from fleet_contract.mock_server.clock import steady
from fleet_contract.mock_server.journal import MOST_BYTES, Entry, Journal
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.log_of_requests import Masks, line_for_people, line_of_json
from fleet_contract.mock_server.messages import Answer, Call, Fault, Fields, Reason
from fleet_contract.mock_server.parts import Bounds, parts
from fleet_contract.mock_server.pseudonyms import MOST_REMEMBERED, finding_many
from fleet_contract.mock_server.seed import default_seed
from fleet_contract.spec.escapes import Find, finding, rewritten
from tests.mock.conftest import UNSET
from tests.mock.test_mock_control import Controller

CODES = "get_invitation_codes"


@pytest.fixture
def mock() -> Controller:
    return Controller(parts())


def entries(mock: Controller, query: str = "") -> list[Any]:
    found: list[Any] = mock("GET", f"/_mock/journal{query}").json()["entries"]
    return found


def test_an_exchange_is_noted_with_all_that_was_said(mock: Controller) -> None:
    mock.create("one", "One")
    [entry] = entries(mock)
    assert (entry["operation"], entry["tenant"], entry["world"]) == ("create_fleet", "demo", "main")
    assert (entry["status"], entry["reason"], entry["problem"]) == (201, None, None)
    assert json.loads(entry["request"]["body"]) == {"fleetId": "one", "fleetName": "One"}
    assert json.loads(entry["response"]["body"]) == {"fleetId": "one", "fleetName": "One"}
    assert {"name": "x-api-key", "value": "demo-key"} in entry["request"]["headers"]
    assert 0 <= entry["seconds"] < 5


@pytest.mark.parametrize("body", ["problem", "empty", "text"])
def test_the_reason_of_a_refusal_is_noted_whatever_the_dialect_shows(mock: Controller, body: str) -> None:
    mock("PATCH", "/_mock/dialect", {"error.body": body})
    mock.codes("codeless-001")
    mock.codes("acme-corp-001", key="wrong")
    mock("GET", "/emp/v1/nothing")
    reasons = [(each["status"], each["reason"], each["operation"]) for each in entries(mock)]
    assert reasons == [
        (404, "no active invitation codes", CODES),
        (401, "unknown key", CODES),
        (404, "no such path", None),
    ]
    assert entries(mock)[0]["problem"]["detail"] == "The fleet has no active invitation codes."


def test_what_is_refused_before_it_is_a_call_is_noted_too(mock: Controller) -> None:
    mock("OPTIONS", "/emp/v1/fleets", headers={"Origin": "https://x.example", "Access-Control-Request-Method": "PUT"})
    mock("GET", "/openapi.json")
    assert [(each["status"], each["request"]["method"]) for each in entries(mock)] == [(403, "OPTIONS"), (200, "GET")]


def test_exchanges_are_searched_and_counted(mock: Controller) -> None:
    for number in range(5):
        mock.create(f"f-{number}")
    mock.codes("f-1")
    assert [each["status"] for each in entries(mock, f"?operation={CODES}")] == [404]
    assert len(entries(mock, "?status=201&limit=2")) == 2
    assert mock("GET", "/_mock/journal?limit=2").json()["found"] == 6
    assert [each["number"] for each in entries(mock, "?after=4&method=POST")] == [5]
    assert len(entries(mock, "?path=f-1&tenant=demo")) == 1
    assert entries(mock, "?tenant=other") == []
    assert len(entries(mock, "?reason=no%20active%20invitation%20codes")) == 1
    assert mock("GET", "/_mock/journal?limit=0").status_code == 400
    assert mock("GET", "/_mock/journal?status=x").status_code == 400


def test_a_journal_is_one_worlds_and_goes_with_a_reset(mock: Controller) -> None:
    for world in ("a", "b"):
        mock.codes("acme-corp-001", headers={"Mock-World": world})
    assert [each["world"] for each in entries(mock)] == []
    in_a = mock("GET", "/_mock/journal", headers={"Mock-World": "a"}).json()["entries"]
    assert [each["world"] for each in in_a] == ["a"]
    mock("POST", "/_mock/reset", headers={"Mock-World": "a"})
    assert mock("GET", "/_mock/journal", headers={"Mock-World": "a"}).json()["found"] == 0
    assert mock("GET", "/_mock/journal", headers={"Mock-World": "b"}).json()["found"] == 1
    mock("DELETE", "/_mock/journal", headers={"Mock-World": "b"})
    assert mock("GET", "/_mock/journal", headers={"Mock-World": "b"}).json()["found"] == 0


def test_the_ring_is_bounded_in_number_and_in_bytes() -> None:
    journal = Journal(3)
    for number in range(5):
        journal.note(0.0, Call("GET", f"/{number}", Fields()), Answer(200, {}))
    assert [each.call.raw_path for each in journal.of("main")] == ["/2", "/3", "/4"]
    for _ in range(5):
        journal.note(0.0, Call("GET", "/large", Fields()), Answer(200, {}, bytes(MOST_BYTES // 2 - 1000)))
    assert len(list(journal.of("main"))) == 2


def test_an_exchange_is_read_as_it_was_noted() -> None:
    journal, heard = Journal(3), list[Entry]()
    listened = Journal(3, heard.append)
    reason = Reason(Kind.BAD_BODY, "No.", Fault("/a", None, "maxLength", 1, 2, "bytes"), "create.refuses-a-missing-id")
    call = Call("POST", "/x", Fields((("a", "b"),)), b"q", "create_fleet", "w", tenant="demo", raw_body=b"\xff")
    answer = Answer(400, {"c": "d"}, b"body", Kind.BAD_BODY, reason=reason)
    began = steady() - 5
    for each in (journal, listened):
        each.note(began, call, answer)
    [read] = journal.of("w")
    assert (read.number, read.call, read.answer) == (1, call, answer)
    assert 5 <= read.seconds < 10
    assert 0 <= time.time() - read.seconds - read.at < 5
    assert [(each.call, each.answer) for each in heard] == [(call, answer)]


def test_without_a_journal_nothing_is_noted() -> None:
    made = parts()
    made.bounds = Bounds(journal=0)
    mock = Controller(made)
    mock.codes("acme-corp-001")
    assert entries(mock) == []


# --- as HAR --------------------------------------------------------------------------------------


def test_an_archive_has_pseudonyms_in_place_of_secrets(mock: Controller) -> None:
    mock("PUT", "/_mock/fleets/mine", {"codes": ["S3CRET-A", "S3CRET-B"]})
    mock.codes("mine")
    mock.codes("mine")
    mock.codes("mine", key="not-a-known-key")
    mock.is_honest = False
    mock("PUT", "/_mock/misbehaviours", {"misbehaviours": ["truncated-json"]})
    mock.codes("mine")
    mock("POST", "/_mock/fleets/mine/codes", {"code": "S3CRET-C" * 4})
    mock.codes("mine")  # which is cut off within this code
    answer = mock("GET", "/_mock/journal.har")
    archive = answer.json()["log"]
    for secret in ("demo-key", "not-a-known-key", "S3C"):
        assert secret not in answer.text
    shown = [each["response"]["content"]["text"] for each in archive["entries"]]
    assert shown[0] == shown[1]
    assert len({each["code"] for each in json.loads(shown[0])}) == 2
    sent = [header["value"] for each in archive["entries"] for header in each["request"]["headers"]]
    keys = [value for value in sent if value.startswith("key-")]
    assert (len(keys), len(set(keys))) == (5, 2)
    assert mock("GET", "/_mock/journal.har").json()["log"] == archive


CODE = "S3CRET-A"
LEAVING: list[list[tuple[str, str, Any]]] = [
    [("PUT", "/_mock/state", {"fleets": []})],
    [("PUT", "/_mock/fleets/mine", {})],
    [("DELETE", f"/_mock/fleets/mine/codes/{CODE}", UNSET)],
    [("POST", "/_mock/snapshots/before/restore", UNSET)],
    [("PUT", "/_mock/dialect", {"id.case": "ignored"}), ("PUT", "/_mock/state", {"fleets": []})],
    [("PATCH", "/_mock/api-keys", {"a-third-key": None})],
    [("PUT", "/_mock/state", {"keys": {"demo-key": "demo"}})],
]


@pytest.mark.parametrize("leaving", LEAVING)
def test_an_archive_has_pseudonyms_for_what_the_world_holds_no_more(
    mock: Controller, leaving: list[tuple[str, str, Any]]
) -> None:
    mock("PUT", "/_mock/snapshots/before")
    mock("PUT", "/_mock/fleets/mine", {"codes": [CODE]})
    mock("PATCH", "/_mock/api-keys", {"a-third-key": "demo"})
    for call in leaving:
        mock(*call)
    mock.codes(CODE)
    mock.create("x", f"a-third-key, {CODE}, OLD2019")
    assert not re.search(f"{CODE}|a-third-key|OLD2019", mock("GET", "/_mock/journal.har").text)


def test_a_world_that_begins_anew_has_no_exchange_of_the_one_before(mock: Controller) -> None:
    mock("PUT", "/_mock/worlds/w", {"seed": {"fleets": [{"fleetId": "a", "codes": [CODE]}]}})
    in_it = {"Mock-World": "w"}
    mock.codes(CODE, headers=in_it)
    assert CODE in mock("GET", "/_mock/journal", headers=in_it).text
    mock("PUT", "/_mock/worlds/w", {})
    assert mock("GET", "/_mock/journal", headers=in_it).json()["entries"] == []


@given(st.lists(st.text("ab%2+", min_size=4, max_size=6), max_size=300), st.text("ab%2+ x", max_size=60))
def test_of_many_secrets_the_same_are_found_as_of_few(secrets: list[str], text: str) -> None:
    wanted = {each.encode().replace(b"+", b" "): b"***" for each in secrets}
    found = [rewritten(text.encode(), find(wanted)) for find in (finding, finding_many)]
    assert found[0] == found[1]


KEY = "topsecret+key/0="


@pytest.mark.parametrize("compression", ["none", "gzip"])
@pytest.mark.parametrize("key", [KEY, "short/k+y", "a-key-that-nobody-was-given"])
def test_an_archive_shows_no_key_wherever_it_is_echoed(key: str, compression: str) -> None:
    made = parts()
    made.any_key = True
    mock = Controller(made)
    mock("PATCH", "/_mock/dialect", {"answer.compression": compression})
    in_url, text = quote(key, safe=""), f'{{"detail": "{key} is no key", "{key}": ["{key.replace("/", "%2F")}"]}}'
    headers = {"X-API-Key": key, "Referer": f"http://x/?k={in_url}", "Host": key, "X": in_url}
    headers |= {
        "Content-Type": f'application/json; k="{key}"',
        "Authorization": "Bearer of-a-login",
        "Accept-Encoding": "gzip",
    }
    mock.is_honest = False
    respond = {"status": 404, "headers": {"Location": f"/?k={key}", "Content-Type": f"text/{key}"}, "body": text}
    mock("POST", "/_mock/rules", {"match": {"operation": "create_fleet"}, "respond": respond})
    for body in (
        f'{{"fleetId": "{key}"}}',
        f'{{"x": "a {key}"}}',
        f"{{'{key}",
        key.replace("/", r"\/"),
        f'["{quote(in_url)}"]',
    ):
        query = f"?api_key={in_url}&of-a-login&{in_url}={quote(in_url)}"
        mock("POST", f"/emp/v1/fleets{query}", headers=headers, content=body, key=None)
        mock("PUT", f"/emp/v1/fleets/{in_url}/rename{query}", headers=headers, content=body, key=None)
    answer = mock("GET", "/_mock/journal.har")
    shown = json.dumps(answer.json(), ensure_ascii=False)
    for _ in range(3):
        shown = html.unescape(unquote(shown)).replace("\\", "")
        assert not re.search(f"{re.escape(key)}|of-a-login", shown)
    statuses = {each["response"]["status"] for each in answer.json()["log"]["entries"]}
    assert statuses == {404, 400}, "the rule is met, and the body is read"
    for each in answer.json()["log"]["entries"]:
        assert {"name": "api_key", "value": sent(each, "x-api-key")} in each["request"]["queryString"]


def sent(entry: Any, name: str) -> str:
    return next(str(each["value"]) for each in entry["request"]["headers"] if each["name"] == name)


def test_an_archive_has_what_the_format_asks_for(mock: Controller) -> None:
    mock.create("one")
    mock.keys("?page_size=10&fleetId=a%20b")
    create, listing = mock("GET", "/_mock/journal.har").json()["log"]["entries"]
    assert create["request"]["url"] == "http://mock/emp/v1/fleets"
    assert json.loads(create["request"]["postData"]["text"]) == {"fleetId": "one"}
    assert {"name": "fleetId", "value": "a b"} in listing["request"]["queryString"]
    assert listing["request"]["url"].endswith("?page_size=10&fleetId=a%20b")
    assert set(create) >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
    assert create["response"]["content"]["size"] == len(create["response"]["content"]["text"].encode())


# --- the log of requests -------------------------------------------------------------------------


def lines(**more: Any) -> list[Entry]:
    heard: list[Entry] = []
    made = parts()
    made.listener = heard.append

    async def call() -> None:
        transport = httpx.ASGITransport(build(made))
        async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
            await client.get("/emp/v1/fleets/trace-me/invitation?x=1", **more)

    asyncio.run(call())
    return heard


def masks(*entries: Entry) -> Find:
    """Return what the line of the last of some exchanges is masked with."""
    known = Masks(default_seed())
    return [known.learned(entry) for entry in entries][-1]


def test_a_line_for_people_says_what_became_of_a_request() -> None:
    [entry] = lines(headers={"X-API-Key": "demo-key", "Mock-World": "w"})
    line = line_for_people(entry, masks(entry))
    assert "GET /emp/v1/fleets/trace-me/invitation?x=1 404 (no such fleet) demo in w, " in line
    assert "demo-key" not in line


def test_a_line_of_json_says_the_same() -> None:
    [entry] = lines(headers={"X-API-Key": "s3cret"})
    line = line_of_json(entry, masks(entry))
    read = json.loads(line)
    assert (read["status"], read["reason"], read["operation"]) == (401, "unknown key", CODES)
    assert "s3cret" not in line


@pytest.mark.parametrize("line", [line_for_people, line_of_json])
def test_no_line_has_a_key_that_the_target_repeats(line: Callable[[Entry, Find], str]) -> None:
    [entry] = lines(
        headers={"X-API-Key": "s3cret/key", "Authorization": "Bearer t0ken"}, params={"k": "s3cret/key t0ken"}
    )
    assert not re.search("s3cret|t0ken", line(entry, masks(entry)))


@pytest.mark.parametrize("line", [line_for_people, line_of_json])
@pytest.mark.parametrize("spelled", ["INV-ONE-1", "INV%2DONE%2d1", "x?code=INV-ONE-1"])
def test_no_line_has_a_code_that_an_earlier_exchange_showed(spelled: str, line: Callable[[Entry, Find], str]) -> None:
    listing = Entry(1, 0.0, 0.0, called("/a", CODES), Answer(200, {}, b'[{"code": "INV-ONE-1"}]'), "r")
    misspelled = Entry(2, 0.0, 0.0, called(f"/emp/v1/fleets/{spelled}"), Answer(404, {}), "r")
    assert "INV" in line(misspelled, masks(misspelled)), "nobody has shown it"
    assert "INV" not in line(misspelled, masks(listing, misspelled))


def test_who_tries_many_keys_makes_the_log_forget_no_code_and_shows_none_of_them() -> None:
    listing = Entry(1, 0.0, 0.0, called("/a", CODES), Answer(200, {}, b'[{"code": "INV-ONE-1"}]'), "r")
    tried = [
        Entry(2, 0.0, 0.0, called(f"/INV-ONE-1/wrong-{number}", key=f"wrong-{number}"), Answer(401, {}), "r")
        for number in range(2 * MOST_REMEMBERED)
    ]
    assert " /masked/masked 401" in line_for_people(tried[-1], masks(listing, *tried))


@pytest.mark.parametrize("secret", ["demo-key", *(code.code for each in default_seed().fleets for code in each.codes)])
def test_no_line_has_a_secret_of_the_seed(secret: str) -> None:
    entry = Entry(1, 0.0, 0.0, called(f"/emp/v1/fleets/{secret}"), Answer(404, {}), "r")
    assert line_for_people(entry, masks(entry)).endswith("GET /emp/v1/fleets/masked 404 0.0 ms")


def called(target: str, operation: str = "", key: str = "") -> Call:
    path, _, query = target.partition("?")
    return Call("GET", path, Fields((("x-api-key", key),) if key else ()), query.encode(), operation)
