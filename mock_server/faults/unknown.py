"""Faults in renaming a fleet that the caller does not have."""

from urllib.parse import quote

from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.store import Fleet, ForeignFleet, NoSuchFleet
from fleet_contract.mock_server.store.plain import PlainStore


def is_a_stranger(store: PlainStore, asked: str) -> bool:
    """Say whether an id has nothing to do with any fleet: no fleet's id or name is like it."""
    if asked != quote(asked, safe="") or "_" in asked or not asked.strip("."):
        return False
    asked = asked.casefold()
    known = {text.casefold() for fleet in store.fleets_by_id.values() for text in (fleet.id, fleet.name) if text}
    return not any(asked in text or text in asked for text in known)


def mark_strangers(parts: Parts, operation_id: str, status: int) -> None:
    """Let an operation answer another status than 404 to ids that have nothing to do with any fleet."""
    strangers: set[str] = set()

    async def remembering(world: World, call: Call) -> None:
        if is_a_stranger(world.store, call.path["fleetId"]):
            strangers.add(call.path["fleetId"])

    parts.before(operation_id, remembering)
    parts.refuse_with(operation_id, status, Kind.UNKNOWN_FLEET, when=lambda call: call.path.get("fleetId") in strangers)


@fault(breaks={"rename.unknown-fleet-is-404", "fleets.id-never-changes"})
def rename_of_an_unknown_fleet_makes_it(parts: Parts) -> None:
    """A rename of an id that no fleet has makes a fleet."""

    class Upserting(PlainStore):
        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            return self.keep(Fleet(id, name, tenant)) if self.at(id) is None else await super().rename(tenant, id, name)

    parts.mix_into_store(Upserting)


@fault(breaks={"rename.unknown-fleet-is-404"})
def rename_answers_400_to_an_unknown_fleet(parts: Parts) -> None:
    """A rename of an id that no fleet has is answered 400."""

    async def refusing(inner: Handler, world: World, call: Call) -> Reply:
        try:
            return await inner(world, call)
        except NoSuchFleet:
            raise Refusal(Kind.BAD_PARAMETER, "No fleet has this fleetId.") from None

    parts.wrap("rename_fleet", refusing)


@fault(breaks={"rename.unknown-fleet-is-404"})
def rename_answers_410_to_a_stranger(parts: Parts) -> None:
    """A rename of an id that has nothing to do with any fleet is answered 410."""
    mark_strangers(parts, "rename_fleet", 410)


@fault(breaks={"rename.foreign-fleet-is-refused"})
def rename_works_across_organizations(parts: Parts) -> None:
    """A rename of another organization's fleet succeeds."""

    class Open(PlainStore):
        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            try:
                return await super().rename(tenant, id, name)
            except ForeignFleet:
                fleet = self.at(id)
                return await super().rename(fleet.tenant if fleet else tenant, id, name)

    parts.mix_into_store(Open)


@fault(breaks={"rename.foreign-fleet-is-refused"})
def rename_answers_409_to_a_foreign_fleet(parts: Parts) -> None:
    """A rename of another organization's fleet is answered 409."""
    parts.refuse_with("rename_fleet", 409, Kind.FOREIGN_FLEET_RENAMED)


@fault(breaks={"rename.unknown-fleet-is-404", "fleets.id-never-changes"})
def an_unknown_fleet_is_refused_with_200(parts: Parts) -> None:
    """A rename of an id that has nothing to do with any fleet is answered 200 with a problem for a body."""
    mark_strangers(parts, "rename_fleet", 200)


@fault(breaks={"rename.unknown-fleet-is-404"})
def an_overlong_id_is_unprocessable(parts: Parts) -> None:
    """A rename of an id of more than 100 characters is answered 422."""
    parts.refuse_with("rename_fleet", 422, Kind.OVERLONG_ID)


@fault(breaks={"rename.foreign-fleet-is-refused"})
def a_foreign_fleet_is_renamed_to_nothing(parts: Parts) -> None:
    """A rename of another organization's fleet is answered 200, and changes nothing."""

    async def pretending(inner: Handler, world: World, call: Call) -> Reply:
        try:
            return await inner(world, call)
        except ForeignFleet:
            return Reply(200, {"fleetId": call.path["fleetId"], "fleetName": call.body["newName"]})

    parts.wrap("rename_fleet", pretending)


@fault(breaks={"rename.unknown-fleet-is-404"})
def a_rename_that_says_what_a_create_says_makes_the_fleet(parts: Parts) -> None:
    """A rename of an id that no fleet has makes a fleet where its body holds a fleetName."""

    async def upserting(inner: Handler, world: World, call: Call) -> Reply:
        if "fleetName" in call.body and world.store.at(call.path["fleetId"]) is None:
            world.store.keep(Fleet(call.path["fleetId"], None, call.tenant))
        return await inner(world, call)

    parts.wrap("rename_fleet", upserting)
