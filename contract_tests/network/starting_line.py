"""The starting line of a burst: the last byte of each thread's first request waits there until those of all are held.

So the server has all of them but for a byte each, on connections that are open, and then has them whole within
microseconds of each other: fast servers check and insert within such a time.
"""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

from fleet_contract.contract_tests.network.deadline import Late

# Seconds. Whoever never comes must not keep the others for ever, nor a server whose only worker has half a request.
_LONGEST_WAIT = 2.0

Send = Callable[[], None]
Crossing = Callable[[Send], None]  # how the last byte of a request is sent


class _Held:
    """A last byte that is held back."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_sent = False
        self._wrong: Exception | None = None

    def let_go(self) -> None:
        """Send it, unless it is sent; what goes wrong is kept for the thread whose it is."""
        if not self._is_sent:
            self._is_sent = True
            try:
                self._send()
            except (OSError, Late) as wrong:
                self._wrong = wrong

    def finish(self) -> None:
        """Send it, unless it is sent; raises what went wrong."""
        self.let_go()
        if self._wrong is not None:
            raise self._wrong


class StartingLine:
    """Where so many threads wait for each other, so that calls which begin at once overlap however fast a server is."""

    def __init__(self, threads: int) -> None:
        self._held: list[_Held] = []
        self._barrier = Barrier(threads, self._let_go, _LONGEST_WAIT)
        self._gone: set[int] = set()
        self._has_given_up = False

    @property
    def was_waited_for_in_vain(self) -> bool:
        """Whether the threads went without one that neither came in time nor gave up."""
        return self._barrier.broken and not self._has_given_up

    def cross(self, thread: int, send: Send) -> None:
        """Send when all threads are there, at once for one that was, and for all when one gave up; raises what it does.

        One thread sends for all, since they would wait for each other to run.
        """
        held = _Held(send)
        if thread not in self._gone:
            self._gone.add(thread)
            self._held.append(held)
            with suppress(BrokenBarrierError):
                self._barrier.wait()
        held.finish()

    def give_up(self) -> None:
        """Let nobody wait any longer: a thread ended, perhaps before its first request."""
        self._has_given_up = self._has_given_up or not self._barrier.broken
        self._barrier.abort()

    def _let_go(self) -> None:
        for each in self._held:
            each.let_go()
