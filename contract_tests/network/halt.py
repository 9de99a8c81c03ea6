"""The end of all sending: why nothing more goes out, and what wakes those who wait until they may send."""

import time
from contextlib import suppress
from queue import Empty, SimpleQueue

_SLICE = 0.2  # seconds; not everywhere can a signal's handler run while a thread waits for a lock


class Halt:
    """Where threads sleep until they may send, and what ends that once and for all.

    A signal's handler may call it. An Event would lock itself out there: it may be what the handler interrupted.
    """

    def __init__(self) -> None:
        self.why = ""
        self._bell: SimpleQueue[None] = SimpleQueue()

    def call(self, why: str) -> None:
        """Wake all who sleep here, and let nobody sleep any more; the first reason stays."""
        self.why = self.why or why
        self._bell.put(None)

    def require_leave(self) -> None:
        """Raise KeyboardInterrupt where nothing more is to be sent."""
        if self.why:
            raise KeyboardInterrupt

    def sleep(self, seconds: float) -> None:
        """Sleep so long, or until it is called."""
        end = time.monotonic() + max(0.0, seconds)
        while not self.why and time.monotonic() < end:
            with suppress(Empty):
                left = max(0.0, end - time.monotonic())
                self._bell.put(self._bell.get(timeout=min(left, _SLICE)))  # for the next one who is to be woken
