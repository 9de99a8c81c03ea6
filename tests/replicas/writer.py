"""A client that writes while mocks are killed, and what must be there afterwards."""

import asyncio
from collections.abc import Sequence

from fleet_contract.mock_server.parts import parts, shared_store
from fleet_contract.mock_server.store import Fleet

from .caller import Caller


class Writer:
    """Renames one fleet, and adds keys to it, again and again; keeps what it was answered."""

    def __init__(self, port: int, number: int) -> None:
        self.caller = Caller(port)
        self.id = f"of-writer-{number}"
        self.attempts = 0
        self.named = -1  # the last attempt whose rename was answered
        self.keys: list[str] = []
        self.unanswered = 0

    async def write(self, until: asyncio.Event) -> None:
        while (await self.caller.create(self.id)).status not in (201, 409):
            pass
        while not until.is_set():
            self.attempts += 1
            renamed = await self.caller.rename(self.id, f"{self.attempts}")
            assert renamed.status in (0, 200), renamed
            if renamed.status:
                self.named = self.attempts
            made = await self.caller.create_key(f"{self.id}-{self.attempts}", self.id)
            assert made.status in (0, 201), made
            if made.status:
                self.keys.append(f"{self.id}-{self.attempts}")
            self.unanswered += not renamed.status
            self.unanswered += not made.status
            await asyncio.sleep(0.01)


async def require_nothing_lost(writers: Sequence[Writer], redis_url: str, ports: Sequence[int]) -> None:
    """Fail unless all that the writers were answered is in Redis, and is shown by the mocks on these ports."""
    kept = await fleets_of(redis_url)
    for writer in writers:
        assert writer.named <= int(kept[writer.id].name or -1) <= writer.attempts, "a rename that was answered is kept"
        for port in ports:
            listed = await keys_of(port, writer.id)
            assert len(listed) == len(set(listed))
            assert set(writer.keys) <= set(listed), "a key whose create was answered is listed"


async def keys_of(port: int, fleet_id: str) -> list[str]:
    caller = Caller(port)
    try:
        return await caller.keys(fleet_id)
    finally:
        await caller.close()


async def fleets_of(redis_url: str) -> dict[str, Fleet]:
    """Return all fleets of a Redis by their ids."""
    made = parts()
    made.store_url = redis_url
    store = shared_store(made)
    try:
        return {fleet.id: fleet async for fleet in store.fleets()}
    finally:
        await store.close()
