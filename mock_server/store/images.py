"""Images: a table as it is at one moment, read piece by piece while the table goes on changing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Generic, NamedTuple, TypeVar

from fleet_contract.mock_server.store.records import Location

Key = TypeVar("Key")


class Image(Generic[Key]):
    """The rows of a table at the moment at which this was made.

    To copy them at once would hold up all who wait: a million take 20 ms. So a row is kept here when it is
    about to be replaced, and all others are read from the table.
    """

    def __init__(self, rows: Mapping[Key, bytes], order: Sequence[Key]) -> None:
        self._rows = rows
        self._order = order
        self._length = len(order)
        self._replaced: dict[Key, bytes] = {}

    def __len__(self) -> int:
        return self._length

    def keep(self, key: Key) -> None:
        """Keep the row of a key before it is replaced."""
        row = self._rows.get(key)
        if row is not None:
            self._replaced.setdefault(key, row)

    def rows(self, first: int, most: int) -> list[bytes]:
        """Return some rows, from a number on, in the order of the table."""
        last = min(first + most, self._length)
        return [self._replaced.get(key) or self._rows[key] for key in self._order[first:last]]


class StateImage(NamedTuple):
    """All that a store holds at one moment."""

    fleets: Image[str]
    charging_keys: Image[int]
    locations: Sequence[Location]


class Imaged(Generic[Key]):
    """A table of rows of which images can be made; `changes` counts what was written."""

    def __init__(self) -> None:
        self._rows: dict[Key, bytes] = {}
        self._images: list[Image[Key]] = []
        self.changes = 0

    @contextmanager
    def imaged(self, order: Sequence[Key]) -> Iterator[Image[Key]]:
        """Give an image of this moment as long as the block lasts; `order` may grow meanwhile, and nothing else."""
        image = Image(self._rows, order)
        self._images.append(image)
        try:
            yield image
        finally:
            self._images.remove(image)

    def write(self, key: Key, row: bytes) -> None:
        """Hold a row under a key, in place of the one that is there."""
        for image in self._images:
            image.keep(key)
        self._rows[key] = row
        self.changes += 1
