"""The report for a person at a terminal."""

from itertools import groupby

from rich.console import Console
from rich.markup import escape

from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.reports.summary import count_line, remarks, waiver_line
from fleet_contract.contract_tests.reports.timeline import drawn
from fleet_contract.contract_tests.reproduction import answer_line, request_line, sequence_of, steps_of
from fleet_contract.contract_tests.run import Report
from fleet_contract.contract_tests.target import Target
from fleet_contract.contract_tests.verdicts import Outcome, Result, Verdict
from fleet_contract.spec.dialect import NOT_APPLICABLE, UNKNOWN

_MARKS = {
    Verdict.FAILED: "[red]✗[/]",
    Verdict.ERRORED: "[yellow]![/]",
    Verdict.PASSED: "[green]✓[/]",
    Verdict.UNTESTED: "[yellow]-[/]",
}
_MOST_REMARKS = 4
COLOURS = {Outcome.CONFORMS: "green", Outcome.BREAKS: "red", Outcome.INCONCLUSIVE: "yellow"}


def print_report(report: Report, console: Console) -> None:
    """Print a verdict per requirement, the failures in full, the dialect, the footprint and the outcome."""
    for section, results in groupby(report.results, key=lambda each: each.requirement.id.split(".")[0]):
        console.print(f"\n[bold]{section}[/]")
        for result in results:
            _print_verdict(result, console)
    _print_waivers(report, console)
    for result in report.results:
        if result.failures:
            print_failure(result, report.history, report.settings.target, console)
    _print_dialect(report, console)
    print_footprint(report, console)
    colour = COLOURS[report.outcome]
    remark = escape("".join(f"; {each}" for each in remarks(report)[:_MOST_REMARKS])).rstrip(".")
    console.print(
        f"\n[bold {colour}]{report.outcome.upper()}[/]: {count_line(report)}"
        f" at {report.settings.depth.word} depth{remark}.",
        soft_wrap=True,
    )


def _print_waivers(report: Report, console: Console) -> None:
    if report.waivers:
        console.print("\n[bold]waivers[/]")
    for waiver, state in report.waivers.items():
        console.print(f"  {escape(waiver_line(waiver, state))}", soft_wrap=True)


def _print_verdict(result: Result, console: Console) -> None:
    requirement = result.requirement
    pairs = f" [dim]({result.overlaps} overlapping pairs)[/]" if result.overlaps else ""
    console.print(
        f"  {_MARKS[result.verdict]} {requirement.id} [dim]{escape(requirement.text)}[/]{pairs}", soft_wrap=True
    )
    if result.reason:
        console.print(f"      {result.verdict}: {escape(result.reason)}", style="yellow", soft_wrap=True)


def print_failure(result: Result, history: History, target: Target, console: Console) -> None:
    """Print a failure in full: the requirement, what was sent and answered, and how to replay it."""
    requirement, first = result.requirement, result.failures[0]
    console.print(f"\n[bold red]✗ {requirement.id}[/] [dim]{requirement.basis}, {requirement.url}[/]", soft_wrap=True)
    console.print(f"  {escape(requirement.text)}", soft_wrap=True)
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


def _print_dialect(report: Report, console: Console) -> None:
    answered = {question: answer for question, answer in report.dialect.items() if answer != NOT_APPLICABLE}
    unknown = sum(answer == UNKNOWN for answer in answered.values())
    console.print(f"\n[bold]dialect[/] [dim]{len(answered) - unknown} questions read, {unknown} unknown[/]")
    pairs = [f"{question} = {answer}" for question, answer in answered.items() if answer != UNKNOWN]
    console.print(f"  [dim]{', '.join(pairs)}[/]", soft_wrap=True)


def print_footprint(report: Report, console: Console) -> None:
    """Print what the run sent, what it left behind, and what came between."""
    footprint = report.footprint
    console.print(
        f"\n[bold]footprint[/] {footprint.requests} requests in {footprint.seconds:.1f} s; left behind permanently: "
        f"{len(footprint.fleets_created)} fleets and {len(footprint.keys_created)} charging keys, "
        f"marked ct-{report.mark}{escape(_marked_otherwise(report))}",
        soft_wrap=True,
    )
    for line in report.disturbances:
        console.print(f"[bold]between[/] {escape(line)}", soft_wrap=True)


def _marked_otherwise(report: Report) -> str:
    """Return the fleets whose ids do not show the mark as it is: what was sent as a number shows its digits."""
    mark = report.mark
    others = [id for id in report.footprint.fleets_created if mark not in id.casefold()]
    return f"; the ids of {len(others)} show it only in digits or not at all: {', '.join(others)}" if others else ""
