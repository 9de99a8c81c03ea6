"""Two mocks on one Redis are one server: ids stay unique, and what was answered stays, even if one is killed."""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from fleet_contract.mock_server.parts import parts, shared_store
from fleet_contract.mock_server.store import Fleet

from .caller import Caller
from .redis_server import redis_server
from .replica import Replica, balanced, replicas

pytestmark = pytest.mark.redis

CLIENTS, ROUNDS = 64, 200
KILLS = 4
SECONDS_BETWEEN_KILLS = 0.4


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as redis:
        yield redis.url


@pytest.fixture(scope="module")
def two(redis_url: str) -> Iterator[list[Replica]]:
    with replicas(2, "--store", redis_url) as started:
        yield started


def test_of_many_who_create_one_id_exactly_one_does(two: list[Replica]) -> None:
    asyncio.run(race_for_ids([replica.port for replica in two]))


async def race_for_ids(ports: list[int]) -> None:
    callers = [Caller(ports[number % len(ports)]) for number in range(CLIENTS)]
    winners = set()
    for number in range(ROUNDS):
        replies = await asyncio.gather(*(caller.create(f"race-{number}") for caller in callers))
        statuses = [reply.status for reply in replies]
        assert sorted(statuses) == [201] + [409] * (CLIENTS - 1), f"round {number}"
        winners.add(statuses.index(201) % len(ports))
    for caller in callers:
        await caller.close()
    assert winners == set(range(len(ports))), "each replica was the first once"


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


def test_nothing_that_was_answered_is_lost_when_one_is_killed(two: list[Replica], redis_url: str) -> None:
    with balanced(two) as (url, _):
        writers = asyncio.run(written_under_fire(int(urlsplit(url).port or 0), two))
    kept = asyncio.run(fleets_of(redis_url))
    for writer in writers:
        assert writer.named <= int(kept[writer.id].name or -1) <= writer.attempts, "a rename that was answered is kept"
        for replica in two:
            listed = asyncio.run(keys_of(replica.port, writer.id))
            assert len(listed) == len(set(listed))
            assert set(writer.keys) <= set(listed), "a key whose create was answered is listed by both"
    assert sum(writer.unanswered for writer in writers) > 0, "a kill hit somebody"
    assert all(writer.named > KILLS for writer in writers), "all went on"


async def written_under_fire(port: int, two: list[Replica]) -> list[Writer]:
    """Let writers write while one replica after the other is killed, and return them."""
    writers = [Writer(port, number) for number in range(8)]
    until = asyncio.Event()
    writing = [asyncio.create_task(writer.write(until)) for writer in writers]
    for kill in range(KILLS):
        await asyncio.sleep(SECONDS_BETWEEN_KILLS)
        victim = two[kill % len(two)]
        victim.kill()
        await asyncio.sleep(SECONDS_BETWEEN_KILLS)
        await asyncio.to_thread(victim.replace)
    until.set()
    await asyncio.gather(*writing)
    for writer in writers:
        await writer.caller.close()
    return writers


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
