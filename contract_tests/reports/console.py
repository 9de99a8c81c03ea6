"""The terminal that reports go to."""

import os
from typing import Any

from rich.console import Console
from rich.text import Text

_NARROWEST = 20  # columns that are left to words, however far they are indented


class _Console(Console):
    """A console that leaves it to us what a closed pipe means; rich would end the program with 1."""

    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704  (the BrokenPipeError that is being handled)


def open_console(**how: Any) -> Console:
    """Return a console that adds no colours to numbers and reads no `:key:` in a text as a picture.

    Square brackets it does read: whoever prints what a user or a server wrote passes
    it through `rich.markup.escape`.
    """
    return _Console(highlight=False, emoji=False, **how)


def room_of(console: Console) -> int | None:
    """Return how many columns a line has, None in a file, unless COLUMNS says how wide the reader's screen is."""
    return console.width if console.is_terminal or "COLUMNS" in os.environ else None


def say(console: Console, markup: str, indent: int = 0, hang: int = 0) -> None:
    """Print a paragraph: on a terminal its words are wrapped, and all lines but the first are indented by `hang` more.

    A file gets one line, unless COLUMNS says how wide the reader's screen is. No word is
    broken where it fits on a line.
    """
    text = Text.from_markup(markup, emoji=False)
    room = room_of(console)
    lines = list(text.wrap(console, max(room - indent - hang, _NARROWEST))) if room else [text]
    for number, line in enumerate(lines):
        line.rstrip()
        blanks = " " * (indent + (hang if number else 0))
        console.print(Text(blanks).append_text(line), soft_wrap=True)
