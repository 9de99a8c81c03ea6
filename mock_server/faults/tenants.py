"""Faults in keeping organizations apart: what one of them does with the ids of another."""

from dataclasses import replace

from fleet_contract.mock_server.faults.calls import body_of
from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.messages import Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import ChargingKey, Code, Fleet, NoActiveCodes, Store


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

    class Generous(Store):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            fleet = self.at(key.fleet_id) if key.fleet_id is not None else None
            return await super().add_key(replace(key, tenant=fleet.tenant) if fleet else key)

    parts.mix_into_store(Generous)


@fault(breaks={"keys.unfiltered-list-is-whole"})
def a_key_goes_to_whoever_creates_it_last(parts: Parts) -> None:
    """A charging key vanishes from an organization where another one creates its identifier."""

    class Stealing(Store):
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

    class Overwriting(Store):
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

    class Inheriting(Store):
        last: tuple[str, tuple[Code, ...]] = ("", ())

        async def add_fleet(self, fleet: Fleet) -> Fleet:
            tenant, codes = self.last
            own = (Code(f"OWN{len(self.fleets):08d}"),)
            made = await super().add_fleet(replace(fleet, codes=codes if tenant not in ("", fleet.tenant) else own))
            self.last = (made.tenant, made.codes)
            return made

    parts.mix_into_store(Inheriting)
