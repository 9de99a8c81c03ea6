"""The steps of a store, whichever keeps the state, without HTTP."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

import pytest

from fleet_contract.mock_server.seed import default_seed
from fleet_contract.mock_server.store import (
    BoundedStore,
    ChargingKey,
    Code,
    Fleet,
    FleetIdTaken,
    FleetNameTaken,
    ForeignFleet,
    ForeignFleetWithoutCodes,
    Habits,
    KeyTaken,
    Location,
    NoActiveCodes,
    NoSuchFleet,
    NoSuchLocation,
    State,
    Store,
    TooManyFleets,
)
from fleet_contract.mock_server.store.held import MOST_HELD

from .conftest import EMPTY, Opened

pytestmark = pytest.mark.anyio
Record = TypeVar("Record")


async def all_of(records: AsyncIterator[Record]) -> list[Record]:
    return [each async for each in records]


def key(identifier: str, fleet_id: str | None = None, tenant: str = "demo") -> ChargingKey:
    return ChargingKey(identifier, "V", "C", tenant, fleet_id)


async def listed(store: Store, fleet_id: str | None = None, start: int = 0) -> list[str]:
    """Return the identifiers of the tenant's keys from a place on."""
    return [each.identifier for each in (await store.page("demo", fleet_id, start, 500)).keys]


async def test_a_taken_id_changes_nothing(store: Store) -> None:
    before = await all_of(store.fleets())
    for taken in ("acme-corp-001", "foreign-001"):
        with pytest.raises(FleetIdTaken) as wrong:
            await store.add_fleet(Fleet(taken, "Other", "demo"))
        assert wrong.value.fleet == await store.fleet(taken)
    assert await all_of(store.fleets()) == before


async def test_rename_changes_only_the_name(store: Store) -> None:
    before = await store.fleet("acme-corp-001")
    after = await store.rename("demo", "acme-corp-001", "New")
    assert before is not None
    assert (after.id, after.codes, after.tenant) == (before.id, before.codes, before.tenant)
    assert after.name == "New"
    assert await store.fleet("acme-corp-001") == after


async def test_only_active_codes_are_given(store: Store) -> None:
    assert await store.codes("demo", "acme-corp-001") == ["FLEET2024ABC", "FLEET2024XYZ"]
    with pytest.raises(NoActiveCodes):
        await store.codes("demo", "codeless-001")
    with pytest.raises(ForeignFleet):
        await store.codes("demo", "foreign-001")
    with pytest.raises(ForeignFleetWithoutCodes):
        await store.codes("other", "codeless-001")
    with pytest.raises(NoSuchFleet):
        await store.codes("demo", "nobody")


async def test_a_fleet_is_required_of_its_tenant(store: Store) -> None:
    await store.require_fleet("demo", "acme-corp-001")
    assert await store.has_fleet("demo", "acme-corp-001")
    with pytest.raises(ForeignFleet):
        await store.require_fleet("demo", "foreign-001")
    with pytest.raises(NoSuchFleet):
        await store.require_fleet("demo", "nobody")
    assert not await store.has_fleet("demo", "foreign-001")
    with pytest.raises(ForeignFleet):
        await store.rename("demo", "foreign-001", "Mine")


async def test_what_is_made_shows_after_a_delay(opened: Opened) -> None:
    store = await opened(Habits(delay=0.2), EMPTY)
    late = await store.add_fleet(Fleet("late", None, "demo", (Code("C"),)))
    await store.add_key(key("04", "late"))
    with pytest.raises(NoSuchFleet):
        await store.codes("demo", "late")
    with pytest.raises(FleetIdTaken):
        await store.add_fleet(Fleet("late", None, "demo"))
    assert await store.has_fleet("demo", "late")
    assert await store.fleet("late") == late
    assert await listed(store) == []
    assert [each.identifier for each in await all_of(store.keys())] == ["04"]
    await asyncio.sleep(0.25)
    assert await store.codes("demo", "late") == ["C"]
    assert await listed(store) == ["04"]


async def test_what_a_seed_holds_shows_at_once(opened: Opened) -> None:
    store = await opened(Habits(delay=60), default_seed())
    assert len(await store.codes("demo", "acme-corp-001")) == 2
    assert len((await store.page("demo", None, 0, 10)).keys) == 10


async def test_names_can_be_unique(opened: Opened) -> None:
    store = await opened(Habits(unique_names=True), State({"k": "demo"}, [Fleet("seeded", "Old", "demo")]))
    await store.add_fleet(Fleet("a", "Name", "demo"))
    for name in ("Name", "Old"):
        with pytest.raises(FleetNameTaken):
            await store.add_fleet(Fleet("b", name, "demo"))
    assert await store.fleet("b") is None
    await store.add_fleet(Fleet("c", "Name", "other"))
    for id in ("nameless", "nameless too"):
        await store.add_fleet(Fleet(id, None, "demo"))
    assert (await store.rename("demo", "a", "Name")).name == "Name"
    with pytest.raises(FleetNameTaken):
        await store.rename("demo", "nameless", "Name")
    await store.rename("demo", "a", "Other")
    await store.rename("demo", "nameless", "Name")


@pytest.mark.parametrize("name", ["", None])
async def test_a_name_of_nothing_is_nobodys_own(opened: Opened, name: str | None) -> None:
    store = await opened(Habits(unique_names=True), EMPTY)
    for id in ("a", "b"):
        await store.add_fleet(Fleet(id, name, "demo"))


async def test_ids_are_compared_in_one_form(opened: Opened) -> None:
    store = await opened(Habits(same=str.lower), EMPTY)
    await store.add_fleet(Fleet("Berlin", None, "demo"))
    with pytest.raises(FleetIdTaken):
        await store.add_fleet(Fleet("BERLIN", None, "demo"))
    assert (await store.rename("demo", "berlin", "B")).id == "Berlin"
    assert (await store.add_key(key("04", "bERLIN"))).fleet_id == "Berlin"
    assert await listed(store, "BERLIN") == ["04"]


async def test_pages_give_each_key_once(store: Store) -> None:
    pages: list[list[ChargingKey]] = []
    start: int | None = 0
    while start is not None:
        page, start = await store.page("demo", "acme-corp-001", start, 10)
        pages.append(page)
    assert [len(page) for page in pages] == [10, 10, 5]
    assert sum(map(tuple, pages), ()) == tuple(
        [each for each in await all_of(store.keys("demo")) if each.fleet_id == "acme-corp-001"]
    )


async def test_a_full_last_page_has_no_next(store: Store) -> None:
    assert (await store.page("demo", "acme-corp-001", 0, 25)).next is None


async def test_a_cursor_keeps_its_place_under_another_filter(store: Store) -> None:
    everything = await listed(store)
    place = (await store.page("demo", None, 0, 10)).next
    assert place is not None
    own = await listed(store, "acme-corp-001")
    assert await listed(store, "acme-corp-001", place) == [each for each in everything[10:] if each in own]


async def test_a_cursor_keeps_its_place_when_keys_are_made(store: Store) -> None:
    first = await store.page("demo", None, 0, 10)
    before = await listed(store)
    assert first.next is not None
    await store.add_key(key("04"))
    assert await listed(store, None, first.next) == [*before[10:], "04"]


@pytest.mark.parametrize("start", [1_000, 999_999_999])
async def test_nothing_follows_the_last_place(store: Store, start: int) -> None:
    assert await store.page("demo", None, start, 10) == ([], None)


async def test_the_keys_of_a_fleet_are_found_even_if_they_are_not_listed_yet(opened: Opened) -> None:
    store = await opened(Habits(same=str.casefold, delay=60), default_seed())
    await store.add_key(key("04", "acme-corp-001"))
    of_the_fleet = [each for each in await all_of(store.keys()) if each.fleet_id == "acme-corp-001"]
    assert await all_of(store.keys("demo", "ACME-corp-001")) == of_the_fleet
    assert of_the_fleet[-1].identifier == "04"
    assert await all_of(store.keys("other", "acme-corp-001")) == []


async def test_an_unknown_fleet_has_no_keys(store: Store) -> None:
    for fleet_id in ("nobody", "foreign-001"):
        assert await store.page("demo", fleet_id, 0, 10) == ([], None)


async def test_a_key_needs_a_fleet_of_its_tenant_and_an_identifier_of_its_own(store: Store) -> None:
    made = await store.add_key(key("04"))
    with pytest.raises(KeyTaken) as wrong:
        await store.add_key(key("04", "acme-corp-001"))
    assert wrong.value.key == made
    for fleet_id in ("nobody", "foreign-001"):
        with pytest.raises(NoSuchFleet):
            await store.add_key(key("05", fleet_id))
    await store.add_key(key("04", tenant="other"))
    assert [each.identifier for each in await all_of(store.keys())][-2:] == ["04", "04"]


async def test_a_fleet_has_prices_of_its_own(store: Store) -> None:
    usual = await store.location("demo", "loc-001", None)
    own = await store.location("demo", "loc-001", "acme-corp-001")
    assert own != usual == await store.location("demo", "loc-001", None)
    assert await store.location("demo", "loc-001", "codeless-001") == usual
    with pytest.raises(NoSuchLocation):
        await store.location("demo", "loc-000", None)
    with pytest.raises(NoSuchFleet):
        await store.location("demo", "loc-001", "foreign-001")


async def test_the_whole_state_is_read_in_the_order_in_which_it_was_made(store: Store) -> None:
    seed = default_seed()
    made = await store.add_fleet(Fleet("a", None, "other"))
    assert await all_of(store.fleets()) == [*seed.fleets, made]
    assert await all_of(store.fleets("other")) == [*(each for each in seed.fleets if each.tenant == "other"), made]
    assert await all_of(store.keys()) == list(seed.charging_keys)
    assert await all_of(store.keys("other")) == [each for each in seed.charging_keys if each.tenant == "other"]
    assert await all_of(store.locations()) == list(seed.locations)


async def test_what_is_put_replaces_what_was_there_in_its_place(store: Store) -> None:
    fleets, keys = await all_of(store.fleets()), await all_of(store.keys())
    fleet = Fleet("acme-corp-001", "Put", "other", (Code("A"), Code("B", active=False)))
    await store.put_fleet(fleet)
    assert await all_of(store.fleets()) == [fleet, *fleets[1:]]
    moved = ChargingKey(keys[0].identifier, "V", "C", "demo", "codeless-001")
    await store.put_key(moved)
    assert await all_of(store.keys()) == [moved, *keys[1:]]
    assert (await listed(store, "codeless-001"))[0] == moved.identifier
    assert moved.identifier not in await listed(store, "acme-corp-001")


async def test_what_is_put_and_new_comes_last_and_is_not_checked(store: Store) -> None:
    fleet, loose = Fleet("new", "Name", "demo", found_from=float("inf")), key("04", "nobody")
    await store.put_fleet(fleet)
    await store.put_key(loose)
    assert (await all_of(store.fleets()))[-1] == fleet
    assert (await all_of(store.keys()))[-1] == loose
    assert await listed(store, "nobody") == ["04"]
    with pytest.raises(NoSuchFleet):
        await store.require_fleet("demo", "new")


async def test_a_name_that_is_put_is_taken(opened: Opened) -> None:
    store = await opened(Habits(unique_names=True), EMPTY)
    await store.put_fleet(Fleet("a", "Name", "demo"))
    await store.put_fleet(Fleet("b", "Name", "demo"))
    await store.rename("demo", "b", "Other")
    with pytest.raises(FleetNameTaken):
        await store.add_fleet(Fleet("c", "Name", "demo"))
    await store.put_fleet(Fleet("a", None, "demo"))
    await store.add_fleet(Fleet("c", "Name", "demo"))


async def test_a_name_that_two_were_put_with_is_taken_from_each_for_the_other(opened: Opened) -> None:
    store = await opened(Habits(unique_names=True), EMPTY)
    for id in ("a", "b"):
        await store.put_fleet(Fleet(id, "Name", "demo"))
    with pytest.raises(FleetNameTaken):
        await store.rename("demo", "a", "Name")
    await store.rename("demo", "b", "Other")
    await store.rename("demo", "a", "Name")


async def test_what_is_read_is_a_copy(store: Store) -> None:
    async for location in store.locations():
        location.body["evses"] = []
    assert (await store.location("demo", "loc-001", None))["evses"]


async def test_a_code_is_given_and_taken_back(store: Store) -> None:
    assert (await store.put_code("codeless-001", Code("NEW"))).id == "codeless-001"
    assert await store.codes("demo", "codeless-001") == ["NEW"]
    await store.put_code("codeless-001", Code("NEW", active=False))
    with pytest.raises(NoActiveCodes):
        await store.codes("demo", "codeless-001")
    fleet = await store.put_code("codeless-001", Code("OLD2020"))
    assert fleet == await store.fleet("codeless-001")
    assert fleet.codes == (Code("OLD2020"), Code("NEW", active=False))
    with pytest.raises(NoSuchFleet):
        await store.put_code("nobody", Code("NEW"))


async def test_codes_stay_known_whatever_becomes_of_their_fleets(store: Store) -> None:
    await store.add_fleet(Fleet("a", None, "demo", (Code("A1"), Code("A2", active=False))))
    await store.put_fleet(Fleet("a", None, "demo", (Code("A3"),)))
    await store.put_code("a", Code("A4"))
    await store.replace(State({"k": "t"}, [Fleet("b", None, "t", (Code("B1"),))]))
    await store.begin(State({"k": "t"}, [Fleet("c", None, "t", (Code("C1"),))]), Habits(same=str.lower), {})
    await store.keep("beside", State({"k": "t"}, [Fleet("d", None, "t", (Code("D1"),))]))
    of_the_seed = {code.code for fleet in default_seed().fleets for code in fleet.codes}
    assert {*await store.codes_held()} == {*of_the_seed, "A1", "A2", "A3", "A4", "B1", "C1"}


async def test_of_very_many_codes_the_last_stay_known(store: Store) -> None:
    many = [Fleet(f"f{number}", None, "t", (Code(f"C{number}"),)) for number in range(MOST_HELD)]
    await store.replace(State({"k": "t"}, many))
    await store.replace(EMPTY)
    await store.add_fleet(Fleet("last", None, "t", (Code("LAST"),)))
    held = {*await store.codes_held()}
    assert (len(held), "LAST" in held) == (MOST_HELD, True)


async def test_a_state_replaces_another(store: Store) -> None:
    fleets, keys = [Fleet("a", "Name", "demo"), Fleet("acme-corp-001", None, "other")], [key("04", "a")]
    await store.replace(State({"k": "demo"}, fleets, keys))
    assert (await all_of(store.fleets()), await all_of(store.keys())) == (fleets, keys)
    assert await all_of(store.locations()) == []
    assert await listed(store, "acme-corp-001") == []
    await store.replace(default_seed())
    assert len(await listed(store, "acme-corp-001")) == 25


async def test_a_location_is_put_in_place_of_another_or_last(store: Store) -> None:
    before = [each async for each in store.locations()]
    changed = Location(before[0].id, {"id": before[0].id, "evses": []}, {"f": {"a": []}})
    for location in (changed, Location("new", {"id": "new", "evses": []})):
        await store.put_location(location)
    after = [each async for each in store.locations()]
    assert after == [changed, *before[1:], Location("new", {"id": "new", "evses": []})]


async def test_fleets_are_counted_and_bounded(store: Store) -> None:
    held = await store.count()
    assert held == len(default_seed().fleets)
    bounded = BoundedStore(store, held + 1)
    await bounded.add_fleet(Fleet("one", None, "demo"))
    for full in (bounded.add_fleet, bounded.put_fleet):
        with pytest.raises(TooManyFleets):
            await full(Fleet("two", None, "demo"))
    await bounded.put_fleet(Fleet("one", "Again", "demo"))
    with pytest.raises(FleetIdTaken):
        await bounded.add_fleet(Fleet("one", None, "demo"))
    assert await store.count() == held + 1


async def test_a_store_begins_anew_with_other_habits(opened: Opened) -> None:
    store = await opened(Habits(), EMPTY)
    await store.add_fleet(Fleet("a", None, "demo"))
    await store.begin(State({"k": "t"}, [Fleet("B", None, "t")]), Habits(same=str.lower), {})
    assert [each.id async for each in store.fleets()] == ["B"]
    assert await store.has_fleet("t", "b")
    with pytest.raises(FleetIdTaken):
        await store.add_fleet(Fleet("b", None, "t"))
