"""Worlds of mocks on one Redis: they never meet, begin anew for all, and end."""

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest

from fleet_contract.mock_server.parts import Bounds, parts
from fleet_contract.mock_server.serving import serving
from fleet_contract.mock_server.world import MARGIN
from tests.worlds import live_apart

from .redis_server import RedisServer, redis_server
from .test_replicas_behave_alike import FLEETS, caller, create, started_with

pytestmark = pytest.mark.redis


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as started:
        yield started


@pytest.fixture
def two(server: RedisServer) -> Iterator[tuple[str, str]]:
    with serving(started_with(server)) as one, serving(started_with(server)) as other:
        yield one, other


def test_fifty_clients_in_fifty_worlds_never_meet_over_two_mocks(two: tuple[str, str]) -> None:
    assert asyncio.run(live_apart(two, 50)) > 150


def test_a_world_begins_anew_for_all(two: tuple[str, str]) -> None:
    with caller(two[0], "w") as one, caller(two[1], "w") as other:
        assert (create(one, "a"), create(other, "b")) == (201, 201)
        asked = {"dialect": {"create.status": "200"}, "seed": {"fleets": [{"fleetId": "seeded"}]}}
        assert one.put("/_mock/worlds/w", json=asked).status_code == 200
        assert (create(other, "a"), create(one, "b")) == (200, 200)
        assert (create(other, "seeded"), create(one, "seeded")) == (409, 409)


def test_a_world_that_is_dropped_is_gone_for_all(two: tuple[str, str]) -> None:
    with caller(two[0], "w") as one, caller(two[1], "w") as other:
        assert (create(one, "a"), create(other, "a")) == (201, 409)
        with caller(two[1]) as somebody:
            assert somebody.delete("/_mock/worlds/w").status_code == 204
        assert (create(one, "a"), create(other, "a")) == (201, 409)


def test_a_world_that_nobody_uses_leaves_nothing_in_redis(server: RedisServer) -> None:
    made = started_with(server)
    made.bounds = Bounds(rest=2)
    with serving(made) as url, caller(url, "w") as client:
        assert create(client, "a") == 201
        client.put("/_mock/snapshots/s")
        rate = {"rate": {"calls": 9, "seconds": 3600}, "respond": {"status": 429}}
        client.post("/_mock/rules", json={**rate, "match": {"operation": "create_fleet"}})
        assert create(client, "b") == 201
        assert b"{w}:allowed:1" in keys(server)
        ends = time.monotonic() + 20
        while b"{w}" in keys(server):
            assert time.monotonic() < ends, "the world is still there"
            time.sleep(0.2)
        assert b"{main}" in keys(server)
        assert create(client, "a") == 201
        assert httpx.get(f"{url}{FLEETS}/acme-corp-001/invitation", headers={"X-API-Key": "demo-key"}).is_success


def test_a_world_that_is_used_after_its_end_begins_anew_and_does_not_vanish(server: RedisServer) -> None:
    made = started_with(server)
    made.bounds = Bounds(rest=1)
    with serving(made) as url, caller(url, "w") as client:
        assert create(client, "before") == 201
        time.sleep(1 + MARGIN - 0.5)
        assert b"{w}" in keys(server), "it has not gone yet"
        assert create(client, "before") == 201
        for _ in range(40):
            assert create(client, "before") == 409
            time.sleep(0.05)


def test_a_world_that_somebody_else_has_just_used_goes_on(server: RedisServer) -> None:
    made = started_with(server)
    made.bounds = Bounds(rest=1)
    with serving(made) as url, caller(url, "w") as client:
        assert create(client, "a") == 201
        with serving(made) as other_url, caller(other_url, "w") as other:
            for _ in range(3):
                assert create(client, "a") == 409
                time.sleep(0.7)
            assert create(other, "a") == 409


def test_a_mock_that_was_started_otherwise_says_so(server: RedisServer) -> None:
    started_with(server)
    made = parts({"create.status": "200"})
    made.store_url = server.url
    with serving(made) as url, caller(url) as client:
        refused = client.get("/emp/v1/charging-keys")
        assert (refused.status_code, "retry-after" in refused.headers) == (503, False)
        assert "mocks that were started with other settings" in refused.json()["detail"]


def keys(server: RedisServer) -> bytes:
    from redis import Redis

    with Redis.from_url(server.url) as link:
        return b" ".join(link.scan_iter(count=1000))
