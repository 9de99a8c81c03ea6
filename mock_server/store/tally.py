"""Tallies: which rules a call meets, by how many calls there were before it, counted for all who share a store."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from typing import NamedTuple

DIGITS = 13  # of a digest in base 16: as many as a double holds exactly


class Chance(NamedTuple):
    """When a call meets a rule: one of the next `times`, with a `probability`, and beyond a `rate` of calls in seconds.

    Of several rules that `decides` holds for, a call meets the first one only.
    """

    number: int
    times: int | None = None
    probability: float = 1.0
    rate: tuple[int, float] | None = None
    decides: bool = False


class Met(NamedTuple):
    """How a call stands to a rule: its `turn` among those that could have met it, and how many have met it so far.

    The turn is 0 where it does not meet it.
    """

    turn: int
    used: int


@dataclass
class _Count:
    seen: int = 0
    used: int = 0
    allowed: deque[float] = field(default_factory=deque)


class Tally:
    """The counts of one set of rules, by their numbers; `steps.lua` counts alike."""

    def __init__(self) -> None:
        self._name = ""
        self._counts: dict[int, _Count] = {}

    def meet(self, name: str, draws: str, chances: Sequence[Chance], now: float) -> list[Met]:
        """Count a call, and return how it stands to each of some rules.

        `name` tells one set of rules from another, whose counts are forgotten. The same `draws` draw the same numbers.
        """
        if name != self._name:
            self._name, self._counts = name, {}
        met, is_decided = [], False
        for chance in chances:
            count = self._counts.setdefault(chance.number, _Count())
            turn = 0 if is_decided and chance.decides else _turn(count, chance, draws, now)
            count.used += turn > 0
            is_decided = is_decided or (turn > 0 and chance.decides)
            met.append(Met(turn, count.used))
        return met

    def uses(self, name: str) -> Mapping[int, int]:
        """Return how many calls have met each rule of a set, by its number."""
        return {number: count.used for number, count in self._counts.items()} if name == self._name else {}


def _turn(count: _Count, chance: Chance, draws: str, now: float) -> int:
    """Return the turn of a call that meets a rule, 0 for one that does not."""
    if chance.times is not None and count.used >= chance.times:
        return 0
    count.seen += 1
    # Drawn first, so that the same calls draw the same numbers whatever the clock says.
    is_drawn = chance.probability >= 1 or drawn(f"{draws} {chance.number} {count.seen}") < chance.probability
    return count.seen if is_drawn and _is_beyond(count.allowed, chance.rate, now) else 0


def drawn(text: str) -> float:
    """Return the number from 0 on and below 1 that a text stands for."""
    digest = sha1(text.encode(), usedforsecurity=False).hexdigest()
    return int(digest[:DIGITS], 16) / 16.0**DIGITS


def _is_beyond(allowed: deque[float], rate: tuple[int, float] | None, now: float) -> bool:
    """Say whether so many calls were let through in the last seconds that this one is not."""
    if rate is None:
        return True
    calls, seconds = rate
    while allowed and now - allowed[0] >= seconds:
        allowed.popleft()
    if len(allowed) >= calls:
        return True
    allowed.append(now)
    return False
