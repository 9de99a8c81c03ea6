"""Lengths: how long a text is, in the unit in which the servers of a dialect count (`length.unit`)."""

from collections.abc import Callable
from itertools import islice
from typing import NamedTuple


class Unit(NamedTuple):
    """What lengths are counted in, and how it is called."""

    length: Callable[[str], int]
    name: str

    @property
    def in_words(self) -> str:
        """What is counted, as a refusal tells it."""
        return "characters" if self is CODE_POINTS else self.name


def in_utf_16(text: str) -> int:
    """Return how many UTF-16 code units a text has, as Java, JavaScript and C# count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def in_graphemes(text: str) -> int:
    """Return how many grapheme clusters a text has, as Swift counts: what a reader sees as one character is one."""
    from wcwidth import iter_graphemes  # Its tables take 50 ms to load, and only one answer of one question needs them.

    return sum(1 for _ in iter_graphemes(text))


def is_longer(text: str, most: int) -> bool:
    """Say whether a text is longer than so many characters, whatever a dialect counts: graphemes are the fewest."""
    if len(text) <= most:
        return False
    from wcwidth import iter_graphemes  # Likewise.

    return next(islice(iter_graphemes(text), most, None), None) is not None


CODE_POINTS = Unit(len, "code points")
UNITS = {
    "code-points": CODE_POINTS,
    "utf-16": Unit(in_utf_16, "UTF-16 code units"),
    "graphemes": Unit(in_graphemes, "grapheme clusters"),
}
