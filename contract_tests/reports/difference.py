"""The difference of two reports, for a person at a terminal or for a ticket."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from fleet_contract.contract_tests.process.printable import whole
from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.contract_tests.reports.console import say
from fleet_contract.contract_tests.reports.drift import Change, Kind, Value
from fleet_contract.contract_tests.reports.markdown import plain

_HEADINGS = {
    Kind.OUTCOME: "outcome",
    Kind.VERDICT: "verdicts",
    Kind.ANSWER: "answers",
    Kind.TIME: "median times",
}


def print_difference(before: Value, after: Value, found: Sequence[Change], console: Console) -> None:
    """Print what changed, by kind."""
    say(console, f"[bold]from[/] {_shown(_named(before))}")
    say(console, f"[bold]to[/]   {_shown(_named(after))}")
    for kind, heading in _HEADINGS.items():
        changed = [each for each in found if each.kind is kind]
        if changed:
            console.print(f"\n[bold]{heading}[/]")
        for each in changed:
            say(console, _line(each), 2, 4)
    console.print()
    say(console, _outcome(found))


def _line(change: Change) -> str:
    mark = "[red]✗[/]" if change.is_worse else "[yellow]~[/]"
    words = f": {_shown(change.words)}" if change.words else ""
    return f"{mark} {_shown(change.what)} {_shown(change.before)} → {_shown(change.after)}{words}"


def _shown(text: str) -> str:
    """Return what a report says, which may be anybody's, as it may be printed."""
    return escape(whole(text))


def _outcome(found: Sequence[Change]) -> str:
    worse = sum(each.is_worse for each in found)
    if not found:
        return "[bold green]UNCHANGED[/]: verdicts, answers and times are the same."
    word = "[bold red]WORSE[/]" if worse else "[bold yellow]CHANGED[/]"
    return f"{word}: {counted(len(found), 'change')}, {worse} for the worse."


def difference_in_markdown(before: Value, after: Value, found: Sequence[Change]) -> str:
    """Return what changed as a table of Markdown."""
    rows = [
        f"| {'✗' if each.is_worse else ''} | {each.kind} | {plain(each.what)} | {plain(each.before)} "
        f"| {plain(each.after)} | {plain(each.words)} |"
        for each in found
    ]
    head = f"From {plain(_named(before))} to {plain(_named(after))}: {counted(len(found), 'change')}.\n"
    table = "\n| worse | what | | before | after | |\n| --- | --- | --- | --- | --- | --- |\n" if rows else ""
    return head + table + "".join(f"{row}\n" for row in rows)


def _named(report: Any) -> str:
    return f"{report['target']}, {report['date']}, {report['depth']} depth, {report['outcome']}"
