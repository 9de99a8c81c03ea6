"""The command `judge`: an archive in, a report out, and nothing sent."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fleet_contract.contract_tests.judging.judge import judge
from fleet_contract.contract_tests.network.disturbance import disturbances
from fleet_contract.contract_tests.process.files import standard_stream
from fleet_contract.contract_tests.recorded.archives import read_archive
from fleet_contract.contract_tests.recorded.concluding import Recorded, begun, concluded
from fleet_contract.contract_tests.recorded.traffic import base_url_of, traffic_of
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.reports.formats import prepare_reports
from fleet_contract.contract_tests.running.runs import Report, Settings
from fleet_contract.contract_tests.running.settings import Outputs, read_settings
from fleet_contract.contract_tests.session.session import finish
from fleet_contract.spec.files import expanded

NOWHERE = "http://no-server.invalid"  # in the place of a base URL, where nothing in an archive is of this API


def judge_file(file: Path, base_url: str | None, given: Mapping[str, Any]) -> int:
    """Judge the traffic of an archive, and return the exit code; raises Contradiction."""
    report, outputs = _judged(expanded(file), base_url, given)
    return finish(report, outputs, open_console(stderr=any(standard_stream(path) for path in outputs.values())))


def _judged(file: Path, base_url: str | None, given: Mapping[str, Any]) -> tuple[Report, Outputs]:
    """Return the report of an archive, and where its forms go; raises Contradiction."""
    archive = read_archive(file)
    settings, outputs = _settings(base_url, given, base_url_of(archive.entries))
    prepare_reports(outputs, [*settings.files, file])
    target = settings.target
    traffic = traffic_of(archive, target.base_url, target)
    judgement = judge(traffic.exchanges, traffic.facts)
    notes = [*traffic.left_out, *disturbances(judgement.history.exchanges, traffic.masker)]
    return concluded(settings, judgement, Recorded(begun(traffic.exchanges), notes, traffic.masker)), outputs


def _settings(base_url: str | None, given: Mapping[str, Any], found: str) -> tuple[Settings, Outputs]:
    """Return what the user asked for; the base URL is that of the flag, the target file, or the archive itself."""
    if base_url or given.get("target"):
        return read_settings(base_url, given)
    return read_settings(found or NOWHERE, given)
