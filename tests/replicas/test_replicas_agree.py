"""Two mocks on one Redis are one server: ids stay unique, and what was answered stays, even if one is killed."""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from .caller import Caller
from .redis_server import redis_server
from .replica import Replica, balanced, replicas
from .writer import Writer, require_nothing_lost

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


def test_nothing_that_was_answered_is_lost_when_one_is_killed(two: list[Replica], redis_url: str) -> None:
    with balanced(two) as (url, _):
        writers = asyncio.run(written_under_fire(int(urlsplit(url).port or 0), two))
    asyncio.run(require_nothing_lost(writers, redis_url, [replica.port for replica in two]))
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
