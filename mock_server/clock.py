"""The clock: how a time is written, and clocks and event loops that go on where a test freezes time or moves it.

What freezes time for a test replaces `time.monotonic` in the whole process, from which asyncio's own loops learn when
to wake; the mock beside the test would then neither serve to its end nor stop, and a world would end at once or never.
uvloop reads the system's clock itself.
"""

import asyncio
import time
from datetime import UTC, datetime
from functools import partial

try:
    import uvloop
except ImportError:  # There is none for Windows.
    uvloop = None  # type: ignore[assignment]


# Seconds since an arbitrary moment. What freezes time replaces the functions of modules, and none that is held so.
steady = (
    partial(time.clock_gettime, time.CLOCK_MONOTONIC) if hasattr(time, "clock_gettime") else partial(time.monotonic)
)


class UnfrozenLoop(asyncio.SelectorEventLoop):
    """An event loop of asyncio that reads the system's clock itself."""

    def time(self) -> float:
        """Return seconds since an arbitrary moment."""
        return steady()


def new_loop() -> asyncio.AbstractEventLoop:
    """Return the fastest event loop that there is."""
    return uvloop.new_event_loop() if uvloop else UnfrozenLoop()


def moment(at: float) -> str:
    """Return a time as RFC 3339 writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
