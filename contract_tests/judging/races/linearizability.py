"""Linearizability: whether operations that overlapped can be put into one order that a model allows."""

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import combinations
from typing import Any, Generic, TypeVar

State = TypeVar("State", bound=Hashable)

CHECKS = 5_000  # sub-histories that may be tried to find a witness smaller than one that cannot be thinned


@dataclass(frozen=True)
class Operation:
    """One request with its answer: `action` is what the model steps on, hashable, and holds both.

    Where there was no answer `returned` is infinite: such an operation takes effect at any time
    after it was invoked, or never. `text` is one line for people.
    """

    number: int
    invoked: float
    returned: float
    text: str
    action: Any

    def __post_init__(self) -> None:
        if not self.invoked <= self.returned:
            raise ValueError(f"Operation {self.number} returned at {self.returned}, before {self.invoked}.")

    @property
    def is_answered(self) -> bool:
        return self.returned < math.inf

    def precedes(self, other: "Operation") -> bool:
        """Say whether this had ended before the other began; at equal times both orders are possible."""
        return self.returned < other.invoked

    def overlaps(self, other: "Operation") -> bool:
        return self.number != other.number and not self.precedes(other) and not other.precedes(self)


@dataclass(frozen=True)
class Model(Generic[State]):
    """An object that does one thing at a time: `step` returns every state that an action may lead to.

    None of them: the action is impossible in that state. Several: any of them may come about.
    `observes` says of an action that it never changes a state, whichever it is: such an action need not be tried at
    another place than the first where it fits, and leaves nothing behind when it is left out of a witness.
    """

    initial: State
    step: Callable[[State, Any], Iterable[State]]
    observes: Callable[[Any], bool] = lambda _: False


def overlapping_pairs(history: Iterable[Operation]) -> int:
    """Count the pairs of operations neither of which precedes the other."""
    pairs, under_way = 0, list[float]()
    for operation in sorted(history, key=lambda each: each.invoked):
        while under_way and under_way[0] < operation.invoked:
            heappop(under_way)
        pairs += len(under_way)
        heappush(under_way, operation.returned)
    return pairs


def is_linearizable(history: Iterable[Operation], model: Model[State]) -> bool:
    """Say whether some order of all answered operations, and any of the others, respects time and the model."""
    return _Search(history, model).succeeds()


class _Search(Generic[State]):
    """The search of Wing and Gong with the memory of Lowe: no configuration is looked at twice.

    A configuration is what was put in order, as bits of the answered and of the unanswered, and
    the state. It is of no use if one with the same answered bits and state needed fewer of the
    unanswered. To meet that one first, the search goes by their number, and depth first among
    equals. Of twins, the earlier goes first. Without these two, every further unanswered operation,
    and every further loser of a race, would double the work.
    """

    def __init__(self, history: Iterable[Operation], model: Model[State]) -> None:
        by_time = sorted(history, key=lambda each: (each.invoked, each.returned))
        self._model = model
        self._answered = [each for each in by_time if each.is_answered]
        self._unanswered = [each for each in by_time if not each.is_answered]
        self._twins_answered = list(_twins(self._answered))
        self._twins_unanswered = list(_twins(self._unanswered))
        self._everything = (1 << len(self._answered)) - 1
        self._seen: dict[tuple[int, State], list[int]] = {}

    def succeeds(self) -> bool:
        level = [(0, 0, self._model.initial)]
        while level:
            following: list[tuple[int, int, State]] = []
            while level:
                done, used, state = level.pop()
                if done == self._everything:
                    return True
                answered, unanswered = self._next(done, used, state)
                level += self._new((done | 1 << each, used, state, self._answered[each]) for each in answered)
                following += self._new((done, used | 1 << each, state, self._unanswered[each]) for each in unanswered)
            level = following
        return False

    def _next(self, done: int, used: int, state: State) -> tuple[Sequence[int], Iterable[int]]:
        """Return which answered and which unanswered operations to try next."""
        candidates, end = self._candidates(done)
        for each in candidates:
            action = self._answered[each].action
            if self._model.observes(action) and any(True for _ in self._model.step(state, action)):
                return [each], ()  # what changes nothing and fits now would not fit better later
        return candidates, self._optional(used, end)

    def _candidates(self, done: int) -> tuple[list[int], float]:
        """Return which answered operations may come next, the earliest last, and when the first of them ended."""
        candidates, end = [], math.inf
        for index in range(_lowest_unset(done), len(self._answered)):
            if done >> index & 1:
                continue
            operation = self._answered[index]
            if operation.invoked > end:
                break
            twins = self._twins_answered[index]
            if done & twins == twins:
                candidates.append(index)
            end = min(end, operation.returned)
        return candidates[::-1], end

    def _optional(self, used: int, end: float) -> Iterator[int]:
        """Yield which unanswered operations may come next."""
        for index, (operation, twins) in enumerate(zip(self._unanswered, self._twins_unanswered, strict=True)):
            if operation.invoked > end:
                return
            if not used >> index & 1 and used & twins == twins:
                yield index

    def _new(self, steps: Iterable[tuple[int, int, State, Operation]]) -> Iterator[tuple[int, int, State]]:
        """Yield the configurations that steps lead to, those that are of no use left out."""
        for done, used, before, operation in steps:
            for state in self._model.step(before, operation.action):
                seen = self._seen.setdefault((done, state), [])
                if not any(fewer & used == fewer for fewer in seen):
                    seen.append(used)
                    yield done, used, state


def _lowest_unset(bits: int) -> int:
    return (~bits & (bits + 1)).bit_length() - 1


def _twins(by_time: Iterable[Operation]) -> Iterator[int]:
    """Yield the twins of each operation, as bits: those before it that did the same, and began and ended no later.

    Wherever it stands in an order before one of them, the two can change places.
    """
    alike: dict[Any, list[tuple[float, int]]] = {}
    for index, operation in enumerate(by_time):
        before = alike.setdefault(operation.action, [])
        yield sum(bit for returned, bit in before if returned <= operation.returned)
        before.append((operation.returned, 1 << index))


# --- witnesses ---------------------------------------------------------------------------------


def smallest_witness(history: Iterable[Operation], model: Model[State]) -> tuple[Operation, ...]:
    """Return the fewest operations that prove a history not linearizable, by invocation; none if it is.

    An operation that is left out may still have taken effect, at any time or never. So leaving out only ever allows
    more, and what fails without it fails with it. None of the operations can be left out; fewer others would do only
    where it takes more than CHECKS sub-histories to see.
    """
    whole = tuple(sorted(history, key=lambda each: each.invoked))
    proof = _Proof(whole, model)
    everything = tuple(range(len(whole)))
    if not proof.holds(everything):
        return ()
    thinned = _thinned(everything, proof)
    return tuple(whole[index] for index in _fewer(everything, len(thinned), proof) or thinned)


class _Proof(Generic[State]):
    """Whether some operations of a history prove that it is not linearizable."""

    def __init__(self, whole: Sequence[Operation], model: Model[State]) -> None:
        self._whole = whole
        self._model = model
        self._left_out = [
            None if model.observes(each.action) else replace(each, invoked=-math.inf, returned=math.inf)
            for each in whole
        ]

    def holds(self, kept: Sequence[int]) -> bool:
        operations: list[Operation | None] = list(self._left_out)
        for index in kept:
            operations[index] = self._whole[index]
        return not is_linearizable((each for each in operations if each), self._model)


def _thinned(kept: tuple[int, ...], proof: _Proof[State]) -> tuple[int, ...]:
    """Leave out whatever the proof holds without: in halves first, for speed, and one by one in the end."""
    size = len(kept) // 2
    while size:
        for start in range((len(kept) - 1) // size * size, -1, -size):  # from the last, since causes come first
            fewer = kept[:start] + kept[start + size :]
            if proof.holds(fewer):
                kept = fewer
        size //= 2
    return kept


def _fewer(everything: Sequence[int], than: int, proof: _Proof[State]) -> tuple[int, ...]:
    """Return the first of the smallest sub-histories that prove it, if there is one with fewer operations."""
    checks = 0
    for size in range(1, than):
        checks += math.comb(len(everything), size)
        if checks > CHECKS:
            break
        found = next((kept for kept in combinations(everything, size) if proof.holds(kept)), ())
        if found:
            return found
    return ()
