"""The terminal that reports go to."""

from typing import Any

from rich.console import Console


def open_console(**how: Any) -> Console:
    """Return a console that adds no colours to numbers and reads no `:key:` in a text as a picture.

    Square brackets it does read: whoever prints what a user or a server wrote passes
    it through `rich.markup.escape`.
    """
    return Console(highlight=False, emoji=False, **how)
