"""What a store keeps beside its state: states under names, and how often rules were met."""

from typing import cast

import pytest

from fleet_contract.mock_server.seed import default_seed
from fleet_contract.mock_server.store import Chance, Fleet, Habits, State, Store
from fleet_contract.mock_server.store.tally import drawn

from .conftest import EMPTY, Opened

pytestmark = pytest.mark.anyio


async def turns(
    store: Store, chances: list[Chance], calls: int, tally: str = "t", draws: str = "7 main"
) -> list[list[int]]:
    """Return the turns of each call, one for each rule."""
    return [[met.turn for met in await store.meet(tally, draws, chances)] for _ in range(calls)]


async def test_a_state_is_kept_as_it_was(store: Store) -> None:
    seed = default_seed()
    await store.keep("one", seed)
    await store.add_fleet(Fleet("after", None, "demo"))
    kept = cast("State", await store.kept("one"))
    assert (kept.keys, list(kept.fleets), list(kept.charging_keys)) == (
        seed.keys,
        list(seed.fleets),
        list(seed.charging_keys),
    )
    assert list(kept.locations) == list(seed.locations)
    await store.keep("one", EMPTY)
    assert list(cast("State", await store.kept("one")).fleets) == []


async def test_states_are_kept_under_names_whatever_becomes_of_the_state(store: Store) -> None:
    for name in ("a", "b"):
        await store.keep(name, EMPTY)
    await store.replace(default_seed())
    assert sorted(await store.names()) == ["a", "b"]
    assert (await store.forget("a"), await store.forget("a")) == (True, False)
    assert (await store.names(), await store.kept("a")) == (["b"], None)


async def test_so_many_calls_meet_a_rule_and_no_more(store: Store) -> None:
    chances = [Chance(1, times=2), Chance(2)]
    assert await turns(store, chances, 3) == [[1, 1], [2, 2], [0, 3]]
    assert await store.uses("t") == {1: 2, 2: 3}
    assert await store.uses("another") == {}


async def test_of_several_that_decide_the_first_is_met(store: Store) -> None:
    chances = [Chance(1, times=1, decides=True), Chance(2, times=1, decides=True), Chance(3)]
    assert await turns(store, chances, 3) == [[1, 0, 1], [0, 1, 2], [0, 0, 3]]


async def test_a_tally_begins_anew_under_another_name(store: Store) -> None:
    chances = [Chance(1, times=1, rate=(0, 60))]
    assert [await turns(store, chances, 1, tally) for tally in ("a", "a", "b")] == [[[1]], [[0]], [[1]]]


async def test_draws_are_the_same_for_the_same_seed(store: Store) -> None:
    chances = [Chance(4, probability=0.4)]
    met = [turn > 0 for [turn] in await turns(store, chances, 200)]
    assert met == [drawn(f"7 main 4 {turn}") < 0.4 for turn in range(1, 201)]
    assert 50 < met.count(True) < 110


async def test_those_alone_are_beyond_a_rate_that_come_too_fast(opened: Opened) -> None:
    store = await opened(Habits(), default_seed())
    assert await turns(store, [Chance(1, rate=(2, 3600))], 4) == [[0], [0], [3], [4]]
    assert await turns(store, [Chance(2, rate=(1, 0.000001))], 3) == [[0], [0], [0]]
