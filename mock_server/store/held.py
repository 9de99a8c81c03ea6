"""Held: the texts that something has held, whatever became of them, so that they are known where they come up later."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator

MOST_HELD = 10_000


class Held:
    """Texts, each once, in the order in which they were added last; of very many the last ones."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self._texts: OrderedDict[str, None] = OrderedDict()
        self._most = most

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def add(self, texts: Iterable[str]) -> None:
        """Know these texts from now on, and forget the oldest where there are too many."""
        for text in texts:
            self._texts[text] = None
            self._texts.move_to_end(text)
            if len(self._texts) > self._most:
                self._texts.popitem(last=False)
