"""Faults in showing a location and its prices."""

from itertools import count
from typing import Any

from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call, Json, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import NoSuchFleet, NoSuchLocation, priced
from fleet_contract.mock_server.store.plain import PlainStore

OPERATION = "get_location"


@fault(breaks={"prices.location-is-answered"})
def a_location_has_no_fleet_prices(parts: Parts) -> None:
    """A location with a fleetId is answered 404."""
    parts.answer_with(OPERATION, 404, lambda call: "fleetId" in call.query)


@fault(breaks={"prices.location-is-answered"})
def a_location_is_answered_203(parts: Parts) -> None:
    """A location is answered as if it came from a cache."""
    parts.answer_with(OPERATION, 203)


@fault(breaks={"prices.answer-is-the-location"})
def another_location_is_answered(parts: Parts) -> None:
    """The answer to a request with a fleetId has the id of another location."""
    parts.change_answer(OPERATION, lambda body, call: {**body, "id": "loc-000"} if "fleetId" in call.query else body)


@fault(breaks={"prices.answer-is-the-location"})
def a_location_is_answered_as_an_array(parts: Parts) -> None:
    """A location is answered as the only item of an array."""
    parts.change_answer(OPERATION, lambda body, _: [body])


@fault(breaks={"prices.fleet-has-its-own"})
def prices_of_fleets_are_ignored(parts: Parts) -> None:
    """Every fleet is shown the default prices."""

    class Ignoring(PlainStore):
        async def location(self, tenant: str, id: str, fleet_id: str | None) -> dict[str, Any]:
            await super().location(tenant, id, fleet_id)
            return await super().location(tenant, id, None)

    parts.mix_into_store(Ignoring)


@fault(breaks={"prices.default-stays"})
def prices_of_a_fleet_stick(parts: Parts) -> None:
    """Once a fleet has asked for its prices, one answer without a fleetId shows them too."""

    class Sticky(PlainStore):
        left: dict[str, Any] | None = None

        async def location(self, tenant: str, id: str, fleet_id: str | None) -> dict[str, Any]:
            found = await super().location(tenant, id, fleet_id)
            if fleet_id is not None:
                self.left = found
            elif self.left is not None and self.left["id"] == id:
                found, self.left = self.left, None
            return found

    parts.mix_into_store(Sticky)


@fault(breaks={"prices.unknown-location-is-404"})
def an_unknown_location_is_empty(parts: Parts) -> None:
    """A location that does not exist is answered 200 with an empty object."""

    async def empty(inner: Handler, world: World, call: Call) -> Reply:
        try:
            return await inner(world, call)
        except NoSuchLocation:
            return Reply(200, {})

    parts.wrap(OPERATION, empty)


@fault(breaks={"prices.unknown-location-is-404"})
def an_unknown_location_is_gone(parts: Parts) -> None:
    """A location that does not exist is answered 410."""
    parts.refuse_with(OPERATION, 410, Kind.UNKNOWN_LOCATION, when=lambda call: "fleetId" not in call.query)


@fault(breaks={"prices.location-is-answered"})
def a_second_look_at_a_location_is_refused(parts: Parts) -> None:
    """Every fourth answer to who asks for a location is 403."""
    numbers = count(1)
    parts.answer_with(OPERATION, 403, lambda _: next(numbers) % 4 == 0)


@fault(breaks={"prices.answer-is-the-location"})
def a_location_is_answered_with_a_number_for_an_id(parts: Parts) -> None:
    """The id of a location is shown as the number in it."""
    parts.change_answer(OPERATION, lambda body, _: {**body, "id": int("".join(filter(str.isdigit, body["id"])) or 0)})


@fault(breaks={"prices.fleet-has-its-own"})
def prices_of_a_fleet_are_shown_once(parts: Parts) -> None:
    """A fleet is shown its own prices at its first request, and the default ones from then on."""

    class Once(PlainStore):
        shown: frozenset[str] = frozenset()

        async def location(self, tenant: str, id: str, fleet_id: str | None) -> dict[str, Any]:
            found = await super().location(tenant, id, fleet_id)
            if fleet_id in self.shown:
                return await super().location(tenant, id, None)
            self.shown |= {fleet_id} if fleet_id else frozenset()
            return found

    parts.mix_into_store(Once)


@fault(breaks={"prices.fleet-has-its-own"})
def prices_of_the_fleet_asked_before_are_shown(parts: Parts) -> None:
    """A request with a fleetId is shown the prices that the last one with another fleetId should have had."""

    class Behind(PlainStore):
        last: str | None = None

        async def location(self, tenant: str, id: str, fleet_id: str | None) -> dict[str, Any]:
            found = await super().location(tenant, id, fleet_id)
            if fleet_id is None:
                return found
            before, self.last = self.last, fleet_id
            return await super().location(tenant, id, before)

    parts.mix_into_store(Behind)


@fault(breaks={"prices.default-stays"})
def prices_of_a_fleet_become_the_default(parts: Parts) -> None:
    """Once a fleet has asked for its prices, all are shown them for ever."""

    class Lasting(PlainStore):
        kept: dict[str, Any] | None = None

        async def location(self, tenant: str, id: str, fleet_id: str | None) -> dict[str, Any]:
            if fleet_id is None and self.kept is not None and self.kept["id"] == id:
                return self.kept
            found = await super().location(tenant, id, fleet_id)
            if fleet_id is not None and self.kept is None and found is not self.locations_by_id[id].body:
                self.kept = found
            return found

    parts.mix_into_store(Lasting)


@fault(breaks={"prices.default-stays"})
def prices_drift(parts: Parts) -> None:
    """Every request without a fleetId is shown other prices than the one before."""
    numbers = count(1)

    def drifted(body: Json, call: Call) -> Json:
        return body if "fleetId" in call.query else {**body, "price": f"0.{next(numbers):02d}"}

    parts.change_answer(OPERATION, drifted)


@fault(breaks={"prices.unknown-location-is-404"})
def an_unknown_location_is_no_content(parts: Parts) -> None:
    """A location that does not exist is answered 204."""
    parts.refuse_with(OPERATION, 204, Kind.UNKNOWN_LOCATION, when=lambda call: "fleetId" not in call.query)


@fault(breaks={"prices.unknown-location-is-404"})
def an_unknown_location_is_the_first(parts: Parts) -> None:
    """In the place of a location that does not exist another one is answered."""

    class Guessing(PlainStore):
        async def location(self, tenant: str, id: str, fleet_id: str | None) -> dict[str, Any]:
            return await super().location(
                tenant, id if id in self.locations_by_id else next(iter(self.locations_by_id)), fleet_id
            )

    parts.mix_into_store(Guessing)


@fault(breaks={"prices.default-stays"})
def a_fleet_that_nobody_has_is_given_a_price(parts: Parts) -> None:
    """A location with a fleetId that no fleet has shows prices that differ from the default."""

    async def inventing(inner: Handler, world: World, call: Call) -> Reply:
        try:
            return await inner(world, call)
        except NoSuchFleet:
            body = await world.store.location(call.tenant, call.path["locationId"], None)
            return Reply(200, priced(body, {"currency": "EUR", "perKwh": 0.01}))

    parts.wrap(OPERATION, inventing)


@fault(breaks={"prices.location-is-answered"})
def a_location_is_not_found_for_a_fleet_beyond_ascii(parts: Parts) -> None:
    """A location with the id of a fleet that is not in ASCII is answered 404."""
    parts.answer_with(OPERATION, 404, lambda call: not call.query.get("fleetId", "").isascii())


@fault(breaks={"prices.fleet-has-its-own"})
def the_fleet_of_a_price_is_compared_as_it_is_spelled(parts: Parts) -> None:
    """A location shows the default prices where the query encodes a hyphen of the fleetId, which it need not."""

    async def comparing(inner: Handler, world: World, call: Call) -> Reply:
        if b"%2D" in call.raw_query:
            del call.query["fleetId"]
        return await inner(world, call)

    parts.wrap(OPERATION, comparing)
