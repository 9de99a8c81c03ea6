"""What holds for all tests of the project."""

import gc
import os
import signal
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings

# A busy machine is no reason to fail: pytest-timeout ends what hangs.
settings.register_profile("project", settings.default, deadline=None)
settings.load_profile("project")


# A shell started the tests in the background, or nohup did. What they start would be as deaf as they are.
for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


# Why a test may be skipped where NO_SKIPS is set, as CI does: what no installation can change. A table may be empty.
MAY_BE_SKIPPED = ("root can read every file", "no copy of the guide is at hand", "got empty parameter set")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With NO_SKIPS in the environment, fail a test that would be skipped, as for a program that is not installed."""
    report = yield
    if os.environ.get("NO_SKIPS") and report.skipped and not hasattr(report, "wasxfail"):
        said: Any = report.longrepr
        reason = said[2] if isinstance(said, tuple) else str(said)
        if not any(each in reason for each in MAY_BE_SKIPPED):
            report.outcome = "failed"
            report.longrepr = f"{reason}. With NO_SKIPS it may not be skipped."
    return report


def pytest_xdist_auto_num_workers() -> int:
    """Return a worker more than there are cores: some tests wait, for a process, a time to pass, a slow dialect."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Leave what was imported alone from here on: looking through it for garbage takes a tenth of all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)
