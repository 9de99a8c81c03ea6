"""A clock for tests: no test waits for real where a run would."""

import threading
from collections.abc import Callable

from fleet_contract.contract_tests.network.halt import Halt
from fleet_contract.contract_tests.network.pacing import Clock

NOON = 1_800_000_000.0  # a whole minute


class StandIn:
    """A clock that only sleeping moves on."""

    def __init__(self, wall: float = NOON) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.meanwhile: Callable[[], None] = lambda: None  # what happens while somebody sleeps
        self._wall = wall
        self._lock = threading.Lock()
        self.clock = Clock(lambda: self.now, lambda: self._wall + self.now, self.sleep)

    def sleep(self, _halt: Halt, seconds: float) -> None:
        with self._lock:
            self.slept.append(round(seconds, 3))
            self.now += seconds
        self.meanwhile()
