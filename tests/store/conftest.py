"""A store of each kind, for tests that hold for all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from fleet_contract.mock_server.seed import default_seed
from fleet_contract.mock_server.store import Habits, MemoryStore, State, Store
from fleet_contract.mock_server.store.redis import RedisStore
from tests.replicas.redis_server import RedisServer, redis_server

EMPTY = State({"demo-key": "demo"})
Opened = Callable[[Habits, State], Awaitable[Store]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Opened]:
    """Give a function that opens a store with these habits and this state."""
    stores: list[Store] = []

    async def opened(habits: Habits, state: State) -> Store:
        if request.param == "memory":
            stores.append(MemoryStore(habits, state))
        else:
            server: RedisServer = request.getfixturevalue("redis")
            stores.append(RedisStore(server.url, habits, state, {}))
            await stores[-1].drop()  # with what is beside the state, which outlives it
            await stores[-1].replace(state)
        return stores[-1]

    yield opened
    for store in stores:
        await store.close()


@pytest.fixture
async def store(opened: Opened) -> Store:
    """Give a store that holds the default seed."""
    return await opened(Habits(), default_seed())
