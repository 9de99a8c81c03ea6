"""In what another OpenAPI document differs from ours, for a person at a terminal."""

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.markup import escape

from fleet_contract.contract_tests.documents import Difference
from fleet_contract.contract_tests.process.printable import printable
from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.contract_tests.reports.console import say


def print_documents(found: Sequence[Difference], unknown: Sequence[str], console: Console) -> None:
    """Print the differences by operation, and the operations that only the other document has."""
    for operation, differences in groupby(found, key=lambda each: each.operation):
        console.print()
        say(console, f"[bold]{escape(operation)}[/]")
        for each in differences:
            theirs = escape(printable(each.theirs))
            say(console, f"{escape(printable(each.place))}: ours {escape(each.ours)}, theirs {theirs}", 2, 2)
            say(console, f"[dim]{', '.join(each.touches)}[/]", 4)
    if unknown:
        console.print()
        say(
            console,
            f"{counted(len(unknown), 'operation')} only in the other document: {escape(printable(', '.join(unknown)))}",
        )
    console.print()
    say(console, f"[bold]{counted(len(found), 'difference')}[/]" if found else "[bold green]The documents agree.[/]")
