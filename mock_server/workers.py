"""Workers: processes that serve on the same sockets, and the parent that watches over them."""

import logging
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

READY = b"r"
SHORTEST_LIFE = 1.0  # seconds; one that ends sooner is replaced after as long
LONGEST_END = 2  # seconds
STOPPING = (signal.SIGINT, signal.SIGTERM)

log = logging.getLogger("fleet_mock")


@dataclass(eq=False)
class Worker:
    """A process, and a channel between it and its parent, on which each hears of the other's end."""

    pid: int
    channel: socket.socket
    started: float
    is_ready: bool = False


class Workers:
    """Some processes that do the same until told to stop; one that ends before is replaced.

    `serve` is what each does. It sends READY over its channel when it can be used, and ends when the channel does.
    """

    def __init__(self, number: int, serve: Callable[[socket.socket], None], announce: Callable[[], None]) -> None:
        self._number = number
        self._serve = serve
        self._announce = announce
        self._workers: list[Worker] = []
        self._selector = selectors.DefaultSelector()
        self._is_announced = False
        self._is_stopping = False

    def run(self) -> None:
        """Run until a signal ends it, or until a worker ends before all were ready."""
        for number in STOPPING:
            signal.signal(number, lambda *_: self._stop())
        signal.signal(signal.SIGALRM, lambda *_: self._kill(signal.SIGKILL))
        for _ in range(self._number):
            self._start()
        while self._workers:
            for key, _ in self._selector.select():
                self._hear(key.data)

    def _start(self) -> None:
        """Start a worker, unless a signal has come that ends them all."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # until it is clear whom a signal is for
        if self._is_stopping:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
            return
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if not pid:
            for channel in (ours, *(each.channel for each in self._workers)):
                channel.close()
            _work(self._serve, theirs)
        theirs.close()
        worker = Worker(pid, ours, time.monotonic())
        self._workers.append(worker)
        self._selector.register(ours, selectors.EVENT_READ, worker)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)

    def _hear(self, worker: Worker) -> None:
        if worker.channel.recv(1) == READY:
            worker.is_ready = True
            if not self._is_announced and all(each.is_ready for each in self._workers):
                self._is_announced = True
                self._announce()
        else:
            self._bury(worker)

    def _bury(self, worker: Worker) -> None:
        self._selector.unregister(worker.channel)
        worker.channel.close()
        self._workers.remove(worker)
        _, status = os.waitpid(worker.pid, 0)
        if self._is_stopping:
            return
        if not self._is_announced:
            log.error("A worker could not start (%s).", _in_words(status))
            self._stop()
            return
        log.warning("A worker ended (%s). Another takes its place.", _in_words(status))
        if time.monotonic() - worker.started < SHORTEST_LIFE:
            time.sleep(SHORTEST_LIFE)
        self._start()

    def _stop(self) -> None:
        """Let all workers end, and at once where they were told before."""
        signal.alarm(LONGEST_END)
        self._kill(signal.SIGKILL if self._is_stopping else signal.SIGTERM)
        self._is_stopping = True

    def _kill(self, number: signal.Signals) -> None:
        for worker in self._workers:
            os.kill(worker.pid, number)


def _work(serve: Callable[[socket.socket], None], channel: socket.socket) -> NoReturn:
    """Be a worker: end with what it serves, and never go on with what is the parent's."""
    code = 1
    try:
        os.setpgid(0, 0)  # Ctrl+C is for the parent, which tells its workers.
        for number in STOPPING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        serve(channel)
        code = 0
    except Exception:
        log.exception("A worker failed.")
    finally:
        for handler in logging.root.handlers:
            handler.close()
        os._exit(code)


def _in_words(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
