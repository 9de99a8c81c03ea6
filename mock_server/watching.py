"""Watching: a mock goes over to what its seed and its dialect file say when they change; a bad one changes nothing."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fleet_contract.spec.files import Contradiction, expanded

if TYPE_CHECKING:
    from fleet_contract.mock_server.parts import Parts

INTERVAL = 0.25  # seconds; a file is read once it has stayed the same for one

Signature = tuple[int, int, int] | None
GoOver = Callable[["Parts", set[Path]], Awaitable[None]]

log = logging.getLogger("fleet_mock")


class Watch:
    """Looks at a seed, a dialect file or both from when it is made.

    `read` makes parts of what they say, or raises Contradiction.

    It asks the file system, since no other way of hearing of a change works in containers and over networks alike.
    """

    def __init__(self, seed: Path | None, dialect: Path | None, read: Callable[[], "Parts"]) -> None:
        self.seed = seed and expanded(seed)
        self.dialect = dialect and expanded(dialect)
        self._read = read
        self._known = {file: signature(file) for file in (self.seed, self.dialect) if file}

    @property
    def files(self) -> list[Path]:
        """The files that are looked at."""
        return list(self._known)

    async def follow(self, go_over: GoOver) -> None:
        """Let a mock go over to what the files say each time that they have changed, until this is cancelled.

        `go_over` is told which files have changed since it last succeeded. It raises Contradiction where it changed
        nothing.
        """
        changed: set[Path] = set()
        while True:
            changed |= await self._changed()
            names = ", ".join(str(file) for file in self.files if file in changed)
            try:
                await go_over(await beside(self._read), set(changed))
            except Contradiction as wrong:
                log.warning("%s changed, and the mock stays as it was. %s", names, wrong)
            except Exception:  # A mistake of ours, after which later changes still count.
                log.exception("%s changed, and the mock could not adopt it.", names)
            else:
                changed.clear()
                log.warning("%s changed, and the mock has adopted it.", names)

    async def _changed(self) -> set[Path]:
        """Return the files that have changed, once all have stayed the same for an interval."""
        before = self._known
        while True:
            await asyncio.sleep(INTERVAL)
            now = {file: signature(file) for file in self._known}
            changed = {file for file in now if now[file] != self._known[file]}
            if changed and now == before:
                self._known = now
                return changed
            before = now


def signature(file: Path) -> Signature:
    """Return what is another when a file was written or replaced; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


async def beside(read: Callable[[], "Parts"]) -> "Parts":
    """Return what a function returns that takes long: calls are answered meanwhile, and an end does not wait for it."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Parts] = loop.create_future()

    def settle(set_it: Callable[[], None]) -> None:
        if not done.done():
            set_it()

    def work() -> None:
        try:
            parts = read()
            told = lambda: done.set_result(parts)  # noqa: E731
        except Exception as wrong:  # noqa: BLE001  (whatever it was, who waits hears of it)
            failure = wrong
            told = lambda: done.set_exception(failure)  # noqa: E731
        with suppress(RuntimeError):  # The mock has ended.
            loop.call_soon_threadsafe(settle, told)

    threading.Thread(target=work, name="watch", daemon=True).start()
    return await done
