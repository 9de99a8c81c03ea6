"""Faults in keeping organizations apart: what one of them does with the ids of another."""

from dataclasses import replace

from fleet_contract.mock_server.faults.calls import body_of
from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World, listed
from fleet_contract.mock_server.messages import Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import ChargingKey, Code, Fleet, FleetIdTaken, ForeignFleet, NoActiveCodes
from fleet_contract.mock_server.store.plain import PlainStore


@fault(breaks={"rename.foreign-fleet-is-refused"})
def the_owner_is_looked_up_by_the_id_in_the_body(parts: Parts) -> None:
    """A rename asks whose the fleet is that its body names, where it names one, and renames the one in its path."""

    async def trusting(inner: Handler, world: World, call: Call) -> Reply:
        named, asked = body_of(call).get("fleetId"), world.store.at(call.path["fleetId"])
        if asked is not None and isinstance(named, str) and world.store.owned(call.tenant, named):
            call.tenant = asked.tenant
        return await inner(world, call)

    parts.wrap("rename_fleet", trusting)


@fault(breaks={"keys.of-others-are-hidden"})
def a_key_belongs_to_whoever_has_its_fleet(parts: Parts) -> None:
    """A charging key that is created in another organization's fleet becomes that organization's."""

    class Generous(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            fleet = self.at(key.fleet_id) if key.fleet_id is not None else None
            return await super().add_key(replace(key, tenant=fleet.tenant) if fleet else key)

    parts.mix_into_store(Generous)


@fault(breaks={"keys.unfiltered-list-is-whole"})
def a_key_goes_to_whoever_creates_it_last(parts: Parts) -> None:
    """A charging key vanishes from an organization where another one creates its identifier."""

    class Stealing(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            kept = await super().add_key(key)
            for place, other in enumerate(self.charging_keys):
                if other.identifier == key.identifier and other.tenant != key.tenant:
                    self.charging_keys[place] = replace(other, tenant="")
            return kept

    parts.mix_into_store(Stealing)


@fault(breaks={"keys.listed-as-created"})
def a_key_is_changed_by_whoever_creates_it_again(parts: Parts) -> None:
    """The number that is printed on a charging key changes where another organization creates its identifier."""

    class Overwriting(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            kept = await super().add_key(key)
            for place, other in enumerate(self.charging_keys):
                if other.identifier == key.identifier and other.tenant != key.tenant:
                    self.charging_keys[place] = replace(other, contract_id=key.contract_id)
            return kept

    parts.mix_into_store(Overwriting)


@fault(breaks={"invitation.lists-only-active-codes"})
def new_fleets_of_all_organizations_share_a_code(parts: Parts) -> None:
    """Every fleet that has no code of its own is shown the same one, whoever asks."""

    async def welcoming(inner: Handler, world: World, call: Call) -> Reply:
        try:
            return await inner(world, call)
        except NoActiveCodes:
            fleet = world.store.find(call.tenant, call.path["fleetId"])
            if fleet.codes or not fleet.found_from:
                raise
            return Reply(200, [{"code": "WELCOME00001"}])

    parts.wrap("get_invitation_codes", welcoming)


@fault(breaks={"invitation.lists-only-active-codes"})
def a_create_brings_its_own_codes(parts: Parts) -> None:
    """A create gives its fleet the invitation codes that its body lists."""

    async def trusting(inner: Handler, world: World, call: Call) -> Reply:
        reply = await inner(world, call)
        codes = body_of(call).get("invitationCodes")
        fleet = world.store.at(call.body["fleetId"])
        if fleet and isinstance(codes, list):
            world.store.keep(replace(fleet, codes=tuple(Code(str(code)) for code in codes)))
        return reply

    parts.wrap("create_fleet", trusting)


@fault(breaks={"rename.foreign-fleet-is-refused"})
def a_fleet_without_a_name_can_be_named_by_others(parts: Parts) -> None:
    """A rename of another organization's fleet succeeds where that has no name yet."""

    async def naming(inner: Handler, world: World, call: Call) -> Reply:
        asked = world.store.at(call.path["fleetId"])
        if asked is not None and asked.name is None:
            call.tenant = asked.tenant
        return await inner(world, call)

    parts.wrap("rename_fleet", naming)


@fault(breaks={"invitation.lists-only-active-codes"})
def a_new_fleet_has_the_codes_of_the_one_before(parts: Parts) -> None:
    """A new fleet of another organization has the codes of the fleet that was created before it, whoever has that."""

    class Inheriting(PlainStore):
        last: tuple[str, tuple[Code, ...]] = ("", ())

        async def add_fleet(self, fleet: Fleet) -> Fleet:
            tenant, codes = self.last
            own = (Code(f"OWN{len(self.fleets_by_id):08d}"),)
            made = await super().add_fleet(replace(fleet, codes=codes if tenant not in ("", fleet.tenant) else own))
            self.last = (made.tenant, made.codes)
            return made

    parts.mix_into_store(Inheriting)


@fault(breaks={"fleets.id-is-unique-across-organizations"})
def a_foreign_create_that_says_the_same_is_answered(parts: Parts) -> None:
    """A create that repeats another organization's word for word is answered like a repetition of one's own."""

    async def idempotent(inner: Handler, world: World, call: Call) -> Reply:
        try:
            return await inner(world, call)
        except FleetIdTaken as taken:
            if taken.fleet.tenant == call.tenant or taken.fleet.name != body_of(call).get("fleetName"):
                raise
            return Reply(int(world.dialect["create.status"]), {"fleetId": taken.fleet.id})

    parts.wrap("create_fleet", idempotent)


@fault(breaks={"rename.foreign-fleet-is-refused"})
def a_foreign_rename_to_the_name_that_it_has_is_answered(parts: Parts) -> None:
    """A rename that changes nothing is answered before anybody asks whose the fleet is."""

    async def hasty(inner: Handler, world: World, call: Call) -> Reply:
        asked = world.store.at(call.path["fleetId"])
        if asked is not None and asked.tenant != call.tenant and asked.name == body_of(call).get("newName"):
            return Reply(200, {"fleetId": asked.id, "fleetName": asked.name})
        return await inner(world, call)

    parts.wrap("rename_fleet", hasty)


@fault(breaks={"invitation.foreign-fleet-is-403"})
def codes_are_cached_for_every_organization(parts: Parts) -> None:
    """The codes that were read last are kept under the id of their fleet alone, whoever reads them next."""
    kept: dict[str, Reply] = {}

    async def cached(inner: Handler, world: World, call: Call) -> Reply:
        try:
            kept[call.path["fleetId"]] = await inner(world, call)
        except ForeignFleet:
            if call.path["fleetId"] not in kept:
                raise
        return kept[call.path["fleetId"]]

    parts.wrap("get_invitation_codes", cached)


@fault(breaks={"keys.listed-as-created"})
def a_foreign_double_disables_the_key(parts: Parts) -> None:
    """A charging key is disabled where another organization creates its identifier."""

    class Disabling(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            for place, other in enumerate(self.charging_keys):
                if other.identifier == key.identifier and other.tenant != key.tenant:
                    self.charging_keys[place] = replace(other, enabled=False)
            return await super().add_key(key)

    parts.mix_into_store(Disabling)


@fault(breaks={"keys.of-others-are-hidden"})
def the_create_of_a_key_shows_that_of_another(parts: Parts) -> None:
    """The create of a charging key whose identifier another organization has shows what that one created."""

    async def showing(inner: Handler, world: World, call: Call) -> Reply:
        reply = await inner(world, call)
        identifier = body_of(call).get("keyIdentifier")
        alike = (key for key in world.store.charging_keys if key.identifier == identifier)
        other = next((key for key in alike if key.tenant != call.tenant), None)
        return replace(reply, body=listed(other, world.dialect)) if other and reply.body else reply

    parts.wrap("create_charging_key", showing)
