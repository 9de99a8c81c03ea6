"""Faults in telling the id of a new fleet from those of others: what is the same, and what is only like it."""

import re
import unicodedata
from collections.abc import Callable

from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import Fleet, FleetIdTaken, Store


@fault(breaks={"fleets.id-is-unique"})
def ids_beyond_ascii_are_never_taken(parts: Parts) -> None:
    """A create with a taken id makes a second fleet where the id holds a character beyond ASCII."""

    class Doubling(Store):
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
        class Collating(Store):
            async def add_fleet(self, fleet: Fleet) -> Fleet:
                for other in self.fleets.values():
                    if same(other.id) == same(fleet.id):
                        raise FleetIdTaken(other)
                return await super().add_fleet(fleet)

        parts.mix_into_store(Collating)

    register_fault(name, {"create.accepts-a-valid-fleet"}, f"A create with an id {text} is refused.", edit)


for name, (text, same) in COLLATIONS.items():
    register_collation(name, text, same)
