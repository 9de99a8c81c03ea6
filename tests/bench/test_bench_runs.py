"""What is tried in the comparison, with which documents, and how the reports of the tools are read."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bench.contestant import Ground, Inconclusive, NoReport, Reading
from bench.contestants import CONTESTANTS, TOOLS, dredd, ours, schemathesis, specmatic
from bench.documents import SUCCESSES, successes_only, with_refusals
from bench.side_by_side import SAMPLE, chosen, plan
from bench.subjects import Kind, evenly, sample, sections

from fleet_contract.contract_tests.exploring.exploration import Asked, Explored
from fleet_contract.contract_tests.exploring.printing import print_exploration
from fleet_contract.contract_tests.network.ledger import Footprint
from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.running.runs import Settings
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.spec.document import operations
from fleet_contract.spec.files import Contradiction
from proof.mutants import MUTANTS

NAMES = {"long": [f"l{number:02}" for number in range(40)], "short": ["s1", "s0"], "empty": []}


def test_every_fault_is_in_one_section() -> None:
    assert sorted(name for names in sections().values() for name in names) == sorted(MUTANTS)


@pytest.mark.parametrize(
    ("size", "expected"),
    [(1, ["l20"]), (2, ["l20", "s1"]), (5, ["l05", "l15", "l25", "l35", "s1"]), (99, [*NAMES["long"], "s0", "s1"])],
)
def test_a_sample_is_spread_by_its_rule(size: int, expected: list[str]) -> None:
    assert sample(size, NAMES) == expected


def test_the_sample_has_a_fault_of_every_section() -> None:
    names = sample(SAMPLE, sections())
    assert len(set(names)) == SAMPLE
    assert all(set(names) & set(section) for section in sections().values())


def test_items_are_taken_at_even_distances() -> None:
    assert [evenly(range(10), size) for size in (0, 1, 2, 5)] == [[], [5], [2, 7], [1, 3, 5, 7, 9]]


def test_the_default_mock_is_judged_before_anything_else() -> None:
    runs = list(plan(chosen("ours,dredd-as-it-comes"), "codes-are-wrapped", "0"))
    assert [(run.contestant.name, run.subject.kind) for run in runs] == [
        *((f"ours-{form}", Kind.HONEST) for form in ("standard", "quick", "deep", "exploration")),
        ("dredd-as-it-comes", Kind.HONEST),
        *((f"ours-{form}", Kind.FAULT) for form in ("standard", "quick", "deep", "exploration")),
    ]


def test_each_tool_has_a_share_of_its_own() -> None:
    tried = {tool: sum(run.subject.kind is Kind.FAULT for run in plan(chosen(tool), "own", "0")) for tool in TOOLS}
    assert tried == {
        "ours": 2 * (len(MUTANTS) + SAMPLE),
        "schemathesis": len(MUTANTS),
        "specmatic": SAMPLE,
        "dredd": SAMPLE,
    }


def test_an_unknown_tool_is_answered_with_the_nearest() -> None:
    with pytest.raises(Contradiction, match="Did you mean 'dredd'"):
        chosen("dred")


# --- documents ---


@pytest.mark.parametrize("make", [successes_only, with_refusals])
def test_a_narrowed_document_has_one_success_of_each_operation(make: Callable[[], dict[str, Any]]) -> None:
    found = {
        each.id: [status for status in each.description["responses"] if status < "300"] for each in operations(make())
    }
    assert found == {id: [status] for id, status in SUCCESSES.items()}


def test_no_example_is_left_without_a_name() -> None:
    parameters = with_refusals()["components"]["parameters"]
    assert [set(each) & {"example", "examples"} for each in parameters.values()] == [{"examples"}] * len(parameters)


# --- reports ---

OURS = {"requirements": [{"id": "a", "verdict": "failed"}, {"id": "b", "verdict": "untested"}]}
FAILURE = {"code": "ST101", "title": "Server error", "operations": ["GET /a", "GET /b"]}
THEIRS = {
    "complete": True,
    "failures": [FAILURE],
    "errors": [],
    "stop_reason": "completed",
    "test_cases": {"generated": 9},
}
JUNIT = '<suites><testcase name="x > contractTest() &gt; a"><failure/></testcase><testcase name="b"/></suites>'


def ground(folder: Path, name: str, text: str) -> Ground:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return Ground("http://127.0.0.1:1", folder)


def test_our_report_is_read(tmp_path: Path) -> None:
    assert ours.read(ground(tmp_path, ours.REPORT, json.dumps(OURS)), 1) == Reading(2, frozenset({"a"}))
    with pytest.raises(Inconclusive, match="Not judged: b"):
        ours.read(ground(tmp_path, ours.REPORT, json.dumps(OURS)), 3)
    with pytest.raises(NoReport, match="exit code"):
        ours.read(ground(tmp_path, ours.REPORT, json.dumps(OURS)), 2)


def test_what_an_exploration_found_is_read(tmp_path: Path) -> None:
    told = ground(tmp_path, "said.log", f"BREAKS: 1 requirement broken in {counted(2080, 'sequence')}, seed 0.")
    assert ours.read_cases(told, 1) == Reading(2080, frozenset())  # the checks that read the dialect found it
    ground(tmp_path, "cases/1.json", json.dumps({"requirement": "a"}))
    assert ours.read_cases(told, 1) == Reading(2080, frozenset({"a"}))
    with pytest.raises(Inconclusive, match="no verdict"):
        ours.read_cases(told, 3)


@pytest.mark.parametrize("number", [1, 999, 1_742, 1_000_000])
def test_however_many_sequences_an_exploration_sent_they_are_read(tmp_path: Path, number: int) -> None:
    told = ground(tmp_path, "said.log", f"NOTHING FOUND: nothing failed in {counted(number, 'sequence')}, seed 0.")
    assert ours.read_cases(told, 0).tests == number


def test_what_an_exploration_prints_is_read(tmp_path: Path) -> None:
    asked = Asked(Settings(Target("http://a.example")), 0, 1.0)
    out = io.StringIO()
    explored = Explored(asked, [], [], [], (), 1_742, Footprint(17_390, 60.1, (), ()), "", "")
    print_exploration(explored, ["run"], open_console(file=out, width=80))
    assert ours.read_cases(ground(tmp_path, "said.log", out.getvalue()), 0).tests == 1_742


def test_the_report_of_schemathesis_is_read(tmp_path: Path) -> None:
    both = frozenset({"ST101 Server error: GET /a", "ST101 Server error: GET /b"})
    assert schemathesis.read(ground(tmp_path, schemathesis.REPORT, json.dumps(THEIRS)), 1) == Reading(9, both)


@pytest.mark.parametrize(
    ("changed", "failed"),
    [
        ({"failures": [], "errors": [{"title": "Network Error"}]}, {"Network Error"}),
        ({"errors": [{"title": "Other"}]}, None),
    ],
)
def test_only_a_broken_connection_is_an_error_of_the_server(
    tmp_path: Path, changed: dict[str, Any], failed: set[str] | None
) -> None:
    report = ground(tmp_path, schemathesis.REPORT, json.dumps({**THEIRS, "failures": [], **changed}))
    if failed is None:
        with pytest.raises(NoReport, match="Other"):
            schemathesis.read(report, 1)
    else:
        assert schemathesis.read(report, 1).failed == failed


def test_junit_reports_are_read(tmp_path: Path) -> None:
    report = ground(tmp_path, f"{specmatic.REPORTS}/{specmatic.FILE}", JUNIT)
    assert specmatic.read(report, 1) == Reading(2, frozenset({"a"}))
    assert dredd.read(ground(tmp_path, dredd.REPORT, JUNIT), 1).tests == 2


@pytest.mark.parametrize("text", ["<suites/>", "no report"])
def test_a_report_without_tests_is_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(NoReport):
        dredd.read(ground(tmp_path, dredd.REPORT, text), 0)


@pytest.mark.parametrize("name", CONTESTANTS)
def test_a_missing_report_is_no_verdict(tmp_path: Path, name: str) -> None:
    with pytest.raises(NoReport):
        CONTESTANTS[name].read(Ground("http://127.0.0.1:1", tmp_path), 1)
