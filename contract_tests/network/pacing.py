"""The pace of a run: how many requests a second, when to stop for a while, and for how long a server is waited for."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from fleet_contract.contract_tests.network.halt import Halt
from fleet_contract.contract_tests.target.target import CAUTIOUS

SLOWEST = 0.5
RECOVERY = 10  # requests after which a pace that met no other 429 doubles, up to the one it began with
UNBOUNDED = 500.0  # requests a second, beyond which a pace that began without a limit has none again
MINUTE = 60.0


@dataclass(frozen=True)
class Clock:
    """The three things that time is needed for; tests give others. Whoever sleeps is woken by a halt."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[Halt, float], None] = Halt.sleep


class Pace:
    """Lets requests go one after the other, at most `rate` a second; 0 is no limit.

    What was granted goes at once, whatever the pace, but not before a server that asked everybody to wait.
    """

    def __init__(self, rate: float, clock: Clock, halt: Halt) -> None:
        self.rate = rate
        self._full = rate
        self._proven = rate
        self._since = 0
        self._clock = clock
        self._halt = halt
        self._next = 0.0  # when the next may go that was not granted
        self._held = 0.0  # until when nobody sends
        self._slowed = -1.0
        self._granted = 0
        self._lock = threading.Lock()

    def wait(self, before: float | None = None) -> bool:
        """Return True when the caller may send; False when that would be after the moment `before`.

        Raises KeyboardInterrupt once nothing more is to be sent.
        """
        while True:
            self._halt.require_leave()
            with self._lock:
                now = self._clock.monotonic()
                start = max(now, self._held, 0.0 if self._granted else self._next)
                if before is not None and start >= before:
                    return False
                if start <= now:
                    self._take(now)
                    return True
            self._clock.sleep(self._halt, start - now)

    def _take(self, now: float) -> None:
        if self._granted:
            self._granted -= 1
        else:
            self._recover()
            self._next = now + (1 / self.rate if self.rate else 0.0)

    def grant(self, requests: int, before: float | None = None) -> bool:
        """Let so many requests go at once, as soon as one may; the pace is made up for afterwards. False as above."""
        if not self.wait(before):
            return False
        with self._lock:
            self._granted = requests
            self._next = self._clock.monotonic() + (requests / self.rate if self.rate else 0.0)
        return True

    def withdraw(self) -> None:
        """Let no request go any more for what was granted."""
        with self._lock:
            self._granted = 0

    def _recover(self) -> None:
        self._since += 1
        if self.rate == self._full or self._since < RECOVERY:
            return
        self._since = 0
        self.rate *= 2
        if self.rate >= (self._full or UNBOUNDED):
            self.rate = self._full

    def hold(self, seconds: float) -> None:
        """Let nobody send for so long."""
        with self._lock:
            self._held = max(self._held, self._clock.monotonic() + seconds)

    def delay(self, seconds: float) -> None:
        """Let nobody send for so long but those to whom it was granted."""
        with self._lock:
            self._next = max(self._next, self._clock.monotonic() + seconds)

    def slow(self, started: float) -> None:
        """Halve the rate, once for all requests that were under way together.

        A rate that was found too high is not tried again, or the way back up would cost
        a 429 each time; only one that is low anyway is.
        """
        with self._lock:
            if started > self._slowed:
                self._slowed = self._clock.monotonic()
                self._since = 0
                self.rate = max(self.rate / 2, SLOWEST) if self.rate else CAUTIOUS
                if self.rate > CAUTIOUS:
                    self._full = self.rate

    def confirm(self) -> None:
        """Note that the server answers at this rate."""
        with self._lock:
            self._proven = self.rate

    def revert(self) -> None:
        """Return to the last rate that was confirmed: to be slower than that did not help."""
        with self._lock:
            self.rate = self._proven


class Patience:
    """How long a server that sends requests away, with one status or the other, is waited for: once, not each time.

    An outage begins with a response that sends a request away, and ends with any other
    one. What was waited for in vain is not waited for again until it has ended.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began: float | None = None
        self._is_spent = False
        self._lock = threading.Lock()

    def allows(self, pause: float, most: float) -> bool:
        """Say whether an outage may be waited for so many seconds longer, where it may last `most` in all."""
        with self._lock:
            now = self._clock.monotonic()
            self._began = now if self._began is None else self._began
            self._is_spent |= now - self._began + pause > most
            return not self._is_spent

    def give_up(self) -> None:
        """Wait no longer for this outage."""
        with self._lock:
            self._is_spent = True

    def renew(self) -> None:
        """Note that the outage is over."""
        with self._lock:
            self._began, self._is_spent = None, False


def pause_before_retry(tries: int, asked: float | None, wall: float) -> float:
    """Return the seconds to wait: those `asked` for, else doubling from 1 s, to the next clock minute at most."""
    return min(2.0**tries, MINUTE - wall % MINUTE) if asked is None else asked
