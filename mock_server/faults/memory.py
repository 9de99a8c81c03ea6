"""Faults of memory: caches, counters and leftovers, which show only after something else was asked before."""

import time
from dataclasses import replace

from fleet_contract.mock_server.access import Access
from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Json, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.store import ChargingKey, Code, Fleet, FleetIdTaken, NoActiveCodes, NoSuchFleet
from fleet_contract.mock_server.store.plain import PlainStore

SECONDS_OF_A_CACHE = 1.0
NOBODY = ""


@fault(breaks={"fleets.id-finds-the-fleet"})
def an_id_that_was_not_found_stays_so(parts: Parts) -> None:
    """A fleet whose id was asked for before its create is not found after it."""

    class NegativeCache(PlainStore):
        missed: frozenset[str] = frozenset()

        def find(self, tenant: str, id: str) -> Fleet:
            if id in self.missed:
                raise NoSuchFleet("No fleet has this fleetId.")
            if self.at(id) is None:
                self.missed |= {id}
            return super().find(tenant, id)

    parts.mix_into_store(NegativeCache)


@fault(breaks={"create.accepts-a-valid-fleet"})
def an_id_that_was_asked_for_is_taken(parts: Parts) -> None:
    """A create with an id that was asked for before is refused as if a fleet had it."""

    class Reserving(PlainStore):
        asked: frozenset[str] = frozenset()

        def find(self, tenant: str, id: str) -> Fleet:
            self.asked |= {id}
            return super().find(tenant, id)

        async def add_fleet(self, fleet: Fleet) -> Fleet:
            if fleet.id in self.asked:
                raise FleetIdTaken(fleet)
            return await super().add_fleet(fleet)

    parts.mix_into_store(Reserving)


@fault(breaks={"create.accepts-a-valid-fleet"})
def a_refused_create_takes_the_id(parts: Parts) -> None:
    """A create that was refused for its name takes the id all the same."""
    refused: set[str] = set()

    def remember(call: Call, answer: Answer) -> Answer:
        if not answer.succeeded and isinstance(call.body, dict) and call.body.get("fleetName") is not None:
            refused.add(str(call.body.get("fleetId")))
        return answer

    class Reserving(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            if fleet.id in refused and self.at(fleet.id) is None:
                raise FleetIdTaken(replace(fleet, name=None))
            return await super().add_fleet(fleet)

    parts.filter("create_fleet", remember)
    parts.mix_into_store(Reserving)


@fault(breaks={"rename.answers-the-new-name"})
def the_third_rename_answers_the_old_name(parts: Parts) -> None:
    """Every third rename of a fleet is answered with the name that it had."""
    counts: dict[str, int] = {}

    async def late(inner: Handler, world: World, call: Call) -> Reply:
        id = call.path["fleetId"]
        before = world.store.owned(call.tenant, id)
        reply = await inner(world, call)
        counts[id] = counts.get(id, 0) + 1
        is_third = before is not None and before.name is not None and counts[id] % 3 == 0
        return Reply(200, {**reply.body, "fleetName": before.name}) if before and is_third else reply

    parts.wrap("rename_fleet", late)


@fault(breaks={"rename.answers-the-new-name"})
def a_rename_answers_the_name_of_the_one_before(parts: Parts) -> None:
    """A rename is answered with the name of the rename before it where that was of another fleet."""
    last: list[Json] = []

    def earlier(fleet: Json, call: Call) -> Json:
        del call
        before = last[-1] if last else fleet
        last.append(fleet)
        return {**fleet, "fleetName": before["fleetName"]} if before["fleetId"] != fleet["fleetId"] else fleet

    parts.change_answer("rename_fleet", earlier)


@fault(breaks={"rename.keeps-the-id"})
def a_rename_answers_the_id_of_the_one_before(parts: Parts) -> None:
    """A rename within a tenth of a second of one of another fleet is answered with the id of that one."""
    last: list[tuple[float, str]] = []

    def earlier(fleet: Json, call: Call) -> Json:
        del call
        now = time.monotonic()
        then, id = last[-1] if last else (0.0, fleet["fleetId"])
        last.append((now, fleet["fleetId"]))
        return {**fleet, "fleetId": id} if now - then < SECONDS_OF_A_CACHE / 10 else fleet

    parts.change_answer("rename_fleet", earlier)


@fault(breaks={"create.echoes-the-name"})
def creates_within_a_second_share_a_name(parts: Parts) -> None:
    """A create with a name, within a second of another one, is answered with the name of that one."""
    last: list[tuple[float, str]] = []

    def earlier(fleet: Json, call: Call) -> Json:
        del call
        if not fleet.get("fleetName"):
            return fleet
        now = time.monotonic()
        if last and now - last[-1][0] < SECONDS_OF_A_CACHE:
            return {**fleet, "fleetName": last[-1][1]}
        last.append((now, fleet["fleetName"]))
        return fleet

    parts.change_answer("create_fleet", earlier)


@fault(breaks={"create.name-is-optional"})
def a_fleet_without_a_name_has_that_of_the_one_before(parts: Parts) -> None:
    """A create without a name is answered with the name of the create before it."""
    names: list[str] = []

    def earlier(fleet: Json, call: Call) -> Json:
        del call
        if fleet.get("fleetName"):
            names.append(fleet["fleetName"])
            return fleet
        return {**fleet, "fleetName": names[-1]} if names else fleet

    parts.change_answer("create_fleet", earlier)


@fault(breaks={"invitation.without-codes-is-404"})
def codes_of_the_fleet_read_before_are_shown(parts: Parts) -> None:
    """A fleet without codes is shown those that its organization read last."""
    last: dict[str, list[str]] = {}

    class Stale(PlainStore):
        async def codes(self, tenant: str, id: str) -> list[str]:
            try:
                found = await super().codes(tenant, id)
            except NoActiveCodes:
                if tenant in last and self.is_seeded(id):
                    return last[tenant]
                raise
            last[tenant] = found
            return found

        def is_seeded(self, id: str) -> bool:
            fleet = self.at(id)
            return fleet is not None and bool(fleet.codes)

    parts.mix_into_store(Stale)


@fault(breaks={"invitation.reading-changes-nothing"})
def codes_run_out(parts: Parts) -> None:
    """The codes of a fleet can be read five times, and then it has none."""

    class Running(PlainStore):
        left = 5

        async def codes(self, tenant: str, id: str) -> list[str]:
            found = await super().codes(tenant, id)
            self.left -= 1
            if self.left < 0:
                raise NoActiveCodes("The fleet has no active invitation code.")
            return found

    parts.mix_into_store(Running)


@fault(breaks={"invitation.reading-changes-nothing"})
def the_first_reading_makes_a_code(parts: Parts) -> None:
    """Each reading of a fleet that was made without codes, from the second one on, makes it another code."""

    class Making(PlainStore):
        reads: tuple[str, ...] = ()

        async def codes(self, tenant: str, id: str) -> list[str]:
            fleet = self.find(tenant, id)
            if all(code.code.startswith("MADE") for code in fleet.codes):
                self.reads += (fleet.id,)
                place = self.reads.index(fleet.id)
                made = range(self.reads.count(fleet.id) - 1)
                self.keep(replace(fleet, codes=tuple(Code(f"MADE{place}N{number}") for number in made)))
            return await super().codes(tenant, id)

    parts.mix_into_store(Making)


@fault(breaks={"access.key-is-checked"})
def a_good_key_opens_the_door_for_a_second(parts: Parts) -> None:
    """Within a second of a call with a real key any other is taken for it."""

    class Cached(Access):
        last: tuple[float, str] = (0.0, "")

        def tenant_of(self, key: str) -> str | None:
            found = super().tenant_of(key)
            then, tenant = self.last
            if found is not None:
                self.last = (time.monotonic(), found)
            return found or (tenant if time.monotonic() - then < SECONDS_OF_A_CACHE else None)

    parts.mix_into_access(Cached)


@fault(breaks={"access.key-is-required"})
def a_good_key_opens_the_door_to_those_without(parts: Parts) -> None:
    """Directly after a call with a real key, one without any is taken for its owner's."""

    class Cached(Access):
        last = ""

        def key(self, call: Call) -> str | None:
            sent = super().key(call)
            key, self.last = sent or self.last, sent or ""
            return key

    parts.mix_into_access(Cached)


@fault(breaks={"keys.of-others-are-hidden"})
def a_cursor_opens_the_list_of_its_first_user(parts: Parts) -> None:
    """A cursor leads on in the list of the organization that it was given to, whoever sends it."""
    givers: dict[str, str] = {}

    async def leading_on(inner: Handler, world: World, call: Call) -> Reply:
        call.tenant = givers.get(call.query.get("cursor", ""), call.tenant)
        reply = await inner(world, call)
        if "cursor" in reply.body:
            givers[reply.body["cursor"]] = call.tenant
        return reply

    parts.wrap("list_charging_keys", leading_on)


@fault(breaks={"rename.answers-the-new-name"})
def a_rename_back_is_overlooked(parts: Parts) -> None:
    """A rename to the name that a fleet was created with is answered with the name in between."""
    first: dict[str, str | None] = {}

    async def overlooking(inner: Handler, world: World, call: Call) -> Reply:
        before = world.store.owned(call.tenant, call.path["fleetId"])
        if before is not None:
            first.setdefault(before.id, before.name)
        reply = await inner(world, call)
        is_back = before is not None and call.body["newName"] == first[before.id] != before.name
        return Reply(200, {**reply.body, "fleetName": before.name}) if before and is_back else reply

    parts.wrap("rename_fleet", overlooking)


@fault(breaks={"create.accepts-a-valid-fleet"})
def a_create_refused_for_its_type_takes_the_id(parts: Parts) -> None:
    """A create that was refused for a name of a wrong type takes the id all the same."""
    refused: set[str] = set()

    def remember(call: Call, answer: Answer) -> Answer:
        if not answer.succeeded and isinstance(call.body, dict) and isinstance(call.body.get("fleetName"), list):
            refused.add(str(call.body.get("fleetId")))
        return answer

    class Reserving(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            if fleet.id in refused and self.at(fleet.id) is None:
                raise FleetIdTaken(replace(fleet, name="reserved"))
            return await super().add_fleet(fleet)

    parts.filter("create_fleet", remember)
    parts.mix_into_store(Reserving)


@fault(breaks={"keys.filter-lists-the-whole-fleet"})
def a_fleet_keeps_its_keys_until_another_has_ten(parts: Parts) -> None:
    """A charging key is in its fleet until ten have been put into other ones."""

    class Forgetful(PlainStore):
        def matches(self, key: ChargingKey, fleet_id: str | None) -> bool:
            since = self.charging_keys[self.charging_keys.index(key) :] if key.listed_from > 0 else []
            others = [other for other in since if other.fleet_id not in (None, key.fleet_id)]
            return super().matches(key, fleet_id) and (fleet_id is None or len(others) < 10)

    parts.mix_into_store(Forgetful)


@fault(breaks={"create.accepts-a-valid-fleet"})
def a_create_without_a_key_holds_the_id(parts: Parts) -> None:
    """An id that a create without a key has asked for is taken from then on."""
    held: set[str] = set()

    class Late(Access):
        def tenant(self, call: Call) -> str:
            lacks_key = call.operation_id == "create_fleet" and not self.key(call)
            return NOBODY if lacks_key else super().tenant(call)

    async def holding(inner: Handler, world: World, call: Call) -> Reply:
        id = call.body["fleetId"]
        if call.tenant == NOBODY:
            held.add(id)
            raise Refusal(Kind.MISSING_KEY, "The header X-API-Key is missing.")
        if id in held:
            raise Refusal(Kind.FLEET_ID_TAKEN, "A fleet with this fleetId exists already.")
        return await inner(world, call)

    parts.mix_into_access(Late)
    parts.wrap("create_fleet", holding)


@fault(breaks={"keys.filter-lists-the-whole-fleet"})
def an_empty_list_stays_empty(parts: Parts) -> None:
    """A fleet whose keys were listed before it had any has none from then on."""
    empty: set[tuple[str, str]] = set()

    async def remembering(inner: Handler, world: World, call: Call) -> Reply:
        asked = (call.tenant, call.query.get("fleetId", ""))
        if asked in empty:
            return Reply(200, {"keys": []})
        reply = await inner(world, call)
        if asked[1] and not reply.body["keys"]:
            empty.add(asked)
        return reply

    parts.wrap("list_charging_keys", remembering)
