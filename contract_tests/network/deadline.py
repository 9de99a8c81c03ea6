"""A deadline: the time for a response is counted in all, not from one byte to the next."""

import time


class Late(Exception):
    """The time was over before something was done."""


class Deadline:
    """So many seconds from now on."""

    __slots__ = ("_ends", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.begin_again()

    def begin_again(self) -> None:
        """Give all the seconds once more, from now on."""
        self._ends = time.monotonic() + self.seconds

    def left(self) -> float:
        """Return the seconds that are left, more than 0; raises Late."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise Late
        return left
