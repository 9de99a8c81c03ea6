"""The terminal that reports go to."""

from typing import Any

from rich.console import Console


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
