"""What waits to be judged, bounded by number and by bytes: however much passes, no client waits and no memory fills."""

from collections.abc import Iterator
from queue import SimpleQueue
from threading import Lock

from fleet_contract.contract_tests.watching.forwarding import Passed

MOST_WAITING = 1_000
MOST_BYTES = 64 * 1024 * 1024  # of what waits, and of the one that is judged; that may be longer, where it is alone


class Backlog:
    """A queue that counts as `lost` what it has no room for; what comes out counts until the next is asked for."""

    def __init__(self) -> None:
        self.lost = 0
        self._queue: SimpleQueue[Passed | None] = SimpleQueue()
        self._lock = Lock()
        self._number = self._bytes = 0

    def add(self, passed: Passed) -> None:
        """Take what passed, or count it."""
        size = _size(passed)
        with self._lock:
            if self._number and (self._number >= MOST_WAITING or self._bytes + size > MOST_BYTES):
                self.lost += 1
                return
            self._number += 1
            self._bytes += size
            self._queue.put(passed)

    def end(self) -> None:
        """Let the iteration end with what waits now."""
        self._queue.put(None)

    def __iter__(self) -> Iterator[Passed]:
        while (passed := self._queue.get()) is not None:
            yield passed
            with self._lock:
                self._number -= 1
                self._bytes -= _size(passed)


def _size(passed: Passed) -> int:
    fields = (*passed.request.headers.raw_items(), *passed.headers)
    bodies = len(passed.sent.data) + len(passed.received.data)
    return bodies + len(passed.target) + sum(len(name) + len(value) for name, value in fields)
