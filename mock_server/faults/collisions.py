"""Faults in saying whether an id is taken: by the same, by what is only like it, and for how long."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import Fleet, FleetIdTaken
from fleet_contract.mock_server.store.plain import PlainStore


@fault(breaks={"fleets.id-is-unique"})
def ids_beyond_ascii_are_never_taken(parts: Parts) -> None:
    """A create with a taken id makes a second fleet where the id holds a character beyond ASCII."""

    class Doubling(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            taken = self.at(fleet.id)
            if taken is not None and taken.tenant == fleet.tenant and not fleet.id.isascii():
                return self.keep(fleet)
            return await super().add_fleet(fleet)

    parts.mix_into_store(Doubling)


def without_accents(id: str) -> str:
    """Return an id without the marks on its letters."""
    return "".join(each for each in unicodedata.normalize("NFD", id) if not unicodedata.combining(each))


def with_one_emoji(id: str) -> str:
    """Return an id with one and the same character in place of every one beyond the basic plane."""
    return re.sub("[\U00010000-\U0010ffff]", "?", id)


def with_wildcards(id: str) -> str:
    """Return an id in which an underscore stands for a hyphen, as it does in a pattern of SQL."""
    return id.replace("_", "-")


COLLATIONS: dict[str, tuple[str, Callable[[str], str]]] = {
    "accents-do-not-tell-new-ids-apart": ("that differs from a taken one only in accents", without_accents),
    "emoji-do-not-tell-new-ids-apart": ("that differs from a taken one only in emoji", with_one_emoji),
    "an-underscore-takes-the-place-of-a-hyphen": ("with underscores for the hyphens of a taken one", with_wildcards),
}


def register_collation(name: str, text: str, same: Callable[[str], str]) -> None:
    def edit(parts: Parts) -> None:
        class Collating(PlainStore):
            async def add_fleet(self, fleet: Fleet) -> Fleet:
                for other in self.fleets_by_id.values():
                    if same(other.id) == same(fleet.id):
                        raise FleetIdTaken(other)
                return await super().add_fleet(fleet)

        parts.mix_into_store(Collating)

    register_fault(name, {"create.accepts-a-valid-fleet"}, f"A create with an id {text} is refused.", edit)


for name, (text, same) in COLLATIONS.items():
    register_collation(name, text, same)


@fault(breaks={"fleets.id-is-unique"})
def second_create_overwrites(parts: Parts) -> None:
    """A create with a taken id gives the fleet another name."""

    class Overwriting(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            known = self.at(fleet.id)
            mine = known is not None and known.tenant == fleet.tenant
            return self.keep(replace(known, name=fleet.name)) if known and mine else await super().add_fleet(fleet)

    parts.mix_into_store(Overwriting)


@fault(breaks={"fleets.id-is-unique"})
def second_create_is_ignored(parts: Parts) -> None:
    """A create with a taken id and another name is answered like one that made a fleet, and makes none."""

    class Ignoring(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            known = self.at(fleet.id)
            return fleet if known and known.tenant == fleet.tenant else await super().add_fleet(fleet)

    parts.mix_into_store(Ignoring)


@fault(breaks={"fleets.id-is-unique"})
def id_is_free_again_after_a_rename(parts: Parts) -> None:
    """The id of a fleet that has been renamed can be taken by a second fleet."""

    class Freeing(PlainStore):
        freed: frozenset[str] = frozenset()

        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            fleet = await super().rename(tenant, id, name)
            self.freed |= {fleet.id}
            return fleet

        async def add_fleet(self, fleet: Fleet) -> Fleet:
            known = self.owned(fleet.tenant, fleet.id)
            return self.keep(fleet) if known and known.id in self.freed else await super().add_fleet(fleet)

    parts.mix_into_store(Freeing)


@fault(breaks={"fleets.id-is-unique"})
def only_the_newest_ids_are_remembered(parts: Parts) -> None:
    """Uniqueness is checked against the eight fleets made last."""

    class Forgetful(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            newest = list(self.fleets_by_id.values())[-8:]
            known = self.at(fleet.id)
            old = known is not None and known.tenant == fleet.tenant and known not in newest
            return self.keep(fleet) if old else await super().add_fleet(fleet)

    parts.mix_into_store(Forgetful)


@fault(breaks={"fleets.id-is-unique-across-organizations"})
def ids_are_unique_in_an_organization_only(parts: Parts) -> None:
    """An id that another organization's fleet has is free."""

    class Separate(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            known = self.at(fleet.id)
            return fleet if known and known.tenant != fleet.tenant else await super().add_fleet(fleet)

    parts.mix_into_store(Separate)


@fault(breaks={"fleets.id-is-unique"})
def a_second_create_gives_the_name_of_the_last_rename(parts: Parts) -> None:
    """A create with a taken id is answered with the fleet where it has been renamed, and refused where not."""

    class Finding(PlainStore):
        renamed: frozenset[str] = frozenset()

        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            self.renamed |= {id}
            return await super().rename(tenant, id, name)

        async def add_fleet(self, fleet: Fleet) -> Fleet:
            known = self.at(fleet.id)
            renamed = known is not None and known.tenant == fleet.tenant and known.id in self.renamed
            return known if known and renamed else await super().add_fleet(fleet)

    parts.mix_into_store(Finding)


@fault(breaks={"fleets.id-is-unique-across-organizations"})
def a_fleet_without_a_name_can_be_made_by_others_too(parts: Parts) -> None:
    """An id of another organization's fleet is free where that fleet was made without a name."""

    class Separate(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            known = self.at(fleet.id)
            free = known is not None and known.tenant != fleet.tenant and known.name is None
            return fleet if free else await super().add_fleet(fleet)

    parts.mix_into_store(Separate)


def refuse_beside(parts: Parts, stands_in_the_way: Callable[[Fleet, Fleet], bool]) -> None:
    """Let a create be refused as of a taken id where a fleet stands in the way of the new one."""

    class Refusing(PlainStore):
        async def add_fleet(self, fleet: Fleet) -> Fleet:
            for other in self.fleets_by_id.values():
                if stands_in_the_way(other, fleet):
                    raise FleetIdTaken(other)
            return await super().add_fleet(fleet)

    parts.mix_into_store(Refusing)


@fault(breaks={"create.accepts-a-valid-fleet"})
def an_id_that_begins_another_is_taken(parts: Parts) -> None:
    """A create is refused as of a taken id where the id of another fleet begins so."""
    refuse_beside(parts, lambda other, new: other.id.startswith(new.id))


@fault(breaks={"create.accepts-a-valid-fleet"})
def an_id_that_another_fleet_is_called_is_taken(parts: Parts) -> None:
    """A create is refused as of a taken id where the id is the name of another fleet."""
    refuse_beside(parts, lambda other, new: other.name == new.id)
