"""The reports of whole runs: their form, what they tell, and what they keep to themselves."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase
from rich.console import Console

from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.contract_tests.replays.candidates import nearest
from fleet_contract.contract_tests.replays.replay import Known
from fleet_contract.contract_tests.reports.as_json import to_json
from fleet_contract.contract_tests.reports.exchanges import answer_line, request_line
from fleet_contract.contract_tests.reports.formats import FORMATS
from fleet_contract.contract_tests.reports.junit import to_junit
from fleet_contract.contract_tests.reports.page import print_report
from fleet_contract.contract_tests.reports.value import value_of
from fleet_contract.contract_tests.running.runs import Report, Shown
from fleet_contract.contract_tests.running.verdicts import Outcome, Verdict
from fleet_contract.contract_tests.session.of_a_run import with_replays
from fleet_contract.contract_tests.session.session import finish
from fleet_contract.spec.files import read
from proof.mutants import MUTANTS

from .harness import SEED, failed, judged, mock, started
from .histories import NO_SECRETS, A, History

KEYS = {"FLEET_API_KEY": "demo-key", "FLEET_OTHER_API_KEY": "other-key"}
CODES = ("FLEET2024ABC", "FLEET2024XYZ", "OLD2019")
# Each shows a failure of another kind: of one exchange, of several, of a reading, of a walk; some answer secrets
# where nobody looks for them.
SEVERAL = (
    "rename-cuts-names",
    "second-create-overwrites",
    "delete-is-accepted",
    "escapes-are-refused",
    "no-codes-are-an-empty-list",
    "inactive-codes-are-listed-too",
    "keys-have-no-end",
    "the-last-page-has-a-cursor",
)


def as_text(report: Report) -> str:
    out = StringIO()
    asked = replace(report.settings, shown=Shown(verbose=True))
    print_report(replace(report, settings=asked), Console(file=out, width=10_000, highlight=False))
    return out.getvalue()


def cases_of(report: Report) -> dict[str, TestCase]:
    return {case.name: case for suite in JUnitXml.fromstring(to_junit(report).encode()) for case in suite}


@dataclass(frozen=True)
class Broken:
    """A mock that breaks several requirements, still serving, and the report of a run against it."""

    url: str
    report: Report


@pytest.fixture(scope="module")
def broken() -> Iterator[Broken]:
    with mock(*SEVERAL) as url:
        yield Broken(url, with_replays(judged(url)))


@pytest.fixture(scope="module")
def conforming() -> Report:
    with mock() as url:
        return judged(url, only=("rename", "invitation"))


@pytest.fixture(scope="module")
def inconclusive() -> Report:
    with mock() as url:
        return judged(url, max_requests="40")


@pytest.fixture(params=[Outcome.CONFORMS, Outcome.BREAKS, Outcome.INCONCLUSIVE])
def report(request: pytest.FixtureRequest, conforming: Report, inconclusive: Report, broken: Broken) -> Report:
    of = {Outcome.CONFORMS: conforming, Outcome.BREAKS: broken.report, Outcome.INCONCLUSIVE: inconclusive}
    assert of[request.param].outcome is request.param
    return of[request.param]


def test_the_json_report_has_the_form_that_is_promised(report: Report) -> None:
    value: dict[str, Any] = json.loads(to_json(report))
    jsonschema.Draft202012Validator(json.loads(read("report.schema.json"))).validate(value)
    assert value["outcome"] == report.outcome
    assert value["judged"] == report.judged <= value["testable"] == len(value["requirements"])
    assert value["footprint"]["requests"] == report.footprint.requests
    assert set(value["footprint"]["fleets_created"]) == set(report.footprint.fleets_created)


def test_the_junit_report_has_one_case_for_each_requirement(report: Report) -> None:
    elements = {Verdict.PASSED: [], Verdict.FAILED: [Failure], Verdict.ERRORED: [Error], Verdict.UNTESTED: [Skipped]}
    cases = cases_of(report)
    for result in report.results:
        case = cases.pop(result.requirement.id)
        assert [type(each) for each in case.result] == elements[result.verdict]
        assert all(each.message for each in case.result)
    assert list(cases) == (["run.is-conclusive"] if report.outcome is Outcome.INCONCLUSIVE else [])
    for case in cases.values():
        assert [type(each) for each in case.result] == [Error]


def test_each_junit_case_says_how_long_it_took(report: Report) -> None:
    """A viewer that adds up the attribute `time` shows NaN where one lacks it."""
    seconds = [case.time for case in cases_of(report).values()]
    assert all(each is not None and each >= 0 for each in seconds)
    assert 0 < sum(seconds) <= report.footprint.seconds + len(seconds) * 0.001  # each is rounded


def test_the_text_report_says_what_came_of_each_requirement(report: Report) -> None:
    text = as_text(report)
    for result in report.results:
        assert result.requirement.id in text
    counted = re.search(rf"{report.outcome.upper()}: ((?:\d+ \w+, )*\d+ \w+) at ", text)
    assert counted is not None
    counts = {verdict: int(count) for count, verdict in (each.split() for each in counted[1].split(", "))}
    assert counts == Counter(result.verdict for result in report.results)


def test_a_failure_tells_its_story(broken: Broken) -> None:
    text = " ".join(as_text(broken.report).split())
    for result in broken.report.results:
        if not result.failures:
            continue
        replay = broken.report.replay(result)
        first = replay.finding
        told = [f"✗ {result.requirement.id} {result.requirement.basis}, {result.requirement.url}"]
        told += [result.requirement.text, f"expected {first.expected}", f"got {first.got}"]
        told += [f"replay ({replay.known}):"]
        for exchange in replay.exchanges[-12:]:
            masker = broken.report.masker
            told += [f"sent {request_line(exchange, masker)}", f"answered {answer_line(exchange, masker)}"]
        for each in told:
            assert " ".join(each.split()) in text
    assert text.count("#!/usr/bin/env bash") == len(failed(broken.report))


def test_a_list_that_was_taken_for_an_id_is_no_step_of_another_fleets_story() -> None:
    history = History()
    history.create([A])
    created, shown = history.create(A), history.rename(A, "Another")
    broken = Finding("rename.changes-the-name", False, (shown.number,))
    assert nearest(broken, history.history) == [created, shown]


def test_half_of_a_surrogate_pair_is_told_as_it_was_escaped() -> None:
    """RFC 8259 section 8.2: JSON can escape what no text in UTF-8 can hold."""
    halved = rb'{"fleetId": "a", "fleetName": "\ud83d"}'
    for exchange in (History().create(A, answer=halved), History().codes(A, answer=halved)):
        assert answer_line(exchange, NO_SECRETS).encode()
    assert "\\ud83d" in answer_line(History().create(A, answer=halved), NO_SECRETS)


def test_a_report_holds_an_identifier_with_half_of_a_surrogate_pair(conforming: Report, tmp_path: Path) -> None:
    odd = replace(conforming, footprint=replace(conforming.footprint, keys_created=("CT-\ud800",)))
    file = tmp_path / "report.json"
    assert finish(odd, {"json": file}, Console(file=StringIO())) == Exit.CONFORMS
    assert json.loads(file.read_text())["footprint"]["keys_created"] == ["CT-\ud800"]


def test_several_faults_break_what_each_of_them_breaks(broken: Broken) -> None:
    assert failed(broken.report) == frozenset[str]().union(*(MUTANTS[name].breaks for name in SEVERAL))


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="there is no curl or no bash here")
def test_the_script_of_a_failure_replays_it(broken: Broken) -> None:
    """Replayed on the server that was judged: what was created then is taken, but a script has ids of its own."""
    scripts = {each["id"]: each["reproduce"] for each in json.loads(to_json(broken.report))["requirements"]}
    for result in broken.report.results:
        if not result.failures:
            continue
        replay, lines = broken.report.replay(result), scripts[result.requirement.id]
        done = subprocess.run(
            ["bash"],
            input="\n".join(lines).encode(),
            env={"PATH": "/usr/bin:/bin", **KEYS},
            capture_output=True,
            check=True,
            timeout=60,
        )
        assert done.stderr == b"", (result.requirement.id, lines)
        assert int(re.findall(rb"^HTTP/1.1 (\d+)", done.stdout, re.M)[-1]) == replay.exchanges[-1].status
        assert replay.known is Known.SHORTENED, result.requirement.id


# --- secrets -----------------------------------------------------------------------------------

LEAKING = (
    "codes-are-plain-strings",
    "codes-are-wrapped",
    "the-code-has-another-name",
    "inactive-codes-are-listed-too",
    "keys-have-no-end",
)


def secrets_of(report: Report) -> set[str]:
    """Return the API keys, the codes of the seed, and what opens a charger, but for what the run made itself."""
    answered = b"\n".join(each.answer.body for each in report.history.exchanges if each.answer)
    identifiers = {each.decode() for each in re.findall(rb'"keyIdentifier": ?"([^"]{8,})"', answered)}
    seeds = {each for each in identifiers if report.mark not in each.lower()}
    assert seeds
    return {*KEYS.values(), *CODES, *seeds}


@pytest.mark.parametrize("leaks", LEAKING)
def test_no_report_tells_a_secret(leaks: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    with mock(leaks) as url:
        report = judged(url, ledger=str(ledger))
    assert report.outcome is Outcome.BREAKS
    written = {
        "text": as_text(report),
        "JSON": to_json(report),
        "JUnit": to_junit(report),
        "ledger": ledger.read_text(),
    }
    told = {(name, secret) for name, text in written.items() for secret in secrets_of(report) if secret in text}
    assert not told


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no process list to read here")
def test_the_process_list_shows_no_key(tmp_path: Path) -> None:
    target = tmp_path / "target.toml"
    target.write_text('api_key = "env:FIRST"\nother_api_key = "env:SECOND"\n')
    arguments = ["--target", str(target), "--api-key", "env:FIRST", "--depth", "quick", "--requests-per-second", "100"]
    with mock() as url, started("run", url, *arguments, FIRST="demo-key", SECOND="other-key") as running:
        assert running.stdout is not None
        first_line = running.stdout.readline()
        shown = Path(f"/proc/{running.pid}/cmdline").read_text()
        running.kill()
    assert "Judging" in first_line
    assert "env:FIRST" in shown
    assert not [key for key in KEYS.values() if key in shown + first_line]


def test_the_target_file_of_the_mock_holds_the_codes_that_are_looked_for_here() -> None:
    assert all(code in SEED.read_text() for code in (*CODES, *KEYS.values()))


def test_no_form_names_a_check_that_lacked_something(inconclusive: Report) -> None:
    for form in ("html", "markdown", "junit", "code-quality"):
        text = str(FORMATS[form](inconclusive)).replace("\\", "")
        assert ".py::" not in text, form
    assert ".py::" not in as_text(inconclusive)
    value = value_of(inconclusive)
    assert ".py::" not in value["reason"] + "".join(each["message"] for each in value["requirements"])
