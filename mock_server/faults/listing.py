"""Faults in what a list of charging keys shows."""

from collections.abc import Callable, Iterator

from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.messages import Call, Json, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import ChargingKey, Store

OPERATION = "list_charging_keys"


def change_items(parts: Parts, change: Callable[[Json], Json]) -> None:
    """Let a function change every listed key."""
    parts.change_answer(OPERATION, lambda page, _: {**page, "keys": [change(item) for item in page["keys"]]})


@fault(breaks={"keys.list-answers-a-page"})
def the_list_is_an_array(parts: Parts) -> None:
    """The keys are answered as an array without the object around it."""
    parts.change_answer(OPERATION, lambda page, _: page["keys"])


@fault(breaks={"keys.list-answers-a-page"})
def the_keys_are_called_items(parts: Parts) -> None:
    """The array of keys is called items."""
    parts.change_answer(OPERATION, lambda page, _: {"items": page.pop("keys"), **page})


@fault(breaks={"keys.items-are-complete"})
def enabled_is_a_word(parts: Parts) -> None:
    """The property enabled is a string."""
    change_items(parts, lambda item: {**item, "enabled": str(item["enabled"]).lower()})


@fault(breaks={"keys.items-are-complete"})
def keys_have_no_end(parts: Parts) -> None:
    """The property validTo is left out."""
    change_items(parts, lambda item: {name: value for name, value in item.items() if name != "validTo"})


@fault(breaks={"keys.items-are-complete"})
def keys_end_in_milliseconds(parts: Parts) -> None:
    """The property validTo is a number."""
    change_items(parts, lambda item: {**item, "validTo": 4102444799000})


def match(parts: Parts, alike: Callable[[ChargingKey, str], bool]) -> None:
    """Let a filter list those keys which are alike, and no filter list all."""

    class Matching(Store):
        def matches(self, key: ChargingKey, fleet_id: str | None) -> bool:
            return fleet_id is None or alike(key, fleet_id)

    parts.mix_into_store(Matching)


@fault(breaks={"keys.filter-lists-only-the-fleet"})
def the_filter_is_ignored(parts: Parts) -> None:
    """Every list shows all keys of the caller."""
    match(parts, lambda _key, _id: True)


@fault(breaks={"keys.filter-lists-only-the-fleet"})
def the_filter_lets_keys_without_a_fleet_pass(parts: Parts) -> None:
    """A filtered list shows the keys without a fleet too."""
    match(parts, lambda key, wanted: key.fleet_id in (wanted, None))


@fault(breaks={"keys.filter-lists-only-the-fleet"})
def the_filter_is_ignored_after_the_first_page(parts: Parts) -> None:
    """A list that follows a cursor shows all keys of the caller."""

    async def unfiltered(inner: Handler, world: World, call: Call) -> Reply:
        if "cursor" in call.query:
            call.query.pop("fleetId", None)
        return await inner(world, call)

    parts.wrap(OPERATION, unfiltered)


@fault(breaks={"keys.filter-lists-the-whole-fleet"})
def the_filter_misses_disabled_keys(parts: Parts) -> None:
    """A filtered list leaves out the keys that are disabled."""
    match(parts, lambda key, wanted: key.fleet_id == wanted and key.enabled)


@fault(breaks={"keys.filter-lists-the-whole-fleet"})
def the_filter_misses_the_last_key(parts: Parts) -> None:
    """A filtered list leaves out the key that was created last."""

    class Missing(Store):
        def listed(self, tenant: str, fleet_id: str | None) -> Iterator[tuple[int, ChargingKey]]:
            found = list(super().listed(tenant, fleet_id))
            yield from found[:-1] if fleet_id is not None else found

    parts.mix_into_store(Missing)


@fault(breaks={"keys.unfiltered-list-is-whole"})
def an_unfiltered_list_shows_keys_of_fleets_only(parts: Parts) -> None:
    """A list without a filter leaves out the keys without a fleet."""

    class Narrow(Store):
        def matches(self, key: ChargingKey, fleet_id: str | None) -> bool:
            return key.fleet_id is not None and (fleet_id is None or super().matches(key, fleet_id))

    parts.mix_into_store(Narrow)


@fault(breaks={"keys.unfiltered-list-is-whole"})
def an_unfiltered_list_shows_one_fleet(parts: Parts) -> None:
    """A list without a filter leaves out the keys of every fleet but the one whose key was made first."""

    class Single(Store):
        def matches(self, key: ChargingKey, fleet_id: str | None) -> bool:
            first = next((each.fleet_id for each in self.charging_keys if each.fleet_id), None)
            return key.fleet_id in (first, None) if fleet_id is None else super().matches(key, fleet_id)

    parts.mix_into_store(Single)


@fault(breaks={"keys.of-others-are-hidden"})
def keys_of_all_organizations_are_listed(parts: Parts) -> None:
    """A list without a filter shows the keys of every organization."""

    class Open(Store):
        def listed(self, tenant: str, fleet_id: str | None) -> Iterator[tuple[int, ChargingKey]]:
            return enumerate(self.charging_keys).__iter__() if fleet_id is None else super().listed(tenant, fleet_id)

    parts.mix_into_store(Open)


@fault(breaks={"keys.of-others-are-hidden"})
def keys_of_a_foreign_fleet_are_listed(parts: Parts) -> None:
    """A filter with the id of another organization's fleet shows its keys."""

    class Open(Store):
        def listed(self, tenant: str, fleet_id: str | None) -> Iterator[tuple[int, ChargingKey]]:
            fleet = self.at(fleet_id) if fleet_id is not None else None
            return super().listed(fleet.tenant if fleet else tenant, fleet_id)

    parts.mix_into_store(Open)
