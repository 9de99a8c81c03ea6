"""What creates under way may make: each thing is set aside once in the budget, however many of them name it."""

import threading
from collections import Counter

from fleet_contract.contract_tests.network.budget import Budget, Cost
from fleet_contract.contract_tests.network.ledger import Ledger

_Thing = tuple[Cost, str]


class Claims:
    """Sets aside what creates may make, and gives it back or books it when they have completed.

    What the ledger has is there already: to create it again costs no more. A create that
    names nothing may make anything.
    """

    def __init__(self, budget: Budget, ledger: Ledger) -> None:
        self._budget = budget
        self._ledger = ledger
        self._under_way: Counter[_Thing] = Counter()
        self._set_aside: set[_Thing] = set()
        self._lock = threading.Lock()

    def stake(self, cost: Cost, name: str) -> None:
        """Note that a create is to go out; raises BudgetSpent where it may make more than is left."""
        if not name:
            self._budget.reserve(cost)
            return
        with self._lock:
            if not self._under_way[cost, name] and not self._ledger.has(cost, name):
                self._budget.reserve(cost)
                self._set_aside.add((cost, name))
            self._under_way[cost, name] += 1

    def settle(self, cost: Cost, name: str, *, made: bool) -> None:
        """Note that a create has completed, and whether it made something that was not there before."""
        if not name:
            self._budget.settle(cost, spent=made)
            return
        with self._lock:
            thing = (cost, name)
            self._under_way[thing] -= 1
            if thing not in self._set_aside:
                self._budget.book(cost, made)
            elif made or not self._under_way[thing]:
                self._set_aside.remove(thing)
                self._budget.settle(cost, spent=made)
