"""The forms of a report: each says what came of the run, keeps secrets, and lets no server write anything but text."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import jsonschema
import pytest
from junitparser import JUnitXml

from fleet_contract.contract_tests.exchange import Answer
from fleet_contract.contract_tests.reports.code_quality import to_code_quality
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.reports.formats import FORMATS
from fleet_contract.contract_tests.reports.github import annotate, annotations
from fleet_contract.contract_tests.reports.headers import response_id
from fleet_contract.contract_tests.reports.html import bars, to_html
from fleet_contract.contract_tests.reports.markdown import fenced, plain, to_markdown
from fleet_contract.contract_tests.reports.value import Value, value_of
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Outcome, outcome
from fleet_contract.contract_tests.target.masking import MASK
from fleet_contract.contract_tests.target.options import REPORTS
from fleet_contract.contract_tests.target.waivers import Waiver
from fleet_contract.spec.files import read

from .harness import SEED, command, failed, judged, mock

SECRETS = ("demo-key", "other-key", "FLEET2024ABC", "FLEET2024XYZ", "OLD2019", "043A7B1D5E0180")
# Some answer secrets where nobody looks for them.
FAULTS = ("second-create-overwrites", "delete-is-accepted", "inactive-codes-are-listed-too", "rename-cuts-names")
HOSTILE = "<script>alert(1)</script> </pre> {{ 7*7 }} | `x` [a](javascript:alert(1)) \u202e ::error::owned"


@pytest.fixture(scope="module")
def broken() -> Report:
    with mock(*FAULTS) as url:
        return judged(url)


@pytest.fixture(scope="module")
def value(broken: Report) -> Value:
    return value_of(broken)


@pytest.fixture(scope="module")
def hostile(value: Value) -> Value:
    """A report into which a server wrote wherever it can."""
    spoilt = deepcopy(value)
    for each in spoilt["requirements"]:
        if each["failures"]:
            each |= {"expected": HOSTILE, "got": HOSTILE, "message": f"{HOSTILE}\n::error::owned", "timeline": HOSTILE}
    for exchange in spoilt["exchanges"]:
        exchange["request"]["path"] = f"/{HOSTILE}"
        if exchange["response"]:
            exchange["response"] |= {"body": HOSTILE, "headers": [["X", HOSTILE]]}
            exchange["response_id"] = HOSTILE
    return spoilt


def written(form: str, report: Report) -> str:
    rendered = FORMATS[form](report)
    if isinstance(rendered, str):
        return rendered
    with ZipFile(BytesIO(rendered)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def test_every_option_for_a_report_has_a_form() -> None:
    assert {option.name for option in REPORTS} == set(FORMATS)


@pytest.mark.parametrize("form", FORMATS)
def test_no_form_holds_a_secret(form: str, broken: Report) -> None:
    text = written(form, broken)
    assert len(text) > 100
    assert [secret for secret in SECRETS if secret in text] == []
    for identifier in re.findall(r'\\?"keyIdentifier\\?"\s*:\s*\\?"([^"\\]*)', text) if form != "bundle" else ():
        assert identifier == MASK or "data-binary" in text


@pytest.mark.parametrize("form", ["html", "markdown", "junit", "code-quality"])
def test_each_form_names_each_failure(form: str, broken: Report) -> None:
    text = written(form, broken).replace("\\", "")
    assert {id for id in failed(broken) if id in text} == failed(broken)


# --- HTML ---


class Page(HTMLParser):
    """What a browser would see of a page: its elements with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.elements if name == tag)


def test_the_page_needs_nothing_but_itself(value: Value) -> None:
    page = Page(to_html(value))
    assert not {"script", "link", "img", "iframe", "object", "form"} & {name for name, _ in page.elements}
    ids = [str(attributes["id"]) for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for anchor in page.all("a"):
        href = str(anchor["href"])
        assert href.startswith("https://") or href.removeprefix("#") in ids
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not [attributes for _, attributes in page.elements if "style" in attributes]


def test_the_page_lets_a_browser_do_nothing_but_show_it(value: Value) -> None:
    text = to_html(value)
    (policy,) = (each["content"] for each in Page(text).all("meta") if "http-equiv" in each)
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_the_page_shows_what_a_server_wrote_as_text(hostile: Value, value: Value) -> None:
    text = to_html(hostile)
    plainly, spoilt = Page(to_html(value)), Page(text)
    of_ids = ("p", "code")  # those stand only where a response has an id
    seen, known = ([name for name, _ in each.elements if name not in of_ids] for each in (spoilt, plainly))
    assert seen == known
    assert "<script" not in text
    assert "{{ 7*7 }}" in " ".join(spoilt.words)


def test_the_page_tells_each_failure(value: Value) -> None:
    words = " ".join(" ".join(Page(to_html(value)).words).split())
    exchanges = {each["number"]: each for each in value["exchanges"]}
    for each in value["requirements"]:
        if each["failures"]:
            for told in (each["text"], each["expected"], each["got"], each["source"], *each["reproduce"]):
                assert " ".join(told.split()) in words
            for number in each["exchanges"]:
                assert f"#{number} {exchanges[number]['request']['method']}" in words
    for name in ("create_fleet", "CONFORMS"):
        assert name not in words
    assert "POST /emp/v1/fleets" in words


def test_bars_overlap_where_calls_did() -> None:
    calls = [
        {"number": 1, "text": "a", "start": None, "end": 0.0},
        {"number": 2, "text": "b", "start": 0.0, "end": 30.0},
        {"number": 3, "text": "c", "start": 10.0, "end": None},
    ]
    drawn = bars(calls)
    before, one, other = drawn["rows"]
    assert before["x"] + before["width"] <= 10
    assert one["x"] < other["x"] < one["x"] + one["width"] == drawn["width"] == other["x"] + other["width"]
    assert bars([])["rows"] == []


def test_a_page_of_a_race_has_its_drawing() -> None:
    with mock("creates-at-once-all-win") as url:
        page = Page(to_html(value_of(judged(url, "standard", only=("fleets",)))))
    assert len(list(page.all("svg"))) >= 1
    assert all(each["role"] == "img" and each["aria-label"] for each in page.all("svg"))
    assert len(list(page.all("rect"))) >= 2


# --- Markdown ---


def test_markdown_shows_what_a_server_wrote_as_text(hostile: Value) -> None:
    outside = re.sub(r"^(`{3,})\w*\n.*?\n\1$", "", to_markdown(hostile), flags=re.DOTALL | re.MULTILINE)
    assert "<script" not in outside.replace("\\<", "")
    assert "](javascript" not in outside.replace("\\]", "")


def test_a_fence_is_longer_than_any_in_it() -> None:
    assert fenced("sh", "a\n````\nb").splitlines() == ["`````sh", "a", "````", "b", "`````"]
    assert plain("a\n# b | *c*") == r"a \# b \| \*c\*"


# --- for programs ---


def test_the_archive_has_every_exchange(broken: Report) -> None:
    log = json.loads(written("har", broken))["log"]
    assert log["version"] == "1.2"
    assert len(log["entries"]) == len(broken.history.exchanges) == broken.footprint.requests
    for entry, exchange in zip(log["entries"], broken.history.exchanges, strict=True):
        assert entry["request"]["url"].startswith(broken.settings.target.base_url)
        assert entry["response"]["status"] == exchange.status
        assert entry["time"] >= 0
        assert entry["_check"] == exchange.check


def test_the_archive_says_why_there_was_no_response(broken: Report) -> None:
    first, *rest = broken.history.exchanges
    lost = replace(first, answer=None, trouble="the connection was reset")
    history = deepcopy(broken.history)
    history.exchanges[0:1] = [lost]
    entry = json.loads(written("har", replace(broken, history=history)))["log"]["entries"][0]
    assert (entry["response"]["status"], entry["response"]["_error"]) == (0, "the connection was reset")
    assert rest


def test_gitlab_is_told_each_failure_with_a_place_and_a_name_that_stays(broken: Report) -> None:
    issues = json.loads(written("code-quality", broken))
    assert {each["check_name"] for each in issues} == failed(broken)
    assert len({each["fingerprint"] for each in issues}) == len(issues)
    assert json.loads(written("code-quality", broken)) == issues
    for each in issues:
        assert each["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert not each["location"]["path"].startswith("./")
        assert each["location"]["lines"]["begin"] == 1


@pytest.mark.parametrize(
    ("place", "path"),
    [("here/targets/a.toml", "targets/a.toml"), ("elsewhere/a.toml", "openapi.yaml"), (None, "openapi.yaml")],
)
def test_gitlab_is_told_a_place_below_the_working_directory(
    broken: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str | None, path: str
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    described_by = tmp_path / place if place else None
    settings = replace(broken.settings, described_by=described_by, files=(tmp_path / "here" / "waivers.toml",))
    issues = json.loads(written("code-quality", replace(broken, settings=settings)))
    assert {each["location"]["path"] for each in issues} == {path}


def test_gitlab_is_told_what_was_answered_as_it_was(value: Value) -> None:
    spoilt = deepcopy(value)
    for each in spoilt["requirements"]:
        each["message"] = 'expected 200 with {"fleetId": "ct-AbC"}'
    (one, *_) = json.loads(to_code_quality(spoilt, "a.toml"))
    assert 'Expected 200 with {"fleetId": "ct-AbC"}.' in one["description"]


@pytest.fixture(scope="module")
def unneeded() -> Report:
    """A run that breaks nothing but for a waiver that nobody needs."""
    with mock() as url:
        report = judged(url, only=("fleets.id-finds-the-fleet",))
    waiver = Waiver("fleets.id-finds-the-fleet", "Ticket 7", "QA", date(2999, 12, 31))
    gate = replace(report.settings.gate, waivers=(waiver,), strict_waivers=True)
    return replace(
        report, settings=replace(report.settings, gate=gate), outcome=outcome(report.results, report.ran, gate)
    )


MOST = 1_000_000  # bytes of a summary
UNNEEDED = "--strict-waivers: the waiver of fleets.id-finds-the-fleet is no longer needed"


@pytest.mark.parametrize("form", ["html", "markdown", "json", "junit", "code-quality"])
def test_each_form_says_that_a_waiver_failed_a_run(form: str, unneeded: Report) -> None:
    assert unneeded.outcome is Outcome.BREAKS
    assert UNNEEDED[1:] in written(form, unneeded)


def test_what_no_requirement_shows_is_no_pass_for_those_who_count(unneeded: Report) -> None:
    (suite,) = JUnitXml.fromstring(written("junit", unneeded).encode())
    assert (suite.tests, suite.failures, suite.errors) == (2, 1, 0)
    assert [each["check_name"] for each in json.loads(written("code-quality", unneeded))] == ["run.needs-its-waivers"]
    assert list(annotations(value_of(unneeded))) == [f"::error title=breaks::{UNNEEDED}"]
    jsonschema.Draft202012Validator(json.loads(read("report.schema.json"))).validate(value_of(unneeded))


def test_github_is_told_each_failure_on_a_line_of_its_own(value: Value, hostile: Value) -> None:
    for each in (value, hostile):
        told = list(annotations(each))
        assert len(told) == sum(bool(one["failures"]) for one in each["requirements"])
        assert all(re.match(r"::error title=failed%3A [a-z.0-9-]+::\S", line) and "\n" not in line for line in told)


def test_the_report_is_added_to_the_summary_of_the_step(
    value: Value, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary, out = tmp_path / "summary.md", StringIO()
    summary.write_text("# Before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    annotate(value, open_console(file=out))
    assert summary.read_text() == "# Before\n" + to_markdown(value)
    assert out.getvalue().count("::error ") == value["counts"]["failed"]


@pytest.mark.parametrize("before", [0, 1, 2, 3, 4, 900_000, 1_000_000, 1_100_000])
def test_the_summary_of_a_step_is_cut_between_characters_where_github_would_refuse_it(
    value: Value, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * before)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    annotate({**value, "let_pass": ["\U0001f697" * 300_000]}, open_console(file=StringIO()))
    written = len(summary.read_text(encoding="utf-8").encode())
    assert written == before if before >= MOST else MOST - 4 < written <= MOST


def test_a_bundle_has_every_form_and_the_versions(broken: Report) -> None:
    with ZipFile(BytesIO(bytes(FORMATS["bundle"](broken)))) as archive:  # type: ignore[arg-type]
        assert archive.testzip() is None
        assert {each.compress_type for each in archive.infolist()} == {ZIP_DEFLATED}
        names = archive.namelist()
        versions = archive.read("versions.txt").decode()
        scripts = {name: archive.read(name).decode() for name in names if name.startswith("replays/")}
    reports = ["report.json", "report.html", "report.md", "junit.xml", "exchanges.har"]
    assert names == [*reports, *scripts, "versions.txt"]
    assert set(scripts) == {f"replays/{id}.sh" for id in failed(broken)}
    assert all(text.startswith("#!/usr/bin/env bash\n") for text in scripts.values())
    assert "fleet-contract " in versions
    assert "Python 3." in versions


def test_a_junit_failure_has_its_exchanges(broken: Report) -> None:
    (suite,) = JUnitXml.fromstring(written("junit", broken).encode())
    assert suite.timestamp
    assert {each.name for each in suite.properties()} == {"target", "depth", "mark"}
    (case,) = [each for each in suite if each.name == "fleets.id-is-unique"]
    text = case.result[0].text
    assert text.count("POST /emp/v1/fleets") >= 2
    assert re.search(r"^201 in \d", text, re.MULTILINE)
    assert "X-API-Key: ***" in text


@pytest.mark.parametrize(
    ("headers", "id"),
    [
        ((("Date", "x"),), ""),
        ((("X-Request-ID", "7f"), ("traceparent", "00-1")), "x-request-id: 7f"),
        ((("CF-Ray", "8a"),), "cf-ray: 8a"),
    ],
)
def test_a_response_is_found_again_by_its_id(headers: tuple[tuple[str, str], ...], id: str) -> None:
    assert response_id(Answer(200, headers)) == id


# --- whole runs ---


def test_the_command_writes_every_form(tmp_path: Path) -> None:
    files = {option.name: tmp_path / option.name for option in REPORTS}
    options = [word for name, file in files.items() for word in (f"--{name}", str(file))]
    with mock() as url:
        said = command("run", url, "--target", str(SEED), "--depth", "quick", "--only", "access", *options)
    assert said.exit_code == 0
    assert {name for name, file in files.items() if file.stat().st_size} == set(files)


def test_a_run_that_never_began_is_reported_in_every_form(tmp_path: Path) -> None:
    files: dict[str, Any] = {name: tmp_path / name for name in FORMATS}
    options = [word for name, file in files.items() for word in (f"--{name}", str(file))]
    assert command("run", "http://127.0.0.1:9", *options).exit_code == 3
    assert "INCONCLUSIVE" in files["html"].read_text()
    assert "the connection failed" in files["markdown"].read_text()
    assert json.loads(files["json"].read_text())["outcome"] == Outcome.INCONCLUSIVE
