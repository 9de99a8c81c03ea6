"""The starting line of a burst: the first request of each thread waits there until all are ready to be sent."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

_LONGEST_WAIT = 10.0  # seconds; whoever never comes must not keep the others for ever


class StartingLine:
    """Where so many threads wait for each other, so that calls which begin at once overlap however fast a server is."""

    def __init__(self, threads: int) -> None:
        self._barrier = Barrier(threads)
        self._gone: set[int] = set()

    def wait(self, thread: int) -> None:
        """Return when all threads are there, at once for one that was, and for all when one gave up."""
        if thread not in self._gone:
            self._gone.add(thread)
            with suppress(BrokenBarrierError):
                self._barrier.wait(_LONGEST_WAIT)

    def give_up(self) -> None:
        """Let nobody wait any longer: a thread ended, perhaps before its first request."""
        self._barrier.abort()
