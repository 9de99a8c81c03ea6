"""Delta debugging: fewer and fewer items of a sequence, as long as these still show what all of them did."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

Item = TypeVar("Item")


def reduced(items: Sequence[Item], shows: Callable[[Sequence[Item]], bool]) -> list[Item]:
    """Return a part of the items that shows it and of which none can be left out; all together are known to show it.

    After Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input (2002).
    """
    left, parts = list(items), 2
    if not left or shows([]):
        return []
    while parts <= len(left):
        found = next((trial for trial in _trials(left, parts) if shows(trial)), None)
        left, parts = (left, _finer(parts, len(left))) if found is None else (found, _coarser(parts, left, found))
    return left


def _finer(parts: int, size: int) -> int:
    """Return into how many parts to cut next where none shows it; more than there are items once each was left out."""
    return size + 1 if parts == size else min(2 * parts, size)


def _coarser(parts: int, left: Sequence[Item], found: Sequence[Item]) -> int:
    return max(parts - 1, 2) if 2 * len(found) > len(left) else 2


def _trials(items: list[Item], parts: int) -> Iterator[list[Item]]:
    """Yield each part alone, the last first, since it is the nearest; then all without each part."""
    parts = min(parts, len(items))
    bounds = [len(items) * number // parts for number in range(parts + 1)]
    slices = list(pairwise(bounds))
    for start, end in reversed(slices):
        yield items[start:end]
    if parts > 2:
        for start, end in slices:
            yield items[:start] + items[end:]
