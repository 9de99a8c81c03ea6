"""What a run has done so far: a bar on a terminal, and elsewhere a line now and then."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from fleet_contract.contract_tests.exchange import Exchange

SECONDS = 10.0  # between two lines where no bar can be drawn
_REDRAWN = 0.1  # seconds at least between two drawings of the bar


class Progress:
    """Follows a run: told of its checks as they end, and of each exchange, from whatever thread."""

    def __init__(self, console: Console, *, quiet: bool = False, every: float = SECONDS) -> None:
        self._console, self._quiet, self._every = console, quiet, every
        self._lock = threading.Lock()
        self._bar: Bar | None = None
        self._doing, self._things = "judging", "checks"
        self._checks = self._done = self._requests = 0
        self._begun = self._told = time.monotonic()

    @contextmanager
    def shown(self, doing: str = "judging", things: str = "checks") -> Iterator[None]:
        """Show what goes on until the end of the block; nothing of a bar is left then."""
        self._begun = self._told = time.monotonic()
        self._checks = self._done = self._requests = 0
        self._doing, self._things = doing, things
        if self._quiet or not self._console.is_terminal or self._console.is_dumb_terminal:
            yield
            return
        columns = (
            TextColumn(doing),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(f"{things}, {{task.fields[requests]}} requests"),
            TimeElapsedColumn(),
        )
        # No thread draws it: whatever a run does, nothing of it goes on by itself.
        bar = Bar(
            *columns,
            console=self._console,
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        bar.add_task("", total=None, requests=0)
        with bar:
            self._bar = bar
            try:
                yield
            finally:
                self._bar = None

    def planned(self, checks: int) -> None:
        """Say how many checks there are."""
        self._checks = checks

    def ended(self) -> None:
        """Say that another check is through."""
        with self._lock:
            self._done += 1
            self._tell()

    def exchanged(self, _exchange: Exchange) -> None:
        """Say that another request was answered, or was not."""
        with self._lock:
            self._requests += 1
            self._tell()

    def _tell(self) -> None:
        now = time.monotonic()
        if self._bar and now - self._told >= _REDRAWN:
            self._told = now
            (task,) = self._bar.task_ids
            self._bar.update(task, total=self._checks or None, completed=self._done, requests=self._requests)
            self._bar.refresh()
        elif not self._bar and not self._quiet and now - self._told >= self._every:
            self._told = now
            self._console.print(
                f"{now - self._begun:.0f} s: {self._doing}: {self._done} of {self._checks} {self._things}, "
                f"{self._requests} requests",
                soft_wrap=True,
            )
