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
    while len(left) > 1:
        found = next((trial for trial in _trials(left, parts) if shows(trial)), None)
        if found is not None:
            parts = max(parts - 1, 2) if 2 * len(found) > len(left) else 2
            left = found
        elif parts == len(left):
            break
        else:
            parts = min(2 * parts, len(left))
    return left


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
