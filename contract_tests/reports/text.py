"""What all reports for a person at a terminal have in common: a failure in full, and the footprint."""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.marks import PRINTED
from fleet_contract.contract_tests.network.ledger import Footprint
from fleet_contract.contract_tests.process.printable import whole
from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.contract_tests.replays.replay import Replay
from fleet_contract.contract_tests.replays.resending import OWN_DIGITS
from fleet_contract.contract_tests.reports.console import room_of, say
from fleet_contract.contract_tests.reports.exchanges import answer_line, grouped, request_line
from fleet_contract.contract_tests.reports.fixtures import fixtures_of, what_if_wrong
from fleet_contract.contract_tests.reports.timeline import drawn
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Outcome, Result
from fleet_contract.contract_tests.target.masking import Masker

_MOST_EXCHANGES = 12
_INDENT = 2
_LABEL = 9  # columns of what stands before each text: `answered `
COLOURS = {Outcome.CONFORMS: "green", Outcome.BREAKS: "red", Outcome.INCONCLUSIVE: "yellow"}


class Told(NamedTuple):
    """What is told of a failure: its replay with the lines of its script, from a history whose secrets are masked."""

    replay: Replay
    lines: Sequence[str]
    history: History
    masker: Masker


def print_failure(result: Result, told: Told, console: Console) -> None:
    """Print a failure in full: the requirement, what was sent and answered, and how to replay it."""
    replay, lines, history, masker = told
    requirement, first = result.requirement, replay.finding.masked(masker)
    console.print()
    say(console, f"[bold red]✗ {requirement.id}[/] [dim]{requirement.basis}, {requirement.url}[/]", hang=2)
    say(console, escape(requirement.text), 2)
    for line in _exchanges(replay, masker):
        say(console, line, 2, _LABEL)
    fixtures = what_if_wrong(fixtures_of(result.failures[0], history))
    facts = {"expected": first.expected, "got": first.got, "needs": replay.needs, "fixture": fixtures}
    for label, text in filter(itemgetter(1), facts.items()):
        say(console, f"{label:{_LABEL}}{escape(text)}", 2, _LABEL)
    room = room_of(console)
    for line in drawn(first, room - _INDENT if room else None).splitlines():
        console.print(f"{' ' * _INDENT}{escape(line)}", soft_wrap=True, no_wrap=True)
    if len(result.failures) > 1:
        more = grouped(result.failures[1:], history, masker)
        say(console, f"[dim]and {len(result.failures) - 1} more: {escape(more)}[/]", 2, 2)
    if lines:
        say(console, f"replay   ({replay.known}):", 2)
    for line in lines:
        console.print(Text(f"    {line}"), soft_wrap=True)  # markup would double a backslash at its end


def _exchanges(replay: Replay, masker: Masker) -> Iterator[str]:
    """Yield what was sent and answered; of a long replay the end."""
    at_once = {each.number for step in replay.steps if step.is_at_once for each in step.exchanges}
    exchanges = replay.exchanges
    if len(exchanges) > _MOST_EXCHANGES:
        yield f"[dim]… {counted(len(exchanges) - _MOST_EXCHANGES, 'request')} before these; the replay has them[/]"
    for each in exchanges[-_MOST_EXCHANGES:]:
        sent = "at once " if each.number in at_once else "sent    "
        yield f"[cyan]{sent}[/] {escape(request_line(each, masker))}"
        yield f"[cyan]answered[/] {escape(answer_line(each, masker))}"


def print_footprint(report: Report, console: Console) -> None:
    """Print what the run sent, what it left behind, and what came between."""
    footprint = report.footprint
    console.print()
    if report.recorded:
        say(console, f"[bold]recorded[/] {counted(footprint.requests, 'exchange')} in {footprint.seconds:.1f} s")
        for line in report.disturbances:
            say(console, f"[bold]not judged:[/] {escape(line)}", hang=2)
        return
    say(
        console,
        f"[bold]footprint[/] {counted(footprint.requests, 'request')}{_for_replays(report)} "
        f"in {footprint.seconds:.1f} s; left behind permanently: {counted(len(footprint.fleets_created), 'fleet')} and "
        f"{counted(len(footprint.keys_created), 'charging key')}, "
        f"marked ct-{report.mark}{escape(_marked_otherwise(report))}",
    )
    for line in about_earlier_fleets(footprint):
        say(console, escape(line), hang=2)
    for line in report.disturbances:
        say(console, f"[bold]disturbed[/] {escape(line)}", hang=2)


def about_earlier_fleets(footprint: Footprint) -> Iterator[str]:
    """Yield what became of the fleets of earlier runs, where any were to be used."""
    used, lost = footprint.fleets_reused, footprint.fleets_not_found
    if used:
        yield f"reused {counted(len(used), 'fleet')} of earlier runs"
    if lost:
        yield (
            f"not found: {counted(len(lost), 'fleet')} of earlier runs, {_listed(lost)}. The server may have been "
            f"reset; that does not fail the run. New ones took their place where that was possible"
        )


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(map(whole, ids))


def _for_replays(report: Report) -> str:
    return f" ({report.replay_requests} of them for replays)" if report.replay_requests else ""


def _marked_otherwise(report: Report) -> str:
    """Return how the ids of replays begin, and which fleets and keys no search for a beginning would find."""
    beginning = report.mark[:-OWN_DIGITS] if report.replay_requests else report.mark
    footprint = report.footprint
    others = [id for id in footprint.fleets_created if not id.startswith(f"ct-{beginning}")]
    others += [name for name in footprint.keys_created if not name.startswith(f"{PRINTED}{beginning.upper()}")]
    of_replays = f"; those of replays begin with ct-{beginning}" if report.replay_requests else ""
    have = "has" if len(others) == 1 else "have"
    return of_replays + f"; {len(others)} of these {have} an id of another form: {_listed(others)}" * bool(others)
