"""What one of two mocks on a Redis is told holds in both: rules, snapshots, and where worlds began."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import pytest

from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving

from .redis_server import RedisServer, redis_server
from .replica import replicas
from .test_replicas_behave_alike import FLEETS, caller, create, until

pytestmark = pytest.mark.redis

CODES = f"{FLEETS}/acme-corp-001/invitation"
BROKEN = {"status": 503}
Two = tuple[httpx.Client, httpx.Client]


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as started:
        yield started


@pytest.fixture(scope="module")
def urls(server: RedisServer) -> Iterator[list[str]]:
    """Give the URLs of two processes."""
    with replicas(2, "--store", server.url) as started:
        yield [f"http://127.0.0.1:{each.port}" for each in started]


@pytest.fixture
def two(urls: Sequence[str]) -> Iterator[Two]:
    with caller(urls[0]) as one, caller(urls[1]) as other:
        one.post("/_mock/reset")
        yield one, other


def statuses(clients: Sequence[httpx.Client], number: int) -> list[int]:
    """Return how calls are answered that come to each mock in turn."""
    return [clients[each % len(clients)].get(CODES).status_code for each in range(number)]


async def at_once(urls: Sequence[str], number: int) -> list[int]:
    """Return how calls are answered that come to all mocks at the same time."""
    async with httpx.AsyncClient(headers={"X-API-Key": "demo-key"}, timeout=20) as client:
        calls = [client.get(urls[each % len(urls)] + CODES) for each in range(number)]
        return [answer.status_code for answer in await asyncio.gather(*calls)]


def rules(client: httpx.Client) -> Any:
    return client.get("/_mock/rules").json()


# --- rules ---------------------------------------------------------------------------------------


def test_the_next_calls_get_a_scripted_response_whichever_mock_they_reach_and_only_so_many(
    two: Two, urls: Sequence[str]
) -> None:
    for number in range(5):
        made = two[number % 2].post("/_mock/rules", json={"times": 20, "respond": BROKEN})
        assert made.status_code == 201, made.text
        assert asyncio.run(at_once(urls, 100)).count(503) == 20
        assert rules(two[0])["rules"] == rules(two[1])["rules"] == []


def test_a_rule_holds_in_the_other_mock_at_its_next_call_and_is_removed_there(two: Two) -> None:
    number = two[0].post("/_mock/rules", json={"respond": BROKEN}).json()["number"]
    assert two[1].get(CODES).status_code == 503
    assert rules(two[0]) == rules(two[1])
    assert rules(two[0])["rules"][0]["used"] == 1
    assert two[1].delete(f"/_mock/rules/{number}").status_code == 204
    until(lambda: two[0].get(CODES).status_code == 200)
    two[0].put("/_mock/rules", json={"rules": [{"respond": BROKEN}, {"times": 1, "respond": {"status": 429}}]})
    assert statuses(two[::-1], 2) == [503, 503]
    two[1].post("/_mock/reset")
    until(lambda: two[0].get(CODES).status_code == 200)


def test_a_rate_is_that_of_all_mocks_together(two: Two, urls: Sequence[str]) -> None:
    two[0].post("/_mock/rules", json={"rate": {"calls": 7, "seconds": 3600}, "respond": {"status": 429}})
    assert asyncio.run(at_once(urls, 60)).count(200) == 7


def test_the_same_seed_draws_the_same_in_one_mock_and_in_two(two: Two) -> None:
    asked = {"seed": 7, "rules": [{"probability": 0.5, "respond": BROKEN}, {"probability": 0.3, "respond": BROKEN}]}
    with serving(parts()) as url, caller(url) as alone:
        drawn = []
        for clients in ((alone,), two):
            clients[0].put("/_mock/rules", json=asked)
            drawn.append(statuses(clients, 40))
    assert drawn[0] == drawn[1]
    assert {200, 503} == set(drawn[0])
    assert rules(two[1])["seed"] == 7


def test_of_rules_that_are_added_to_both_at_once_none_is_lost(two: Two, urls: Sequence[str]) -> None:
    async def add() -> list[int]:
        async with httpx.AsyncClient(timeout=20) as client:
            rule = {"match": {"path": "nowhere"}, "respond": BROKEN}
            calls = [client.post(f"{urls[each % 2]}/_mock/rules", json=rule) for each in range(20)]
            return [answer.json()["number"] for answer in await asyncio.gather(*calls) if answer.status_code == 201]

    added = asyncio.run(add())
    assert len(added) > 10
    assert sorted(added) == sorted(each["number"] for each in rules(two[0])["rules"])
    assert rules(two[0]) == rules(two[1])


def test_what_misbehaves_goes_on_while_rules_change(two: Two) -> None:
    two[0].put("/_mock/misbehaviours", json={"misbehaviours": ["every-third-call-fails"]})
    until(lambda: two[1].get("/_mock/misbehaviours").json()["misbehaviours"] != [])
    assert [two[1].get(CODES).status_code for _ in range(2)] == [200, 200]
    two[0].post("/_mock/rules", json={"match": {"path": "nowhere"}, "respond": BROKEN})
    assert two[1].get(CODES).status_code == 500


# --- secrets ---


def test_a_code_that_the_other_mock_held_has_a_pseudonym_in_the_archive(two: Two) -> None:
    two[0].put("/_mock/fleets/mine", json={"codes": ["S3CRET-A"]})
    two[0].put("/_mock/state", json={"fleets": []})
    two[1].get(f"{FLEETS}/S3CRET-A/invitation")
    archive = two[1].get("/_mock/journal.har").text
    assert ("CODE" in archive, "S3CRET-A" in archive) == (True, False)


# --- snapshots -----------------------------------------------------------------------------------


def test_a_snapshot_of_one_is_that_of_the_other(two: Two) -> None:
    one, other = two
    create(one, "before")
    one.post("/_mock/tenants", json={"tenant": "t", "apiKey": "t-key"})
    assert one.put("/_mock/snapshots/s").status_code == 204
    create(other, "after")
    other.patch("/_mock/api-keys", json={"t-key": None})
    assert other.get("/_mock/snapshots").json() == {"snapshots": ["s"]}
    assert other.post("/_mock/snapshots/s/restore").status_code == 204
    assert (create(one, "before"), create(other, "after")) == (409, 201)
    assert one.get("/emp/v1/charging-keys", headers={"X-API-Key": "t-key"}).status_code == 200
    one.post("/_mock/reset")
    assert other.get("/_mock/snapshots").json() == {"snapshots": ["s"]}
    assert other.delete("/_mock/snapshots/s").status_code == 204
    assert one.post("/_mock/snapshots/s/restore").status_code == 404


def test_a_snapshot_that_is_taken_again_has_what_there_is_by_then(two: Two) -> None:
    two[0].put("/_mock/snapshots/again")
    create(two[0], "later")
    assert two[1].put("/_mock/snapshots/again").status_code == 204
    two[1].post("/_mock/reset")
    two[0].patch("/_mock/dialect", json={"id.case": "ignored"})
    two[0].post("/_mock/snapshots/again/restore")
    assert (create(two[1], "LATER"), create(two[0], "new")) == (409, 201)


# --- the journal -------------------------------------------------------------------------------


def test_each_exchange_names_the_mock_that_answered(two: Two) -> None:
    for client in two:
        client.get(CODES)
        replica = client.get("/_mock").json()["replica"]
        assert {each["replica"] for each in client.get("/_mock/journal").json()["entries"]} == {replica}
        assert {each["_replica"] for each in client.get("/_mock/journal.har").json()["log"]["entries"]} == {replica}
    assert len({client.get("/_mock").json()["replica"] for client in two}) == 2


# --- worlds --------------------------------------------------------------------------------------


def test_a_world_goes_back_to_where_it_began_whichever_mock_made_it(two: Two, urls: Sequence[str]) -> None:
    asked = {
        "seed": {"keys": {"own-key": "own"}, "fleets": [{"fleetId": "seeded"}]},
        "dialect": {"create.status": "200"},
        "rules": [{"times": 1, "match": {"operation": "rename_fleet"}, "respond": BROKEN}],
    }
    assert two[0].put("/_mock/worlds/w", json=asked).status_code == 201
    assert two[1].get("/_mock/worlds/w").json()["dialect"] == {"create.status": "200"}
    assert two[1].get("/_mock/worlds/nobody-made-it").status_code == 404
    with caller(urls[0], "w") as one, caller(urls[1], "w") as other:
        for client in (one, other):
            client.headers["X-API-Key"] = "own-key"
        for _ in range(2):
            renamed = [each.put(f"{FLEETS}/seeded/rename", json={"newName": "x"}).status_code for each in (other, one)]
            assert renamed == [503, 200]
            assert (create(other, "a"), create(one, "a")) == (200, 409)
            other.put("/_mock/dialect", json={})
            other.put("/_mock/state", json={"fleets": []})
            assert one.get("/_mock/snapshots").json() == {"snapshots": []}
            assert other.post("/_mock/reset").status_code == 204
    assert two[1].delete("/_mock/worlds/w").status_code == 204
    assert two[0].put("/_mock/worlds/w", json={}).status_code in (200, 201)
