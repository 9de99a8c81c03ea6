"""Archives of our own runs, and what the judge of recorded traffic makes of them."""

from collections.abc import Collection
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fleet_contract.contract_tests.judging.judge import judge
from fleet_contract.contract_tests.recorded.archives import read_archive
from fleet_contract.contract_tests.recorded.concluding import Recorded, begun, concluded
from fleet_contract.contract_tests.recorded.traffic import Traffic, traffic_of
from fleet_contract.contract_tests.reports.har import to_har
from fleet_contract.contract_tests.running.runs import Report
from tests.suite.harness import judged, mock

Settings = tuple[tuple[str, str], ...]  # of a dialect


@cache
def run_of(settings: Settings = (), *mutants: str, depth: str = "quick") -> Report:
    """Return the report of a run against a mock."""
    with mock(*mutants, settings=dict(settings)) as url:
        return judged(url, depth)


@cache
def traffic_of_run(settings: Settings = (), *mutants: str, depth: str = "quick") -> Traffic:
    """Return what is read of the archive of such a run, without its dialect."""
    report = run_of(settings, *mutants, depth=depth)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "run.har"
        file.write_text(to_har(report), encoding="utf-8")
        target = report.settings.target
        return traffic_of(read_archive(file), target.base_url, target)


def judged_again(report: Report, traffic: Traffic) -> Report:
    """Return what recorded traffic comes to."""
    return concluded(
        report.settings, judge(traffic.exchanges, traffic.facts), Recorded(begun(traffic.exchanges), (), traffic.masker)
    )


def broken(traffic: Traffic, kept: Collection[int] | None = None) -> list[str]:
    """Return what exchanges break, of those whose numbers are `kept` where these are given; each with what shows it."""
    exchanges = [each for each in traffic.exchanges if kept is None or each.number in kept]
    findings = judge(exchanges, traffic.facts).findings
    return [f"{each.requirement}: {each.expected}, {each.got}, {each.exchanges}" for each in findings if not each.kept]
