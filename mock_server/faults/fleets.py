"""Faults in what a fleet's id is: unique, and fixed for ever."""

from dataclasses import replace
from urllib.parse import quote

from fleet_contract.mock_server.faults.calls import body_of
from fleet_contract.mock_server.faults.create import LENGTH_OF_A_SHORT_COLUMN
from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import Fleet, FleetIdTaken, ForeignFleet, NoSuchFleet
from fleet_contract.mock_server.store.plain import PlainStore


@fault(breaks={"fleets.id-never-changes"})
def rename_moves_the_fleet_to_its_name(parts: Parts) -> None:
    """A renamed fleet is found under its new name and no longer under its id."""

    class Moving(PlainStore):
        left: tuple[Fleet, ...] = ()

        def was_at(self, id: str) -> Fleet | None:
            return next((fleet for fleet in self.left if fleet.id == id), None)

        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            fleet = await super().rename(tenant, id, name)
            del self.fleets_by_id[self.habits.same(id)]
            self.fleets_by_id[self.habits.same(name)] = fleet
            self.left += (replace(fleet, id=id),)
            return fleet

        async def add_fleet(self, fleet: Fleet) -> Fleet:
            moved = self.was_at(fleet.id)
            if moved is not None:
                raise FleetIdTaken(moved)
            return await super().add_fleet(fleet)

        def find(self, tenant: str, id: str) -> Fleet:
            moved = self.was_at(id)
            if moved is not None and moved.tenant != tenant:
                raise ForeignFleet("This fleet belongs to another organization.")
            return super().find(tenant, id)

    parts.mix_into_store(Moving)


@fault(breaks={"fleets.id-never-changes"})
def a_name_finds_its_fleet(parts: Parts) -> None:
    """A renamed fleet is found under its new name too."""

    class Aliasing(PlainStore):
        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            fleet = await super().rename(tenant, id, name)
            self.fleets_by_id.setdefault(self.habits.same(name), fleet)
            return fleet

    parts.mix_into_store(Aliasing)


@fault(breaks={"fleets.id-never-changes"})
def rename_moves_the_fleet_to_the_id_in_the_body(parts: Parts) -> None:
    """A rename whose body carries a fleetId moves the fleet there."""

    async def moving(inner: Handler, world: World, call: Call) -> Reply:
        reply = await inner(world, call)
        other = call.body.get("fleetId")
        if isinstance(other, str) and world.store.at(other) is None:
            known = world.store.fleets_by_id
            known[other] = known.pop(world.store.habits.same(call.path["fleetId"]))
        return reply

    parts.wrap("rename_fleet", moving)


@fault(breaks={"fleets.id-never-changes"})
def a_fleet_can_be_renamed_only_once(parts: Parts) -> None:
    """A fleet that has been renamed is not found by a second rename."""

    class Once(PlainStore):
        renamed: frozenset[str] = frozenset()

        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            if id in self.renamed:
                raise NoSuchFleet("No fleet has this fleetId.")
            fleet = await super().rename(tenant, id, name)
            self.renamed |= {id}
            return fleet

    parts.mix_into_store(Once)


@fault(breaks={"fleets.id-finds-the-fleet"})
def a_new_fleet_is_lost_after_the_next(parts: Parts) -> None:
    """A fleet that was never renamed is not found once another one has been made."""

    class Losing(PlainStore):
        newest = ""

        async def add_fleet(self, fleet: Fleet) -> Fleet:
            made = await super().add_fleet(fleet)
            previous, self.newest = self.newest, made.id
            if previous:
                self.keep(replace(self.fleets_by_id[self.habits.same(previous)], found_from=float("inf")))
            return made

        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            fleet = await super().rename(tenant, id, name)
            self.newest = "" if self.newest == fleet.id else self.newest
            return fleet

    parts.mix_into_store(Losing)


@fault(breaks={"fleets.id-finds-the-fleet"})
def a_fleet_without_a_name_is_not_found(parts: Parts) -> None:
    """A fleet that was made without a name cannot be renamed."""

    class Nameless(PlainStore):
        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            if self.find(tenant, id).name is None:
                raise NoSuchFleet("No fleet has this fleetId.")
            return await super().rename(tenant, id, name)

    parts.mix_into_store(Nameless)


@fault(breaks={"fleets.id-is-unique"})
def a_create_without_a_name_finds_the_fleet(parts: Parts) -> None:
    """A create with a taken id and no name is answered with the fleet that has it."""

    class Finding(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            known = self.at(fleet.id)
            mine = known is not None and known.tenant == fleet.tenant
            return known if known and mine and fleet.name is None else await super().add_fleet(fleet)

    parts.mix_into_store(Finding)


@fault(breaks={"fleets.id-is-unique"})
def a_taken_id_is_not_found(parts: Parts) -> None:
    """A create with a taken id of the caller's own is answered 404."""
    own: set[tuple[str, str]] = set()

    def remember(call: Call, answer: Answer) -> Answer:
        id = (call.tenant, str(body_of(call).get("fleetId")))
        if answer.succeeded:
            own.add(id)
        return replace(answer, status=404) if answer.kind is Kind.FLEET_ID_TAKEN and id in own else answer

    parts.filter("create_fleet", remember)


@fault(breaks={"fleets.id-is-unique-across-organizations"})
def a_foreign_id_is_not_found(parts: Parts) -> None:
    """A create with an id that another organization's fleet has is answered 404."""

    class Hiding(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            known = self.at(fleet.id)
            if known is not None and known.tenant != fleet.tenant:
                raise NoSuchFleet("No fleet has this fleetId.")
            return await super().add_fleet(fleet)

    parts.mix_into_store(Hiding)


@fault(breaks={"fleets.id-finds-the-fleet"})
def a_rename_to_the_id_of_another_fleet_hides_that(parts: Parts) -> None:
    """A fleet that was never renamed is not found once another one has been given its id as a name."""

    class Merging(PlainStore):
        hidden: frozenset[str] = frozenset()
        renamed: frozenset[str] = frozenset()

        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            if id in self.hidden:
                raise NoSuchFleet("No fleet has this fleetId.")
            fleet = await super().rename(tenant, id, name)
            self.renamed |= {id}
            if name not in self.renamed and self.owned(tenant, name) is not None:
                self.hidden |= {name}
            return fleet

    parts.mix_into_store(Merging)


@fault(breaks={"fleets.id-never-changes"})
def a_fleet_takes_three_names_and_no_more(parts: Parts) -> None:
    """A fleet that has been renamed three times is not found by a fourth rename."""

    class Thrice(PlainStore):
        renamed: tuple[str, ...] = ()

        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            if self.renamed.count(id) >= 3:
                raise NoSuchFleet("No fleet has this fleetId.")
            fleet = await super().rename(tenant, id, name)
            self.renamed += (id,)
            return fleet

    parts.mix_into_store(Thrice)


def move_by(member: str) -> None:
    """Register the fault of a rename that moves a fleet to the id in a member of its body."""

    def edit(parts: Parts) -> None:
        async def moving(inner: Handler, world: World, call: Call) -> Reply:
            reply = await inner(world, call)
            other = call.body.get(member)
            if isinstance(other, str) and world.store.at(other) is None:
                world.store.fleets_by_id[other] = world.store.find(call.tenant, call.path["fleetId"])
            return reply

        parts.wrap("rename_fleet", moving)

    text = f"A renamed fleet is found under the {member} that the body of the rename carries, too."
    register_fault(f"rename-aliases-{member.lower()}", {"fleets.id-never-changes"}, text, edit)


for name in ("id", "newId", "newFleetId"):
    move_by(name)


@fault(breaks={"fleets.id-finds-the-fleet"})
def ids_are_kept_in_lower_case(parts: Parts) -> None:
    """A fleet whose id has capitals and needs no encoding is kept under small letters, and not found."""

    class Lowering(PlainStore):
        def find(self, tenant: str, id: str) -> Fleet:
            if id != id.lower() and id == quote(id, safe=""):
                raise NoSuchFleet("No fleet has this fleetId.")
            return super().find(tenant, id)

    parts.mix_into_store(Lowering)


@fault(breaks={"fleets.id-finds-the-fleet"})
def a_fleet_with_a_long_id_is_not_found(parts: Parts) -> None:
    """A fleet whose id has more than 64 characters, all of them in ASCII, is not found."""

    class Short(PlainStore):
        def find(self, tenant: str, id: str) -> Fleet:
            if len(id) > LENGTH_OF_A_SHORT_COLUMN and id.isascii():
                raise NoSuchFleet("No fleet has this fleetId.")
            return super().find(tenant, id)

    parts.mix_into_store(Short)


@fault(breaks={"fleets.id-finds-the-fleet"})
def every_tenth_fleet_is_lost(parts: Parts) -> None:
    """Every tenth fleet that is made cannot be renamed."""

    class Dropping(PlainStore):
        made = 0
        lost: frozenset[str] = frozenset()

        async def add_fleet(self, fleet: Fleet) -> Fleet:
            kept = await super().add_fleet(fleet)
            self.made += 1
            if self.made % 10 == 0:
                self.lost |= {fleet.id}
            return kept

        def find(self, tenant: str, id: str) -> Fleet:
            if id in self.lost:
                raise NoSuchFleet("No fleet has this fleetId.")
            return super().find(tenant, id)

    parts.mix_into_store(Dropping)


@fault(breaks={"fleets.id-never-changes"})
def the_id_follows_a_name_that_was_the_same(parts: Parts) -> None:
    """A fleet whose name was its id is found under its new name, and under its id no longer."""

    class Following(PlainStore):
        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            before = self.find(tenant, id)
            renamed = await super().rename(tenant, id, name)
            if before.name == before.id:
                del self.fleets_by_id[self.habits.same(before.id)]
                self.fleets_by_id[self.habits.same(name)] = renamed
            return renamed

    parts.mix_into_store(Following)


@fault(breaks={"fleets.id-never-changes"})
def a_rename_moves_to_the_id_in_a_nested_fleet(parts: Parts) -> None:
    """A rename whose body holds a fleet with a fleetId moves the fleet to that id."""

    async def moving(inner: Handler, world: World, call: Call) -> Reply:
        reply = await inner(world, call)
        nested = body_of(call).get("fleet")
        if isinstance(nested, dict) and isinstance(nested.get("fleetId"), str):
            fleet = world.store.fleets_by_id.pop(world.store.habits.same(call.path["fleetId"]))
            world.store.keep(replace(fleet, id=nested["fleetId"]))
        return reply

    parts.wrap("rename_fleet", moving)
