"""The budgets of a run: what it may cost at most. None but that of timeouts is exceeded, whatever threads do."""

import threading
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum


class Cost(StrEnum):
    """What a run costs its target, of which fleets and charging keys cannot be deleted, and whoever waits for it."""

    REQUESTS = "requests"
    FLEETS = "fleets"
    KEYS = "keys"
    SECONDS = "seconds"
    TIMEOUTS = "timeouts"


_FEWER = "run fewer checks with --only or --depth quick"
_ADVICE = {Cost.TIMEOUTS: "look whether the server hangs; limits.timeout_seconds says how long it is waited for"}


class BudgetSpent(Exception):
    """A request was not sent, since it could have cost more than was allowed."""

    def __init__(self, cost: Cost, spent: float, most: float) -> None:
        super().__init__(
            f"The budget of {cost} is spent: {spent:g} of {most:g} are gone, so this request was not sent. "
            f"What its check had still to send is left out. Raise limits.max_{cost} in the target file, "
            f"or {_ADVICE.get(cost, _FEWER)}."
        )
        self.cost, self.spent, self.most = cost, spent, most


class Budget:
    """Counts what was spent and what requests under way may still spend."""

    def __init__(self, most: Mapping[Cost, float | None]) -> None:
        self._most = most
        self._spent: Counter[Cost] = Counter()
        self._under_way: Counter[Cost] = Counter()
        self._lock = threading.Lock()

    def reserve(self, *costs: Cost) -> None:
        """Set one aside of each; raises BudgetSpent, and then nothing was set aside.

        So it does where too many timeouts were booked, whatever is asked for: a server that hangs is not waited for
        all day.
        """
        with self._lock:
            for cost in (*costs, Cost.TIMEOUTS):
                self._require_left(cost)
            self._under_way.update(costs)

    def settle(self, cost: Cost, *, spent: bool) -> None:
        """Give back what was set aside, or book it."""
        with self._lock:
            self._under_way[cost] -= 1
            self._spent[cost] += spent

    def book(self, cost: Cost) -> None:
        """Count one that nobody had set aside."""
        with self._lock:
            self._spent[cost] += 1

    def spent(self, cost: Cost) -> int:
        """Return how many are booked."""
        with self._lock:
            return self._spent[cost]

    def _require_left(self, cost: Cost) -> None:
        most = self._most.get(cost)
        gone = self._spent[cost] + self._under_way[cost]
        if most is not None and gone >= most:
            raise BudgetSpent(cost, gone, most)
