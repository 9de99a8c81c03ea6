"""Listing: what the mock can be asked to do, as tables."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleet_contract.mock_server.misbehaviours import MISBEHAVIOURS
from fleet_contract.spec.catalogue import catalogue

WIDTH_OF_A_PIPE = 200


class Terminal(Console):
    """A console that leaves it to the way out what a closed pipe means; rich would end the program with 1."""

    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704  (the BrokenPipeError that is being handled)


def print_misbehaviours() -> None:
    """Print every misbehaviour with what a client should do about it."""
    rows = [(each.name, each.text, each.reason) for each in MISBEHAVIOURS.values()]
    print_table(("misbehaviour", "what it does", "what a client should do"), rows)


def print_questions() -> None:
    """Print every question with its answers, the mock's default first."""
    rows = [(id, ", ".join(question.answers), question.text) for id, question in catalogue().questions.items()]
    print_table(("question", "answers", "what it asks"), rows)


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(*head, box=None, pad_edge=False, header_style="bold")
    for name, *others in rows:
        table.add_row(name, *map(Text, others))
    console = Terminal()
    if not console.is_terminal:
        console = Terminal(width=WIDTH_OF_A_PIPE)
    console.print(table)
