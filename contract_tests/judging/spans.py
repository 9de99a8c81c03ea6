"""Spans: exchanges by when they started, so that those that overlap another one are found without a walk."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from fleet_contract.contract_tests.exchange import Exchange


class Spans:
    """Some exchanges, in the order in which they started."""

    def __init__(self, exchanges: Iterable[Exchange] = ()) -> None:
        self.first_ended = math.inf
        self._exchanges: list[Exchange] = []
        self._latest: list[float] = []  # when the last one up to each place ended
        for exchange in exchanges:
            self.add(exchange)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._exchanges)

    def __len__(self) -> int:
        return len(self._exchanges)

    @property
    def first_started(self) -> float:
        return self._exchanges[0].started if self._exchanges else math.inf

    @property
    def last_started(self) -> float:
        return self._exchanges[-1].started if self._exchanges else -math.inf

    def add(self, exchange: Exchange) -> None:
        """Add one; nearly all come in order."""
        place = bisect_right(self._exchanges, exchange.started, key=_started)
        self._exchanges.insert(place, exchange)
        self.first_ended = min(self.first_ended, exchange.ended)
        del self._latest[place:]
        for each in self._exchanges[place:]:
            self._latest.append(max(each.ended, self._latest[-1]) if self._latest else each.ended)

    def overlapping(self, exchange: Exchange) -> Iterator[Exchange]:
        """Yield those that overlap an exchange, the last one first."""
        place = bisect_left(self._exchanges, exchange.ended, key=_started) - 1
        while place >= 0 and self._latest[place] > exchange.started:
            if self._exchanges[place].overlaps(exchange):
                yield self._exchanges[place]
            place -= 1

    def last_before(self, exchange: Exchange) -> Exchange | None:
        """Return the one of those that had ended before an exchange which started last."""
        place = bisect_left(self._exchanges, exchange.started, key=_started)
        before = (self._exchanges[n] for n in range(place - 1, -1, -1))
        return next((each for each in before if each.precedes(exchange)), None)

    def last_ended(self, started_until: float) -> float:
        """Return when the last one ended of those that had started by a moment."""
        place = bisect_right(self._exchanges, started_until, key=_started)
        return self._latest[place - 1] if place else -math.inf

    def has_any_between(self, begin: float, end: float) -> bool:
        """Say whether any started after one moment and before another."""
        first = bisect_right(self._exchanges, begin, key=_started)
        return first < len(self._exchanges) and self._exchanges[first].started < end


def _started(exchange: Exchange) -> float:
    return exchange.started
