"""What the commands do that ask a server: pytest and Hypothesis are loaded with it."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from fleet_contract.contract_tests.driving.untested import SkipReason
from fleet_contract.contract_tests.judging.dialect.reading import decided
from fleet_contract.contract_tests.left_behind import note_disabled, read_ledger
from fleet_contract.contract_tests.process.ending import Exit, Inconclusive
from fleet_contract.contract_tests.process.files import standard_stream
from fleet_contract.contract_tests.process.signals import armed, waiting, watching
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.reports.difference import difference_in_markdown, print_difference
from fleet_contract.contract_tests.reports.drift import changes, read_report
from fleet_contract.contract_tests.reports.text import print_footprint
from fleet_contract.contract_tests.running.runs import Run
from fleet_contract.contract_tests.running.settings import read_exploration, read_other, read_settings
from fleet_contract.contract_tests.session.before import print_diagnoses, print_disabled, print_plan
from fleet_contract.contract_tests.session.disabling import disabled
from fleet_contract.contract_tests.session.doctor import diagnoses
from fleet_contract.contract_tests.session.planning import plan_of
from fleet_contract.contract_tests.session.session import (
    begin,
    following,
    judge,
    judge_both,
    run_checks,
)
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.spec.dialect import NOT_APPLICABLE, to_toml
from fleet_contract.spec.files import Contradiction, expanded

Given = Mapping[str, Any]  # by the names of the options


def run(base_url: str | None, given: Given) -> int:
    """Judge a server, and return the exit code; raises Contradiction."""
    with waiting():  # until there is a run that can be reported
        settings, outputs = read_settings(base_url, given)
        # A report that goes to standard output is alone there, so that a program can read it.
        console = open_console(stderr=any(standard_stream(path) for path in outputs.values()))
        other = read_other(settings, given)
        return judge_both(settings, other, outputs, console) if other else judge(settings, outputs, console)


def dialect(base_url: str | None, given: Given) -> int:
    """Print the dialect of a server, and return the exit code; raises what `judge.begin` does, and Inconclusive."""
    settings, _ = read_settings(base_url, given)
    limits = replace(settings.target.limits, replay_requests=0)
    settings = replace(settings, target=replace(settings.target, limits=limits))
    console = open_console(stderr=True)
    progress = following(settings)
    report = run_checks(begin(settings, console, progress), progress)
    print_footprint(report, console)
    answers = decided(report.dialect)
    cut_short = [each.error or each.reason for each in report.ran if each.error or each.kind is SkipReason.STOPPED]
    because = f": {cut_short[0].rstrip('.')}" if cut_short else ""
    if not answers:
        raise Inconclusive(
            f"No response of {settings.target.base_url} reveals any part of a dialect{because}. "
            f"`fleet-contract run` tells you more."
        )
    for question, answer in report.dialect.items():
        if question not in answers and answer != NOT_APPLICABLE:
            click.echo(f"# {question} is {answer}")
    click.echo(to_toml(answers), nl=False)
    if cut_short:
        raise Inconclusive(f"Only part of the dialect was read{because}. It is printed above.")
    return Exit.CONFORMS


def plan(base_url: str | None, given: Given) -> int:
    """Print what a run would come to, and return the exit code; raises Contradiction."""
    settings, _ = read_settings(base_url, given)
    print_plan(plan_of(settings), open_console())
    return Exit.CONFORMS


def doctor(base_url: str | None, given: Given) -> int:
    """Look at a server by reads alone, print what is well and what is not, and return the exit code.

    Raises Contradiction, Unreachable, KeyRefused, NotThisApi or NothingAllowed.
    """
    settings = read_exploration(base_url, given)
    run = Run.begin(replace(settings, ledger=None))
    console = open_console()
    with watching(), armed(run.client.stop), closing(run.client):
        found = list(diagnoses(run.api, run.client.preflight()))
    print_diagnoses(found, console)
    return Exit.USAGE if any(each.is_well is False for each in found) else Exit.CONFORMS


def disable_keys(file: Path, given: Given, *, dry: bool) -> int:
    """Disable the keys that the ledger has of a target, or say what would be sent, and return the exit code.

    Raises Contradiction, Unreachable, KeyRefused, NotThisApi or NothingAllowed.
    """
    path = expanded(file)
    settings = read_exploration(None, given)
    target = settings.target
    _require_call(target, dry=dry)
    keys = [each for each in read_ledger(path, target.base_url) if each["made"] == "key" and not each.get("disabled")]
    run = Run.begin(replace(settings, ledger=None))
    with watching(), armed(run.client.stop), closing(run.client):
        run.client.preflight()
        found = list(disabled(keys, run.api, target.ledger, dry=dry))
    print_disabled(found, open_console())
    done = {each.key for each in found if each.is_done}
    if not dry:
        note_disabled(path, (each for each in keys if each["name"] in done))
    return Exit.INCONCLUSIVE if any(each.is_done is False for each in found) else Exit.CONFORMS


def _require_call(target: Target, *, dry: bool) -> None:
    if not target.ledger.disable_key:
        raise Contradiction(
            "The target file does not say how a charging key is disabled. Expected ledger.disable_key, the vendor's "
            "call. Add it."
        )
    if not dry and not target.may_write:
        raise Contradiction(
            f"--yes would change keys at {target.host}, where nothing may be written. "
            f"Expected {target.lacks_to_write}. Add it, or omit --yes."
        )


def diff(before: Path, after: Path, *, strict: bool, form: str) -> int:
    """Print what changed between two reports, and return the exit code; raises Contradiction."""
    old, new = read_report(expanded(before)), read_report(expanded(after))
    found = changes(old, new)
    if form == "markdown":
        click.echo(difference_in_markdown(old, new, found), nl=False)
    else:
        print_difference(old, new, found, open_console())
    return Exit.BREAKS if any(each.is_worse or strict for each in found) else Exit.CONFORMS
