"""Faults in what a list of charging keys shows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from urllib.parse import unquote

from fleet_contract.mock_server.faults.calls import is_like
from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Json, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.store import ChargingKey, Page
from fleet_contract.mock_server.store.plain import PlainStore

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

    class Matching(PlainStore):
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

    class Missing(PlainStore):
        def listed(self, tenant: str, fleet_id: str | None) -> Iterator[tuple[int, ChargingKey]]:
            found = list(super().listed(tenant, fleet_id))
            yield from found[:-1] if fleet_id is not None else found

    parts.mix_into_store(Missing)


@fault(breaks={"keys.unfiltered-list-is-whole"})
def an_unfiltered_list_shows_keys_of_fleets_only(parts: Parts) -> None:
    """A list without a filter leaves out the keys without a fleet."""

    class Narrow(PlainStore):
        def matches(self, key: ChargingKey, fleet_id: str | None) -> bool:
            return key.fleet_id is not None and (fleet_id is None or super().matches(key, fleet_id))

    parts.mix_into_store(Narrow)


@fault(breaks={"keys.unfiltered-list-is-whole"})
def an_unfiltered_list_shows_one_fleet(parts: Parts) -> None:
    """A list without a filter leaves out the keys of every fleet but the one whose key was made first."""

    class Single(PlainStore):
        def matches(self, key: ChargingKey, fleet_id: str | None) -> bool:
            first = next((each.fleet_id for each in self.charging_keys if each.fleet_id), None)
            return key.fleet_id in (first, None) if fleet_id is None else super().matches(key, fleet_id)

    parts.mix_into_store(Single)


@fault(breaks={"keys.of-others-are-hidden"})
def keys_of_all_organizations_are_listed(parts: Parts) -> None:
    """A list without a filter shows the keys of every organization."""

    class Open(PlainStore):
        def listed(self, tenant: str, fleet_id: str | None) -> Iterator[tuple[int, ChargingKey]]:
            return enumerate(self.charging_keys).__iter__() if fleet_id is None else super().listed(tenant, fleet_id)

    parts.mix_into_store(Open)


@fault(breaks={"keys.of-others-are-hidden"})
def keys_of_a_foreign_fleet_are_listed(parts: Parts) -> None:
    """A filter with the id of another organization's fleet shows its keys."""

    async def open_to_all(inner: Handler, world: World, call: Call) -> Reply:
        fleet = world.store.at(call.query.get("fleetId", ""))
        if fleet is not None:
            call.tenant = fleet.tenant
        return await inner(world, call)

    parts.wrap(OPERATION, open_to_all)


@fault(breaks={"keys.list-answers-a-page"})
def an_empty_list_is_null(parts: Parts) -> None:
    """Where there is no key to list, keys is null."""
    parts.change_answer(OPERATION, lambda page, _: {**page, "keys": page["keys"] or None})


@fault(breaks={"keys.list-answers-a-page"})
def a_list_of_one_is_no_array(parts: Parts) -> None:
    """Where there is one key to list, keys is that key."""
    parts.change_answer(
        OPERATION, lambda page, _: {**page, "keys": page["keys"][0] if len(page["keys"]) == 1 else page["keys"]}
    )


@fault(breaks={"keys.list-answers-a-page"})
def an_empty_fleet_has_no_list(parts: Parts) -> None:
    """The list of the keys of a fleet of the caller without any is answered 404."""

    async def refusing(inner: Handler, world: World, call: Call) -> Reply:
        reply = await inner(world, call)
        fleet = world.store.owned(call.tenant, call.query.get("fleetId", ""))
        if fleet is not None and not reply.body["keys"]:
            raise Refusal(Kind.UNKNOWN_FLEET, "The fleet has no keys.")
        return reply

    parts.wrap(OPERATION, refusing)


@fault(breaks={"keys.list-answers-a-page"})
def pages_are_partial_content(parts: Parts) -> None:
    """A page with a cursor is answered 206."""

    def changed(call: Call, answer: Answer) -> Answer:
        del call
        return replace(answer, status=206) if answer.succeeded and "cursor" in answer.json else answer

    parts.filter(OPERATION, changed)


def leave_out(field: str) -> None:
    """Register the fault of a field that no listed key has."""
    words = re.sub("([A-Z])", r"-\1", field).lower()

    def edit(parts: Parts) -> None:
        change_items(parts, lambda item: {name: value for name, value in item.items() if name != field})

    register_fault(
        f"keys-are-listed-without-{words}", {"keys.items-are-complete"}, f"The property {field} is left out.", edit
    )


for name in ("contractId", "enabled"):
    leave_out(name)


@fault(breaks={"keys.items-are-complete"})
def keys_end_never(parts: Parts) -> None:
    """The property validTo is null."""
    change_items(parts, lambda item: {**item, "validTo": None})


@fault(breaks={"keys.items-are-complete"})
def enabled_is_a_digit(parts: Parts) -> None:
    """The property enabled is 0 or 1."""
    change_items(parts, lambda item: {**item, "enabled": int(item["enabled"])})


@fault(breaks={"keys.items-are-complete"})
def a_disabled_key_is_listed_without_an_end(parts: Parts) -> None:
    """The property validTo of a disabled key is left out."""
    change_items(
        parts, lambda item: {name: value for name, value in item.items() if item["enabled"] or name != "validTo"}
    )


@fault(breaks={"keys.filter-lists-only-the-fleet"})
def the_beginning_of_a_fleets_id_filters(parts: Parts) -> None:
    """A filtered list shows the keys of every fleet whose id begins so."""
    match(parts, lambda key, wanted: key.fleet_id is not None and key.fleet_id.startswith(wanted))


@fault(breaks={"keys.filter-lists-only-the-fleet"})
def a_filter_that_finds_nothing_is_ignored(parts: Parts) -> None:
    """A filter with an id that no fleet of the caller has lists all keys of the caller."""

    async def unfiltered(inner: Handler, world: World, call: Call) -> Reply:
        if "fleetId" in call.query and world.store.owned(call.tenant, call.query["fleetId"]) is None:
            del call.query["fleetId"]
        return await inner(world, call)

    parts.wrap(OPERATION, unfiltered)


@fault(breaks={"keys.filter-lists-the-whole-fleet"})
def the_filter_misses_the_first_key(parts: Parts) -> None:
    """A filtered list leaves out the key of the fleet that was created first, where there are others."""

    class Missing(PlainStore):
        def listed(self, tenant: str, fleet_id: str | None) -> Iterator[tuple[int, ChargingKey]]:
            found = list(super().listed(tenant, fleet_id))
            yield from found[1:] if fleet_id is not None and len(found) > 1 else found

    parts.mix_into_store(Missing)


@fault(breaks={"keys.filter-lists-the-whole-fleet"})
def a_filtered_list_ends_at_twenty(parts: Parts) -> None:
    """A filtered list shows the first twenty keys of the fleet and no more, on however many pages."""

    class Ending(PlainStore):
        def listed(self, tenant: str, fleet_id: str | None) -> Iterator[tuple[int, ChargingKey]]:
            return islice(super().listed(tenant, fleet_id), None if fleet_id is None else 20)

    parts.mix_into_store(Ending)


@fault(breaks={"keys.unfiltered-list-is-whole"})
def an_unfiltered_list_ends_at_forty(parts: Parts) -> None:
    """A list without a filter shows the first forty keys and no more."""

    class Ending(PlainStore):
        def listed(self, tenant: str, fleet_id: str | None) -> Iterator[tuple[int, ChargingKey]]:
            return islice(super().listed(tenant, fleet_id), 40 if fleet_id is None else None)

    parts.mix_into_store(Ending)


@fault(breaks={"keys.of-others-are-hidden"})
def a_second_page_shows_all_organizations(parts: Parts) -> None:
    """A list that follows a cursor shows the keys of every organization."""

    class Open(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            if start == 0:
                return await super().page(tenant, fleet_id, start, size)
            rest = [key for key in self.charging_keys[start:] if self.matches(key, fleet_id)]
            last = len(rest) <= size
            return Page(rest[:size], None if last else self.charging_keys.index(rest[size]))

    parts.mix_into_store(Open)


@fault(breaks={"keys.listed-as-created"})
def leading_zeros_of_a_key_are_lost(parts: Parts) -> None:
    """A listed keyIdentifier lacks the zeros at its beginning, as a number would."""
    change_items(parts, lambda item: {**item, "keyIdentifier": item["keyIdentifier"].lstrip("0")})


@fault(breaks={"keys.filter-lists-the-whole-fleet"})
def a_filter_ends_at_an_equals_sign(parts: Parts) -> None:
    """What follows an equals sign in the fleetId of a filter is lost, as where a query is divided at each."""

    async def dividing(inner: Handler, world: World, call: Call) -> Reply:
        if "fleetId" in call.query:
            call.query["fleetId"] = call.query["fleetId"].split("=")[0]
        return await inner(world, call)

    parts.wrap(OPERATION, dividing)


@fault(breaks={"keys.created-key-is-in-its-fleet"})
def every_listed_key_shows_the_same_fleet(parts: Parts) -> None:
    """Whatever its fleet, a listed charging key shows one and the same fleetId."""
    _show_as_fleet(parts, lambda _: "F0000001")


@fault(breaks={"keys.filter-lists-only-the-fleet", "keys.created-key-is-in-its-fleet"})
def a_listed_key_shows_its_own_number_as_its_fleet(parts: Parts) -> None:
    """A listed charging key shows what is printed on it as its fleetId."""
    _show_as_fleet(parts, lambda item: item["visualNumber"])


@fault(breaks={"keys.filter-lists-only-the-fleet", "keys.created-key-is-in-its-fleet"})
def a_listed_key_shows_its_fleet_in_capitals(parts: Parts) -> None:
    """A listed charging key shows the id of its fleet in capitals."""
    _show_as_fleet(parts, lambda item: item["fleetId"].upper())


def _show_as_fleet(parts: Parts, fleet_of: Callable[[Json], str]) -> None:
    change_items(parts, lambda item: {**item, "fleetId": fleet_of(item)} if "fleetId" in item else item)


@fault(breaks={"keys.filter-lists-only-the-fleet"})
def a_filter_has_no_case(parts: Parts) -> None:
    """A filtered list shows the keys of every fleet whose id differs from the filter's at most in case."""
    match(parts, lambda key, wanted: (key.fleet_id or "").casefold() == wanted.casefold())


@fault(breaks={"keys.filter-lists-only-the-fleet"})
def a_filter_is_a_pattern(parts: Parts) -> None:
    """A filtered list shows the keys of every fleet whose id is like the filter, as in SQL."""
    match(parts, lambda key, wanted: is_like(wanted, key.fleet_id or ""))


@fault(breaks={"keys.filter-lists-only-the-fleet"})
def a_filter_is_decoded_twice(parts: Parts) -> None:
    """The fleetId of a filter is percent-decoded once more after it was."""
    match(parts, lambda key, wanted: key.fleet_id == unquote(wanted))


@fault(breaks={"keys.filter-lists-the-whole-fleet"})
def a_filter_is_compared_as_it_is_spelled(parts: Parts) -> None:
    """A filtered list shows nothing where the query encodes a hyphen, which it need not."""

    async def comparing(inner: Handler, world: World, call: Call) -> Reply:
        reply = await inner(world, call)
        return Reply(200, {"keys": []}) if b"%2D" in call.raw_query else reply

    parts.wrap(OPERATION, comparing)
