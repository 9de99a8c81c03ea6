"""Mocks on one Redis behave alike, whichever of them is told to behave otherwise while they run."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from fleet_contract.mock_server.parts import Parts, parts
from fleet_contract.mock_server.serving import serving
from fleet_contract.mock_server.sharing import settle
from fleet_contract.mock_server.store import Fleet, Habits, StoreUnavailable, redis
from fleet_contract.mock_server.store.redis import RedisStore
from fleet_contract.mock_server.worlds import INTERVAL
from fleet_contract.spec.files import Contradiction

from .redis_server import RedisServer, redis_server

pytestmark = pytest.mark.redis

FLEETS = "/emp/v1/fleets"
SLACK = 3.0  # seconds that a busy machine may add to what takes INTERVAL


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as started:
        yield started


def started_with(server: RedisServer, **settings: str) -> Parts:
    """Return the parts of a mock that has found nothing in Redis that it contradicts."""
    made = parts({name.replace("__", "."): answer for name, answer in settings.items()})
    made.store_url = server.url
    settle(made)
    return made


def caller(url: str, world: str = "") -> httpx.Client:
    headers = {"X-API-Key": "demo-key", **({"Mock-World": world} if world else {})}
    return httpx.Client(base_url=url, headers=headers, timeout=20)


@pytest.fixture
def two(server: RedisServer) -> Iterator[tuple[str, str]]:
    with serving(started_with(server)) as one, serving(started_with(server)) as other:
        yield one, other


def create(client: httpx.Client, id: str) -> int:
    return client.post(FLEETS, json={"fleetId": id}).status_code


@pytest.mark.parametrize("world", ["", "elsewhere"])
def test_a_dialect_that_one_is_told_to_speak_is_spoken_by_all_and_what_was_made_stays(
    two: tuple[str, str], world: str
) -> None:
    with caller(two[0], world) as one, caller(two[1], world) as other:
        assert (create(one, "a"), create(other, "b")) == (201, 201)
        assert one.patch("/_mock/dialect", json={"create.status": "200", "id.case": "ignored"}).status_code == 200
        assert (create(other, "c"), create(one, "d")) == (200, 200)
        assert (create(one, "B"), create(other, "A")) == (409, 409)
        assert other.get("/_mock/dialect").json()["id.case"] == "ignored"
        assert other.patch("/_mock/dialect", json={"id.case": None}).status_code == 200
        assert (create(one, "B"), create(other, "a")) == (200, 409)
        assert one.post("/_mock/reset").status_code == 204
        assert (create(other, "a"), create(one, "a")) == (201, 409)


def test_a_misbehaviour_and_the_keys_of_one_are_those_of_all(two: tuple[str, str]) -> None:
    with caller(two[0]) as one, caller(two[1]) as other:
        told = one.put("/_mock/misbehaviours", json={"misbehaviours": ["every-call-fails"]})
        assert told.status_code == 200
        until(lambda: other.get(f"{FLEETS}/acme-corp-001/invitation").status_code == 500)
        assert other.put("/_mock/misbehaviours", json={"misbehaviours": []}).status_code == 200
        until(lambda: one.get(f"{FLEETS}/acme-corp-001/invitation").status_code == 200)
        assert one.post("/_mock/tenants", json={"tenant": "new", "apiKey": "new-key"}).status_code == 201
        with_key = {"X-API-Key": "new-key"}
        until(lambda: other.get("/emp/v1/charging-keys", headers=with_key).status_code == 200)


def until(holds: object) -> None:
    """Wait until something holds, as long as it may take."""
    assert callable(holds)
    ends = time.monotonic() + INTERVAL + SLACK
    while not holds():
        assert time.monotonic() < ends, "the other mock did not hear of it"
        time.sleep(0.05)


def test_nothing_that_was_answered_is_lost_while_the_dialect_changes(two: tuple[str, str]) -> None:
    made, seen = list[str](), list[int]()
    is_over = threading.Event()

    def make() -> None:
        with caller(two[1]) as client:
            while not is_over.is_set():
                id = f"made-{len(made)}"
                seen.append(create(client, id))
                made.extend([id] * (seen[-1] in (200, 201)))

    making = threading.Thread(target=make)
    making.start()
    with caller(two[0]) as one:
        for number in range(10):
            time.sleep(0.1)
            answer = one.patch("/_mock/dialect", json={"create.status": ("200", "201")[number % 2]})
            assert answer.status_code == 200, answer.text
        is_over.set()
        making.join()
        assert set(seen) == {200, 201}, "nobody was held up for long"
        assert len(made) > 10
        held = {fleet["fleetId"] for fleet in one.get("/_mock/state").json()["fleets"]}
        assert set(made) <= held


def test_who_comes_later_behaves_as_all_do_by_then(server: RedisServer) -> None:
    with ExitStack() as stack:
        one = stack.enter_context(caller(stack.enter_context(serving(started_with(server)))))
        one.patch("/_mock/dialect", json={"create.status": "200"})
        one.put("/_mock/misbehaviours", json={"misbehaviours": ["codes-vanish"]})
        late = stack.enter_context(caller(stack.enter_context(serving(started_with(server)))))
        assert create(late, "a") == 200
        assert late.get(f"{FLEETS}/acme-corp-001/invitation").status_code == 404
        with pytest.raises(Contradiction, match=r"create\.status is 201 there and 200 here"):
            started_with(server, create__status="200")


def test_whoever_dies_while_others_are_suspended_holds_them_up_for_a_while_only(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(written_after_a_death(server, monkeypatch))


async def written_after_a_death(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (RedisStore(server.url, Habits(), parts().seed, {}) for _ in range(2))
    await one.settle()
    await one._do("suspend", "of somebody who dies", 1_000)
    assert await other.fleet("acme-corp-001") is not None, "reads go on"
    with monkeypatch.context() as patch:
        patch.setattr(redis, "MOST_TRIES", 2)
        with pytest.raises(StoreUnavailable, match="Another mock changes what Redis holds"):
            await other.add_fleet(Fleet("early", None, "demo"))
    await other.add_fleet(Fleet("late", None, "demo"))
    assert await other.fleet("early") is None
    for store in (one, other):
        await store.close()
