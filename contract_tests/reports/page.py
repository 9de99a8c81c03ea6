"""The report of a run for a person at a terminal: counts first, then failures, the worst first."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.markup import escape

from fleet_contract.contract_tests.judging.dialect.reading import witnesses
from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.contract_tests.reports.console import say
from fleet_contract.contract_tests.reports.github import annotate
from fleet_contract.contract_tests.reports.summary import (
    Standing,
    count_line,
    remarks,
    standing,
    untested,
    waiver_line,
    where_it_goes,
    worst_first,
)
from fleet_contract.contract_tests.reports.text import COLOURS, Told, print_failure, print_footprint
from fleet_contract.contract_tests.reports.value import message_of, value_of
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Result, Verdict
from fleet_contract.contract_tests.target.gate import Pardon
from fleet_contract.contract_tests.telling import named
from fleet_contract.spec.dialect import NOT_APPLICABLE, UNKNOWN

_MARKS: dict[Standing, str] = {
    Verdict.FAILED: "[red]✗[/]",
    **dict.fromkeys(Pardon, "[yellow]✗[/]"),
    Verdict.ERRORED: "[yellow]![/]",
    Verdict.PASSED: "[green]✓[/]",
    Verdict.UNTESTED: "[yellow]-[/]",
}
_MOST_REMARKS = 4
_SECTION = 12  # columns for the name of a section


def print_report(report: Report, console: Console) -> None:
    """Print what a run came to, as much of it as the user asked for."""
    shown = report.settings.shown
    if shown.quiet:
        for result in worst_first(report):
            _print_shortly(result, report, console)
    else:
        _print_page(report, console)
    _print_end(report, remarks(report), console)


def print_abandoned(report: Report, console: Console) -> None:
    """Print what a run came to that never came to its first check; why is for whoever ended it to say."""
    if not report.settings.shown.quiet:
        print_footprint(report, console)
        console.print()
    _print_end(report, (), console)


def _print_end(report: Report, said: Sequence[str], console: Console) -> None:
    if report.settings.shown.github:
        annotate(value_of(report), console)
    remark = escape("".join(f"; {each}" for each in said[:_MOST_REMARKS])).rstrip(".")
    of_what, depth = " (recorded traffic)", f" at {report.settings.depth.word} depth"
    of_what, depth = (of_what, "") if report.recorded else ("", depth)
    outcome = f"[bold {COLOURS[report.outcome]}]{report.outcome.upper()}[/]{of_what}"
    say(console, f"{outcome}: {count_line(report)}{depth}{remark}.")


def _print_page(report: Report, console: Console) -> None:
    verbose = report.settings.shown.verbose
    console.print()
    say(console, f"[bold]{counted(len(report.results), 'requirement')}[/]: {count_line(report)}")
    for section, results in _sections(report):
        if verbose:
            _print_verdicts(section, results, report, console)
        else:
            _print_section(section, results, report, console)
    for result in worst_first(report):
        if verbose or not report.pardon(result):
            told = Told(report.replay(result), report.script(result), report.history, report.masker)
            print_failure(result, told, console)
        else:
            console.print()
            _print_shortly(result, report, console)
    _print_what_is_not_judged(report, console)
    _print_waivers(report, console)
    _print_dialect(report, console)
    print_footprint(report, console)
    console.print()


def _print_waivers(report: Report, console: Console) -> None:
    waiverless = report.settings.waiverless
    if report.waivers or waiverless:
        console.print()
    for waiver, state in report.waivers.items():
        say(console, f"[bold]waiver[/] {escape(waiver_line(waiver, state))}", hang=2)
    if waiverless:
        say(console, f"The waivers file {escape(str(waiverless))} has no waiver.")


def _sections(report: Report) -> Iterator[tuple[str, list[Result]]]:
    for section, results in groupby(report.results, key=lambda each: each.requirement.id.partition(".")[0]):
        yield section, list(results)


def _print_section(section: str, results: Sequence[Result], report: Report, console: Console) -> None:
    """Print the marks of a section in one line, and in one line each what failed in it."""
    marks = {each.requirement.id: _MARKS[standing(each, report)] for each in results}
    say(console, f"{section:{_SECTION}}{''.join(marks.values())}", 2)
    for result in results:
        if result.failures:
            say(console, f"{marks[result.requirement.id]} {result.requirement.id}", 2)


def _print_verdicts(section: str, results: Sequence[Result], report: Report, console: Console) -> None:
    console.print(f"\n[bold]{section}[/]")
    for result in results:
        requirement = result.requirement
        pairs = f" [dim]({result.overlaps} overlapping pairs)[/]" if result.overlaps else ""
        mark = _MARKS[standing(result, report)]
        say(console, f"{mark} {requirement.id} [dim]{escape(requirement.text)}[/]{pairs}", 2, 2)
        if result.reason:
            say(console, f"[yellow]{result.verdict}: {escape(result.reason)}[/]", 6)


def _print_shortly(result: Result, report: Report, console: Console) -> None:
    mark, pardon = _MARKS[standing(result, report)], report.pardon(result)
    say(console, f"{mark} {result.requirement.id} {result.requirement.basis}{f', {pardon}' if pardon else ''}")
    say(console, escape(message_of(result)), 2)


def _print_what_is_not_judged(report: Report, console: Console) -> None:
    for result in report.results:
        if result.verdict is Verdict.ERRORED:
            say(console, f"[bold yellow]![/] {result.requirement.id} errored: {escape(result.reason)}", hang=2)
    reasons = untested(report)
    if reasons and not report.settings.shown.verbose:
        console.print("\n[bold]untested[/]")
        for reason, ids in reasons.items():
            say(console, f"[yellow]{escape(reason)}[/]: {', '.join(ids)}", 2, 2)
        if where := where_it_goes(reasons):
            say(console, where, 2)


def _print_dialect(report: Report, console: Console) -> None:
    answered = {question: answer for question, answer in report.dialect.items() if answer != NOT_APPLICABLE}
    unknown = sum(answer == UNKNOWN for answer in answered.values())
    shown = report.settings.shown
    in_full = shown.verbose or shown.dialect
    where = "" if in_full else " (--dialect prints them)"
    console.print()
    say(console, f"[bold]dialect[/] {counted(len(answered) - unknown, 'question')} read, {unknown} unknown{where}")
    for question, answers in witnesses(report.history, report.dialect).items():
        seen = (f"{answer} ({named(first, report.masker)})" for answer, (first, *_) in answers.items())
        say(console, f"[yellow]mixed[/] {question}: {escape('; '.join(seen))}", 2, 2)
    if in_full:
        pairs = (f"{question} = {answer}" for question, answer in answered.items() if answer != UNKNOWN)
        say(console, f"[dim]{', '.join(pairs)}[/]", 2)
