"""Judging from a program: what `fleet-contract run` does, without its output, its files and its exit."""

from pathlib import Path
from typing import Any

from fleet_contract.contract_tests import Judged, Options
from fleet_contract.contract_tests.network.client import INTERRUPTED
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.reports.value import value_of
from fleet_contract.contract_tests.running.settings import read_settings
from fleet_contract.contract_tests.running.verdicts import EXITS
from fleet_contract.contract_tests.session.of_a_run import with_replays
from fleet_contract.contract_tests.session.session import begin, run_checks
from fleet_contract.contract_tests.target.target_file import as_argument
from fleet_contract.spec.files import Contradiction


def judged(target: str | Path, options: Options) -> Judged:
    """Judge a server as `fleet_contract.contract_tests.run` promises."""
    given: dict[str, Any] = {name.replace("_", "-"): _plain(value) for name, value in options.items()}
    unknown = given.keys() - {name.replace("_", "-") for name in Options.__annotations__}
    if unknown:
        raise Contradiction(
            f"run() has no option {', '.join(sorted(unknown))}. Expected one of "
            f"{', '.join(sorted(Options.__annotations__))}. Correct or remove it."
        )
    is_url = isinstance(target, str) and target.lower().startswith(("http://", "https://"))
    url, given = (str(target), given) if is_url else (None, {**given, "target": target})
    settings, _ = read_settings(url, given, as_argument)
    run = begin(settings, open_console(quiet=True))
    report = with_replays(run_checks(run))
    if run.client.stopped == INTERRUPTED:
        raise KeyboardInterrupt
    verdicts = {each.requirement.id: each.verdict.value for each in report.results}
    return Judged(report.outcome.value, int(EXITS[report.outcome]), verdicts, value_of(report))


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value
