"""What all reports for a person at a terminal have in common: a failure in full, and the footprint."""

from rich.console import Console
from rich.markup import escape

from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.reports.console import say
from fleet_contract.contract_tests.reports.timeline import drawn
from fleet_contract.contract_tests.reproduction import answer_line, request_line, sequence_of, steps_of
from fleet_contract.contract_tests.run import Report
from fleet_contract.contract_tests.target import Target
from fleet_contract.contract_tests.verdicts import Outcome, Result

COLOURS = {Outcome.CONFORMS: "green", Outcome.BREAKS: "red", Outcome.INCONCLUSIVE: "yellow"}


def print_failure(result: Result, history: History, target: Target, console: Console) -> None:
    """Print a failure in full: the requirement, what was sent and answered, and how to replay it."""
    requirement, first = result.requirement, result.failures[0]
    console.print(f"\n[bold red]✗ {requirement.id}[/] [dim]{requirement.basis}, {requirement.url}[/]", soft_wrap=True)
    say(console, escape(requirement.text), 2)
    for exchange in sequence_of(first, history):
        console.print(f"  [cyan]sent[/]     {escape(request_line(exchange))}", soft_wrap=True)
        console.print(f"  [cyan]answered[/] {escape(answer_line(exchange))}", soft_wrap=True)
    console.print(f"  expected {escape(first.expected)}\n  got      {escape(first.got)}", soft_wrap=True)
    for line in drawn(first).splitlines():
        console.print(f"  {escape(line)}", soft_wrap=True, no_wrap=True)
    if len(result.failures) > 1:
        console.print(f"  [dim]and {len(result.failures) - 1} more like it[/]")
    console.print("  replay:")
    for step in steps_of(first, history, target):
        console.print(f"    {escape(step)}", soft_wrap=True)


def print_footprint(report: Report, console: Console) -> None:
    """Print what the run sent, what it left behind, and what came between."""
    footprint = report.footprint
    console.print()
    say(
        console,
        f"[bold]footprint[/] {footprint.requests} requests in {footprint.seconds:.1f} s; left behind permanently: "
        f"{len(footprint.fleets_created)} fleets and {len(footprint.keys_created)} charging keys, "
        f"marked ct-{report.mark}{escape(_marked_otherwise(report))}",
    )
    for line in report.disturbances:
        say(console, f"[bold]between[/] {escape(line)}", hang=2)


def _marked_otherwise(report: Report) -> str:
    """Return the fleets whose ids do not show the mark as it is: what was sent as a number shows its digits."""
    mark = report.mark
    others = [id for id in report.footprint.fleets_created if mark not in id.casefold()]
    return f"; the ids of {len(others)} show it only in digits or not at all: {', '.join(others)}" if others else ""
