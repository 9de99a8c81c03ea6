"""Places: ascending numbers in a buffer, each a place in an order; any is found in it without a scan."""

import sys
from bisect import bisect_left
from collections.abc import Iterator

WIDTH = 8  # bytes, as "Q" has


def append(places: bytearray, place: int) -> None:
    """Add a place that comes after all others."""
    places += place.to_bytes(WIDTH, sys.byteorder)


def insert(places: bytearray, place: int) -> None:
    """Add a place where it belongs."""
    at = _offset(places, place)
    places[at:at] = place.to_bytes(WIDTH, sys.byteorder)


def remove(places: bytearray, place: int) -> None:
    """Take a place away that is there."""
    at = _offset(places, place)
    del places[at : at + WIDTH]


def since(places: bytearray, start: int) -> Iterator[int]:
    """Yield the places that do not come before `start`."""
    for at in range(_offset(places, start), len(places), WIDTH):
        yield int.from_bytes(places[at : at + WIDTH], sys.byteorder)


def _offset(places: bytearray, place: int) -> int:
    """Return where a place is, or would be, in bytes."""
    with memoryview(places) as raw, raw.cast("Q") as numbers:
        return bisect_left(numbers, place) * WIDTH
