"""The clock: an event loop that goes on where a test freezes time or moves it."""

import asyncio
import time


class UnfrozenLoop(asyncio.SelectorEventLoop):
    """An event loop that reads the system's clock itself.

    What freezes time for a test replaces `time.monotonic` in the whole process, from which other event loops
    learn when to wake; the mock beside the test would then neither serve to its end nor stop.
    """

    if hasattr(time, "clock_gettime"):

        def time(self) -> float:
            """Return seconds since an arbitrary moment."""
            return time.clock_gettime(time.CLOCK_MONOTONIC)
