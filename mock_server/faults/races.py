"""Faults of concurrency: windows between a look and a deed, and memory that callers share.

Each window is held open long enough that calls which begin at once meet in it.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.forms import LONGEST
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.store import Fleet, FleetIdTaken, Wrong
from fleet_contract.mock_server.store.plain import PlainStore

WINDOW = 0.05  # seconds

CREATES = "fleets.overlapping-creates-make-one-fleet"
CALLS = "fleets.overlapping-calls-fit-an-order"


# --- creates of one id -------------------------------------------------------------------------


@fault(breaks={CREATES})
def creates_at_once_all_win(parts: Parts) -> None:
    """A create looks whether its id is taken, and takes it a moment later, whoever came between."""

    class LookThenAct(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            taken = self.at(fleet.id)
            await asyncio.sleep(WINDOW)
            return await super().add_fleet(fleet) if taken or self.at(fleet.id) is None else self.keep(fleet)

    parts.mix_into_store(LookThenAct)


@fault(breaks={CREATES})
def creates_at_once_of_one_name_both_win(parts: Parts) -> None:
    """A create that says the same as another one under way is answered as if it had made the fleet too."""

    class Idempotent(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            taken = self.at(fleet.id)
            await asyncio.sleep(WINDOW)
            met = self.at(fleet.id)
            return met if not taken and met and met.name == fleet.name else await super().add_fleet(fleet)

    parts.mix_into_store(Idempotent)


@fault(breaks={CREATES})
def creates_at_once_all_lose(parts: Parts) -> None:
    """Creates of one id that meet are all refused, and none makes the fleet."""

    class Polite(PlainStore):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self.coming: list[str] = []

        async def add_fleet(self, fleet: Fleet) -> Fleet:
            self.coming.append(fleet.id)
            await asyncio.sleep(WINDOW)
            met = self.coming.count(fleet.id) > 1
            await asyncio.sleep(WINDOW)
            self.coming.remove(fleet.id)
            if met:
                raise FleetIdTaken(fleet)
            return await super().add_fleet(fleet)

    parts.mix_into_store(Polite)


@fault(breaks={CREATES})
def the_loser_of_a_race_is_told_that_it_won(parts: Parts) -> None:
    """A create that finds its id taken while it is at work is answered like the one that took it."""

    async def generous(inner: Handler, world: World, call: Call) -> Reply:
        was_free = world.store.at(call.body["fleetId"]) is None
        await asyncio.sleep(WINDOW)
        try:
            return await inner(world, call)
        except FleetIdTaken as taken:
            if not was_free:
                raise
            shown = {"fleetId": taken.fleet.id, "fleetName": call.body.get("fleetName")}
            return Reply(int(world.dialect["create.status"]), shown)

    parts.wrap("create_fleet", generous)


@fault(breaks={"http.never-a-server-error"})
def creates_at_once_break_the_server(parts: Parts) -> None:
    """A create that finds its id taken while it is at work breaks the server, as a unique index may."""

    async def unforeseen(inner: Handler, world: World, call: Call) -> Reply:
        was_free = world.store.at(call.body["fleetId"]) is None
        await asyncio.sleep(WINDOW)
        if was_free and world.store.at(call.body["fleetId"]) is not None:
            raise RuntimeError("duplicate key value violates a unique constraint")
        return await inner(world, call)

    parts.wrap("create_fleet", unforeseen)


# --- a fleet around its create -----------------------------------------------------------------


@fault(breaks={"fleets.id-finds-the-fleet"})
def fleets_created_at_once_are_lost(parts: Parts) -> None:
    """A create copies all fleets, adds its own, and puts the copy in place a moment later."""

    class Copying(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            copy = dict(self.fleets_by_id)
            await asyncio.sleep(WINDOW)
            made = await super().add_fleet(fleet)
            self.fleets_by_id = {**copy, self.habits.same(made.id): made}
            return made

    parts.mix_into_store(Copying)


@fault(breaks={"fleets.id-finds-the-fleet"})
def a_look_up_during_the_create_loses_the_fleet(parts: Parts) -> None:
    """A fleet that was looked up in vain while its create was at work is not found after it either."""

    class Cached(PlainStore):
        coming: frozenset[str] = frozenset()
        missed: frozenset[str] = frozenset()

        async def add_fleet(self, fleet: Fleet) -> Fleet:
            if self.at(fleet.id) is None:
                self.coming |= {fleet.id}
                await asyncio.sleep(WINDOW)
                self.coming -= {fleet.id}
            return await super().add_fleet(fleet)

        def find(self, tenant: str, id: str) -> Fleet:
            if id in self.coming:
                self.missed |= {id}
            return super().find(tenant, "" if id in self.missed else id)

    parts.mix_into_store(Cached)


@fault(breaks={CALLS})
def a_fleet_is_seen_and_then_missed_during_its_create(parts: Parts) -> None:
    """Every other look-up finds a fleet while its create is at work."""

    class Flickering(PlainStore):
        coming: frozenset[str] = frozenset()
        look_ups = 0

        async def add_fleet(self, fleet: Fleet) -> Fleet:
            made = await super().add_fleet(fleet)
            self.coming |= {made.id}
            await asyncio.sleep(WINDOW)
            self.coming -= {made.id}
            return made

        def find(self, tenant: str, id: str) -> Fleet:
            self.look_ups += id in self.coming
            return super().find(tenant, "" if id in self.coming and self.look_ups % 2 == 0 else id)

    parts.mix_into_store(Flickering)


@fault(breaks={"rename.unknown-fleet-is-404"})
def a_create_that_is_refused_is_seen_for_a_moment(parts: Parts) -> None:
    """A create with an overlong name is refused only after a moment in which its fleet is found."""

    async def rolling_back(inner: Handler, world: World, call: Call) -> Reply:
        id, name = call.body["fleetId"], call.body.get("fleetName") or ""
        if len(name) <= LONGEST or world.store.at(id):
            return await inner(world, call)
        world.store.keep(Fleet(id, name, call.tenant))
        await asyncio.sleep(WINDOW)
        del world.store.fleets_by_id[world.store.habits.same(id)]
        raise Refusal(Kind.INVALID_NAME, f"The fleetName has more than {LONGEST} characters.")

    parts.loosen("NewFleet", "fleetName", maxLength=None)
    parts.wrap("create_fleet", rolling_back)


# --- renames, answers and callers --------------------------------------------------------------


@fault(breaks={"http.never-a-server-error"})
def renames_at_once_break_the_server(parts: Parts) -> None:
    """A rename that finds its fleet changed while it is at work breaks the server, as a version column may."""

    async def optimistic(inner: Handler, world: World, call: Call) -> Reply:
        before = world.store.at(call.path["fleetId"])
        await asyncio.sleep(WINDOW)
        if before is not world.store.at(call.path["fleetId"]):
            raise RuntimeError("the row was updated by another transaction")
        return await inner(world, call)

    parts.wrap("rename_fleet", optimistic)


@fault(breaks={"rename.accepts-a-valid-name"})
def renames_at_once_all_lose(parts: Parts) -> None:
    """Renames of one fleet by its owner that meet are all answered 409, and none gives it its name."""
    coming: list[str] = []

    async def polite(inner: Handler, world: World, call: Call) -> Reply:
        if world.store.owned(call.tenant, call.path["fleetId"]) is None:
            return await inner(world, call)
        coming.append(call.path["fleetId"])
        await asyncio.sleep(WINDOW)
        met = coming.count(call.path["fleetId"]) > 1
        await asyncio.sleep(WINDOW)
        coming.remove(call.path["fleetId"])
        return Reply(409, {"message": "Try again."}) if met else await inner(world, call)

    parts.validate_responses = False
    parts.wrap("rename_fleet", polite)


@fault(breaks={"rename.answers-the-new-name"})
def renames_at_once_answer_the_name_before(parts: Parts) -> None:
    """A rename that meets another one of its fleet is answered with the name that the fleet had before both."""
    under_way: dict[str, list[str | None]] = {}

    async def stale(inner: Handler, world: World, call: Call) -> Reply:
        fleet = world.store.owned(call.tenant, call.path["fleetId"])
        names = under_way.setdefault(call.path["fleetId"], [])
        names.append(fleet.name if fleet else None)
        first, met = names[0], len(names) > 1
        try:
            reply = await inner(world, call)
            await asyncio.sleep(WINDOW)
        finally:
            names.pop()
        return Reply(reply.status, {**reply.body, "fleetName": first}) if met and first is not None else reply

    parts.wrap("rename_fleet", stale)


def shares_its_answer(operation_id: str, member: str) -> Callable[[Parts], None]:
    """Return the edit after which an operation answers a member of what was answered last, at the end of a moment."""

    def edit(parts: Parts) -> None:
        last: dict[str, Reply] = {}

        async def sharing(inner: Handler, world: World, call: Call) -> Reply:
            reply = last["reply"] = await inner(world, call)
            await asyncio.sleep(WINDOW)
            return Reply(reply.status, {**reply.body, member: last["reply"].body[member]})

        parts.wrap(operation_id, sharing)

    return edit


register_fault(
    "creates-at-once-share-an-id",
    {"create.echoes-the-id"},
    "A create answers the id of the one that was answered last.",
    shares_its_answer("create_fleet", "fleetId"),
)
register_fault(
    "renames-at-once-share-an-id",
    {"rename.keeps-the-id"},
    "A rename answers the id of the one that was answered last.",
    shares_its_answer("rename_fleet", "fleetId"),
)


@fault(breaks={"rename.foreign-fleet-is-refused"})
def a_rename_works_for_whoever_calls_beside_the_owner(parts: Parts) -> None:
    """A rename keeps its caller where others do too, and looks there who it was a moment later."""
    callers: list[str] = []

    async def forgetful(inner: Handler, world: World, call: Call) -> Reply:
        callers.append(call.tenant)
        await asyncio.sleep(WINDOW)
        fleet = world.store.at(call.path["fleetId"])
        if fleet is not None and fleet.tenant in callers:
            call.tenant = fleet.tenant
        await asyncio.sleep(WINDOW)
        callers.pop()
        return await inner(world, call)

    parts.wrap("rename_fleet", forgetful)


@fault(breaks={"keys.of-others-are-hidden"})
def lists_at_once_show_the_same_keys(parts: Parts) -> None:
    """A list that meets one of another organization which found keys is answered with these."""
    found: list[tuple[str, Reply]] = []

    async def coalescing(inner: Handler, world: World, call: Call) -> Reply:
        own = (call.tenant, await inner(world, call))
        if own[1].body["keys"]:
            found.append(own)
        await asyncio.sleep(WINDOW)
        others = [reply for tenant, reply in found if tenant != call.tenant]
        await asyncio.sleep(WINDOW)
        if own in found:
            found.remove(own)
        return others[0] if others and not own[1].body["keys"] else own[1]

    parts.wrap("list_charging_keys", coalescing)


@fault(breaks={"invitation.without-codes-is-404"})
def codes_read_at_once_are_those_of_one_fleet(parts: Parts) -> None:
    """A reading of codes that meets another one of its organization is answered with the codes of that one."""
    found: dict[str, Reply] = {}

    async def coalescing(inner: Handler, world: World, call: Call) -> Reply:
        try:
            reply = await inner(world, call)
        except Wrong:
            await asyncio.sleep(WINDOW / 2)
            if call.tenant not in found:
                raise
            return found[call.tenant]
        found[call.tenant] = reply
        await asyncio.sleep(WINDOW)
        found.pop(call.tenant, None)
        return reply

    parts.wrap("get_invitation_codes", coalescing)


@fault(breaks={"prices.default-stays"})
def prices_asked_for_at_once_are_those_of_one_fleet(parts: Parts) -> None:
    """Default prices that are asked for while a fleet's are being fetched are that fleet's."""
    fetched: list[Reply] = []

    async def coalescing(inner: Handler, world: World, call: Call) -> Reply:
        reply = await inner(world, call)
        if "fleetId" in call.query:
            fetched.append(reply)
        await asyncio.sleep(WINDOW)
        answered = fetched[0] if fetched else reply
        if "fleetId" in call.query:
            await asyncio.sleep(WINDOW)
            fetched.pop()
            return reply
        return answered

    parts.wrap("get_location", coalescing)
