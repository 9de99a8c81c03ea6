"""The store alone, without HTTP."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import pytest

from fleet_contract.mock_server.seed import default_seed, fill
from fleet_contract.mock_server.store import (
    ChargingKey,
    Code,
    Fleet,
    FleetIdTaken,
    FleetNameTaken,
    ForeignFleet,
    Habits,
    KeyTaken,
    MemoryStore,
    NoActiveCodes,
    NoSuchFleet,
    NoSuchLocation,
    Store,
)

Result = TypeVar("Result")


def run(step: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(step)


async def collected(records: AsyncIterator[Result]) -> list[Result]:
    return [each async for each in records]


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore(Habits())
    fill(made, default_seed())
    return made


def key(identifier: str, fleet_id: str | None = None) -> ChargingKey:
    return ChargingKey(identifier, "V", "C", "demo", fleet_id)


def test_a_taken_id_changes_nothing(store: Store) -> None:
    before = run(collected(store.fleets()))
    with pytest.raises(FleetIdTaken):
        run(store.add_fleet(Fleet("acme-corp-001", "Other", "demo")))
    with pytest.raises(FleetIdTaken):
        run(store.add_fleet(Fleet("foreign-001", "Other", "demo")))
    assert run(collected(store.fleets())) == before


def test_rename_changes_only_the_name(store: Store) -> None:
    before = run(store.fleet("acme-corp-001"))
    after = run(store.rename("demo", "acme-corp-001", "New"))
    assert before is not None
    assert (after.id, after.codes, after.tenant) == (before.id, before.codes, before.tenant)
    assert after.name == "New"


def test_only_active_codes_are_given(store: Store) -> None:
    assert run(store.codes("demo", "acme-corp-001")) == ["FLEET2024ABC", "FLEET2024XYZ"]
    with pytest.raises(NoActiveCodes):
        run(store.codes("demo", "codeless-001"))
    with pytest.raises(ForeignFleet):
        run(store.codes("demo", "foreign-001"))
    with pytest.raises(NoSuchFleet):
        run(store.codes("demo", "nobody"))


def test_a_new_fleet_is_found_after_its_delay() -> None:
    now = [0.0]
    store = MemoryStore(Habits(delay=1.0, clock=lambda: now[0]))
    run(store.add_fleet(Fleet("late", None, "demo", (Code("C"),))))
    with pytest.raises(NoSuchFleet):
        run(store.codes("demo", "late"))
    with pytest.raises(FleetIdTaken):
        run(store.add_fleet(Fleet("late", None, "demo")))
    now[0] = 1.0
    assert run(store.codes("demo", "late")) == ["C"]


def test_names_can_be_unique() -> None:
    store = MemoryStore(Habits(unique_names=True))
    run(store.add_fleet(Fleet("a", "Name", "demo")))
    with pytest.raises(FleetNameTaken):
        run(store.add_fleet(Fleet("b", "Name", "demo")))
    run(store.add_fleet(Fleet("c", "Name", "other")))
    assert run(store.rename("demo", "a", "Name")).name == "Name"


def test_pages_give_each_key_once(store: Store) -> None:
    seen: list[str] = []
    start: int | None = 0
    while start is not None:
        page = run(store.page("demo", "acme-corp-001", start, 10))
        assert len(page.keys) <= 10
        seen += [each.identifier for each in page.keys]
        start = page.next
    assert len(seen) == len(set(seen)) == 25


def test_a_full_last_page_has_no_next(store: Store) -> None:
    assert run(store.page("demo", "acme-corp-001", 0, 25)).next is None


def test_a_key_needs_a_fleet_of_its_tenant_and_an_identifier_of_its_own(store: Store) -> None:
    run(store.add_key(key("04")))
    with pytest.raises(KeyTaken):
        run(store.add_key(key("04")))
    for fleet_id in ("nobody", "foreign-001"):
        with pytest.raises(NoSuchFleet):
            run(store.add_key(key("05", fleet_id)))


def test_a_fleet_has_prices_of_its_own(store: Store) -> None:
    usual = run(store.location("demo", "loc-001", None))
    own = run(store.location("demo", "loc-001", "acme-corp-001"))
    assert own != usual == run(store.location("demo", "loc-001", None))
    assert run(store.location("demo", "loc-001", "codeless-001")) == usual
    with pytest.raises(NoSuchLocation):
        run(store.location("demo", "loc-000", None))
    with pytest.raises(NoSuchFleet):
        run(store.location("demo", "loc-001", "foreign-001"))
