"""Saving: a store in memory whose state goes to a file, every few seconds and at its end.

The file is written from an image of the store, slice by slice between requests: each slice takes a millisecond, however
much the store holds. A fork would stop the mock for as long as it takes to copy its page tables (20 ms with a million
fleets and keys), and is not to be had where other threads run.
"""

import asyncio
import logging
import os
import time
from collections.abc import Mapping
from contextlib import suppress

from fleet_contract.mock_server.state_file import StateFile
from fleet_contract.mock_server.state_lines import chunks
from fleet_contract.mock_server.store import DelegatingStore, MemoryStore

INTERVAL = 2.0  # seconds between two looks whether something has changed
SHARE = 4  # While it serves, one part in so many of its time goes into saving.
BUFFER = 1024**2  # bytes that are written at once, by another thread

log = logging.getLogger("fleet_mock")


class SavingStore(DelegatingStore):
    """Leaves every step to a store in memory, and saves what that holds; `keys` are the API keys."""

    def __init__(self, inner: MemoryStore, file: StateFile, keys: Mapping[str, str], *, is_saved: bool) -> None:
        super().__init__(inner)
        self._memory = inner
        self._file = file
        self._keys = keys
        self._saved = self._version() if is_saved else None
        self._ending = asyncio.Event()
        self._saving: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Save what was not loaded from the file, and begin to look for changes."""
        await super().open()
        await self._save(is_last=False)
        self._saving = asyncio.create_task(self._save_again_and_again())

    async def close(self) -> None:
        """Save what has changed."""
        self._ending.set()
        if self._saving:
            await self._saving
        await self._save(is_last=True)
        await super().close()

    async def _save_again_and_again(self) -> None:
        while not self._ending.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), INTERVAL)
                return
            await self._save(is_last=False)

    async def _save(self, *, is_last: bool) -> None:
        """Save the state if it has changed; what keeps it from being saved is logged and tried again."""
        version = self._version()
        if version == self._saved:
            return
        try:
            if await self._replace_file(is_last=is_last):
                self._file.trouble = None
                self._saved = version
        except OSError as wrong:
            self._file.trouble = wrong
            log.warning("%s Until it can be, the file stays as it was.", self._file.not_saved())

    async def _replace_file(self, *, is_last: bool) -> bool:
        """Write all of a new file, which then takes the place of the old one; raises OSError.

        False where it was left, since the mock ends and the last state is to be saved instead.
        """
        with self._memory.imaged() as image, self._file.created() as created:
            waiting = bytearray()
            began = time.perf_counter()
            for chunk in chunks(image, self._keys):
                waiting += chunk
                taken = time.perf_counter() - began
                if len(waiting) > BUFFER:
                    await asyncio.to_thread(_write, created, bytes(waiting))
                    waiting.clear()
                await asyncio.sleep(0 if is_last else taken * (SHARE - 1))
                if self._ending.is_set() and not is_last:
                    return False
                began = time.perf_counter()
            await asyncio.to_thread(_write, created, bytes(waiting))
            await asyncio.to_thread(self._file.publish, created)
            return True

    def _version(self) -> tuple[object, ...]:
        return *self._memory.version, dict(self._keys)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
