"""Faults in showing a location and its prices."""

from typing import Any

from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.messages import Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import NoSuchLocation, Store

OPERATION = "get_location"


@fault(breaks={"prices.location-is-answered"})
def a_location_has_no_fleet_prices(parts: Parts) -> None:
    """A location with a fleetId is answered 404."""
    parts.answer_with(OPERATION, 404, 200, lambda call: "fleetId" in call.query)


@fault(breaks={"prices.location-is-answered"})
def a_location_is_answered_203(parts: Parts) -> None:
    """A location is answered as if it came from a cache."""
    parts.answer_with(OPERATION, 203, instead_of=200)


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

    class Ignoring(Store):
        async def location(self, tenant: str, id: str, fleet_id: str | None) -> dict[str, Any]:
            await super().location(tenant, id, fleet_id)
            return await super().location(tenant, id, None)

    parts.mix_into_store(Ignoring)


@fault(breaks={"prices.default-stays"})
def prices_of_a_fleet_stick(parts: Parts) -> None:
    """Once a fleet has asked for its prices, one answer without a fleetId shows them too."""

    class Sticky(Store):
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
    parts.answer_with(OPERATION, 410, 404, lambda call: "fleetId" not in call.query)
