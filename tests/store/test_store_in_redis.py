"""The store in Redis: who loads it, what all who share it agree on, and what is said where it does not reply."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from redis.asyncio import Redis

from fleet_contract.mock_server.app import build
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.seed import default_seed
from fleet_contract.mock_server.sharing import settle
from fleet_contract.mock_server.store import Fleet, Habits, OtherTerms, State, StoreUnavailable
from fleet_contract.mock_server.store.redis import RedisStore
from fleet_contract.spec.files import Contradiction
from tests.mock.conftest import require_documented
from tests.replicas.redis_server import RedisServer, redis_server

from .conftest import EMPTY

pytestmark = [pytest.mark.anyio, pytest.mark.redis]
MANY = State({"demo-key": "demo"}, [Fleet(f"fleet-{number}", None, "demo") for number in range(1_000)])


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """Give a server of the test's own, which holds nothing and may be stopped."""
    with redis_server() as server:
        yield server


@asynccontextmanager
async def opened(server: RedisServer, state: State, terms: dict[str, str] | None = None) -> AsyncIterator[RedisStore]:
    store = RedisStore(server.url, Habits(), state, terms or {})
    try:
        yield store
    finally:
        await store.close()


async def ids(store: RedisStore) -> list[str]:
    return [fleet.id async for fleet in store.fleets()]


async def test_of_many_that_come_at_once_one_loads_the_seed(redis: RedisServer) -> None:
    async with opened(redis, MANY) as one, opened(redis, MANY) as other:
        await asyncio.gather(*(store.settle() for store in (one, other) for _ in range(5)))
        assert await ids(one) == await ids(other) == [fleet.id for fleet in MANY.fleets]
    async with Redis.from_url(redis.url) as client:
        assert not [key async for key in client.scan_iter("*loading*")]


async def test_who_comes_later_finds_what_is_there(redis: RedisServer) -> None:
    async with opened(redis, EMPTY) as one:
        await one.add_fleet(Fleet("made", None, "demo"))
    async with opened(redis, EMPTY) as other:
        await other.settle()
        assert await ids(other) == ["made"]


async def test_who_dies_while_it_loads_leaves_nothing_that_anybody_sees(redis: RedisServer) -> None:
    async with opened(redis, MANY) as one, opened(redis, MANY) as other:
        loading = asyncio.create_task(one.settle())
        await asyncio.sleep(0.005)
        loading.cancel()
        await other.settle()
        assert await ids(other) == [fleet.id for fleet in MANY.fleets]
    async with Redis.from_url(redis.url) as client:
        assert all([await client.ttl(key) > 0 async for key in client.scan_iter("*loading*")])


async def test_who_was_started_on_other_terms_is_refused(redis: RedisServer) -> None:
    async with opened(redis, EMPTY, {"a": "1"}) as one, opened(redis, EMPTY, {"a": "2"}) as other:
        await one.settle()
        with pytest.raises(OtherTerms) as wrong:
            await other.settle()
        assert wrong.value.held == {"a": "1"}
        with pytest.raises(OtherTerms):
            await other.fleet("any")


@pytest.mark.parametrize(
    ("settings", "seed", "words"),
    [
        ({"create.status": "200"}, default_seed(), "create.status is 201 there and 200 here. Start"),
        ({}, EMPTY, "they began with another seed. Start"),
        ({"create.status": "200"}, EMPTY, "is 201 there and 200 here; they began with another seed. Start"),
    ],
)
async def test_a_mock_that_contradicts_the_store_is_told_how(
    redis: RedisServer, settings: dict[str, str], seed: State, words: str
) -> None:
    first, second = parts(), parts(settings, seed)
    first.store_url = second.store_url = redis.url.replace("://", "://default:s3cret@")
    await asyncio.to_thread(settle, first)
    with pytest.raises(Contradiction) as wrong:
        await asyncio.to_thread(settle, second)
    assert words in str(wrong.value)
    assert f"In {redis.url}, " in str(wrong.value)


async def test_a_store_that_is_replaced_holds_nothing_of_what_it_held(redis: RedisServer) -> None:
    async with opened(redis, default_seed()) as store:
        await store.settle()
        await store.replace(MANY)
        assert await ids(store) == [fleet.id for fleet in MANY.fleets]
        assert (await store.page("demo", None, 0, 10)).keys == []
        assert [location async for location in store.locations()] == []


async def test_a_mock_without_its_redis_says_so_and_recovers(redis: RedisServer) -> None:
    made = parts()
    made.store_url = redis.url
    app = build(made)
    key = {"X-API-Key": "demo-key"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://mock", headers=key) as call:
        url = "/emp/v1/fleets/acme-corp-001/invitation"
        assert (await call.get(url)).status_code == 200
        redis.stop()
        lost = await call.get(url)
        assert (lost.status_code, lost.headers["retry-after"]) == (503, "1")
        assert "The store of this mock does not reply." in lost.json()["detail"]
        assert str(redis.port) not in lost.text
        require_documented("GET", url, lost)
        redis.start()
        assert (await call.get(url)).status_code == 200
    await app.worlds.main.mock.store.close()


async def test_a_redis_that_hangs_is_waited_for_shortly(redis: RedisServer) -> None:
    async with opened(redis, EMPTY) as store:
        await store.settle()
        redis.send(signal.SIGSTOP)
        with pytest.raises(StoreUnavailable):
            await asyncio.wait_for(store.fleet("any"), 10)
        redis.send(signal.SIGCONT)
        assert await store.fleet("any") is None


async def test_a_redis_without_room_loses_nothing_and_says_so(redis: RedisServer) -> None:
    async with opened(redis, EMPTY) as store, Redis.from_url(redis.url) as client:
        await store.add_fleet(Fleet("made", None, "demo"))
        await client.config_set("maxmemory", "1")
        with pytest.raises(StoreUnavailable, match="maxmemory"):
            await store.add_fleet(Fleet("late", None, "demo"))
        await client.config_set("maxmemory", "0")
        assert await ids(store) == ["made"]
