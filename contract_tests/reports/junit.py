"""The report as JUnit XML: one case a requirement, named by its bare id."""

import re

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from fleet_contract.contract_tests.process.printable import printable_lines
from fleet_contract.contract_tests.reports.fixtures import fixtures_of, what_if_wrong
from fleet_contract.contract_tests.reports.redacted import exchange_value, in_text
from fleet_contract.contract_tests.reports.summary import NAMES_OF_THE_RUN
from fleet_contract.contract_tests.reports.timeline import drawn
from fleet_contract.contract_tests.reports.value import RECORDED, begun_at, message_of, story_of
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Outcome, Result, Verdict

# What each verdict becomes; a pass has no element.
ELEMENTS = {Verdict.FAILED: Failure, Verdict.ERRORED: Error, Verdict.UNTESTED: Skipped}
_ELEMENTS_OF_THE_RUN = {Outcome.BREAKS: Failure, Outcome.INCONCLUSIVE: Error}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report) -> str:
    """Return a run's report as JUnit XML; what no requirement shows is a case too, lest it be taken for a pass."""
    suite = TestSuite("fleet-contract")
    suite.timestamp = report.began.isoformat(timespec="seconds")
    suite.add_property("target", _clean(report.settings.target.base_url))
    suite.add_property("depth", RECORDED if report.recorded else report.settings.depth.word)
    suite.add_property("mark", report.mark)
    suite.add_testcases([_case(result, report) for result in report.results])
    if report.reasons:
        case = TestCase(NAMES_OF_THE_RUN[report.outcome], classname="fleet-contract")
        case.result = [_ELEMENTS_OF_THE_RUN[report.outcome](_clean("; ".join(report.reasons)))]
        case.time = 0.0
        suite.add_testcase(case)
    suite.time = round(report.footprint.seconds, 3)
    xml = JUnitXml()
    xml.add_testsuite(suite)
    return bytes(xml.tostring()).decode("utf-8")


def _case(result: Result, report: Report) -> TestCase:
    case = TestCase(result.requirement.id, classname=result.requirement.id.split(".")[0])
    case.time = _seconds(result.requirement.id, report)
    pardon = report.pardon(result)
    element = Skipped if pardon else ELEMENTS.get(result.verdict)
    if element:
        made = element(_clean(f"{pardon}: {message_of(result)}" if pardon else message_of(result)))
        if result.failures:
            made.text = _clean("\n".join(_story(result, report)))
        case.result = [made]
    return case


def _story(result: Result, report: Report) -> list[str]:
    """Return what a failure is about, what was sent and answered with its bodies, and how to send it again."""
    begun = begun_at(report)
    requirement, replay = result.requirement, report.replay(result)
    about = what_if_wrong(fixtures_of(result.failures[0], report.history))
    return [
        requirement.text,
        f"{requirement.basis}: {requirement.url}",
        "",
        *drawn(result.failures[0]).splitlines(),
        *(in_text(exchange_value(each, begun, report.masker)) for each in story_of(result, report)),
        *([f"It needs {replay.needs}."] if replay.needs else []),
        *([f"It is about {about}."] if about else []),
        *([] if report.recorded else [f"Replay ({replay.known}):"]),
        *report.script(result),
    ]


def _seconds(requirement: str, report: Report) -> float:
    """Return a requirement's share of the time of the checks that reach it; all shares together are no more."""
    shares = (ran.seconds / len(ran.reaches) for ran in report.ran if requirement in ran.reaches)
    return round(sum(shares), 3)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", printable_lines(text))
