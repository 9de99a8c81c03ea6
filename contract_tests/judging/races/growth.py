"""A set that only grows: additions and whole readings of it fit an order unless what must come before goes round.

Each addition is of an item of its own, so a reading tells of every addition whether it came before. Nothing is left
to be searched: an order exists if and only if these relations, and those of time, have no cycle. A general search
would take a time that grows exponentially with the additions that overlap.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from fleet_contract.contract_tests.judging.races.linearizability import Operation


@dataclass(frozen=True)
class Add:
    """An item is in the set from now on; no other operation adds it."""

    item: str


@dataclass(frozen=True)
class Read:
    """All items of the set, each as often as it was read."""

    items: tuple[str, ...]


def smallest_witness(history: Sequence[Operation]) -> tuple[Operation, ...]:
    """Return the fewest operations that fit no order, by invocation; none if all do.

    The action of each is an Add or a Read. One without an answer may have been done at any time since, or never. So may
    one that is no part of the witness.
    """
    operations = sorted(history, key=lambda each: each.invoked)
    read = [frozenset(each.action.items) if isinstance(each.action, Read) else None for each in operations]
    twice = (each for each, items in zip(operations, read, strict=True) if _reads_twice(each.action, items))
    alone = next(twice, None)
    if alone is not None:
        return (alone,)
    followers = [_followers(index, operations, read) for index in range(len(operations))]
    cycles = (_shortest_cycle(index, followers) for index, items in enumerate(read) if items is not None)
    shortest = min(filter(None, cycles), key=lambda cycle: (len(cycle), cycle), default=())
    return tuple(operations[index] for index in shortest)


def _reads_twice(action: object, items: frozenset[str] | None) -> bool:
    return isinstance(action, Read) and items is not None and len(items) < len(action.items)


def _followers(index: int, operations: Sequence[Operation], read: Sequence[frozenset[str] | None]) -> list[int]:
    """Return the operations that must come after one."""
    return [
        other
        for other in range(len(operations))
        if other != index
        and (operations[index].precedes(operations[other]) or _shows_less(index, other, operations, read))
    ]


def _shows_less(one: int, other: int, operations: Sequence[Operation], read: Sequence[frozenset[str] | None]) -> bool:
    """Say whether what was read tells that one operation came before another."""
    before, after = read[one], read[other]
    if before is None:
        return after is not None and operations[one].action.item in after
    return operations[other].action.item not in before if after is None else not after <= before


def _shortest_cycle(start: int, followers: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the operations of a shortest cycle through one, in order; none if there is no cycle."""
    before: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        index = waiting.popleft()
        for follower in followers[index]:
            if follower == start:
                return _path_back(index, start, before)
            if follower not in before:
                before[follower] = index
                waiting.append(follower)
    return ()


def _path_back(index: int, start: int, before: dict[int, int]) -> tuple[int, ...]:
    found = [index]
    while found[-1] != start:
        found.append(before[found[-1]])
    return tuple(sorted(found))
