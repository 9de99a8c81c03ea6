"""SIGINT, SIGTERM and SIGHUP: each is the same wish, that the program ends in good order."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

# Windows has no SIGHUP.
_WATCHED = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

_PATIENCE = 2
_MOMENT = 0.05  # seconds


class Stopped(KeyboardInterrupt):
    """A signal asked the program to end; its text names the signal."""


class Mode(Enum):
    """What a signal does beside calling the halts."""

    WAITS = auto()  # it is kept for what is armed next; the third raises Stopped, since some come in pairs
    RAISES = auto()  # it raises Stopped, once: a second one is not to meet what the first has begun
    PASSES = auto()  # it does nothing, since the end is near


@dataclass
class _Watch:
    is_on: bool = False
    mode: Mode = Mode.WAITS
    waiting: list[str] = field(default_factory=list)
    halts: list[Callable[[], None]] = field(default_factory=list)

    def see(self, number: int, _frame: object) -> None:
        for halt in self.halts:
            halt()
        name = signal.Signals(number).name
        if self.mode is Mode.WAITS and len(self.waiting) < _PATIENCE:
            self.waiting.append(name)
        elif self.mode is not Mode.PASSES:
            self.mode = Mode.PASSES
            raise Stopped(name)

    def again(self, dropped: Stopped) -> None:
        """Let a signal come once more, in a moment, since what it raised was lost."""
        self.mode = Mode.RAISES
        number = signal.Signals[str(dropped)]
        timer = threading.Timer(_MOMENT, _send, (number,))
        timer.daemon = True
        timer.start()

    @contextmanager
    def within(self, mode: Mode) -> Iterator[None]:
        before, self.mode = self.mode, mode
        try:
            yield
        finally:
            self.mode = before


def _send(number: int) -> None:
    """Send a signal to the main thread, which wakes it; Windows has no such thing."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, number)
    else:
        signal.raise_signal(number)


_watch = _Watch()


@contextmanager
def watching() -> Iterator[None]:
    """Watch the signals; within another watch, or outside of the main thread, which alone is told of them, nothing."""
    if _watch.is_on or threading.current_thread() is not threading.main_thread():
        yield
        return
    hook, before = sys.unraisablehook, {number: signal.getsignal(number) for number in _WATCHED}

    def dropped(unraisable: Any) -> None:
        """Python drops a KeyboardInterrupt that meets a collector's callback, and prints it: it is raised again."""
        if isinstance(unraisable.exc_value, Stopped):
            _watch.again(unraisable.exc_value)
        else:
            hook(unraisable)

    _watch.is_on, sys.unraisablehook = True, dropped
    for number in before:
        if not _is_deaf_to(number):
            signal.signal(number, _watch.see)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        _watch.is_on, sys.unraisablehook = False, hook


def _is_deaf_to(number: int) -> bool:
    """Say whether somebody started the program so that a signal does not end it: nohup, `trap '' TERM`, `&`."""
    return signal.getsignal(number) is signal.SIG_IGN


def waiting() -> AbstractContextManager[None]:
    """Keep a signal for what is armed next, which knows where to report it."""
    return _watch.within(Mode.WAITS)


def breakable() -> AbstractContextManager[None]:
    """Let a signal end what is done here."""
    return _watch.within(Mode.RAISES)


def held() -> AbstractContextManager[None]:
    """Let no signal end what is done here, which takes a bounded time."""
    return _watch.within(Mode.PASSES)


@contextmanager
def armed(halt: Callable[[], None]) -> Iterator[None]:
    """Let a signal end what is done here, one that waits too.

    It calls `halt` besides, for a library may catch the Stopped that it raises.
    """
    with breakable():
        _watch.halts.append(halt)
        try:
            if _watch.waiting:
                halt()
                raise Stopped(_watch.waiting[0])
            yield
        finally:
            _watch.halts.remove(halt)
