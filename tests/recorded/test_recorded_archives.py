"""Archives as browsers, proxies and test tools write them: what is read of each, and what each comes to."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.exchange import Answer, Caller
from fleet_contract.contract_tests.recorded.archives import Archive, read_archive
from fleet_contract.contract_tests.recorded.traffic import Traffic, base_url_of, traffic_of
from fleet_contract.contract_tests.target.masking import Secret
from fleet_contract.contract_tests.target.target import Fixtures, Target
from tests.suite.harness import command

FOLDER = Path(__file__).parent / "archives"


def read(name: str, **target: Any) -> Traffic:
    archive = read_archive(FOLDER / f"{name}.har")
    base_url = base_url_of(archive.entries)
    return traffic_of(archive, base_url, Target(base_url, **target))


def judge(path: Path, *options: str) -> tuple[int, str]:
    result = command("judge", str(path), *options)
    return result.exit_code, result.output


@pytest.fixture
def chrome() -> Any:
    return json.loads((FOLDER / "chrome.har").read_text())


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(value: Any) -> Path:
        file = tmp_path / "some.har"
        file.write_text(value if isinstance(value, str) else json.dumps(value))
        return file

    return write


@pytest.mark.parametrize(
    ("name", "code", "base_url"),
    [
        ("chrome", 0, "https://drive.example"),
        ("firefox", 0, "https://drive.example/gateway"),
        ("mitmproxy", 0, "http://drive.example:8080"),
        ("newman", 1, "https://drive.example"),
        ("chrome-a-lost-fleet", 1, "https://drive.example"),
    ],
)
def test_each_producer_is_read(name: str, code: int, base_url: str) -> None:
    assert read(name).base_url == base_url
    assert judge(FOLDER / f"{name}.har")[0] == code


def test_what_is_not_of_the_api_is_left_out_and_counted() -> None:
    traffic = read("chrome")
    assert [each.number for each in traffic.exchanges] == [2, 3, 4, 5, 6, 8, 9]
    assert traffic.left_out == [
        "3 of 11 requests, which went to other servers, or to paths that do not belong to this API",
        "1 of 11 requests, which were answered by the client's cache",
    ]


def test_bodies_are_read_as_they_were_or_not_at_all() -> None:
    by_number = {each.number: each for each in read("chrome").exchanges}
    answers = {number: each.answer or Answer(0) for number, each in by_number.items()}
    assert answers[3].json["fleetId"] == "acme-corp-001"
    assert not answers[6].whole
    assert by_number[8].answer is None
    assert "ERR_BLOCKED_BY_CLIENT" in by_number[8].trouble
    base64, compressed, _ = (each.answer or Answer(0) for each in read("mitmproxy").exchanges)
    assert base64.json == {"fleetId": "m-1", "fleetName": None}
    assert compressed.is_json


def test_a_key_belongs_to_the_owner_where_it_is_the_only_one() -> None:
    callers = {each.request.method: each.request.caller for each in read("chrome").exchanges}
    assert callers == {"OPTIONS": Caller.NOBODY, **dict.fromkeys(("GET", "POST", "PUT"), Caller.OWNER)}
    assert {each.request.caller for each in read("newman").exchanges} == {Caller.SOMEBODY}


def test_the_fleets_of_a_target_file_are_whose_key_was_seen() -> None:
    fixtures = Fixtures(fleet_with_codes="acme")
    assert read("chrome", fixtures=fixtures, api_key=Secret("another")).facts.fixtures.fleet_with_codes is None
    assert read("chrome", fixtures=fixtures, api_key=Secret("acme-secret-key")).facts.fixtures == fixtures


def test_no_key_is_in_any_report(tmp_path: Path) -> None:
    forms = ("html", "markdown", "json", "junit", "code-quality", "har")
    options = [word for form in forms for word in (f"--{form}", str(tmp_path / form))]
    code, output = judge(FOLDER / "chrome-a-lost-fleet.har", *options, "--verbose")
    assert code == 1
    for text in (output, *((tmp_path / form).read_text() for form in forms)):
        assert "acme-secret-key" not in text
    report = json.loads((tmp_path / "json").read_text())
    assert (report["depth"], report["mark"], report["outcome"]) == ("recorded", "none", "breaks")


def test_a_404_after_a_create_is_a_fleet_that_was_lost() -> None:
    code, output = judge(FOLDER / "chrome-a-lost-fleet.har")
    assert code == 1
    assert "✗ fleets.id-finds-the-fleet" in output


def test_but_not_soon_after_it_nor_with_another_key(written: Any) -> None:
    lost = json.loads((FOLDER / "chrome-a-lost-fleet.har").read_text())
    soon, others = deepcopy(lost), deepcopy(lost)
    soon["log"]["entries"][3]["startedDateTime"] = "2026-03-02T09:15:05.000Z"
    next(each for each in others["log"]["entries"][3]["request"]["headers"] if each["name"] == "x-api-key")["value"] = (
        "b"
    )
    assert judge(written(soon))[0] == 0
    assert judge(written(others))[0] == 0


def test_a_waiver_and_a_narrower_gate_are_obeyed(tmp_path: Path) -> None:
    waivers = tmp_path / "waivers.toml"
    waivers.write_text(
        '[[waivers]]\nid = "fleets.id-finds-the-fleet"\nreason = "known"\nowner = "team"\nuntil = 2999-01-01\n'
    )
    code, output = judge(FOLDER / "chrome-a-lost-fleet.har", "--waivers", str(waivers))
    assert (code, "waived" in output) == (0, True)
    assert judge(FOLDER / "chrome.har", "--require-all")[0] == 3


@pytest.mark.parametrize("field", ["postData", "content"])
def test_what_was_masked_is_not_compared(field: str, chrome: Any, written: Any) -> None:
    entry = chrome["log"]["entries"][3]
    if field == "postData":
        entry["request"]["postData"]["text"] = '{"newName": "[REDACTED]"}'
    else:
        entry["response"]["content"]["text"] = '{"fleetId": "acme-corp-001", "fleetName": "***"}'
    assert judge(written(chrome))[0] == 0


@pytest.mark.parametrize(
    "header", [{"name": "Content-Length", "value": "200000"}, {"name": "Transfer-Encoding", "value": "chunked"}]
)
def test_a_body_that_headers_announce_was_left_out_whatever_its_size(header: Any, chrome: Any, written: Any) -> None:
    request, response = (chrome["log"]["entries"][3][each] for each in ("request", "response"))
    request["headers"] = [each for each in request["headers"] if each["name"].lower() != "content-length"] + [header]
    request.pop("postData")
    request["bodySize"] = 0
    response.update(status=413, content={"size": 0, "mimeType": "text/plain", "text": ""})
    assert judge(written(chrome))[0] == 0


def test_a_response_for_a_range_or_a_condition_is_no_fault(chrome: Any, written: Any) -> None:
    entry = chrome["log"]["entries"][8]
    entry["request"]["headers"].append({"name": "range", "value": "bytes=0-3"})
    entry["response"].update(status=206, content={"size": 4, "mimeType": "application/json", "text": '{"ke'})
    assert judge(written(chrome))[0] == 0


@pytest.mark.parametrize("url", ["https://drive.example//[x", "https://drive.example//api/emp/v1/charging-keys"])
def test_a_path_is_no_host_whatever_it_holds(url: str, chrome: Any, written: Any) -> None:
    entry = deepcopy(chrome["log"]["entries"][8])
    entry["request"]["url"] = url
    entry["response"].update(status=404, content={"size": 0, "mimeType": "text/plain", "text": ""})
    chrome["log"]["entries"].append(entry)
    assert judge(written(chrome))[0] == 0


@pytest.mark.parametrize("status", [408, 421, 425])
def test_a_response_about_the_connection_is_not_the_apis(status: int, chrome: Any, written: Any) -> None:
    for entry in chrome["log"]["entries"]:
        if entry["request"]["method"] == "POST":
            content = {"size": 2, "mimeType": "application/json", "text": "{}"}
            entry["response"].update(status=status, content=content)
    file = written(chrome)
    code, output = judge(file)
    assert code != 1, output
    assert f"({status})" in output


# --- what is no archive ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "ends in the middle"),
        ('{"log": {"version": "1.2", "entries": [{"request', "ends in the middle"),
        ("<html>", "is not JSON"),
        ("[" * 100_000, "is nested too deeply"),
        ("[]", "has no log.entries"),
        ('{"log": {"version": "1.2"}}', "has no log.entries"),
        ('{"log": {"version": "2.0", "entries": []}}', "is of version '2.0'"),
    ],
)
def test_what_is_no_archive_is_refused(text: str, says: str, written: Any) -> None:
    code, output = judge(written(text))
    assert (code, says in output) == (2, True), output


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleet_contract.contract_tests.recorded.archives.LARGEST", 100)
    code, output = judge(FOLDER / "chrome.har")
    assert (code, "100 bytes" in output) == (2, True), output


def test_entries_that_cannot_be_read_are_counted(written: Any) -> None:
    odd: list[Any] = [
        None,
        1,
        {},
        {"request": 1},
        {"request": {"method": "GET", "url": "x"}, "startedDateTime": "never"},
    ]
    file = written({"log": {"version": "1.2", "entries": odd}})
    assert read_archive(file) == Archive((), len(odd))
    code, output = judge(file)
    assert code == 3
    assert "5 of 5 requests, which could not be read as entries" in output
    assert "no requirement was judged" in output


def test_nothing_of_this_api_is_inconclusive() -> None:
    code, output = judge(FOLDER / "chrome.har", "--base-url", "https://elsewhere.example")
    assert code == 3
    assert "11 of 11 requests, which went to other servers" in output


def changed(entry: Any, at: str, value: Any) -> None:
    *path, last = at.split(".")
    for name in path:
        entry = entry[name]
    entry[last] = value


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("startedDateTime", "0001-01-01T00:00:00Z"),
        ("startedDateTime", "9999-12-31T23:59:59.999Z"),
        ("time", int("9" * 400)),
        ("time", 1e300),
        ("request.method", "GE\ud800T"),
        ("request.method", "F\x1b[31mRED\x1b[0m"),
        ("request.method", ""),
        ("request.headers", [{"name": "X", "value": "\ud800"}]),
        ("response.headers", [{"name": "\ud800", "value": "x"}]),
        ("response.status", True),
        ("response.status", 1),
        ("response.status", 1000),
        ("response.status", 10**30),
    ],
)
def test_an_entry_that_no_traffic_can_have_is_counted(at: str, value: Any, chrome: Any, written: Any) -> None:
    changed(chrome["log"]["entries"][8], at, value)
    code, output = judge(written(chrome))
    assert code == 0, output
    assert "1 of 11 requests, which could not be read as entries" in output


@pytest.mark.parametrize("at", ["time", "response.status", "response.content.size", "pageref"])
def test_a_number_of_any_length_is_read(at: str, chrome: Any, written: Any) -> None:
    changed(chrome["log"]["entries"][8], at, 123454321)
    code, output = judge(written(json.dumps(chrome).replace("123454321", "9" * 5000)))
    assert code == 0, output
    assert ("could not be read as entries" in output) == (at == "response.status")
